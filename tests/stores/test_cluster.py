"""A cluster whose nodes die, change their parts, or move to new addresses."""

import asyncio
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
from tests.stores.servers import LOCAL, Nodes, lone_node, server, started_nodes

WITNESS = chat("witness")
"""Hears a topic for each write that went through."""


@pytest_asyncio.fixture
async def nodes(tmp_path: Path) -> AsyncIterator[Nodes]:
    async with AsyncExitStack() as stack:
        yield await started_nodes(tmp_path, stack.enter_async_context)


async def written(client: Client, text: str) -> bool:
    """Whether a write went through; it takes no longer than it may in any case."""
    begun = time.monotonic()
    try:
        await RedisSubscriptions(client).subscribe(WITNESS, [text])
    except StoreUnavailable:
        assert time.monotonic() - begun < LONGEST_CALL_SECONDS + 1.0
        return False
    return True


async def test_a_node_that_dies_is_told_and_its_replica_heard(nodes: Nodes) -> None:
    async with connect(nodes.url) as client:
        lease, subscriptions = RedisLease(client), RedisSubscriptions(client)
        assert await lease.acquire(LEADER)
        assert await subscriptions.subscribe(chat(1), ["season"]) == {"season"}
        await until(partial(nodes.replica.has_all_of, nodes.ours))
        await nodes.ours.die()
        assert not await written(client, "too early")
        await until(partial(written, client, "after"))
        assert await subscriptions.topics(WITNESS) == {"after"}
        assert await subscriptions.topics(chat(1)) == {"season"}
        assert await subscriptions.subscribe(chat(1), ["phase"]) == {"phase"}
        assert not await lease.acquire("another")
    async with connect(nodes.url) as client:
        heard = await RedisSubscriptions(client).topics(WITNESS)
        assert heard == {"after"}, "Its first node is dead."


async def test_nothing_is_lost_when_a_replica_takes_over_on_request(nodes: Nodes) -> None:
    async with connect(nodes.url) as client:
        done: list[str] = []

        async def taken_over() -> bool:
            name = str(len(done))
            if await written(client, name):
                done.append(name)
            return await nodes.replica.says("ROLE", "master") and len(done) > 50

        await nodes.replica.ask("CLUSTER", "FAILOVER")
        await until(taken_over)
        await client.await_token("{nf}:wake:telegram")
        assert await written(client, "last")
        assert await RedisSubscriptions(client).topics(WITNESS) >= {*done, "last"}
        assert await nodes.replica.says("SMEMBERS {nf}:telegram:chat:witness", "'last'")


async def test_a_cluster_that_moved_is_looked_for_where_the_url_says(tmp_path: Path) -> None:
    port = 0

    async def lead_on(near: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        far, node = await asyncio.open_connection(LOCAL, port)
        while request := await near.read(1 << 16):
            node.write(request)
            client.write(await far.read(1 << 20))
        node.close()
        client.close()

    async with await asyncio.start_server(lead_on, LOCAL, 0) as known:
        url = f"redis+cluster://{LOCAL}:{known.sockets[0].getsockname()[1]}"
        async with AsyncExitStack() as stack:
            async with lone_node(tmp_path / "first") as first:
                port = first.port
                client = await stack.enter_async_context(connect(url))
                assert await written(client, "first")
            assert not await written(client, "nowhere")
            async with lone_node(tmp_path / "second") as second:
                port = second.port
                await until(partial(written, client, "second"))
                assert await RedisSubscriptions(client).topics(WITNESS) == {"second"}


async def test_a_server_that_is_no_cluster_is_told_in_a_sentence(tmp_path: Path) -> None:
    async with server(tmp_path) as alone:
        with pytest.raises(StoreUnavailable, match=r"^Redis cannot be reached: .*Cluster mode"):
            async with connect(f"redis+cluster://{LOCAL}:{alone.port}"):
                pass
