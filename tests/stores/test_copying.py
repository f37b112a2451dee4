"""One store's copy in another: all of it, the same, whatever cuts it off."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis, RedisCluster

from bot.ports import StoreInUse
from bot.stores import every_key, keys, schema
from bot.stores.connect import Client, Reply, Word, connect
from bot.stores.copying import CannotCopy, Copied, Size, copy
from bot.stores.dial import dialled
from bot.stores.embedded import EmbeddedRedis
from bot.stores.every_key import A_JOURNEY, NEVER
from bot.stores.schema import COPYING, UnknownLayout, prepare
from tests.stores.examples import PLATFORMS, Desk, alert
from tests.stores.kinds import Place

NEWEST = 1
A_WEEK_MS = 7 * 24 * 3_600_000
ONE_NIBBLE = b"\x00\xff\xfe\r\n{}"
SERIES = "{nf}:series:russell_2000:yahoo"
LEVELS = "{nf}:telegram:own:below:armed:btc_dominance"
Held = dict[bytes, tuple[int, object]]


async def held(redis: Redis | RedisCluster) -> Held:
    """Everything but what belongs to running processes: when it ends, and what it is."""
    found: Held = {}
    async for name in redis.scan_iter(match="{nf}:*", count=1000):
        if keys.PASSING.match(name):
            continue
        match await redis.type(name):
            case b"string":
                value: object = await redis.get(name)
            case b"hash":
                value = await redis.hgetall(name)
            case b"set":
                value = await redis.smembers(name)
            case b"zset":
                pairs: Any = await redis.zrange(name, 0, -1, withscores=True)
                value = dict(pairs)
            case other:
                raise AssertionError(other)
        found[name] = (await redis.pexpiretime(name), value)
    return found


@pytest_asyncio.fixture
async def old(redis_url: str) -> AsyncIterator[Redis]:
    """The server that is copied from, in bytes."""
    async with Redis.from_url(redis_url, protocol=2) as redis:
        yield redis


@pytest_asyncio.fixture
async def source(redis_url: str) -> AsyncIterator[Client]:
    async with connect(redis_url, decoded=False) as client:
        yield client


@pytest_asyncio.fixture
async def new(redis_kind: Place) -> AsyncIterator[Redis | RedisCluster]:
    """The server that is copied to, of each kind, emptied, for whoever may do everything."""
    async with dialled(redis_kind.open_url, decoded=False) as redis:
        await redis.flushall()
        yield redis


async def filled(old: Redis, chats: int = A_JOURNEY + 10) -> None:
    """Something of each kind: small and large, text and any bytes, with an end and without."""
    days: dict[Any, Any] = {}
    for number in range(A_JOURNEY * 3):
        days[f"2026-{number:05}"] = ONE_NIBBLE + b"%d" % number
    await old.hset(SERIES, mapping=days)
    await old.hset("{nf}:telegram:preferences", mapping={b"1": b'{"zone":"Europe/Berlin"}'})
    await old.zadd("{nf}:telegram:sub:dominance", {f"{n}": 1e13 + n for n in range(A_JOURNEY * 2)})
    scores = {"tenth": 0.1, "third": 1 / 3, "tiny": 5e-324, "below": float("-inf"), "zero": -0.0}
    await old.zadd(LEVELS, scores)
    await old.sadd("{nf}:telegram:chat:1", "dominance", "season", ONE_NIBBLE)
    for number in range(chats):
        await old.sadd(f"{{nf}}:telegram:chat:{1000 + number}", "dominance")
    await old.set("{nf}:seq", "12345")
    await old.set(b"{nf}:telegram:moved:" + ONE_NIBBLE, ONE_NIBBLE, px=A_WEEK_MS)
    await old.hset("{nf}:telegram:job:x", mapping={"body": "{}", "cur": "0"})
    await old.pexpire("{nf}:telegram:job:x", A_WEEK_MS)
    await old.set("{nf}:link:CODE", "telegram 1", px=600_000)
    await old.set("{nf}:lead:poller", "a poller")
    await old.set("{nf}:telegram:lead", "a listener")
    await old.set("{nf}:telegram:taken:sender", "parcels")
    await old.set("{nf}:once:abc", "a reply")
    await old.lpush("{nf}:wake:telegram", "1")


def ignore(what: str, done: int, of: int) -> None:
    """Nobody looks."""


async def copied(source: Client, url: str) -> Copied:
    async with connect(url, decoded=False) as target:
        return await copy(source, target, NEWEST, ignore)


async def test_all_is_the_same_on_every_kind_of_server(
    old: Redis, source: Client, new: Redis | RedisCluster, redis_kind: Place
) -> None:
    await filled(old)
    before = await old.dbsize(), await held(old)
    outcome = await copied(source, redis_kind.url)
    assert outcome.same
    assert not outcome.resumed
    assert await held(new) == await held(old)
    assert outcome.source == {
        "hash": Size(3, A_JOURNEY * 3 + 1 + 2),
        "set": Size(A_JOURNEY + 11, A_JOURNEY + 13),
        "string": Size(2, 2),
        "zset": Size(2, A_JOURNEY * 2 + 5),
    }, "A link's code ends within the hour, and so is not counted."
    assert await new.get(keys.SCHEMA) == b"1"
    for passing in (keys.LEAD_POLLER, keys.LEAD_SCHEMA, "{nf}:wake:telegram", "{nf}:once:abc"):
        assert not await new.exists(passing)
    assert (await old.dbsize(), await held(old)) == before


async def test_a_store_that_says_no_more_than_its_version_is_empty(
    old: Redis, source: Client, new: Redis | RedisCluster, redis_kind: Place
) -> None:
    """As `status` or a `deliver` leaves one behind that nobody spoke to."""
    await filled(old)
    await new.set(keys.SCHEMA, "1")
    await new.set("{nf}:telegram:lead", "somebody", px=60_000)
    with pytest.raises(CannotCopy, match="holds a bot's data already"):
        await copied(source, redis_kind.url)
    await new.delete("{nf}:telegram:lead")
    assert (await copied(source, redis_kind.url)).same


async def test_a_store_that_holds_anything_is_not_copied_to(
    old: Redis, source: Client, new: Redis | RedisCluster, redis_kind: Place
) -> None:
    await filled(old)
    await new.set("{nf}:seq", "1")
    with pytest.raises(CannotCopy, match="holds a bot's data already"):
        await copied(source, redis_kind.url)
    assert await held(new) == {b"{nf}:seq": (NEVER, b"1")}
    await new.flushall()
    await new.set("{other}:key", "somebody else's")
    assert (await copied(source, redis_kind.url)).same
    assert await new.get("{other}:key") == b"somebody else's"
    with pytest.raises(CannotCopy):
        await copied(source, redis_kind.url)


class CutOff(Exception):
    """As if the process had been killed."""


class Cut(Client):
    """A target's client that is cut off at its so manieth call, before or after it was heard."""

    def __init__(self, redis: Redis | RedisCluster, calls: int, *, after: bool) -> None:
        super().__init__(redis)
        self.calls = calls
        self.after = after

    async def run(
        self, name: str, keys: Sequence[Word], arguments: Sequence[Word | int] = ()
    ) -> Reply:
        if name == "release":
            return None  # Whoever is killed releases nothing.
        self.calls -= 1
        if self.calls == 0 and not self.after:
            raise CutOff
        reply = await super().run(name, keys, arguments)
        if self.calls == 0:
            raise CutOff
        return reply


