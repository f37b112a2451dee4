"""What the poller remembers is written by the leader alone, and a bounded piece at a time."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from redis.asyncio import Redis

from bot.model import FeedHealth, Observation
from bot.ports import History, Journal, StaleLeader
from bot.stores.connect import MANY_FIELDS, connect
from bot.stores.journal import RedisJournal
from tests.stores.examples import LEADER, NOW, PLATFORMS, Desk, dumped
from tests.stores.readings import reads
from tests.stores.wire import wire_to

DAYS_OF_FORTY_YEARS = 14_610
REMEMBER = b"{nf}:lead:poller\r\n"
"""Stands in each request of a write."""


def closes(series: str, count: int, value: float = 1.5) -> list[Observation]:
    """The last days of a series, oldest first."""
    newest = Observation(series, "yahoo", NOW.date(), value, NOW, NOW, final=True)
    return [replace(newest, day=NOW.date() - timedelta(days=age)) for age in range(count)][::-1]


async def days(journal: Journal, value: float) -> None:
    await journal.remember(closes("sp_500", 3, value), leader=LEADER)


async def mark(journal: Journal, value: float) -> None:
    history = History(NOW.date(), NOW.date(), round(value), NOW)
    await journal.mark_history("sp_500", "yahoo", history, leader=LEADER)


async def readings(journal: Journal, value: float) -> None:
    await journal.remember_readings([reads(value)], leader=LEADER)


async def health(journal: Journal, value: float) -> None:
    told = FeedHealth("yahoo/sp_500", ok_at=NOW, error=f"HTTP {value}")
    await journal.remember_health([told], leader=LEADER)


@pytest.mark.parametrize("write", [days, mark, readings, health])
async def test_who_does_not_lead_writes_nothing(
    desk: Desk, redis: Redis, write: Callable[[Journal, float], Awaitable[None]]
) -> None:
    assert await desk.lease.acquire(LEADER)
    await write(desk.journal, 1.0)
    before = await dumped(redis)
    assert len(before) == 1

    await desk.lease.release(LEADER)
    with pytest.raises(StaleLeader, match=f"{LEADER} no longer holds the poller's lease"):
        await write(desk.journal, 2.0)
    assert await desk.lease.acquire("another")
    with pytest.raises(StaleLeader):
        await write(desk.journal, 2.0)
    assert await dumped(redis) == before

    await desk.lease.release("another")
    assert await desk.lease.acquire(LEADER)
    await write(desk.journal, 2.0)
    assert await dumped(redis) != before


async def test_forty_years_are_written_in_pieces(desk: Desk, redis_url: str) -> None:
    told = closes("sp_500", DAYS_OF_FORTY_YEARS)
    others = [each for number in range(60) for each in closes(f"series_{number}", 9)]
    sizes: list[int] = []

    async def measure(request: bytes) -> None:
        if REMEMBER in request:
            sizes.append(int(request[1 : request.index(b"\r\n")]))

    assert await desk.lease.acquire(LEADER)
    async with (
        wire_to(Path(unquote(urlsplit(redis_url).path))) as (wire, url),
        connect(url) as client,
    ):
        wire.before = measure
        await RedisJournal(client, PLATFORMS).remember([*told, *others], leader=LEADER)
    assert max(sizes) <= 2 * MANY_FIELDS + 5 + 2 * 60, "Fields and values, and what goes with them."
    assert len(sizes) <= (len(told) + len(others)) / MANY_FIELDS + 2, "One was sent by its hash."
    assert await desk.journal.observations("sp_500", "yahoo") == told
    for number in range(60):
        stored = await desk.journal.observations(f"series_{number}", "yahoo")
        assert stored == closes(f"series_{number}", 9)


async def test_a_lease_that_is_lost_between_two_pieces_ends_the_write(
    desk: Desk, redis_url: str
) -> None:
    written = 0

    async def take_over(request: bytes) -> None:
        nonlocal written
        written += REMEMBER in request and b"EVALSHA" in request
        if written == 2:
            await desk.lease.vacate()
            assert await desk.lease.acquire("another")

    told = closes("sp_500", 3 * MANY_FIELDS)
    assert await desk.lease.acquire(LEADER)
    async with (
        wire_to(Path(unquote(urlsplit(redis_url).path))) as (wire, url),
        connect(url) as client,
    ):
        wire.before = take_over
        with pytest.raises(StaleLeader):
            await RedisJournal(client, PLATFORMS).remember(told, leader=LEADER)
    assert await desk.journal.observations("sp_500", "yahoo") == told[:MANY_FIELDS]
