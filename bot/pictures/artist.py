"""The process that draws: started when something is to be drawn, killed when it hangs."""

import asyncio
import sys
from contextlib import suppress

from bot.charts.worker import ERROR, LENGTH

DRAW_SECONDS = 10.0
"""From the wish to the picture, with the start of the process, which takes about one."""
WORKER = "bot.charts.worker"


class CannotDraw(Exception):
    """There is no picture; the text says why."""


class NoArtist(CannotDraw):
    """The process that draws failed, and another picture may fare no better."""


class _Ended(Exception):
    """The process is gone."""


class Artist:
    """Draws one sheet at a time, in a process of its own."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """The process's id while there is one."""
        process = self._process
        return process.pid if process and process.returncode is None else None

    async def draw(self, body: bytes) -> bytes:
        """The picture of a Sheet that was written, as a PNG; raises CannotDraw."""
        try:
            async with asyncio.timeout(DRAW_SECONDS):
                if self.pid is not None:
                    # It may have died since it drew last: then another one draws.
                    with suppress(_Ended):
                        return await self._ask(body)
                return await self._ask(body)
        except TimeoutError:
            await self.end()
            raise NoArtist(f"no picture within {DRAW_SECONDS:.0f} s") from None
        except _Ended:
            raise NoArtist("the process that draws died of it") from None

    async def _ask(self, body: bytes) -> bytes:
        try:
            process = self._process = await self._running()
            if process.stdin is None or process.stdout is None:
                raise _Ended
            process.stdin.write(LENGTH.pack(len(body)) + body)
            await process.stdin.drain()
            (length,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
            answer = await process.stdout.readexactly(length)
        except (OSError, asyncio.IncompleteReadError):
            await self.end()
            raise _Ended from None
        if answer.startswith(ERROR):
            raise CannotDraw(answer[len(ERROR) :].decode())
        return answer[1:]

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is not None and self._process.returncode is None:
            return self._process
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", WORKER,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            # Ctrl-C in a terminal reaches the bot alone, which then ends the process in order.
            process_group=0,
        )  # fmt: skip

    async def end(self) -> None:
        """End the process, where there is one; the next sheet gets another."""
        process, self._process = self._process, None
        if process is not None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
