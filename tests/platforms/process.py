"""Both fake platforms in a process of their own, so that they do not share a core with the bot."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from tests.platforms.faults import Json

ROOT = Path(__file__).parents[2]
READY_SECONDS = 30.0
ANSWER_SECONDS = 30.0
STOP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Remote:
    """One platform over there."""

    url: str
    session: aiohttp.ClientSession

    async def control(self, **orders: Any) -> Json:
        """Give orders; returns what holds then. Raises ValueError with the words of a refusal."""
        async with self.session.post(f"{self.url}/control", json=orders) as response:
            answer: Json = await response.json()
            if response.status != 200:
                raise ValueError(answer["error"])
            return answer

    async def ledger(self) -> dict[str, list[str]]:
        """By chat, the tokens in the order in which they arrived."""
        async with self.session.get(f"{self.url}/ledger") as response:
            chats: dict[str, list[str]] = (await response.json())["chats"]
            return chats

    async def deliveries(self, chat: str) -> list[Json]:
        """All that arrived in one chat, in full."""
        async with self.session.get(f"{self.url}/ledger", params={"chat": chat}) as response:
            found: list[Json] = (await response.json())["chats"][chat]
            return found

    async def counters(self) -> Json:
        """What the platform counted."""
        async with self.session.get(f"{self.url}/counters") as response:
            counted: Json = await response.json()
            return counted


@dataclass(frozen=True, slots=True)
class Started:
    """The process, and both platforms in it."""

    telegram: Remote
    discord: Remote
    gateway_url: str
    process: asyncio.subprocess.Process


@asynccontextmanager
async def started(*flags: str) -> AsyncIterator[Started]:
    """Run the program with both platforms and more flags; ended with the context."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.platforms", "--telegram-port", "0", "--discord-port", "0",
        *flags,
        cwd=ROOT,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        async with asyncio.timeout(READY_SECONDS):
            addresses = json.loads(await process.stdout.readline())
        limit = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        async with aiohttp.ClientSession(timeout=limit) as session:
            yield Started(
                Remote(addresses["telegram"], session),
                Remote(addresses["discord"], session),
                addresses["gateway"],
                process,
            )
    finally:
        await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
