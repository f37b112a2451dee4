"""/stop and /privacy, over a real store: whoever leaves takes all along, and nobody else's."""

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace
from datetime import time, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from bot.model import Chat, DigestTime, Message, Mute, OwnRule, Preferences
from bot.ports import Outcome, Parcel
from bot.stores import codec
from bot.stores.boards import RedisBoards
from bot.stores.connect import Client, connect
from bot.stores.dead_letters import DEAD_KEPT
from bot.stores.embedded import EmbeddedRedis
from bot.stores.forgetting import RedisForgetting
from bot.stores.jobs import Lifetimes
from bot.stores.outbox import RedisOutbox
from bot.stores.own_rules import RedisOwnRules, Rewrite, write
from bot.stores.preferences import RedisPreferences
from handlers import privacy
from tests.handlers.past import Desk as Asked
from tests.own.rules import MADE, above, below, rules
from tests.stores.examples import Desk, alert, take_all

CHATS = (
    Chat("telegram", "-1007001"),
    Chat("telegram", "-1007001", "7"),
    Chat("telegram", "7002"),
    Chat("discord", "7003"),
    Chat("discord", "-1007001"),
)
TOPICS = ("breakout", "dominance", "season")
PLATFORMS = ("telegram", "discord")
MONTH_MS = 30 * 24 * 3600 * 1000


async def crossed(desk: Desk, who: Chat, name: str) -> None:
    """An own alert of the chat fires, and its rule with it."""
    job, body = f"own:{who.platform}:{who.member}:{name}", codec.MESSAGE.dump(Message(name))
    said = Rewrite(who.platform, who.member, 99, "", None, None, job=job, body=body)
    assert await write(desk.client, [said]) == ["done"]


@dataclass
class World:
    """Chats that do all they can, and whatever may become of what is sent to them."""

    desk: Desk
    own: RedisOwnRules
    out: list[Parcel] = field(default_factory=list)
    fired: int = 0
    told: set[str] = field(default_factory=set)
    """The keys of own alerts that arrived."""

    async def subscribe(self, who: Chat, topic: str) -> None:
        await self.desk.subscriptions.resume(who)
        await self.desk.subscriptions.subscribe(who, [topic])

    async def unsubscribe(self, who: Chat, topic: str) -> None:
        await self.desk.subscriptions.unsubscribe(who, [topic])

    async def watch(self, who: Chat, rule: OwnRule, *, holds: bool) -> None:
        await self.own.keep(who, rule, holds=[holds] * len(rule.conditions), limit=99)

    async def prefer(self, who: Chat, change: Callable[[Preferences], Preferences]) -> None:
        await RedisPreferences(self.desk.client).change(who, change)

    async def fire(self, topic: str) -> None:
        self.fired += 1
        name = f"alert{self.fired}"
        await self.desk.commit(replace(alert(name, topic), message=Message(name)))

    async def whisper(self, who: Chat) -> None:
        self.fired += 1
        await crossed(self.desk, who, f"own{self.fired}")

    async def take(self, limit: int) -> None:
        for platform in PLATFORMS:
            self.out += await take_all(self.desk.outbox, platform, limit)

    async def settle(self, outcome: Outcome, seconds: float) -> None:
        for parcel in self.out:
            await self.desk.settle(outcome, parcel, seconds=seconds)
            if outcome is Outcome.SENT:
                prefix = f"{{nf}}:{parcel.chat.platform}:job:"
                self.told |= {f"{prefix}{each.job}" for each in parcel.letters}
        self.out.clear()


who, topic = st.sampled_from(CHATS), st.sampled_from(TOPICS)
PREFERRED = st.sampled_from(
    [
        Preferences(),
        Preferences(zone="Asia/Tokyo", mutes=(Mute("season"),)),
        Preferences(digest=DigestTime(time(8))),
    ]
)
OUTCOMES = [Outcome.SENT, Outcome.LATER, Outcome.ALONE, Outcome.DEAD, Outcome.SUSPENDED]
STEPS = st.one_of(
    st.builds(lambda w, t: lambda world: world.subscribe(w, t), who, topic),
    st.builds(lambda w, t: lambda world: world.subscribe(w, t), who, topic),
    st.builds(lambda w, t: lambda world: world.unsubscribe(w, t), who, topic),
    st.builds(
        lambda w, r, h: lambda world: world.watch(w, r, holds=h), who, rules(), st.booleans()
    ),
    st.builds(lambda w, p: lambda world: world.prefer(w, lambda _: p), who, PREFERRED),
    st.builds(lambda t: lambda world: world.fire(t), topic),
    st.builds(lambda w: lambda world: world.whisper(w), who),
    st.builds(lambda n: lambda world: world.take(n), st.integers(1, 3)),
    st.builds(
        lambda o, s: lambda world: world.settle(o, s),
        st.sampled_from(OUTCOMES),
        st.sampled_from([0.0, 0.0, 60.0]),
    ),
)
Stored = dict[str, Any]