async def as_a_bot(redis: Redis) -> None:
    """Open the store as a bot does when it starts."""
    async with connect(url_of(redis)) as client:
        await prepare(client, PLATFORMS)


def url_of(redis: Redis) -> str:
    return f"unix://{redis.connection_pool.connection_kwargs['path']}"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def other_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedRedis]:
    async with EmbeddedRedis(tmp_path_factory.mktemp("other")) as server:
        yield server


@pytest_asyncio.fixture
async def other(other_server: EmbeddedRedis) -> AsyncIterator[Redis]:
    """Another server of our own make, emptied, in bytes."""
    async with Redis.from_url(other_server.url, protocol=2) as redis:
        await redis.flushall()
        yield redis


@pytest.mark.parametrize("after", [False, True])
async def test_a_copy_that_is_cut_off_anywhere_is_continued(
    old: Redis, source: Client, other: Redis, monkeypatch: pytest.MonkeyPatch, *, after: bool
) -> None:
    await filled(old, chats=10)
    monkeypatch.setattr(every_key, "A_JOURNEY", 200)
    cuts = 0
    while await other.get(keys.SCHEMA) != b"1":
        cuts += 2
        await other.delete(keys.LEAD_SCHEMA)  # It would run out in 15 seconds.
        with suppress(CutOff):
            await copy(source, Cut(other, cuts, after=after), NEWEST, ignore)
        if await other.get(keys.SCHEMA) == COPYING.encode():
            with pytest.raises(UnknownLayout, match="half filled"):
                await as_a_bot(other)
    assert cuts > 20
    assert await held(other) == await held(old)


