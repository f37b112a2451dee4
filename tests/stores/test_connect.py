import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as NoConnection

from bot.ports import StoreUnavailable
from bot.settings import WrongSetting
from bot.stores.connect import Client, UnsupportedServer, connect, reaching_redis
from bot.stores.embedded import EmbeddedRedis
from bot.stores.lease import RedisLease
from tests.stores.examples import Desk


@asynccontextmanager
async def old_server(version: str) -> AsyncIterator[str]:
    """A server that only says how old it is."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while request := await reader.read(4096):
            about = f"# Server\r\nredis_version:{version}\r\n".encode()
            is_info = b"INFO\r\n" in request
            # The first request of a connection names the library, in two commands.
            answer = b"$%d\r\n%s\r\n" % (len(about), about) if is_info else b"+OK\r\n"
            writer.write(answer * (1 if is_info else request.count(b"*")))
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        yield f"redis://{host}:{port}"


async def test_an_old_server_is_refused_in_a_sentence() -> None:
    async with old_server("6.2.14") as url:
        with pytest.raises(UnsupportedServer, match=r"Redis 6\.2, but the bot needs Redis 7\.0"):
            async with connect(url):
                pass


async def test_a_server_that_is_not_there_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match=r"^Redis cannot be reached: .*[^.]\.$"):
        async with connect(f"unix://{tmp_path}/nobody.sock"):
            pass


async def test_an_unreadable_url_is_told_without_its_password() -> None:
    with pytest.raises(WrongSetting, match="REDIS_URL cannot be read") as caught:
        async with connect("redis://:secret/1@host:6379"):
            pass
    assert "secret" not in str(caught.value)


async def test_a_server_that_refuses_a_command_is_told_in_a_sentence(
    desk: Desk, redis: Redis
) -> None:
    await redis.set("{nf}:state", "somebody else's")
    with pytest.raises(StoreUnavailable, match=r"Redis refused a command: .*WRONGTYPE"):
        await desk.journal.states()


async def test_a_server_that_went_away_is_told_and_heard_again_when_back(tmp_path: Path) -> None:
    async with EmbeddedRedis(tmp_path) as server:
        url = server.url
        async with connect(url) as client:
            lease = RedisLease(client)
            assert await lease.acquire("a")
            await server.__aexit__(None, None, None)
            with pytest.raises(StoreUnavailable, match="Redis cannot be reached"):
                await lease.acquire("a")
            async with EmbeddedRedis(tmp_path):
                assert await lease.acquire("a"), "Its scripts were loaded again."


async def test_a_cancellation_is_never_lost_in_a_write(store_client: Client) -> None:
    async def write_for_ever() -> None:
        while True:
            await RedisLease(store_client).acquire("x" * 10_000)

    chance = random.Random(1)  # noqa: S311 - chance, not secrecy.
    for _ in range(100):
        writing = asyncio.create_task(write_for_ever())
        await asyncio.sleep(chance.uniform(0.0, 0.01))
        writing.cancel()
        done, _ = await asyncio.wait([writing], timeout=1.0)
        assert done, "It goes on writing."
        assert writing.cancelled()


async def test_a_cancellation_is_never_lost_in_a_write_that_fails() -> None:
    begun = asyncio.Event()

    async def write_to_nobody() -> None:
        """What the library does when a cancellation meets a failing write."""
        async with reaching_redis():
            begun.set()
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                raise NoConnection("gone") from None

    writing = asyncio.create_task(write_to_nobody())
    await begun.wait()
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing


async def test_a_server_that_never_answers_is_given_up_in_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.stores.connect.LONGEST_CALL_SECONDS", 0.2)

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    silent = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    host, port = silent.sockets[0].getsockname()
    async with silent, asyncio.timeout(5):
        with pytest.raises(StoreUnavailable, match="Redis does not answer"):
            async with connect(f"redis://{host}:{port}"):
                pass
