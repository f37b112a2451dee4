"""A process that is measured: it is started first, and begins when it is told to."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
LONGEST_RUN_SECONDS = 120.0

Told = dict[str, float]
"""What such a process prints."""


class Measured:
    """One that is ready and waits for its word."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        self._stdin, self._stdout = process.stdin, process.stdout

    def begin(self) -> None:
        """Give the word."""
        self._stdin.write(b"go\n")

    def end(self) -> None:
        """Let a sender come to its end."""
        self._stdin.close()

    async def told(self) -> Told:
        """What it prints at its end."""
        async with asyncio.timeout(LONGEST_RUN_SECONDS):
            result: Told = json.loads(await self._stdout.readline())
            return result


@asynccontextmanager
async def measured(module: str, *arguments: str) -> AsyncIterator[Measured]:
    """Start a module of this package and wait until it says `ready`; killed with the context."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", f"benchmarks.{module}", *arguments,
        cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        async with asyncio.timeout(LONGEST_RUN_SECONDS):
            assert (await process.stdout.readline()) == b"ready\n"
        yield Measured(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def run(module: str, *arguments: str) -> Told:
    """Start one, give it its word, and wait for what it prints."""
    async with measured(module, *arguments) as process:
        process.begin()
        return await process.told()
