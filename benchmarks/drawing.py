"""A picture: from the wish to the PNG by a process that is warm, at most 400 ms.

Each wish is for another period of forty years of closes, so that none is kept; what the first one
takes, with the start of the process, is its own figure.
"""

import asyncio
import tempfile
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from benchmarks.figure import Figure
from bot.model import Chart
from bot.pictures import DrawnPictures
from bot.stores.connect import connect
from bot.stores.embedded import EmbeddedRedis
from tests.e2e.world import finished_sessions
from tests.handlers.past import NOW, PARTS, Desk, values

SESSIONS = 9_800
WISHES = 40
TODAY = NOW.date()


async def measure() -> list[Figure]:
    """The start, and then many periods of the longest series there is."""
    with tempfile.TemporaryDirectory() as folder:
        async with EmbeddedRedis(Path(folder)) as server, connect(server.url) as client:
            desk = Desk(client)
            days = [day for day in finished_sessions(SESSIONS) if day < TODAY]
            closes = [(day, 500.0 + 0.2 * n + n % 97) for n, day in enumerate(days)]
            await desk.store(values("russell_2000", closes))
            await desk.past.points("russell_2000")
            took = await _draw(desk)
    warm = sorted(took[1:])
    return [
        Figure("first picture, with the start of the process", "s", 3.0, took[:1]),
        Figure("picture drawn by a warm process, p50", "s", 0.4, warm),
        Figure("picture drawn by a warm process, p95", "s", 0.4, warm[int(len(warm) * 0.95) :]),
    ]


async def _draw(desk: Desk) -> list[float]:
    loop = asyncio.get_running_loop()
    pictures = DrawnPictures(desk.past, desk.journal, PARTS.indicators)
    running = asyncio.create_task(pictures.run())
    await asyncio.sleep(0)
    chart = Chart("russell_2000", TODAY, TODAY, "")
    took = []
    for number in range(WISHES):
        begun = loop.time()
        wish = replace(chart, since=TODAY - timedelta(days=300 * (number + 1)))
        assert await pictures.drawn(wish) is not None
        took.append(loop.time() - begun)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    return took
