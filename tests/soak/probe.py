"""What the running bot holds on to, as seen from within its process."""

import asyncio
import json
import os
import sys
import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
STATM, DESCRIPTORS = Path("/proc/self/statm"), Path("/proc/self/fd")
"""See https://man7.org/linux/man-pages/man5/proc.5.html; there is none but on Linux."""
LOOK_SECONDS = 1.0
TICK_SECONDS = 0.02
MOST_NAMED = 12


@dataclass(frozen=True, slots=True)
class Vitals:
    """One look."""

    at: float
    """In seconds since 1970."""
    rss_bytes: int
    blocks: int
    """Pieces of memory that Python has given out; what the collector would free counts too."""
    tasks: int
    """The fewest there were since the last look: polls and answers come and go."""
    descriptors: int
    threads: int
    lag_seconds: float
    """The longest time since the last look by which the loop came late to what was due."""
    busy_seconds: float
    """The longest time of that in which this process was at work, and not another one."""


class Probe:
    """Looks at its own process, and at how late its event loop is."""

    def __init__(self) -> None:
        self._lags: list[float] = []
        self._busy: list[float] = []
        self._tasks: list[int] = []

    def look(self) -> Vitals:
        """The process now."""
        resident = int(STATM.read_text(encoding="ascii").split()[1])
        lag, busy = max(self._lags, default=0.0), max(self._busy, default=0.0)
        self._lags.clear()
        self._busy.clear()
        tasks = min([len(asyncio.all_tasks()), *self._tasks])
        self._tasks.clear()
        return Vitals(
            at=time.time(),
            rss_bytes=resident * PAGE_BYTES,
            blocks=sys.getallocatedblocks(),
            tasks=tasks,
            # The listing itself has one open.
            descriptors=sum(1 for _ in DESCRIPTORS.iterdir()) - 1,
            threads=threading.active_count(),
            lag_seconds=lag,
            busy_seconds=busy,
        )

    async def watch_loop(self) -> None:
        """Note how late the loop is, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due, worked = loop.time() + TICK_SECONDS, time.process_time()
            await asyncio.sleep(TICK_SECONDS)
            lag = loop.time() - due
            self._lags.append(lag)
            self._busy.append(min(lag, time.process_time() - worked))
            self._tasks.append(len(asyncio.all_tasks()))

    async def report(self, into: TextIO) -> None:
        """Write a look a line, until cancelled; the last line names the tasks there are."""
        watching = asyncio.create_task(self.watch_loop())
        try:
            while True:
                await asyncio.sleep(LOOK_SECONDS)
                said: dict[str, Any] = asdict(self.look()) | {"named": task_names()}
                into.write(json.dumps(said) + "\n")
                into.flush()
        finally:
            watching.cancel()


def task_names() -> dict[str, int]:
    """The commonest tasks by what they run."""
    names = Counter(getattr(t.get_coro(), "__qualname__", "?") for t in asyncio.all_tasks())
    return dict(names.most_common(MOST_NAMED))
