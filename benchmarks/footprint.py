"""Memory of the idle bot with both chat libraries loaded and four decades of closes: 110 MiB."""

import tempfile
from pathlib import Path

from benchmarks.figure import Figure
from tests.adapters.fake_discord import FakeDiscord
from tests.adapters.fake_telegram import TOKEN, FakeTelegram
from tests.e2e.process import Bot, bot
from tests.e2e.world import finished_sessions, market_below_record
from tests.providers.gateway import Gateway

RUNS = 3
FOUR_DECADES = 9_800


async def measure() -> Figure:
    """Start, let everything connect and load, and read the resident memory."""
    return Figure("idle memory", "MiB", 110.0, [await _once() for _ in range(RUNS)])


async def _once() -> float:
    market = market_below_record(finished_sessions(FOUR_DECADES))
    with tempfile.TemporaryDirectory() as folder:
        async with Gateway(market) as gateway, FakeTelegram() as telegram, FakeDiscord() as discord:
            settings = {
                "SOURCE_GATEWAY_URL": gateway.url,
                "TELEGRAM_BOT_TOKEN": TOKEN,
                "TELEGRAM_API_BASE_URL": telegram.url,
                "DISCORD_BOT_TOKEN": discord.token,
                "DISCORD_API_BASE_URL": discord.rest_url,
                "DISCORD_GATEWAY_URL": discord.gateway_url,
            }
            async with bot(Path(folder) / "data", settings) as running:
                await running.log.says("loaded S&P 500")
                await running.log.says("loaded Russell 2000")
                await telegram.wait_for_calls("getUpdates", 1)
                await discord.wait_for(lambda: discord.connected, 10.0)
                resident = _resident_mib(running)
                await running.stop()
    return resident


def _resident_mib(running: Bot) -> float:
    lines = Path(f"/proc/{running.process.pid}/status").read_text(encoding="ascii").splitlines()
    (kib,) = (line.split()[1] for line in lines if line.startswith("VmRSS:"))
    return int(kib) / 1024
