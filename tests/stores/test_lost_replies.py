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
from tests.stores.examples import FIRING, LEADER, NORMAL, NOW, Desk, alert, chat, fires, ids
from tests.stores.processes import until
from tests.stores.wire import Wire, wire_to


@pytest_asyncio.fixture
async def wired(redis_url: str) -> AsyncIterator[tuple[Wire, Desk]]:
    """Stores behind a wire that is still sound, with short leases."""
    socket = Path(unquote(urlsplit(redis_url).path))
    async with wire_to(socket) as (wire, url), connect(url) as client:
        yield wire, Desk(client, RedisOutbox(client, lease=timedelta(seconds=0.2)))


async def test_subscribing(wired: tuple[Wire, Desk], redis: Redis) -> None:
    wire, desk = wired
    wire.lossy = True
    await desk.join(1, 2)
    await desk.subscriptions.unsubscribe(chat(1), ["dominance"])
    assert len([request for request in wire.lost if b"EVALSHA" in request]) == 3
    assert await redis.zrange("{nf}:telegram:sub:dominance", 0, -1, withscores=True) == [("2", 2)]
    assert await desk.subscriptions.topics(chat(1)) == frozenset()


async def test_committing(wired: tuple[Wire, Desk], redis: Redis) -> None:
    wire, desk = wired
    await desk.join(1)
    wire.lossy = True
    await desk.commit(alert(), changes=[fires()])
    assert len([request for request in wire.lost if b"EVALSHA" in request]) == 2
    assert await desk.journal.states() == {"dominance_55": FIRING}
    assert len([key async for key in redis.scan_iter("*:job:*")]) == 1
    assert await redis.get("{nf}:seq") == "2"


async def test_taking_leaves_the_lost_parcels_for_after_the_lease(
    wired: tuple[Wire, Desk],
) -> None:
    wire, desk = wired
    await desk.join(1, 2, 3, 4)
    await desk.commit(alert())
    wire.lossy = True
    heard = list(await desk.outbox.take("telegram", 2))
    assert ids(heard) == ["3", "4"]
    wire.lossy = False
    for parcel in heard:
        await desk.outbox.acknowledge(parcel)

    async def rest_came_back() -> bool:
        heard.extend(await desk.outbox.take("telegram", 9))
        return len(heard) >= 4

    await until(rest_came_back)
    assert sorted(ids(heard)) == ["1", "2", "3", "4"]


async def test_settling(wired: tuple[Wire, Desk], redis: Redis) -> None:
    wire, desk = wired
    desk.outbox = RedisOutbox(desk.client)
    await desk.join(*range(5))
    await desk.commit(alert("job"))
    sent, dropped, suspended, moved, later = await desk.outbox.take("telegram", 5)
    wire.lossy = True
    await desk.outbox.acknowledge(sent)
    await desk.outbox.drop(dropped, "too long")
    await desk.outbox.suspend(suspended, "blocked")
    await desk.outbox.move(moved, chat(33))
    await desk.outbox.postpone(later, 0, counts=False)
    assert len([request for request in wire.lost if b"EVALSHA" in request]) == 5
    wire.lossy = False

    counts = await redis.hmget("{nf}:telegram:job:job", ["sent", "dropped", "suspended"])
    assert counts == ["1", "1", "1"]
    assert await redis.llen("{nf}:telegram:dropped") == 1
    due = await desk.outbox.take("telegram", 9)
    assert [(parcel.chat.id, parcel.attempts) for parcel in due] == [("33", 0), ("4", 0)]


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
