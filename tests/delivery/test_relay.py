"""What is urgent is heard in the other chat while one cannot be reached: once, and only then."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from redis.asyncio import Redis

from bot.delivery.pacing import Pace
from bot.delivery.relay import Relay
from bot.delivery.sender import Sender
from bot.linking import is_urgent
from bot.model import Button, Chat, Message, Mute, Preferences
from bot.ports import ChatGone, Failing, Outcome, RetryLater
from bot.stores.connect import Client, connect
from bot.stores.links import RedisLinks
from bot.stores.preferences import RedisPreferences
from bot.stores.relays import RedisRelays
from tests.delivery.recorder import Recorder
from tests.delivery.sending import titled
from tests.stores.examples import Desk, chat, heard_by, ripen, take_all
from tests.stores.processes import until
from tests.stores.wire import wire_to

pytestmark = pytest.mark.usefixtures("quick_looks")
AFTER = timedelta(seconds=0.2)
"""Stands for the quarter of an hour."""
HERE, THERE = chat(1), Chat("discord", "2", "7")
BUSY = RetryLater(0.1, "busy")


class Pair:
    """A chat on each platform, linked, and who relays between them."""

    def __init__(self, client: Client, *, after: timedelta = AFTER) -> None:
        self.desk = Desk(client)
        self.links = RedisLinks(client)
        self.preferences = RedisPreferences(client)
        self.relays = RedisRelays(client, after=after)
        self.alive = True
        self.relay = Relay(self.relays, self.answers, lambda: datetime.now(UTC))

    async def answers(self, _: str) -> bool:
        return self.alive

    async def link(self) -> None:
        await self.links.accept(THERE, await self.links.offer(HERE))

    async def fires(self, name: str, topic: str = "breakout") -> None:
        await self.desk.commit(titled(name, topic))

    async def fails(self) -> None:
        """What waits for the chat is tried, and that goes wrong."""
        (parcel,) = await take_all(self.desk.outbox)
        await self.desk.settle(
            Outcome.LATER, replace(parcel, attempts=parcel.attempts + 1), seconds=99
        )

    async def look_late(self) -> bool:
        await asyncio.sleep(AFTER.total_seconds())
        return await self.relay.look("telegram")

    async def elsewhere(self) -> list[Message]:
        """What the other chat is told now."""
        parcels = await take_all(self.desk.outbox, "discord")
        await asyncio.gather(*(self.desk.sent(each) for each in parcels))
        assert {each.chat for each in parcels} <= {THERE}
        return [letter.message for each in parcels for letter in each.letters]


OWN = "3:2026-11-22T11:00:00+00:00:crossed"
"""How the id of an own alert ends: its number, when, and what it says."""


@pytest.fixture
async def pair(store_client: Client) -> Pair:
    made = Pair(store_client)
    await made.desk.join(1, topic="breakout")
    await made.link()
    return made


@asynccontextmanager
async def at_work(desk: Desk, *adapters: Recorder) -> AsyncIterator[None]:
    senders = [
        asyncio.create_task(
            Sender(desk.outbox, each, Pace(each.name, each.limits, desk.outbox)).run(
                asyncio.Event()
            )
        )
        for each in adapters
    ]
    try:
        yield
    finally:
        for each in senders:
            each.cancel()
        await asyncio.wait(senders)


async def test_while_a_platform_refuses_the_other_hears_it_once(pair: Pair, redis: Redis) -> None:
    telegram, discord = Recorder("telegram"), Recorder("discord")
    telegram.meets("1", *[BUSY] * 99)
    async with at_work(pair.desk, telegram, discord):
        await pair.fires("the record falls")
        await telegram.until(lambda: len(telegram.tried) >= 1)
        assert not await pair.relay.look("telegram"), "It may be better in a moment."

        async def relayed() -> bool:
            return await pair.relay.look("telegram")

        await until(relayed)
        for _ in range(3):
            assert not await pair.relay.look("telegram")
        await discord.until(lambda: len(discord.sent) == 1)
        (post,) = discord.posts
        assert post.text.startswith(
            "the record falls\nSent here because your Telegram chat cannot be reached since 20"
        )
        telegram.calm("1")
        await redis.zadd("{nf}:telegram:due", {"1": 1})
        await telegram.until(lambda: telegram.heard("1") == ["the record falls"])
        await pair.fires("and another")
        await telegram.until(lambda: len(telegram.sent) == 2)
        assert not await pair.look_late()
        assert discord.heard("2") == ["the record falls"]


async def test_what_a_suspended_chat_misses_is_heard_by_the_other(pair: Pair) -> None:
    telegram = Recorder("telegram")
    telegram.meets("1", ChatGone("blocked"))
    async with at_work(pair.desk, telegram):
        await pair.fires("one")
        await telegram.until(lambda: len(telegram.tried) == 1)

        async def relayed() -> bool:
            return await pair.relay.look("telegram")

        await until(relayed)
    await pair.fires("two")
    assert await pair.desk.drained() == [], "The walk passes over it."
    assert await pair.relay.look("telegram")
    assert [each.title for each in await pair.elsewhere()] == ["one", "two"]
    assert await pair.desk.subscriptions.resume(HERE) is not None
    await pair.fires("three")
    assert not await pair.look_late()
    assert [jobs for _, jobs in await pair.desk.drained()] == [["one", "two", "three"]]


async def test_whoever_is_killed_between_looking_and_relaying_has_lost_nothing(pair: Pair) -> None:
    await pair.fires("one")
    await pair.fails()
    await asyncio.sleep(AFTER.total_seconds())
    found = asyncio.Event()

    class Killed(RedisRelays):
        async def relay(self, failing: Failing, messages: Mapping[str, Message]) -> int:
            found.set()
            return await asyncio.Future[int]()

    killed = Relay(Killed(pair.desk.client, after=AFTER), pair.answers, lambda: datetime.now(UTC))
    task = asyncio.create_task(killed.look("telegram"))
    await found.wait()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    looks = await asyncio.gather(*(pair.relay.look("telegram") for _ in range(4)))
    assert looks.count(True) == 1, "Four at once tell it once."
    assert [each.title for each in await pair.elsewhere()] == ["one"]


async def test_what_was_heard_is_not_put_on_its_way_again(pair: Pair) -> None:
    await pair.fires("one")
    await pair.fails()
    await asyncio.sleep(AFTER.total_seconds())
    (failing,), _ = await pair.relays.failing("telegram", "0")
    said = {"one": Message("one")}
    assert [await pair.relays.relay(failing, said) for _ in range(2)] == [1, 0]
    assert len(await pair.elsewhere()) == 1
    assert await pair.relays.relay(failing, said) == 0
    assert await pair.elsewhere() == []


async def test_a_success_ends_the_failing_though_more_waits(pair: Pair, redis: Redis) -> None:
    await pair.fires("one")
    await pair.fails()
    await pair.fires("two")
    assert await take_all(pair.desk.outbox) == []
    await ripen(redis, "1")
    (parcel,) = await take_all(pair.desk.outbox)
    assert heard_by(parcel) == ("1", ["one"])
    await pair.desk.settle(Outcome.SENT, parcel, seconds=99)
    assert await redis.hexists("{nf}:telegram:line", "1")
    assert not await pair.look_late()


async def test_a_lost_reply_relays_nothing_twice(redis_url: str) -> None:
    socket = Path(unquote(urlsplit(redis_url).path))
    async with wire_to(socket) as (wire, url), connect(url) as client:
        pair = Pair(client)
        await pair.desk.join(1, topic="breakout")
        await pair.link()
        await pair.fires("one")
        await pair.fails()
        wire.lossy = True
        await pair.look_late()
        wire.lossy = False
        assert [each.title for each in await pair.elsewhere()] == ["one"]
        assert wire.lost_scripts() == 2


@pytest.mark.parametrize(
    ("wanted", "heard"),
    [
        (Preferences(), ["fell", "rose", f"own {OWN}"]),
        (Preferences(urgent=("dominance",)), ["share"]),
        (Preferences(urgent=("phase", "own")), ["rose", f"own {OWN}"]),
        (Preferences(mutes=(Mute("breakout"), Mute(rule="3"))), ["rose"]),
        (
            Preferences(mutes=(Mute(rule="fell"), Mute(rule="rose", condition="recovers"))),
            [f"own {OWN}"],
        ),
        (Preferences(mutes=(Mute(),)), []),
        (
            Preferences(mutes=(Mute(until=datetime(2020, 1, 1, tzinfo=UTC)), Mute(rule="9"))),
            ["fell", "rose", f"own {OWN}"],
        ),
    ],
)  # fmt: skip
async def test_only_what_is_urgent_there_and_not_muted_is_heard_here(
    pair: Pair, wanted: Preferences, heard: Sequence[str]
) -> None:
    await pair.preferences.change(HERE, lambda _: wanted)
    await pair.desk.join(1, topic="phase")
    await pair.desk.join(1, topic="dominance")
    for name, topic in (("fell", "breakout"), ("rose", "phase"), ("share", "dominance")):
        await pair.fires(name, topic)
    await pair.desk.tell(OWN, HERE)
    await pair.fails()
    assert await pair.look_late() is bool(heard)
    assert sorted(each.title for each in await pair.elsewhere()) == sorted(heard)


async def test_what_the_other_hears_itself_is_not_told_twice(pair: Pair) -> None:
    await pair.desk.subscriptions.subscribe(THERE, ["breakout"])
    await pair.fires("one")
    await pair.fails()
    assert not await pair.look_late()
    assert [each.title for each in await pair.elsewhere()] == ["one"]


def test_what_has_no_topic_and_is_no_own_alert_is_never_urgent() -> None:
    now, everything = datetime.now(UTC), Preferences(urgent=("own", "breakout", "", "digest"))
    assert is_urgent(f"own:telegram:1:{OWN}", "", everything, now)
    for job in ("digest:1:1764057600000", "relay:own:discord:2:1:x:1"):
        assert not is_urgent(job, "", everything, now)


async def test_neither_relays_nor_old_news_are_relayed(pair: Pair, redis: Redis) -> None:
    await pair.fires("one")
    await pair.fails()
    await redis.hset("{nf}:telegram:job:one", "ttl_at", 1)
    assert not await pair.look_late()
    await redis.hset("{nf}:telegram:job:one", "ttl_at", 2**52)
    assert await pair.look_late()
    (parcel,) = await take_all(pair.desk.outbox, "discord")
    worse = replace(parcel, attempts=1)
    await pair.desk.settle(Outcome.LATER, worse, seconds=99)
    await asyncio.sleep(AFTER.total_seconds())
    assert not await pair.relay.look("discord"), "It does not come back."


async def test_when_both_are_failing_neither_stands_in(pair: Pair) -> None:
    await pair.fires("one")
    await pair.fails()
    await pair.desk.subscriptions.subscribe(THERE, ["phase"])
    await pair.fires("two", "phase")
    (parcel,) = await take_all(pair.desk.outbox, "discord")
    await pair.desk.settle(Outcome.SUSPENDED, parcel, reason="gone")
    assert not await pair.look_late()
    assert await pair.desk.subscriptions.resume(THERE) is not None
    assert await pair.relay.look("telegram")


async def test_a_link_that_has_ended_relays_nothing(pair: Pair) -> None:
    await pair.fires("one")
    await pair.fails()
    await asyncio.sleep(AFTER.total_seconds())
    (failing,), _ = await pair.relays.failing("telegram", "0")
    await pair.links.remove(THERE)
    assert not await pair.relay.look("telegram")
    assert await pair.relays.relay(failing, {"one": Message("late")}) == 0
    assert await pair.elsewhere() == []


async def test_a_platform_without_a_sign_of_life_is_failing_as_a_whole(pair: Pair) -> None:
    """What was not tried, as nothing is while a platform is down, is told elsewhere too."""
    await pair.fires("one")
    assert not await pair.look_late()
    pair.alive = False
    assert not await pair.relay.look("telegram")
    assert await pair.look_late()
    pair.alive = True
    await pair.fires("two")
    assert not await pair.look_late()
    assert [each.title for each in await pair.elsewhere()] == ["one"]


async def test_it_is_told_in_the_language_of_those_who_hear_it_with_what_they_may_press(
    pair: Pair,
) -> None:
    await pair.preferences.change(THERE, lambda _: Preferences(language="de"))
    buttons = (Button("Why", "/why one"), Button("Mute", "/mute breakout always"))
    german = Message("eins", ("Zeile",), buttons=buttons)
    said = Message("one", ("line",), buttons=buttons, translations=(("de", german),))
    await pair.desk.commit(replace(titled("one", "breakout"), message=said))
    await pair.fails()
    assert await pair.look_late()
    (heard,) = await pair.elsewhere()
    assert (heard.title, heard.lines[1:], heard.buttons) == ("eins", ("Zeile",), buttons[:1])


async def test_many_linked_chats_are_looked_at_in_bounded_steps(pair: Pair, redis: Redis) -> None:
    many = [str(number) for number in range(1000, 3000)]
    for one, other in (("telegram", "discord"), ("discord", "telegram")):
        links = [part for number in many for part in (number, f"{other} {number}")]
        await redis.hset(f"{{nf}}:{one}:links", items=links)
    gone = '{"reason":"blocked","since":0,"at":1}'
    await redis.hset("{nf}:telegram:suspended", mapping=dict.fromkeys(many, gone))
    await pair.desk.join(*range(1000, 3000), topic="breakout")
    await pair.fires("one")
    seen, place, steps = 0, None, 0
    while place != "0":
        found, place = await pair.relays.failing("telegram", place or "0")
        seen, steps = seen + len(found), steps + 1
    assert seen == 2000
    assert steps > 10
    assert heard_by((await take_all(pair.desk.outbox))[0]) == ("1", ["one"])
