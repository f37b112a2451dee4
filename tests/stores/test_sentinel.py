"""A group under a sentinel whose primary dies or is replaced."""

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio

from bot.ports import StoreUnavailable
from bot.stores.connect import LONGEST_CALL_SECONDS, Client, connect
from bot.stores.lease import RedisLease
from bot.stores.subscriptions import RedisSubscriptions
from tests.stores.examples import LEADER, chat
from tests.stores.processes import until
from tests.stores.servers import SERVICE, Group, started_group

WITNESS = chat("witness")
"""Hears a topic for each write that went through."""


@pytest_asyncio.fixture
async def group(tmp_path: Path) -> AsyncIterator[Group]:
    async with AsyncExitStack() as stack:
        yield await started_group(tmp_path, stack.enter_async_context)


async def written(client: Client, text: str) -> bool:
    """Whether a write went through; it takes no longer than it may in any case."""
    begun = time.monotonic()
    try:
        await RedisSubscriptions(client).subscribe(WITNESS, [text])
    except StoreUnavailable:
        assert time.monotonic() - begun < LONGEST_CALL_SECONDS + 1.0
        return False
    return True


async def test_a_primary_that_dies_is_followed_by_its_replica(group: Group) -> None:
    async with connect(group.url) as client:
        lease, subscriptions = RedisLease(client), RedisSubscriptions(client)
        assert await lease.acquire(LEADER)
        assert await subscriptions.subscribe(chat(1), ["season"]) == {"season"}
        await until(partial(group.replica.has_all_of, group.primary))
        await group.primary.die()
        await until(partial(written, client, "after"))
        assert await group.replica.says("ROLE", "master")
        assert await subscriptions.topics(WITNESS) == {"after"}
        assert await subscriptions.topics(chat(1)) == {"season"}
        assert await subscriptions.subscribe(chat(1), ["phase"]) == {"phase"}
        assert not await lease.acquire("another")


async def test_a_primary_that_is_replaced_is_left(group: Group) -> None:
    async with connect(group.url) as client:
        assert await written(client, "before")
        await group.primary.ask("CONFIG", "SET", "min-replicas-to-write", 1)
        await group.sentinel.ask("SENTINEL", "FAILOVER", SERVICE)
        await until(partial(group.replica.says, "ROLE", "master"))
        assert await group.primary.says("ROLE", "master"), "It does not know yet."
        await until(partial(written, client, "after"), 5.0)
        assert await RedisSubscriptions(client).topics(WITNESS) == {"before", "after"}
        assert await group.replica.says("SCARD {nf}:telegram:chat:witness", "2")


async def test_with_nobody_to_lead_it_is_told_in_time(group: Group) -> None:
    async with connect(group.url) as client:
        await group.primary.die()
        await group.replica.die()
        assert not await written(client, "nowhere")
        await group.sentinel.die()
        assert not await written(client, "nowhere")
    with pytest.raises(StoreUnavailable, match="no sentinel names a primary"):
        async with connect(group.url):
            pass


async def test_a_name_that_no_sentinel_knows_is_told(group: Group) -> None:
    with pytest.raises(StoreUnavailable, match="no sentinel names a primary"):
        async with connect(group.url.replace(SERVICE, "another")):
            pass


async def test_sentinels_have_a_password_of_their_own(group: Group) -> None:
    await group.sentinel.ask("ACL", "SETUSER", "default", "resetpass", ">hunter2")
    async with connect(f"{group.url}?sentinel_password=hunter2") as client:
        assert await written(client, "fine")
    with pytest.raises(StoreUnavailable) as caught:
        async with connect(f"{group.url}?sentinel_password=hunter3"):
            pass
    assert "hunter" not in str(caught.value)
