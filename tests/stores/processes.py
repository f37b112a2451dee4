"""Bots and servers as processes of their own, to be killed."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

PROC = Path("/proc")
needs_proc = pytest.mark.skipif(not PROC.is_dir(), reason="counts processes in /proc")

WRITER = """
import asyncio, pathlib, sys
from bot.model import Chat
from bot.stores.connect import connect
from bot.stores.embedded import EmbeddedRedis
from bot.stores.subscriptions import RedisSubscriptions

async def main(data_dir, first):
    async with EmbeddedRedis(pathlib.Path(data_dir)) as server, connect(server.url) as client:
        subscriptions = RedisSubscriptions(client)
        for number in range(int(first), int(first) + 1_000_000):
            await subscriptions.subscribe(Chat("telegram", str(number)), ["dominance"])
            print(number, flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


@asynccontextmanager
async def bot_that_writes(data_dir: Path, first: int) -> AsyncIterator[asyncio.subprocess.Process]:
    """A bot that subscribes chat after chat, and prints each that was acknowledged."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", WRITER, str(data_dir), str(first)),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def servers(data_dir: Path) -> list[int]:
    """The process ids of the servers that run on a data directory."""
    found = []
    for folder in PROC.glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if b"-server" in line.split(b"\0")[0] and bytes(data_dir) in line:
            found.append(int(folder.name))
    return found


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = 25.0) -> None:
    """Wait for a condition; fails when it does not come."""
    async with asyncio.timeout(seconds):
        while True:
            if await holds():
                return
            await asyncio.sleep(0.01)
