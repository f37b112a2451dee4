"""A sender that is stopped finishes what it began, and lets others have the rest at once."""

import asyncio
import json

import pytest
from redis.asyncio import Redis

from bot.delivery import courier
from bot.ports import RetryLater
from tests.delivery.recorder import Recorder
from tests.delivery.sending import LINE, ended, line, sending, settled, titled
from tests.stores.examples import Desk
from tests.stores.processes import until


async def leased(redis: Redis) -> list[str]:
    """The chats whose parcels somebody has."""
    members = [str(each) for each in await redis.hkeys(LINE)]
    return [each for each in members if "lease" in await line(redis, each)]


async def test_stopping_finishes_and_settles_what_is_in_flight(
    desk: Desk, adapter: Recorder, redis: Redis
) -> None:
    arrived = asyncio.Event()
    for member in "123":
        adapter.meets(member, arrived)
    await desk.join(1, 2, 3)
    await desk.commit(titled("one"))
    async with sending(desk, adapter) as (stop, task):
        await adapter.until(lambda: len(adapter.tried) == 3)
        stop.set()
        await desk.commit(titled("two"))
        await asyncio.sleep(0.05)
        assert not task.done()
        arrived.set()
        async with asyncio.timeout(2):
            await task
    assert sorted(adapter.sent) == [("1", "one"), ("2", "one"), ("3", "one")]
    assert await ended(redis, "one", "sent") == 3
    assert await leased(redis) == [], "The second alert was not taken."


async def test_an_idle_sender_stops_at_once(desk: Desk, adapter: Recorder) -> None:
    loop = asyncio.get_running_loop()
    async with sending(desk, adapter) as (stop, task):
        await desk.join(1)
        await desk.commit(titled("one"))
        await adapter.until(lambda: len(adapter.sent) == 1)
        asked_at = loop.time()
        stop.set()
        async with asyncio.timeout(2):
            await task
        assert loop.time() - asked_at < 0.5


async def test_what_was_at_hand_is_there_for_the_next_sender_within_a_second(
    desk: Desk, redis: Redis
) -> None:
    first, second = Recorder(per_second=10.0, at_once=2), Recorder(at_once=16)
    await desk.join(*range(1, 41))
    await desk.commit(titled("one"))
    loop = asyncio.get_running_loop()
    async with sending(desk, first) as (stop, _):
        await first.until(lambda: len(first.sent) == 3)
        stop.set()
        stopped_at = loop.time()
        async with sending(desk, second):
            await until(lambda: _have_sent(40, first, second), seconds=4)
            assert loop.time() - stopped_at < 1.5
            await until(lambda: settled(redis))
    assert len(first.sent) <= 3 + first.limits.at_once
    everything = sorted(first.sent + second.sent)
    assert everything == sorted((str(member), "one") for member in range(1, 41))
    assert await ended(redis, "one", "sent") == 40


async def _have_sent(count: int, *adapters: Recorder) -> bool:
    return sum(len(adapter.sent) for adapter in adapters) == count


async def test_what_a_killed_task_had_is_there_for_the_next_sender_at_once(
    desk: Desk, adapter: Recorder, redis: Redis
) -> None:
    """But for what was on the wire: it may have arrived, and is tried again after a while."""
    slow = Recorder(per_second=20.0)
    slow.meets("1", asyncio.Event())
    slow.meets("2", asyncio.Event())
    await desk.join(*range(1, 8))
    await desk.commit(titled("one"))
    async with sending(desk, slow) as (_, task):
        await slow.until(lambda: len(slow.tried) >= 2)
        task.cancel()
        async with asyncio.timeout(1.5):
            await asyncio.wait((task,))
        assert task.cancelled()
        taken = await desk.outbox.take("telegram", 10, "heir:1")
    heard = {member for member, _ in slow.sent}
    at_once = {parcel.chat.id for parcel in taken}
    assert at_once | heard == set("34567")
    assert not at_once & heard
    assert {(parcel.attempts, parcel.unsure) for parcel in taken} == {(0, 0)}
    assert await ended(redis, "one", "sent") == len(heard)
    now = (await redis.time())[0] * 1000
    for member in "12":
        due = await redis.zscore("{nf}:telegram:due", member) or 0.0
        assert 25_000 < due - now < 32_000
        line = json.loads(await redis.hget("{nf}:telegram:line", member) or "{}")
        assert (line["unsure"], "lease" in line) == (1, False)


async def test_what_was_taken_in_the_moment_of_the_stop_is_given_back(
    desk: Desk, adapter: Recorder, redis: Redis
) -> None:
    """However a stop meets a take, no parcel waits for the end of its lease."""
    await desk.join(*range(1, 31))
    await desk.commit(titled("one"))
    for moment in range(25):
        async with sending(desk, adapter) as (stop, task):
            for _ in range(moment):
                await asyncio.sleep(0)
            stop.set()
            async with asyncio.timeout(3):
                await task
    assert await leased(redis) == []
    async with sending(desk, adapter):
        await adapter.until(lambda: len(adapter.sent) == 30)
        await until(lambda: settled(redis))
    assert len(set(adapter.sent)) == 30


async def test_what_was_taken_in_the_moment_of_a_kill_is_given_back(
    desk: Desk, adapter: Recorder, redis: Redis
) -> None:
    await desk.join(*range(1, 31))
    await desk.commit(titled("one"))
    for moment in range(25):
        async with sending(desk, adapter) as (_, task):
            for _ in range(moment):
                await asyncio.sleep(0)
            task.cancel()
            async with asyncio.timeout(3):
                await asyncio.wait((task,))
    assert await leased(redis) == []


async def test_a_stop_does_not_wait_for_a_platform_that_wants_nothing(
    desk: Desk, adapter: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "SEND_SECONDS", 5.0)
    adapter.meets("1", RetryLater(30.0, "flood", counts=False, everything=True))
    await desk.join(*range(1, 41))
    await desk.commit(titled("one"))
    async with sending(desk, adapter) as (stop, task):
        await adapter.until(lambda: ("1", "one") in adapter.tried)
        stop.set()
        async with asyncio.timeout(3):
            await task
