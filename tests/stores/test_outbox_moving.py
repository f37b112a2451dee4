"""A chat with a new id is the same chat: everything stored for it follows, once."""

import json
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.model import Chat
from bot.ports import Outcome, Resumed
from bot.stores.outbox import MOVES_KNOWN
from tests.stores.examples import Desk, alert, chat, dumped, heard_by, ids, ripen, take_all

DOMINANCE = "{nf}:telegram:sub:dominance"
GROUP = chat("-100")
LINE = "{nf}:telegram:line"


async def waits(redis: Redis, member: str) -> dict[str, Any]:
    """What waits for a chat, as it is stored."""
    stored: dict[str, Any] = json.loads(await redis.hget(LINE, member) or "{}")
    return stored


async def test_a_moved_chat_keeps_its_place_its_topics_and_what_waits(
    desk: Desk, redis: Redis
) -> None:
    await desk.join(1, 2)
    await desk.join(1, topic="season")
    await desk.commit(alert("a"), alert("b"))
    one, two = await take_all(desk.outbox)
    await desk.outbox.move(chat(1), GROUP)
    await desk.settle(Outcome.LATER, one)
    assert await desk.subscriptions.topics(chat(1)) == frozenset()
    assert await desk.subscriptions.topics(GROUP) == {"dominance", "season"}
    assert await redis.zrange(DOMINANCE, 0, -1) == ["-100", "2"]
    (again,) = await take_all(desk.outbox)
    assert (heard_by(again), again.attempts) == (("-100", ["a", "b"]), 0)
    await desk.sent(again, two)
    await desk.commit(alert("c"))
    assert await desk.drained() == [("-100", ["c"]), ("2", ["c"])]


async def test_moving_twice_moves_once(desk: Desk, redis: Redis) -> None:
    await desk.join(1)
    await desk.commit(alert("a"), alert("b"))
    await take_all(desk.outbox)
    await desk.outbox.move(chat(1), chat(2))
    before, line = await dumped(redis), await waits(redis, "2")
    await desk.outbox.move(chat(1), chat(2))
    # Its fields may be in another order.
    assert await waits(redis, "2") == line
    assert await dumped(redis) | {LINE: before[LINE]} == before
    await ripen(redis, "2")
    assert await desk.drained() == [("2", ["a", "b"])]


async def test_moving_again_leaves_what_is_out_with_its_sender(desk: Desk) -> None:
    await desk.join(1)
    await desk.commit(alert("a"))
    await desk.outbox.move(chat(1), chat(2))
    (parcel,) = await take_all(desk.outbox)
    await desk.outbox.move(chat(1), chat(2))
    assert await take_all(desk.outbox) == []
    await desk.sent(parcel)
    assert await desk.drained() == []


async def test_a_chat_that_moves_on_and_back_is_still_found(desk: Desk, redis: Redis) -> None:
    await desk.join(1)
    await desk.commit(alert("a"))
    (parcel,) = await take_all(desk.outbox)
    for old, new in ((1, 2), (2, 3), (3, 1)):
        await desk.outbox.move(chat(old), chat(new))
    await desk.commit(alert("b"))
    await desk.settle(Outcome.LATER, parcel)
    assert [job for _, jobs in await desk.drained() for job in jobs] == ["a", "b"]
    assert await redis.zrange(DOMINANCE, 0, -1) == ["1"]


async def test_a_chat_that_moves_onto_a_known_one_keeps_the_earlier_place(
    desk: Desk, redis: Redis
) -> None:
    await desk.join(1, 2, 3)
    await desk.outbox.move(chat(3), chat(1))
    assert await redis.zrange(DOMINANCE, 0, -1) == ["1", "2"]
    await desk.join(4)
    await desk.outbox.move(chat(2), chat(4))
    assert await redis.zrange(DOMINANCE, 0, -1) == ["1", "4"]
    await desk.commit(alert())
    assert ids(await take_all(desk.outbox)) == ["1", "4"]


async def test_a_chat_that_moves_onto_a_known_one_hears_everything_once(desk: Desk) -> None:
    await desk.join(1, 2, 3)
    await desk.commit(alert("a"), alert("b"))
    (one,) = await take_all(desk.outbox, limit=1)
    await desk.sent(one)
    await desk.outbox.move(chat(1), chat(3))
    assert await desk.drained() == [("2", ["a", "b"])], "Those people have heard both."
    await desk.commit(alert("c"))
    assert await desk.drained() == [("3", ["c"]), ("2", ["c"])]