async def test_what_was_copied_and_changed_since_is_copied_again(
    old: Redis, source: Client, other: Redis
) -> None:
    await filled(old)
    with pytest.raises(CutOff):
        await copy(source, Cut(other, 20, after=True), NEWEST, ignore)
    await old.delete("{nf}:seq", "{nf}:telegram:chat:1000")
    await old.hset("{nf}:telegram:preferences", "1", '{"zone":"Asia/Tokyo"}')
    await old.zadd("{nf}:telegram:sub:dominance", {"7": 1.5})
    await old.hset(SERIES, "2026-00700", "corrected")
    await old.persist("{nf}:telegram:job:x")
    await old.delete("{nf}:telegram:chat:1")
    await old.hset("{nf}:telegram:chat:1", "now", "a hash")
    await other.delete(keys.LEAD_SCHEMA)
    outcome = await copied(source, url_of(other))
    assert outcome.same
    assert outcome.resumed
    assert await held(other) == await held(old)


class Meddler(Client):
    """A target's client beside which somebody else writes, once all is copied."""

    def __init__(self, redis: Redis, *deed: str | bytes) -> None:
        super().__init__(redis)
        self._deed = deed

    async def run(
        self, name: str, keys: Sequence[Word], arguments: Sequence[Word | int] = ()
    ) -> Reply:
        if name == "copy_look":  # A server that was empty is not looked at before all is compared.
            deed, self._deed = self._deed, ()
            if deed:
                await self._redis.execute_command(*deed)
        return await super().run(name, keys, arguments)


@pytest.mark.parametrize(
    ("deed", "key"),
    [
        (("HSET", "{nf}:telegram:preferences", "1", "{}"), "{nf}:telegram:preferences"),
        (("ZADD", "{nf}:telegram:sub:dominance", "5", "900"), "{nf}:telegram:sub:dominance"),
        (("HSET", SERIES, "2026-00700", "other"), SERIES),
        (("ZADD", LEVELS, "0.2", "tenth"), LEVELS),
        (("SREM", "{nf}:telegram:chat:1", "season"), "{nf}:telegram:chat:1"),
        (("INCR", "{nf}:seq"), "{nf}:seq"),
        (("DEL", "{nf}:telegram:chat:1"), "{nf}:telegram:chat:1"),
        (("SADD", "{nf}:telegram:chat:9", "season"), "{nf}:telegram:chat:9"),
        (("PERSIST", "{nf}:telegram:job:x"), "{nf}:telegram:job:x"),
    ],
    ids=lambda each: " ".join(each[:2]) if isinstance(each, tuple) else "",
)
async def test_a_difference_of_any_kind_is_found(
    old: Redis, source: Client, other: Redis, deed: tuple[str, ...], key: str
) -> None:
    await filled(old, chats=10)
    outcome = await copy(source, Meddler(other, *deed), NEWEST, ignore)
    assert not outcome.same
    assert outcome.different == [key]
    assert await other.get(keys.SCHEMA) == COPYING.encode()
    assert (await copied(source, url_of(other))).same
    assert await held(other) == await held(old)


class Foreign(Client):
    """A target's client whose server sorts in another way, as its locale says."""

    async def run(
        self, name: str, keys: Sequence[Word], arguments: Sequence[Word | int] = ()
    ) -> Reply:
        reply = await super().run(name, keys, arguments)
        if name != "copy_look":
            return reply
        return [[*look, digest and digest[::-1]] for *look, digest in reply]