async def stored(redis: Redis) -> Stored:
    """All there is, save the replies that are kept for a minute, by kind."""
    found: Stored = {}
    async for key in redis.scan_iter("*"):
        match await redis.type(key):
            case "hash":
                found[key] = await redis.hgetall(key)
            case "zset":
                scored: Any = await redis.zrange(key, 0, -1, withscores=True)
                found[key] = dict(scored)
            case "set":
                found[key] = await redis.smembers(key)
            case "list":
                found[key] = await redis.lrange(key, 0, -1)
            case _ if ":once:" not in key:
                found[key] = await redis.get(key)
    return found


def named(chat: Chat) -> re.Pattern[str]:
    """A chat's id as a word of its own, and not that of another thread."""
    return re.compile(rf"(?<![-\d]){re.escape(chat.member)}(?![:\d]*\d|:\d)")


def without(found: Stored, chat: Chat, uses: Mapping[str, int]) -> Stored:
    """What ought to be left of all there was: each other chat's part, to the letter."""
    is_there = named(chat).search
    ours = f"{{nf}}:{chat.platform}:"
    left: Stored = {}
    for key, value in found.items():
        if key.startswith(ours) and is_there(key):
            continue
        left[key] = value
        if key.startswith(ours) and isinstance(value, dict):
            left[key] = {name: each for name, each in value.items() if not is_there(name)}
    left[f"{ours}away"] = still_away(found.get(f"{ours}away", {}), chat)
    left["{nf}:own:uses"] = {reading: str(count) for reading, count in uses.items()}
    return {key: value for key, value in left.items() if value}


def still_away(found: Mapping[str, str], chat: Chat) -> dict[str, str]:
    """Which thread of each chat is written to, and which wait for it, once the chat is gone."""
    left = {}
    for name, threads in found.items():
        first, *behind = threads.split()
        if first != chat.member:
            left[name] = " ".join([first, *(each for each in behind if each != chat.member)])
    return left


def let_go(before: Stored, after: Stored, chat: Chat) -> None:
    """Whoever waited for this thread to be written to is due at once: checked, and left out."""
    ours = f"{{nf}}:{chat.platform}:"
    threads: list[str] = before.get(f"{ours}away", {}).get(chat.id, "").split()
    if threads[:1] == [chat.member]:
        for each in set(threads[1:]) & before[f"{ours}due"].keys():
            assert after[f"{ours}due"].pop(each) <= before[f"{ours}due"].pop(each)


async def uses_of(own: RedisOwnRules, chats: Sequence[Chat]) -> Counter[str]:
    kept = [each for chat in chats for each in await own.kept(chat)]
    return Counter(one.reading for each in kept for one in each.rule.conditions)


async def leave(client: Client, redis: Redis, steps: Sequence[Any], leaver: Chat) -> None:
    await redis.flushall()
    desk = Desk(client, RedisOutbox(client, lease=timedelta(hours=1)))
    world = World(desk, RedisOwnRules(client, lambda: MADE))
    for each in CHATS:
        await desk.subscriptions.subscribe(each, TOPICS)
    for step in steps:
        await step(world)
    others = [chat for chat in CHATS if chat != leaver]
    before = await stored(redis)
    uses = await uses_of(world.own, others)
    there = await RedisForgetting(client).belongings(leaver)
    event(f"waiting {there.waiting > 0}, given up {there.given_up > 0}, own {there.own > 0}")
    asked = Asked(client)
    said = await asked.ask("/stop yes", leaver)
    assert said.startswith("Forgotten\n" if any(astuple(there)) else "There was nothing")

    after = await stored(redis)
    told = await still_known(redis, after, leaver)
    assert told <= world.told, "Only own alerts that it was told are known a while longer."
    compared = await stored(redis)
    let_go(before, compared, leaver)
    expected = without(before, leaver, uses)
    assert {key: value for key, value in compared.items() if value and key not in told} == expected
    for parcel in world.out:
        if parcel.chat == leaver:
            for outcome in OUTCOMES:
                await desk.settle(outcome, parcel)
    assert await stored(redis) == after, "Who has a parcel of it still changes nothing."
    assert (await asked.ask("/stop yes", leaver)).startswith("There was nothing to forget\n")


