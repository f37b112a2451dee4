"""A real server for the tests: the product's own embedded one, once a session, emptied a test."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from bot.stores.connect import Client, connect
from bot.stores.embedded import EmbeddedRedis


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def redis_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedRedis]:
    async with EmbeddedRedis(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest_asyncio.fixture
async def redis(redis_server: EmbeddedRedis) -> AsyncIterator[Redis]:
    """The library's own client of the emptied server, to look at what is stored."""
    async with Redis.from_url(redis_server.url, decode_responses=True, protocol=2) as client:
        await client.flushall()
        yield client


@pytest_asyncio.fixture
async def redis_url(redis_server: EmbeddedRedis, redis: Redis) -> str:
    """The URL of the server, emptied."""
    assert await redis.ping()
    return redis_server.url


@pytest_asyncio.fixture
async def store_client(redis_url: str) -> AsyncIterator[Client]:
    """The stores' client of the emptied server."""
    async with connect(redis_url) as connected:
        yield connected
