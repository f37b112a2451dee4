"""Every kind of Redis that the bot can be given, for tests that must hold on each."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from bot.stores.connect import Client, connect
from bot.stores.dial import dialled
from bot.stores.embedded import EmbeddedRedis
from tests.stores.servers import (
    LOCAL,
    redis7_program,
    server,
    started_group,
    started_nodes,
    veiled,
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a kind of Redis runs."""

    url: str
    """As the bot is given it."""
    open_url: str
    """For whoever may do everything: the same, or the server itself."""


@asynccontextmanager
async def _embedded(folder: Path) -> AsyncIterator[Place]:
    async with EmbeddedRedis(folder) as embedded:
        yield Place(embedded.url, embedded.url)


@asynccontextmanager
async def _redis7(folder: Path) -> AsyncIterator[Place]:
    async with server(folder, program=redis7_program()) as started:
        url = f"redis://{LOCAL}:{started.port}"
        yield Place(url, url)


@asynccontextmanager
async def _cluster(folder: Path) -> AsyncIterator[Place]:
    async with AsyncExitStack() as stack:
        nodes = await started_nodes(folder, stack.enter_async_context)
        yield Place(nodes.url, nodes.url)


@asynccontextmanager
async def _sentinel(folder: Path) -> AsyncIterator[Place]:
    async with AsyncExitStack() as stack:
        group = await started_group(folder, stack.enter_async_context)
        yield Place(group.url, group.url)


@asynccontextmanager
async def _tls(folder: Path) -> AsyncIterator[Place]:
    async with veiled(folder) as found:
        yield Place(found.url(), f"redis://{LOCAL}:{found.hidden.port}")


KINDS: dict[str, Callable[[Path], AbstractAsyncContextManager[Place]]] = {
    "embedded": _embedded,
    "redis7": _redis7,
    "cluster": _cluster,
    "sentinel": _sentinel,
    "tls": _tls,
}


@pytest_asyncio.fixture(scope="session", loop_scope="session", params=list(KINDS))
async def redis_kind(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Place]:
    """One kind of Redis after the other; what it holds is left from the test before."""
    async with KINDS[request.param](tmp_path_factory.mktemp(request.param)) as place:
        yield place


@pytest_asyncio.fixture
async def any_redis(redis_kind: Place) -> AsyncIterator[Client]:
    """The stores' client of each kind of Redis, emptied; a test that takes it runs on all."""
    async with dialled(redis_kind.open_url) as redis:
        await redis.flushall()
    async with connect(redis_kind.url) as client:
        yield client