async def test_what_waits_for_both_is_told_together_and_once(desk: Desk) -> None:
    await desk.join(1, 3)
    await desk.join(1, topic="season")
    await desk.commit(alert("a"), alert("s", "season"))
    old, known = await take_all(desk.outbox)
    await desk.outbox.move(chat(1), chat(3))
    assert await take_all(desk.outbox) == [], "A sender has a parcel of the known chat."
    await desk.settle(Outcome.LATER, known)
    await desk.sent(old)
    assert await desk.drained() == [("3", ["a"]), ("3", ["s"])]


async def test_a_walk_that_came_by_the_earlier_place_does_not_pass_over_the_chat(
    desk: Desk,
) -> None:
    """Where the walk of "s" found the old chat, which hears no "d", the new one stands now."""
    await desk.join(1, 2, topic="season")
    await desk.join(3)
    await desk.commit(alert("s", "season"))
    await desk.commit(alert("d"))
    (one,) = await take_all(desk.outbox, limit=1)
    await desk.sent(one)
    await desk.outbox.move(chat(1), chat(3))
    assert sorted(await desk.drained()) == [("2", ["s"]), ("3", ["d"])]


async def test_what_came_to_a_chat_ahead_of_a_walk_is_not_brought_to_its_new_id(
    desk: Desk,
) -> None:
    await desk.join(1, 2, 3)
    await desk.commit(alert("a"))
    await desk.tell("crossed", chat(3))
    (three,) = await take_all(desk.outbox, limit=1)
    assert heard_by(three) == ("3", ["a", "own:telegram:3:crossed"])
    await desk.sent(three)
    await desk.outbox.move(chat(3), GROUP)
    assert await desk.drained() == [("1", ["a"]), ("2", ["a"])]


async def test_a_suspended_chat_hears_what_it_missed_under_its_new_id(
    desk: Desk, redis: Redis
) -> None:
    await desk.join(1, 2)
    await desk.commit(alert("a"))
    one, two = await take_all(desk.outbox)
    await desk.settle(Outcome.SUSPENDED, one, reason="no right to speak")
    await desk.sent(two)
    await desk.commit(alert("b"))
    assert await desk.drained() == [("2", ["b"])]
    await desk.outbox.move(chat(1), GROUP)
    await desk.commit(alert("c"))
    assert await desk.drained() == [("2", ["c"])]
    assert await desk.subscriptions.resume(GROUP) == Resumed("no right to speak", 3)
    assert await desk.drained() == [("-100", ["a", "b", "c"])]
    assert await redis.exists("{nf}:telegram:suspended") == 0


async def test_a_move_to_the_same_chat_loses_nothing(desk: Desk, redis: Redis) -> None:
    await desk.join(1)
    await desk.commit(alert())
    (parcel,) = await take_all(desk.outbox)
    before = await dumped(redis)
    await desk.outbox.move(chat(1), chat(1))
    assert await dumped(redis) == before
    await desk.settle(Outcome.LATER, parcel)
    assert ids(await take_all(desk.outbox)) == ["1"]


async def test_a_chat_that_nobody_knows_may_move(desk: Desk, redis: Redis) -> None:
    await desk.outbox.move(chat(1), chat(2))
    assert [name async for name in redis.scan_iter("{nf}:telegram:*")] == ["{nf}:telegram:moved:1"]
    assert await redis.ttl("{nf}:telegram:moved:1") == pytest.approx(
        MOVES_KNOWN.total_seconds(), abs=10
    )


async def test_a_thread_may_move(desk: Desk) -> None:
    old, new = Chat("telegram", "-5", "9"), Chat("telegram", "-100", "9")
    await desk.subscriptions.subscribe(old, ["dominance"])
    await desk.join("-5")
    await desk.commit(alert("a"))
    await desk.outbox.move(old, new)
    assert await desk.drained() == [("-100:9", ["a"]), ("-5", ["a"])]


async def test_an_own_alert_follows_its_chat(desk: Desk) -> None:
    await desk.tell("crossed", chat(1))
    await desk.outbox.move(chat(1), GROUP)
    assert await desk.drained() == [("-100", ["own:telegram:1:crossed"])]
