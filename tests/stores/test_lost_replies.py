"""What was done, but never answered, is asked for again by the client: nothing may happen twice."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from bot.model import RuleState, Status
from bot.ports import StaleLeader, StateChange
from bot.stores.connect import connect
from bot.stores.outbox import RedisOutbox
from tests.stores.examples import FIRING, LEADER, NORMAL, NOW, Desk, alert, chat, fires
from tests.stores.wire import Wire, wire_to


@pytest_asyncio.fixture
async def wired(redis_url: str) -> AsyncIterator[tuple[Wire, Desk]]:
    """Stores behind a wire that is still sound, with short leases."""
    socket = Path(unquote(urlsplit(redis_url).path))
    async with wire_to(socket) as (wire, url), connect(url) as client:
        yield wire, Desk(client, RedisOutbox(client, lease=timedelta(seconds=0.2)))


async def test_subscribing(wired: tuple[Wire, Desk], redis: Redis) -> None:
    wire, desk = wired
    subscriptions = desk.subscriptions
    wire.lossy = True
    assert await subscriptions.subscribe(chat(1), ["dominance"]) == {"dominance"}
    assert await subscriptions.subscribe(chat(1), ["dominance"]) == frozenset()
    assert await subscriptions.subscribe(chat(2), ["dominance", "phase"]) == {"dominance", "phase"}
    assert await subscriptions.unsubscribe(chat(1), ["dominance"]) == {"dominance"}
    assert await subscriptions.unsubscribe(chat(1), ["dominance"]) == frozenset()
    assert wire.lost_scripts() == 5
    assert await redis.zrange("{nf}:telegram:sub:dominance", 0, -1, withscores=True) == [("2", 2)]
    assert await desk.subscriptions.topics(chat(1)) == frozenset()


async def test_committing(wired: tuple[Wire, Desk], redis: Redis) -> None:
    wire, desk = wired
    await desk.join(1)
    wire.lossy = True
    await desk.commit(alert(), changes=[fires()])
    assert wire.lost_scripts() == 2
    assert await desk.journal.states() == {"dominance_55": FIRING}
    assert len([key async for key in redis.scan_iter("*:job:*")]) == 1
    assert await redis.get("{nf}:seq") == "2"


async def test_a_state_that_moves_between_reading_and_writing_refuses_the_commit(
    wired: tuple[Wire, Desk], redis: Redis
) -> None:
    wire, desk = wired
    await desk.commit(changes=[fires()])
    assert await desk.lease.acquire(LEADER)

    async def another_poller(_: bytes) -> None:
        await redis.hset("{nf}:state", "dominance_55", '{"status":"pending"}')

    wire.before = another_poller
    change = StateChange("dominance_55", FIRING, NORMAL)
    with pytest.raises(StaleLeader, match="moved a state"):
        await desk.journal.commit([change], [], leader=LEADER, now=NOW)
    assert await desk.journal.states() == {"dominance_55": RuleState(Status.PENDING)}
