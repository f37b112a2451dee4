"""The bot as its user runs it: a subprocess with an environment, a signal, an exit code."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 30.0


@dataclass
class Output:
    """What a stream has said so far."""

    text: str = ""
    _grew: asyncio.Condition | None = None

    async def collect(self, stream: asyncio.StreamReader) -> None:
        self._grew = self._grew or asyncio.Condition()
        while chunk := await stream.read(65_536):
            async with self._grew:
                self.text += chunk.decode()
                self._grew.notify_all()

    async def says(self, words: str, times: int = 1) -> str:
        """Wait until the words were said so often; returns everything said."""
        self._grew = self._grew or asyncio.Condition()
        async with asyncio.timeout(PATIENCE_SECONDS), self._grew:
            await self._grew.wait_for(lambda: self.text.count(words) >= times)
        return self.text


@dataclass
class Bot:
    """The running program."""

    process: asyncio.subprocess.Process
    out: Output
    log: Output

    async def type(self, line: str) -> None:
        """Type a line into the console chat."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n".encode())
        await self.process.stdin.drain()

    async def stop(self) -> int:
        """SIGTERM; returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self.process.wait()

    async def kill(self) -> None:
        """SIGKILL: no goodbye."""
        self.process.kill()
        await self.process.wait()


def environment(data_dir: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """Nothing of ours leaks in: only what a process needs, and the settings named."""
    inherited = os.environ  # noqa: TID251 - the ban is for the product.
    kept = {name: inherited[name] for name in ("PATH", "HOME", "LANG") if name in inherited}
    return {**kept, "PYTHONPATH": str(ROOT), "DATA_DIR": str(data_dir), "PORT": "0", **settings}


@asynccontextmanager
async def bot(
    data_dir: Path, settings: Mapping[str, str], *arguments: str, stdin: int | None = None
) -> AsyncIterator[Bot]:
    """Run `python -m bot`, by default `run`; killed at the end if it still lives."""
    # Started from the data directory's parent, so that no .env of the checkout is read.
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *(arguments or ("run",)),
        cwd=data_dir.parent,
        env=environment(data_dir, settings),
        stdin=asyncio.subprocess.PIPE if stdin is None else stdin,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    running = Bot(process, Output(), Output())
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(running.out.collect(process.stdout))
        tasks.create_task(running.log.collect(process.stderr))
        try:
            yield running
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def run_to_end(
    data_dir: Path, settings: Mapping[str, str], *arguments: str
) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a command that ends by itself."""
    async with bot(data_dir, settings, *arguments, stdin=asyncio.subprocess.DEVNULL) as running:
        async with asyncio.timeout(PATIENCE_SECONDS):
            code = await running.process.wait()
    return code, running.out.text, running.log.text