async def still_known(redis: Redis, found: Stored, leaver: Chat) -> set[str]:
    """The keys that bear the name of who left; each expires, and nothing else names it."""
    ours = f"{{nf}}:{leaver.platform}:"
    left = {key for key in found if key.startswith(ours) and named(leaver).search(key)}
    for key in left:
        assert 0 < await redis.pttl(key) <= MONTH_MS
    # Other threads of the same chat go by its id there.
    away = f"{ours}away"
    for value in found.get(away, {}).values():
        assert leaver.member not in value.split()
    for key in found.keys() - left - {away}:
        if key.startswith(ours) and named(leaver).search(repr(found[key])):
            assert ":taken:" in key
            assert await redis.pttl(key) > 0
    return left


def test_whoever_leaves_leaves_nothing_and_touches_nobody(redis_server: EmbeddedRedis) -> None:
    with asyncio.Runner() as runner:
        redis = Redis.from_url(redis_server.url, protocol=2, decode_responses=True)
        connected = connect(redis_server.url)
        client = runner.run(connected.__aenter__())

        @settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
        @given(steps=st.lists(STEPS, min_size=8, max_size=40), leaver=who)
        def whatever_happened(steps: list[Any], leaver: Chat) -> None:
            runner.run(leave(client, redis, steps, leaver))

        try:
            whatever_happened()
        finally:
            runner.run(connected.__aexit__(None, None, None))
            runner.run(redis.aclose())


# --- What it says ---------------------------------------------------------------------------------

HERE, THREAD = CHATS[2], CHATS[1]


@pytest.fixture
def asked(store_client: Client) -> Asked:
    return Asked(store_client)


async def test_it_asks_before_it_deletes(asked: Asked, store_client: Client) -> None:
    await asked.ask("/subscribe dominance season", HERE)
    await asked.ask("/alert btc_dominance below 55", HERE)
    desk = Desk(store_client)
    await crossed(desk, HERE, "crossed")
    assert (await asked.ask("/stop", HERE)).splitlines() == [
        "Forget this chat?",
        "This would be deleted, at once and for good:",
        "– 2 subscriptions to topics",
        "– 1 alert of your own",
        "– 1 alert on its way here",
        "/stop yes does it. Before that, /export gives you what would make it again.",
        "/unsubscribe ends the topics alone, /unalert your own alerts",
    ]
    assert "/stop yes deletes" in await asked.ask("/stop yes please", HERE)
    assert len(await desk.subscriptions.topics(HERE)) == 2
    assert (await asked.ask("/stop YES", HERE)).splitlines()[:2] == [
        "Forgotten",
        "Deleted: 2 subscriptions to topics; 1 alert of your own; 1 alert on its way here.",
    ]
    assert (await asked.ask("/stop", HERE)).startswith("There is nothing to forget\n")
    assert await take_all(desk.outbox) == []


async def test_what_it_has_set_goes_too(asked: Asked, redis: Redis) -> None:
    for chat in CHATS[:3]:
        await asked.ask("/settings quiet 22:00-07:00", chat)
    assert "– your settings and mutes" in await asked.ask("/stop", HERE)
    assert "Deleted: your settings and mutes." in await asked.ask("/stop yes", HERE)
    left = await redis.hkeys("{nf}:telegram:preferences")
    assert sorted(left) == sorted(each.member for each in CHATS[:2])


async def test_a_chat_that_only_pinned_the_board_has_something_to_forget(
    asked: Asked, store_client: Client
) -> None:
    boards = RedisBoards(store_client)
    await boards.pin(CHATS[0], "17")
    assert any("shows the board" in line for line in (await asked.answer("/stop", CHATS[0])).lines)
    assert "shows the board" in (await asked.answer("/stop yes", CHATS[0])).lines[0]
    assert await boards.pinned("telegram") == []


