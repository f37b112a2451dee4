"""What the outbox did, but never said, is asked for again: the repeat must change nothing."""

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from bot.ports import Outcome, Parcel, Resumed
from bot.stores.connect import connect
from bot.stores.outbox import RedisOutbox
from tests.stores.examples import FIRING, Desk, alert, chat, fires, heard_by, ids, take_all
from tests.stores.wire import Wire, wire_to

Act = Callable[[Desk, list[Parcel]], Awaitable[object]]
CLOCK = re.compile(r"\b1[0-9]{12}([0-9]{3})?\b")
"""A time in ms or us, as it stands in values and scores."""


@pytest_asyncio.fixture
async def wired(redis_url: str) -> AsyncIterator[tuple[Wire, Desk]]:
    """Stores behind a wire that is still sound."""
    socket = Path(unquote(urlsplit(redis_url).path))
    async with wire_to(socket) as (wire, url), connect(url) as client:
        yield wire, Desk(client)


async def prepared(desk: Desk) -> list[Parcel]:
    """Something of everything: walks under way, parcels out, dead letters, suspended chats."""
    await desk.join(1, 2, 3, 4, 5, 6)
    await desk.join(6, 2, 7, topic="season")
    await desk.commit(alert("a"), alert("s", "season"))
    one, two = await desk.outbox.take("telegram", 2, "before:1")
    await desk.settle(Outcome.SUSPENDED, one, reason="blocked")
    await desk.settle(Outcome.DEAD, two, reason="odd")
    await desk.commit(alert("b"))
    await desk.tell("crossed", chat(1), chat(9))
    return list(await desk.outbox.take("telegram", 3, "before:2"))


async def commit(desk: Desk, _: list[Parcel]) -> object:
    await desk.commit(alert("c"), alert("late", "season", late=True), changes=[fires()])
    return await desk.journal.states()


async def take(desk: Desk, _: list[Parcel]) -> object:
    return await desk.outbox.take("telegram", 2, "sender:1")


def settle(outcome: Outcome) -> Act:
    async def act(desk: Desk, parcels: list[Parcel]) -> None:
        await desk.settle(outcome, *parcels, reason="because", seconds=3)

    return act


async def move(desk: Desk, parcels: list[Parcel]) -> None:
    await desk.outbox.move(parcels[0].chat, chat("-100"))
    await desk.outbox.move(chat(1), chat(4))
    await desk.outbox.move(chat(6), chat(7))


async def resume(desk: Desk, _: list[Parcel]) -> object:
    return [await desk.subscriptions.resume(chat(1)) for _ in range(2)]


async def redrive(desk: Desk, _: list[Parcel]) -> object:
    return await desk.dead_letters.redrive("telegram")


async def reclaim(desk: Desk, _: list[Parcel]) -> None:
    await RedisOutbox(desk.client).reclaim(("telegram", "discord"))


async def pause(desk: Desk, _: list[Parcel]) -> None:
    await desk.outbox.pause("telegram", 30)


async def join_and_leave(desk: Desk, _: list[Parcel]) -> object:
    new = await desk.subscriptions.subscribe(chat(3), ["season", "phase"])
    return new, await desk.subscriptions.unsubscribe(chat(6), ["dominance"])


async def tell(desk: Desk, _: list[Parcel]) -> None:
    await desk.tell("again", chat(1), chat(2), chat(8))


ACTS: dict[str, Act] = {
    **{f"settle {outcome}": settle(outcome) for outcome in Outcome},
    **{act.__name__: act for act in (commit, take, move, resume, redrive, reclaim, pause)},
    **{act.__name__: act for act in (join_and_leave, tell)},
}


async def everything(redis: Redis) -> dict[str, object]:
    """All that is stored, without what kept replies for a while, and whatever the clock said."""
    found = {}
    async for name in redis.scan_iter("*"):
        if ":once:" not in name and ":lead" not in name:
            found[name] = await value(redis, name)
    return found


async def value(redis: Redis, name: str) -> object:
    read: dict[str, Callable[[], Any]] = {
        "string": lambda: redis.get(name),
        "hash": lambda: redis.hgetall(name),
        "set": lambda: redis.smembers(name),
        "zset": lambda: redis.zrange(name, 0, -1, withscores=True),
        "list": lambda: redis.lrange(name, 0, -1),
    }
    kind = str(await redis.type(name))
    stored = await read[kind]()
    if kind == "hash":
        stored = [(field, in_one_order(text)) for field, text in stored.items()]
    if kind != "string":
        # Times that differ by a moment may put members in another order.
        stored = sorted(stored)
    return CLOCK.sub("<time>", str(stored))


def in_one_order(text: str) -> str:
    """A text, or if it is an object of JSON, one with its fields in order."""
    return json.dumps(json.loads(text), sort_keys=True) if text.startswith("{") else text


@pytest.mark.parametrize("name", ACTS)
async def test_a_repeat_changes_nothing(wired: tuple[Wire, Desk], redis: Redis, name: str) -> None:
    wire, desk = wired
    said, stored, heard = [], [], []
    for lossy in (False, True):
        await redis.flushall()
        out = await prepared(desk)
        wire.lossy = lossy
        said.append(await ACTS[name](desk, out))
        wire.lossy = False
        stored.append(await everything(redis))
        await RedisOutbox(desk.client).reclaim(("telegram",))
        heard.append(await desk.drained())
    assert wire.lost_scripts() > 0
    assert said[0] == said[1]
    assert stored[0] == stored[1]
    assert heard[0] == heard[1]


