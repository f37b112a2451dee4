"""Memory of the idle bot with both chat libraries and every series loaded: 150 MiB.

Four decades of closes from two vendors, and nearly ten years of everything else.
"""

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
TEN_YEARS = 3_500
LAST_LOADED = (
    ("Russell 2000", "Yahoo"),
    ("S&P 500", "Cboe"),
    ("Altcoin Season Index", "CoinMarketCap"),
    ("Bitcoin ETF net flow", "The Block"),
    ("Consumer prices, not adjusted", "FRED"),
    ("Bitcoin price", "Coinbase"),
)
"""Of the busiest hosts, what comes last."""


async def measure() -> Figure:
    """Start, let everything connect and load, and read the resident memory."""
    return Figure(
        "idle memory, all series loaded", "MiB", 150.0, [await _once() for _ in range(RUNS)]
    )


async def _once() -> float:
    market = market_below_record(finished_sessions(FOUR_DECADES))
    market.history_days = TEN_YEARS
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
                for series, vendor in LAST_LOADED:
                    await running.log.says(f"loaded {series} from {vendor}")
                await telegram.wait_for_calls("getUpdates", 1)
                await discord.wait_for(lambda: discord.connected, 10.0)
                resident = _resident_mib(running)
                await running.stop()
    return resident


def _resident_mib(running: Bot) -> float:
    lines = Path(f"/proc/{running.process.pid}/status").read_text(encoding="ascii").splitlines()
    (kib,) = (line.split()[1] for line in lines if line.startswith("VmRSS:"))
    return int(kib) / 1024