async def test_a_thread_leaves_alone(asked: Asked, store_client: Client) -> None:
    for chat in (THREAD, Chat(THREAD.platform, THREAD.id)):
        await asked.ask("/subscribe dominance", chat)
    assert "Other threads here are chats of their own" in await asked.ask("/stop", THREAD)
    await asked.ask("/stop yes", THREAD)
    desk = Desk(store_client)
    assert await desk.subscriptions.topics(Chat(THREAD.platform, THREAD.id)) == {"dominance"}


async def test_whoever_comes_back_begins_anew(asked: Asked, store_client: Client) -> None:
    desk = Desk(store_client)
    await asked.ask("/subscribe dominance", HERE)
    await desk.commit(alert("before"))
    await asked.ask("/stop yes", HERE)
    await asked.ask("/subscribe dominance", HERE)
    assert await desk.drained() == []
    await desk.commit(alert("after"))
    assert await desk.drained() == [("7002", ["after"])]


async def test_a_suspended_chat_may_leave_without_hearing_what_it_missed(
    asked: Asked, store_client: Client
) -> None:
    desk = Desk(store_client)
    await asked.ask("/subscribe dominance", HERE)
    await desk.commit(alert("a"))
    await desk.settle(Outcome.SUSPENDED, *await take_all(desk.outbox), reason="blocked")
    await desk.commit(alert("b"))
    assert await desk.drained() == [], "The walk passes over it."
    assert "2 alerts on their way here" in await asked.ask("/stop", HERE)
    assert (await asked.ask("/stop yes", HERE)).startswith("Forgotten\n")
    assert (await asked.ask("/start", HERE)).splitlines()[0] == "Hello, I am altseason-bot"
    assert await desk.drained() == []


async def test_what_was_given_up_and_why_goes_too(
    asked: Asked, store_client: Client, redis: Redis
) -> None:
    desk = Desk(store_client)
    for chat in CHATS[:3]:
        await asked.ask("/subscribe dominance", chat)
    await desk.commit(alert("a"))
    await crossed(desk, HERE, "crossed")
    for _ in range(2):  # A chat's threads are written to one after the other.
        await desk.settle(Outcome.DEAD, *await take_all(desk.outbox), reason="refused")
    assert "2 alerts that could not be sent" in await asked.ask("/stop", HERE)
    await asked.ask("/stop yes", HERE)
    found = await stored(redis)
    assert [key for key, value in found.items() if "7002" in f"{key} {value}"] == []
    for key in ("dead", "dead:at"):
        assert found[f"{{nf}}:telegram:{key}"].keys() == {f"a|{each.member}" for each in CHATS[:2]}


async def test_a_thread_that_leaves_keeps_no_other_waiting(
    asked: Asked, store_client: Client, redis: Redis
) -> None:
    desk = Desk(store_client)
    for chat in CHATS[:2]:
        await asked.ask("/subscribe dominance", chat)
    await desk.commit(alert("a"))
    assert [each.chat for each in await take_all(desk.outbox)] == [CHATS[0]]
    await asked.ask("/stop yes", CHATS[0])
    assert not await redis.exists("{nf}:telegram:away")
    assert [each.chat for each in await take_all(desk.outbox)] == [CHATS[1]]


async def test_where_a_chat_went_goes_too(asked: Asked, store_client: Client, redis: Redis) -> None:
    desk = Desk(store_client)
    await asked.ask("/subscribe dominance", HERE)
    await desk.outbox.move(HERE, Chat("telegram", "-1007009"))
    assert await redis.exists("{nf}:telegram:moved:7002")
    await asked.ask("/stop yes", HERE)
    assert not await redis.exists("{nf}:telegram:moved:7002")


async def test_what_is_noted_of_it_in_old_jobs_goes_too(
    asked: Asked, store_client: Client, redis: Redis
) -> None:
    """One that only dead letters lead to, and one that an earlier version put among all others."""
    desk = Desk(store_client)
    for chat in CHATS[:3]:
        await asked.ask("/subscribe dominance season", chat)
    await desk.commit(alert("old"))
    first, *_ = await take_all(desk.outbox, limit=1)
    await desk.settle(Outcome.DEAD, first)
    await asked.ask("/unsubscribe season", HERE)
    await redis.hset("{nf}:telegram:job:old", mapping={"ahead:7002": "1", "aheads": "1"})
    await redis.delete("{nf}:alerts", "{nf}:telegram:ready")
    own: dict[Any, Any] = {
        "to": "7002",
        "body": "{}",
        "upto": "1",
        "created": "1",
        "ttl_at": "1",
        "end_at": "1",
    }
    await redis.hset("{nf}:telegram:job:earlier", mapping=own)
    await redis.zadd("{nf}:telegram:ready", {"earlier": 1})
    await asked.ask("/stop yes", HERE)
    found = await stored(redis)
    assert [key for key, value in found.items() if "7002" in f"{key} {value}"] == []
    assert "{nf}:telegram:job:earlier" not in found