async def test_no_parcel_waits_for_its_lease_because_a_reply_was_lost(
    wired: tuple[Wire, Desk],
) -> None:
    wire, desk = wired
    await desk.join(*range(1, 8))
    await desk.commit(alert("a"))
    wire.lossy = True
    heard: list[str] = []
    for wish in range(4):
        parcels = await desk.outbox.take("telegram", 2, f"sender:{wish}")
        heard += ids(parcels)
        await desk.sent(*parcels)
    assert heard == [str(number) for number in range(1, 8)]
    assert wire.lost_scripts() == 8


async def test_a_turn_may_be_reserved_twice_and_never_less(wired: tuple[Wire, Desk]) -> None:
    wire, desk = wired
    wire.lossy = True
    assert (await desk.outbox.turns("telegram", 10, 10.0)).wait_seconds == pytest.approx(100, abs=5)
    wire.lossy = False
    assert (await desk.outbox.turns("telegram", 1, 10.0)).wait_seconds == pytest.approx(200, abs=5)


# --- Others act between what was done and its repeat ----------------------------------------------


@pytest_asyncio.fixture
async def elsewhere(redis_url: str) -> AsyncIterator[Desk]:
    """Another process, whose own wire is sound."""
    async with connect(redis_url) as client:
        yield Desk(client)


async def test_another_senders_parcels_are_not_given_out_by_a_repeat(
    wired: tuple[Wire, Desk], elsewhere: Desk
) -> None:
    wire, desk = wired
    await desk.join(1, 2, 3, 4)
    await desk.commit(alert("a"))
    others: list[Parcel] = []

    async def another_takes(_: bytes) -> None:
        others.extend(await elsewhere.outbox.take("telegram", 2, "another:1"))

    wire.lossy, wire.after_loss = True, another_takes
    assert ids(await desk.outbox.take("telegram", 2, "sender:1")) == ["1", "2"]
    assert ids(others) == ["3", "4"]


@pytest.mark.parametrize("outcome", [each for each in Outcome if each is not Outcome.SUSPENDED])
async def test_a_repeat_does_not_settle_what_another_sender_took_meanwhile(
    wired: tuple[Wire, Desk], elsewhere: Desk, outcome: Outcome
) -> None:
    wire, desk = wired
    await desk.join(1)
    await desk.commit(alert("a"), alert("b"))
    (parcel,) = await take_all(desk.outbox)
    await desk.commit(alert("c"))
    others: list[Parcel] = []

    async def another_takes(_: bytes) -> None:
        others.extend(await take_all(elsewhere.outbox))

    wire.lossy, wire.after_loss = True, another_takes
    await desk.settle(outcome, parcel)
    wire.lossy = False
    assert len(others) == 1
    assert await take_all(desk.outbox) == [], "The other sender has the chat."
    await elsewhere.settle(Outcome.LATER, *others)
    assert [heard_by(each) for each in await take_all(desk.outbox)] == [heard_by(others[0])]


async def test_a_repeat_does_not_suspend_a_chat_that_resumed_meanwhile(
    wired: tuple[Wire, Desk], elsewhere: Desk
) -> None:
    wire, desk = wired
    await desk.join(1)
    await desk.commit(alert("a"))
    parcels = await take_all(desk.outbox)

    async def it_speaks(_: bytes) -> None:
        assert await elsewhere.subscriptions.resume(chat(1)) == Resumed("blocked", 1)

    wire.lossy, wire.after_loss = True, it_speaks
    await desk.settle(Outcome.SUSPENDED, *parcels, reason="blocked")
    wire.lossy = False
    assert await desk.drained() == [("1", ["a"])]


async def test_a_repeat_does_not_move_again_what_moved_on_meanwhile(
    wired: tuple[Wire, Desk], elsewhere: Desk
) -> None:
    wire, desk = wired
    await desk.join(1)
    await desk.commit(alert("a"))

    async def it_moves_on(_: bytes) -> None:
        await elsewhere.outbox.move(chat(2), chat(3))

    wire.lossy, wire.after_loss = True, it_moves_on
    await desk.outbox.move(chat(1), chat(2))
    wire.lossy = False
    assert await desk.drained() == [("3", ["a"])]
    assert await desk.subscriptions.topics(chat(3)) == {"dominance"}


async def test_a_repeat_does_not_resume_a_chat_that_failed_again_meanwhile(
    wired: tuple[Wire, Desk], elsewhere: Desk
) -> None:
    wire, desk = wired
    await desk.join(1)
    await desk.commit(alert("a"))
    await desk.settle(Outcome.SUSPENDED, *await take_all(desk.outbox), reason="blocked")

    async def it_fails_again(_: bytes) -> None:
        parcels = await take_all(elsewhere.outbox)
        await elsewhere.settle(Outcome.SUSPENDED, *parcels, reason="kicked")

    wire.lossy, wire.after_loss = True, it_fails_again
    assert await desk.subscriptions.resume(chat(1)) == Resumed("blocked", 1)
    wire.lossy = False
    assert await desk.drained() == []
    assert await desk.subscriptions.resume(chat(1)) == Resumed("kicked", 1)


async def test_a_repeated_commit_brings_nothing_to_who_joined_meanwhile(
    wired: tuple[Wire, Desk], elsewhere: Desk
) -> None:
    wire, desk = wired
    await desk.join(1)

    async def it_is_told_and_another_joins(request: bytes) -> None:
        if b"dominance_55" in request:
            assert await elsewhere.drained() == [("1", ["a"])]
            await elsewhere.join(2)

    wire.lossy, wire.after_loss = True, it_is_told_and_another_joins
    await desk.commit(alert("a"), changes=[fires()])
    wire.lossy = False
    assert await desk.subscriptions.topics(chat(2)) == {"dominance"}
    assert await desk.journal.states() == {"dominance_55": FIRING}
    assert await desk.drained() == []