async def test_servers_that_sort_in_different_ways_are_compared_by_every_entry(
    old: Redis, source: Client, other: Redis
) -> None:
    await filled(old, chats=10)
    assert (await copy(source, Foreign(other), NEWEST, ignore)).same


async def test_a_kind_that_no_key_of_ours_is_stops_the_copy(
    old: Redis, source: Client, other: Redis
) -> None:
    await old.rpush("{nf}:telegram:queue", "1")
    with pytest.raises(CannotCopy, match=r"^\{nf\}:telegram:queue is a list, which no key"):
        await copied(source, url_of(other))


@pytest.mark.parametrize("text", ["2", "2 from 1", COPYING, "three"])
async def test_a_source_that_this_bot_cannot_read_is_not_copied(
    old: Redis, source: Client, other: Redis, text: str
) -> None:
    await old.set(keys.SCHEMA, text)
    with pytest.raises(UnknownLayout):
        await copied(source, url_of(other))
    assert await other.dbsize() == 0


async def test_two_copies_to_one_server_do_not_cross(
    old: Redis, source: Client, other: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    await filled(old)
    await other.set(keys.LEAD_SCHEMA, "another process")
    monkeypatch.setattr(schema, "WAIT_SECONDS", 0.2)
    with pytest.raises(StoreInUse, match="Another process is changing the store"):
        await copied(source, url_of(other))
    assert await held(other) == {}


async def test_a_bot_goes_on_where_the_other_stopped(
    old: Redis, source: Client, store_client: Client, other: Redis
) -> None:
    before = Desk(store_client)
    await before.join(1, 2, 3)
    await before.commit(alert("dominance_55:2026-11-21:fired"))
    (told,) = await before.outbox.take("telegram", 1, "sender:1")
    await before.sent(told)
    assert (await copied(source, url_of(other))).same
    async with connect(url_of(other)) as client:
        after = Desk(client)
        await after.commit(alert("dominance_55:2026-11-21:fired"))
        assert await after.drained() == [
            (member, ["dominance_55:2026-11-21:fired"]) for member in ("2", "3")
        ], "Whoever heard it hears it no more, and nobody hears it twice."


entries = st.dictionaries(st.binary(max_size=9), st.binary(max_size=9), min_size=1, max_size=9)
scores = st.dictionaries(st.binary(max_size=9), st.floats(allow_nan=False), min_size=1, max_size=9)
members = st.sets(st.binary(max_size=9), min_size=1, max_size=9)
values = st.one_of(st.binary(max_size=20), entries, members, scores)
stores = st.dictionaries(st.binary(max_size=6), values, max_size=12)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stores)
async def test_whatever_a_store_holds_is_the_same_in_its_copy(
    old: Redis, source: Client, other: Redis, store: dict[bytes, object]
) -> None:
    await old.flushall()
    await other.flushall()
    for name, value in store.items():
        key = b"{nf}:any:" + name + b"."
        match value:
            case bytes():
                await old.set(key, value)
            case set():
                await old.sadd(key, *value)
            case dict() if isinstance(next(iter(value.values())), float):
                await old.zadd(key, value)
            case dict():
                await old.hset(key, mapping=value)
    assert (await copied(source, url_of(other))).same
    assert await held(other) == await held(old)
    assert len(await held(other)) == len(store)


def test_every_kind_of_key_is_copied_or_passes() -> None:
    described = re.findall(r"^    (\{nf\}:\S+)\s+([A-Z]{3,4})  ", keys.__doc__ or "", re.MULTILINE)
    assert len(described) > 30
    for name, kind in described:
        passes = keys.PASSING.match(name.replace("<plat>", "telegram").encode())
        assert passes or kind in {"HASH", "ZSET", "SET", "STR"}, f"{name} is a {kind}"
    passing = [
        name
        for name, _ in described
        if keys.PASSING.match(name.replace("<plat>", "irc_2").encode())
    ]
    assert passing == [
        "{nf}:schema", "{nf}:lead:poller", "{nf}:lead:schema", "{nf}:once:<id>",
        "{nf}:wake:<plat>", "{nf}:<plat>:taken:<sender>", "{nf}:<plat>:lead",
        "{nf}:wake:<plat>:inbox",
    ]  # fmt: skip
