"""Digests come at their times, each exactly once, whatever becomes of who sends them."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from time import monotonic
from urllib.parse import unquote, urlsplit

import pytest
from redis.asyncio import Redis

from bot.delivery import digests as module
from bot.delivery.digests import DigestPost
from bot.model import DEFAULT_PREFERENCES, Chat, DigestTime, Message, Mute, Preferences
from bot.ports import ChatDelivery, DueDigest, MadeDigest, Outcome
from bot.stores.connect import Client, connect
from bot.stores.deliveries import RedisDeliveries
from bot.stores.digests import MOST_WAITING, RedisDigests
from bot.stores.embedded import EmbeddedRedis
from bot.stores.forgetting import RedisForgetting
from bot.stores.preferences import RedisPreferences
from tests.stores.examples import Desk, alert, chat, dumped, heard_by, take_all
from tests.stores.processes import until
from tests.stores.wire import wire_to

EVENING = datetime(2026, 11, 24, 20, tzinfo=UTC)
MORNING = datetime(2026, 11, 25, 8, tzinfo=UTC)
DAILY = Preferences(digest=DigestTime(time(8)))
DIGESTS = "{nf}:telegram:digests"


class Office:
    """Chats that want digests, and who sends them; its clock stands still unless it is set."""

    def __init__(self, client: Client) -> None:
        self.now = EVENING
        self.desk = Desk(client)
        self.preferences = RedisPreferences(client, lambda: self.now)
        self.digests = RedisDigests(client)
        self.forgetting = RedisForgetting(client)
        self.made: list[str] = []
        self.post = DigestPost(self.digests, self.make, lambda: self.now)

    async def make(self, due: DueDigest, _: datetime) -> Message:
        self.made.append(due.chat.member)
        return Message(f"digest of {due.due:%d %H:%M}", (",".join(sorted(due.topics)),))

    async def wants(self, who: Chat, wanted: Preferences = DAILY) -> None:
        await self.preferences.change(who, lambda _: wanted)

    async def looks(self, now: datetime) -> None:
        """Look until nothing is due any more."""
        self.now = now
        while await self.post.look("telegram"):
            pass

    async def heard(self) -> list[tuple[str, list[str]]]:
        return await self.desk.drained()


@pytest.fixture
def office(store_client: Client) -> Office:
    return Office(store_client)


async def due(redis: Redis, member: str = "1") -> datetime | None:
    score = await redis.zscore(DIGESTS, member)
    return None if score is None else datetime.fromtimestamp(score / 1000, UTC)


def digest_of(at: datetime, member: str = "1") -> str:
    return f"digest:{member}:{round(at.timestamp() * 1000)}"


async def test_a_digest_comes_when_it_was_asked_for_and_again_the_next_day(
    office: Office, redis: Redis
) -> None:
    await office.wants(chat(1))
    await office.desk.join(1)
    await office.looks(MORNING - timedelta(seconds=1))
    assert await office.heard() == []
    await office.looks(MORNING)
    (parcel,) = await take_all(office.desk.outbox)
    assert [each.message for each in parcel.letters] == [
        Message("digest of 25 08:00", ("dominance",))
    ]
    await office.desk.sent(parcel)
    await office.looks(MORNING + timedelta(hours=23))
    assert await office.heard() == []
    await office.looks(MORNING + timedelta(days=1))
    assert await office.heard() == [("1", [digest_of(MORNING + timedelta(days=1))])]
    assert await due(redis) == MORNING + timedelta(days=2)


async def test_its_time_changes_with_what_the_chat_sets_and_with_nothing_else(
    office: Office, redis: Redis
) -> None:
    await office.wants(chat(1))
    assert await due(redis) == MORNING
    office.now = MORNING + timedelta(minutes=1)
    await office.wants(chat(1), replace(DAILY, mutes=(Mute("dominance"),)))
    assert await due(redis) == MORNING, "A digest that is due now is not lost by a mute."
    await office.wants(chat(1), replace(DAILY, zone="America/New_York"))
    assert await due(redis) == MORNING + timedelta(hours=5)
    await office.wants(chat(1), Preferences(digest=DigestTime(time(9), weekday=6)))
    assert await due(redis) == datetime(2026, 11, 29, 9, tzinfo=UTC)
    await office.wants(chat(1), Preferences(language="de"))
    assert await due(redis) is None
    await office.wants(chat(1), DEFAULT_PREFERENCES)
    assert not await redis.exists(DIGESTS, "{nf}:telegram:preferences")


async def test_what_was_set_before_digests_had_times_gets_one(office: Office, redis: Redis) -> None:
    await office.wants(chat(1))
    await redis.delete(DIGESTS)
    await office.wants(chat(1), replace(DAILY, language="de"))
    assert await due(redis) == MORNING


async def test_two_who_look_at_once_send_one(office: Office) -> None:
    both = asyncio.Barrier(2)

    async def make(asked: DueDigest, now: datetime) -> Message:
        if asked.chat.member == "0":
            await both.wait()
        return await office.make(asked, now)

    for number in range(20):
        await office.wants(chat(number))
    posts = [DigestPost(office.digests, make, lambda: MORNING) for _ in range(2)]
    assert await asyncio.gather(*(post.look("telegram") for post in posts)) == [True, True]
    assert len(office.made) == 40, "Both had found all of them before either had sent one."
    assert sorted(await office.heard()) == sorted(
        (str(number), [digest_of(MORNING, str(number))]) for number in range(20)
    )


async def test_one_that_was_told_or_put_off_meanwhile_is_not_told(
    office: Office, redis: Redis
) -> None:
    for number in (1, 2):
        await office.wants(chat(number))
    office.now = MORNING
    found = await office.digests.due("telegram", MORNING, 10)
    made = [MadeDigest(each, Message("hello"), MORNING + timedelta(days=1)) for each in found]
    await office.wants(chat(2), Preferences(digest=DigestTime(time(9))))
    await office.digests.enqueue("telegram", made, MORNING)
    assert await office.heard() == [("1", [digest_of(MORNING)])]
    await office.digests.enqueue("telegram", made, MORNING)
    assert await office.heard() == []
    assert await due(redis, "2") == MORNING + timedelta(hours=1)


async def test_whoever_is_killed_before_it_is_on_its_way_has_lost_nothing(office: Office) -> None:
    await office.wants(chat(1))
    begun = asyncio.Event()

    async def never(_: DueDigest, __: datetime) -> Message:
        begun.set()
        return await asyncio.Future[Message]()

    killed = asyncio.create_task(
        DigestPost(office.digests, never, lambda: MORNING).look("telegram")
    )
    await begun.wait()
    killed.cancel()
    with suppress(asyncio.CancelledError):
        await killed
    await office.looks(MORNING + timedelta(minutes=5))
    assert await office.heard() == [("1", [digest_of(MORNING)])]


async def test_a_lost_reply_makes_no_second_one(redis_url: str) -> None:
    socket = Path(unquote(urlsplit(redis_url).path))
    async with wire_to(socket) as (wire, url), connect(url) as client:
        office = Office(client)
        wire.lossy = True
        await office.wants(chat(1))
        await office.looks(MORNING)
        assert wire.lost_scripts() >= 3
        wire.lossy = False
        assert await office.heard() == [("1", [digest_of(MORNING)])]


@pytest.mark.parametrize(("late", "told"), [(timedelta(hours=12), 1), (timedelta(hours=12.1), 0)])
async def test_one_that_is_half_a_day_late_is_left_out(
    office: Office, redis: Redis, late: timedelta, told: int
) -> None:
    await office.wants(chat(1))
    await office.looks(MORNING + late)
    assert len(await office.heard()) == told
    assert await due(redis) == MORNING + timedelta(days=1)


async def test_who_is_suspended_gets_none_and_finds_none_when_it_is_back(
    office: Office, redis: Redis
) -> None:
    await office.wants(chat(1))
    await office.desk.join(1)
    await office.desk.commit(alert())
    (parcel,) = await take_all(office.desk.outbox)
    await office.desk.settle(Outcome.SUSPENDED, parcel, reason="blocked")
    await office.looks(MORNING)
    assert office.made == []
    assert await due(redis) == MORNING + timedelta(days=1)
    assert await office.desk.subscriptions.resume(chat(1)) is not None
    assert await office.heard() == [("1", [alert().id])]


async def test_who_is_forgotten_gets_none_and_leaves_none_behind(
    office: Office, redis: Redis
) -> None:
    await office.wants(chat(1))
    await office.looks(MORNING)
    await office.forgetting.forget(chat(1))
    assert await office.heard() == []
    left = [name for name in await dumped(redis) if "digest" in name or "line" in name]
    assert left == []


async def test_whoever_moves_takes_its_digest_along(office: Office, redis: Redis) -> None:
    await office.wants(chat(1))
    await office.desk.outbox.move(chat(1), chat(2))
    assert (await due(redis), await due(redis, "2")) == (None, MORNING)
    await office.wants(chat(2))
    await office.looks(MORNING)
    assert await office.heard() == [("2", [digest_of(MORNING, "2")])]


async def test_who_wants_none_any_more_is_not_looked_at_again(office: Office, redis: Redis) -> None:
    """As after a move to a chat that has set something else."""
    await office.preferences.change(chat(1), lambda _: Preferences(language="de"))
    await redis.zadd(DIGESTS, {"1": MORNING.timestamp() * 1000})
    await redis.hset("{nf}:telegram:preferences", "2", "{damaged")
    await redis.zadd(DIGESTS, {"2": MORNING.timestamp() * 1000})
    await office.looks(MORNING)
    assert office.made == []
    assert not await redis.exists(DIGESTS)


async def test_a_bug_in_one_digest_costs_no_other(
    office: Office, redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    async def make(asked: DueDigest, now: datetime) -> Message:
        if asked.chat.member == "1":
            raise ZeroDivisionError("of ours")
        return await office.make(asked, now)

    for number in (1, 2):
        await office.wants(chat(number))
    office.post = DigestPost(office.digests, make, lambda: office.now)
    await office.looks(MORNING)
    assert await office.heard() == [("2", [digest_of(MORNING, "2")])]
    assert await due(redis) == MORNING + timedelta(days=1)
    assert "the digest of a chat on telegram is left out" in caplog.text


async def test_ten_thousand_digests_hold_up_no_alert(office: Office, redis: Redis) -> None:
    many = {str(number): MORNING.timestamp() * 1000 for number in range(10_000)}
    stored = '{"digest":{"at":"08:00:00"}}'
    await redis.hset("{nf}:telegram:preferences", mapping=dict.fromkeys(many, stored))
    await redis.zadd(DIGESTS, many)
    office.now = MORNING
    longest = 0.0
    heard = 0
    while await redis.zcount(DIGESTS, "-inf", MORNING.timestamp() * 1000):
        for _ in range(3):
            began = monotonic()
            await office.post.look("telegram")
            longest = max(longest, monotonic() - began)
        assert await redis.zcard("{nf}:telegram:due") <= MOST_WAITING
        parcels = await take_all(office.desk.outbox, limit=MOST_WAITING)
        heard += len(parcels)
        await office.desk.sent(*parcels)
    assert (heard, len(office.made)) == (10_000, 10_000)
    assert longest < 0.5


async def test_they_come_again_when_redis_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.05)
    server = EmbeddedRedis(tmp_path)
    await server.__aenter__()
    async with connect(server.url) as client:
        office = Office(client)
        await office.wants(chat(1))
        keeping = asyncio.create_task(office.post.keep("telegram"))
        await server.__aexit__(None, None, None)

        async def says_so() -> bool:
            return "everything waits for the store" in caplog.text

        await until(says_so)
        office.now = MORNING
        async with EmbeddedRedis(tmp_path):

            async def is_waiting() -> bool:
                found: ChatDelivery = await RedisDeliveries(client).of(chat(1))
                return found.waiting == 1

            await until(is_waiting)
            keeping.cancel()
            with suppress(asyncio.CancelledError):
                await keeping
            parcels: Sequence[object] = [
                heard_by(each) for each in await take_all(office.desk.outbox)
            ]
            assert parcels == [("1", [digest_of(MORNING)])]
