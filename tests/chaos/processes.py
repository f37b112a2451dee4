"""The processes of a run: a Redis on its own files, and programs that a supervisor starts again."""

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from bot.stores import tether
from bot.stores.binary import find_server
from tests.platforms.process import ROOT

LOOK_SECONDS = 0.02
READY_SECONDS = 30.0
STOP_SECONDS = 15.0
AGAIN_SECONDS = (0.2, 2.0)
"""How long a supervisor takes to start again what ended."""
READY = "ready in"
"""What a sender says in its log once it is at work."""


class RedisServer:
    """A server that writes its file before it answers, as the bot's own does."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.socket = folder / "redis.sock"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it on its files; it answers afterwards."""
        program = find_server()
        if program is None:
            sys.exit("There is no valkey-server or redis-server here.")
        settings = {
            "port": "0", "unixsocket": str(self.socket), "dir": str(self._folder), "save": "",
            "appendonly": "yes", "appendfsync": "everysec", "logfile": "redis.log",
        }  # fmt: skip
        words = [word for name, value in settings.items() for word in (f"--{name}", value)]
        self._process = await asyncio.create_subprocess_exec(*_tied(), str(program), *words)
        async with asyncio.timeout(READY_SECONDS):
            while not await self._answers():  # noqa: ASYNC110 - another process tells no event
                await asyncio.sleep(LOOK_SECONDS)

    async def kill(self) -> None:
        """Let it lose all that it only has in memory."""
        if self._process is not None:
            await _kill(self._process)

    async def _answers(self) -> bool:
        with suppress(OSError):
            reader, writer = await asyncio.open_unix_connection(self.socket)
            try:
                writer.write(b"PING\r\n")
                return await reader.readline() == b"+PONG\r\n"
            finally:
                writer.close()
        return False


class Supervised:
    """One program that is started again a moment after each of its ends."""

    def __init__(
        self, name: str, words: Sequence[str], settings: Mapping[str, str], folder: Path
    ) -> None:
        """Take a name, what follows `python -m`, settings, and a folder for its log."""
        self.name = name
        self.kills = 0
        self.own_ends: Counter[int] = Counter()
        """By exit code, how often it ended without having been told to."""
        self.log = folder / f"{name}.log"
        self._words = (*_tied(), sys.executable, "-m", *words)
        self._environment = _environment(folder, settings)
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = False
        self._chance = random.Random(name)  # noqa: S311 - a pause, not a secret

    async def run(self) -> None:
        """Keep it running until stopped."""
        while not self._stopping:
            with self.log.open("ab") as log:
                process = self._process = await asyncio.create_subprocess_exec(
                    *self._words, cwd=self._folder, env=self._environment, stdout=log, stderr=log
                )
            try:
                code = await process.wait()
            finally:
                await _kill(process)
            if self._stopping:
                return
            if code != -signal.SIGKILL:
                self.own_ends[code] += 1
            await asyncio.sleep(self._chance.uniform(*AGAIN_SECONDS))

    @property
    def runs(self) -> bool:
        """Whether it can be killed now."""
        return self._process is not None and self._process.returncode is None

    def kill(self) -> None:
        """End it without a goodbye."""
        if self.runs and self._process is not None:
            self.kills += 1
            self._process.kill()

    async def freeze(self, seconds: float) -> None:
        """Let it stand still, as a machine does that sleeps; it may be killed meanwhile."""
        process = self._process
        if process is None or not self.runs:
            return
        process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(seconds)
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGCONT)

    async def ready(self) -> None:
        """Return when it said that it is at work."""
        async with asyncio.timeout(READY_SECONDS):
            while READY not in self._said():  # noqa: ASYNC110 - likewise
                await asyncio.sleep(LOOK_SECONDS)

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> int | None:
        """Tell it to end and keep it ended; returns its exit code, None if it had to be killed."""
        self._stopping = True
        process = self._process
        if process is None:
            return 0
        with suppress(ProcessLookupError):
            process.send_signal(number)
        try:
            async with asyncio.timeout(STOP_SECONDS):
                return await process.wait()
        except TimeoutError:
            await _kill(process)
            return None

    def errors(self) -> list[str]:
        """What its log says went wrong."""
        return [
            line for line in self._said().splitlines() if " ERROR " in line or " CRITICAL " in line
        ]

    def _said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""


def _tied() -> tuple[str, ...]:
    """What ties a process to the life of this one, where that can be."""
    if sys.platform != "linux":
        return ()
    return (sys.executable, "-I", "-S", tether.__file__, str(os.getpid()))


def _environment(folder: Path, settings: Mapping[str, str]) -> dict[str, str]:
    inherited = os.environ  # noqa: TID251 - the ban is for the product.
    kept = {name: inherited[name] for name in ("PATH", "HOME", "LANG") if name in inherited}
    return {**kept, "PYTHONPATH": str(ROOT), "DATA_DIR": str(folder / "data"), **settings}


async def _kill(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()
