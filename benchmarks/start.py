"""From the start of the process to ready, with the embedded server: at most 2 s."""

import asyncio
import tempfile
from pathlib import Path

from benchmarks.figure import Figure
from tests.e2e.process import bot
from tests.e2e.world import finished_sessions, market_below_record
from tests.providers.gateway import Gateway

RUNS = 5


async def measure() -> Figure:
    """Start a fresh bot several times."""
    return Figure("start to ready", "s", 2.0, [await _once() for _ in range(RUNS)])


async def _once() -> float:
    loop = asyncio.get_running_loop()
    with tempfile.TemporaryDirectory() as folder:
        async with Gateway(market_below_record(finished_sessions(300))) as gateway:
            begun = loop.time()
            async with bot(Path(folder) / "data", {"SOURCE_GATEWAY_URL": gateway.url}) as running:
                await running.log.says("ready in")
                took = loop.time() - begun
                await running.stop()
    return took
