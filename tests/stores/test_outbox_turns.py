"""All senders of a platform share its pace."""

import asyncio

import pytest
from redis.asyncio import Redis

from bot.stores.connect import connect
from bot.stores.outbox import RedisOutbox
from tests.stores.examples import Desk

TURN = "{nf}:telegram:turn"


async def test_turns_are_evenly_spaced_and_shared(desk: Desk, redis_url: str) -> None:
    async with connect(redis_url) as another:
        outboxes = [desk.outbox, RedisOutbox(another)]
        turns = [await outboxes[n % 2].turns("telegram", 1, 100.0) for n in range(6)]
        together = await asyncio.gather(*(each.turns("telegram", 2, 100.0) for each in outboxes))
    waits = [each.wait_seconds for each in turns]
    assert waits == pytest.approx([0, 100, 200, 300, 400, 500], abs=5)
    assert sorted(each.wait_seconds for each in together) == pytest.approx([600, 800], abs=5)


async def test_no_turn_is_given_that_is_over_before_its_word_arrives(desk: Desk) -> None:
    turns = await desk.outbox.turns("telegram", 1, 100.0, lead_seconds=3.0)
    assert turns.wait_seconds == pytest.approx(3.0)
    assert (await desk.outbox.turns("telegram", 1, 100.0)).wait_seconds == pytest.approx(103, abs=5)


async def test_several_turns_take_as_long_as_they_need(desk: Desk) -> None:
    assert (await desk.outbox.turns("telegram", 30, 10.0)).wait_seconds == 0
    assert (await desk.outbox.turns("telegram", 1, 10.0)).wait_seconds == pytest.approx(300, abs=5)


async def test_turns_that_nobody_took_are_not_saved(desk: Desk, redis: Redis) -> None:
    assert (await desk.outbox.turns("telegram", 5, 100.0)).wait_seconds == 0
    seconds, _ = await redis.time()
    await redis.set(TURN, (seconds - 1000) * 1_000_000)
    assert (await desk.outbox.turns("telegram", 1, 100.0)).wait_seconds == 0
    assert (await desk.outbox.turns("telegram", 1, 100.0)).wait_seconds == pytest.approx(100, abs=5)


async def test_a_pause_holds_up_everybody_and_a_shorter_one_does_not_end_it(desk: Desk) -> None:
    await desk.outbox.pause("telegram", 500)
    await desk.outbox.pause("telegram", 50)
    assert (await desk.outbox.turns("telegram", 1, 1.0)).wait_seconds == pytest.approx(500, abs=5)
    assert (await desk.outbox.turns("discord", 1, 1.0)).wait_seconds == 0


async def test_a_pause_does_not_shorten_what_is_reserved(desk: Desk) -> None:
    await desk.outbox.turns("telegram", 10, 100.0)
    await desk.outbox.pause("telegram", 300)
    assert (await desk.outbox.turns("telegram", 1, 100.0)).wait_seconds == pytest.approx(
        1000, abs=5
    )


async def test_a_pace_that_nobody_needs_is_forgotten(desk: Desk, redis: Redis) -> None:
    await desk.outbox.turns("telegram", 1, 0.03)
    assert 0 < await redis.pttl(TURN) <= 61_000
    await desk.outbox.pause("telegram", 600)
    assert 600_000 < await redis.pttl(TURN) <= 661_000