async def test_what_is_noted_of_it_where_it_was_sent_something_goes_too(
    asked: Asked, store_client: Client, redis: Redis
) -> None:
    desk = Desk(store_client)
    for chat in CHATS[:3]:
        await asked.ask("/subscribe dominance", chat)
    await asked.ask("/subscribe season", HERE)
    await desk.commit(alert("a", "season"))
    await desk.settle(Outcome.SENT, *await take_all(desk.outbox), seconds=600)
    await desk.commit(alert("b"))
    await redis.hset("{nf}:telegram:job:b", mapping={"ahead:7002": "1", "aheads": "1"})
    await desk.drained()
    assert await redis.zscore("{nf}:telegram:rest", "7002")
    assert not await redis.exists("{nf}:telegram:ready"), "Only the list of alerts leads to it."
    await asked.ask("/stop yes", HERE)
    found = await stored(redis)
    assert [key for key, value in found.items() if "7002" in f"{key} {value}"] == []


async def test_a_suspension_goes_too(asked: Asked, store_client: Client, redis: Redis) -> None:
    desk = Desk(store_client)
    for chat in (HERE, CHATS[0]):
        await asked.ask("/subscribe dominance", chat)
    await desk.commit(alert("a"))
    await desk.settle(Outcome.SUSPENDED, *await take_all(desk.outbox), reason="blocked")
    await asked.ask("/stop yes", HERE)
    assert (await stored(redis))["{nf}:telegram:suspended"].keys() == {CHATS[0].member}


async def test_a_rule_that_nobody_can_read_goes_too(
    asked: Asked, store_client: Client, redis: Redis
) -> None:
    own = RedisOwnRules(store_client, lambda: MADE)
    both = OwnRule((above(75), below(55)), until=(MADE + timedelta(days=9)).date())
    for holds in ([True, True], [False, True], [False, False]):
        await own.keep(
            HERE, replace(both, hold=timedelta(days=len(set(holds)))), holds=holds, limit=9
        )
    await own.keep(HERE, OwnRule((above(75),), step=5), holds=[True], limit=9)
    await own.keep(CHATS[0], OwnRule((below(55), above(75))), holds=[False, True], limit=9)
    for number in "124":
        await redis.hset("{nf}:telegram:own:chat:7002", number, "?")
    await asked.ask("/stop yes", HERE)
    found = await stored(redis)
    assert not [key for key, value in found.items() if "7002" in f"{key} {value}"]
    assert found["{nf}:own:uses"] == {"btc_dominance": "1", "altcoin_season_index": "1"}


async def test_a_rule_that_changes_meanwhile_is_found_as_it_became(
    store_client: Client, redis: Redis
) -> None:
    """The store's own reading of the rules is overtaken once by another writer."""
    own = RedisOwnRules(store_client, lambda: MADE)
    await own.keep(HERE, OwnRule((below(55),)), holds=[False], limit=9)

    class Overtaken(Client):
        times = 0

        async def fields(self, key: str) -> Mapping[str, str]:
            found = await super().fields(key)
            if not self.times:
                self.times += 1
                await own.change(HERE, 1, OwnRule((above(75),)), holds=[True])
            return found

    assert (await RedisForgetting(Overtaken(redis)).forget(HERE)).own == 1
    assert await stored(redis) == {}


def test_what_privacy_says_of_days_is_what_the_store_does() -> None:
    lifetimes = Lifetimes()
    assert lifetimes.told == timedelta(days=privacy.TOLD_DAYS)
    assert lifetimes.known == DEAD_KEPT == timedelta(days=privacy.KNOWN_DAYS)


async def test_privacy_names_the_chat_and_the_ways_out(asked: Asked) -> None:
    said = await asked.ask("/privacy", THREAD)
    for word in ("-1007001:7 on Telegram", "Redis", "7 days", "30 days", "/stop", "/export"):
        assert word in said
