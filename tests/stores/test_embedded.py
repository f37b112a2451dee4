import asyncio
import contextlib
import fcntl
import functools
import os
import signal
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.model import Chat
from bot.ports import StoreUnavailable
from bot.settings import Settings
from bot.stores import open_stores
from bot.stores.connect import connect
from bot.stores.embedded import EmbeddedRedis, EmbeddedServerError
from bot.stores.subscriptions import RedisSubscriptions
from tests.stores.examples import NOW
from tests.stores.processes import bot_that_writes, needs_proc, servers, until

CHAT = Chat("telegram", "7")


@asynccontextmanager
async def watched(server: EmbeddedRedis) -> AsyncIterator[None]:
    watch = asyncio.create_task(server.keep_running())
    try:
        yield
    finally:
        watch.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watch


async def answers(server: EmbeddedRedis) -> bool:
    try:
        async with connect(server.url):
            return True
    except StoreUnavailable:
        return False


async def joined(url: str) -> set[int]:
    async with Redis.from_url(url, decode_responses=True) as redis:
        return {
            int(str(member)) for member in await redis.zrange("{nf}:telegram:sub:dominance", 0, -1)
        }


async def test_subscriptions_survive_a_restart(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, redis_url=None, data_dir=tmp_path / "data")
    async with open_stores(settings, ["telegram"], lambda: NOW) as stores:
        await stores.subscriptions.subscribe(CHAT, ["dominance"])
    async with open_stores(settings, ["telegram"], lambda: NOW) as stores:
        assert await stores.subscriptions.topics(CHAT) == {"dominance"}


async def test_redis_url_needs_no_server_of_our_own(tmp_path: Path, redis_url: str) -> None:
    settings = Settings(_env_file=None, redis_url=redis_url, data_dir=tmp_path / "data")
    async with open_stores(settings, ["telegram"], lambda: NOW) as stores:
        await stores.subscriptions.subscribe(CHAT, ["dominance"])
        assert stores.embedded is None
    assert not (tmp_path / "data").exists()


async def test_only_this_user_can_reach_data_and_socket(tmp_path: Path) -> None:
    async with EmbeddedRedis(tmp_path / "data"):
        assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
        assert stat.S_IMODE((tmp_path / "data" / "server.sock").stat().st_mode) == 0o700


async def test_what_is_stored_is_private_in_a_directory_that_others_may_read(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o755)
    async with EmbeddedRedis(data) as server, Redis.from_url(server.url, protocol=2) as redis:
        await redis.set("somebody", "hears something")
        found = [path for path in data.rglob("*") if path.stat().st_mode & 0o077]
    assert found == []


async def test_two_starts_on_one_directory_share_one_server(tmp_path: Path) -> None:
    first, second = EmbeddedRedis(tmp_path), EmbeddedRedis(tmp_path)
    async with asyncio.TaskGroup() as group:
        group.create_task(first.__aenter__())
        group.create_task(second.__aenter__())
    owner, guest = (first, second) if first.pid else (second, first)
    try:
        assert owner.pid is not None
        assert guest.pid is None
        async with connect(owner.url) as mine, connect(guest.url) as theirs:
            await RedisSubscriptions(mine).subscribe(CHAT, ["dominance"])
            assert await RedisSubscriptions(theirs).topics(CHAT) == {"dominance"}
        await guest.__aexit__(None, None, None)
        assert await answers(owner), "A guest that leaves must not stop the server."
    finally:
        await owner.__aexit__(None, None, None)
    assert not await answers(owner)


async def test_a_guest_starts_the_server_again_when_its_owner_leaves(tmp_path: Path) -> None:
    async with EmbeddedRedis(tmp_path) as owner:
        guest = await EmbeddedRedis(tmp_path).__aenter__()
    try:
        async with watched(guest):
            await until(lambda: answers(guest))
        assert guest.pid is not None
        assert owner.pid is None
    finally:
        await guest.__aexit__(None, None, None)


@needs_proc
async def test_killed_bots_lose_no_acknowledged_write_and_leave_one_server(tmp_path: Path) -> None:
    acknowledged: set[int] = set()
    for turn in range(5):
        async with bot_that_writes(tmp_path, turn * 1_000_000) as bot:
            assert bot.stdout is not None
            for _ in range(20 + 7 * turn):
                acknowledged.add(int(await bot.stdout.readline()))
            assert len(servers(tmp_path)) == 1
            bot.kill()
            rest, _ = await bot.communicate()
            acknowledged |= {
                int(line) for line in rest.splitlines(keepends=True) if line[-1:] == b"\n"
            }
    async with EmbeddedRedis(tmp_path) as server:
        assert len(servers(tmp_path)) == 1
        assert acknowledged <= await joined(server.url)
    assert servers(tmp_path) == []


async def test_a_killed_server_comes_back_with_every_acknowledged_write(tmp_path: Path) -> None:
    async with EmbeddedRedis(tmp_path) as server, watched(server):
        acknowledged: set[int] = set()
        for turn in range(3):
            async with connect(server.url) as client:
                subscriptions = RedisSubscriptions(client)
                for number in range(turn * 100, turn * 100 + 50):
                    await subscriptions.subscribe(Chat("telegram", str(number)), ["dominance"])
                    acknowledged.add(number)
            killed = server.pid
            assert killed is not None
            os.kill(killed, signal.SIGKILL)
            await until(functools.partial(came_back, server, killed))
            assert acknowledged <= await joined(server.url)


async def came_back(server: EmbeddedRedis, killed: int) -> bool:
    return server.pid not in {None, killed} and await answers(server)


async def test_an_unusable_data_dir_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(EmbeddedServerError, match=r"DATA_DIR .* cannot be used: Not a directory"):
        async with EmbeddedRedis(tmp_path / "file" / "data"):
            pass


async def test_a_server_that_cannot_start_is_told_with_its_last_words(tmp_path: Path) -> None:
    (tmp_path / "appendonlydir").mkdir()
    (tmp_path / "appendonlydir" / "appendonly.aof.manifest").write_text("this is no manifest\n")
    with pytest.raises(EmbeddedServerError, match=r"exit code 1.*\n.*last words:\n(.|\n)*manifest"):
        async with EmbeddedRedis(tmp_path):
            pass
    assert servers(tmp_path) == []


async def test_a_holder_without_a_server_is_told_and_nothing_is_started(tmp_path: Path) -> None:
    with (tmp_path / "server.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(EmbeddedServerError, match=r"Another process holds .*server\.lock"):
            async with EmbeddedRedis(tmp_path, start_seconds=0.3):
                pass
    assert servers(tmp_path) == []


async def test_a_long_or_odd_path_is_no_obstacle(tmp_path: Path) -> None:
    for data_dir in (tmp_path / ("x" * 60) / ("y" * 60), tmp_path / "50% of #1?"):
        async with EmbeddedRedis(data_dir) as server, EmbeddedRedis(data_dir) as guest:
            assert guest.pid is None
            async with connect(server.url) as client, connect(guest.url):
                assert await client.version() >= (7, 0)
