"""From a provider's answer to the first send of the alert it caused: at most 50 ms."""

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.figure import Figure
from tests.adapters.fake_telegram import TOKEN, FakeTelegram, Sent
from tests.e2e.process import bot
from tests.e2e.world import CORE_ONLY, finished_sessions, market_below_record
from tests.providers.gateway import Gateway
from tests.providers.market import COINMARKETCAP, Sample

CROSSINGS = 20
QUIET = 57.6
A_CROSSING = (56.5, 56.4, 57.6, 58.6, 57.6)
"""Below the level on two days, and back in steps that are not held as too long."""


async def measure() -> Figure:
    """Drive dominance through its level and back, day after day of the past."""
    values: list[float] = []
    market = market_below_record(finished_sessions(300))
    with tempfile.TemporaryDirectory() as folder:
        async with Gateway(market) as gateway, FakeTelegram() as telegram:
            settings = {
                "SOURCE_GATEWAY_URL": gateway.url,
                "TELEGRAM_BOT_TOKEN": TOKEN,
                "TELEGRAM_API_BASE_URL": telegram.url,
                "POLL_SECONDS": "0.1",
                **CORE_ONLY,
            }
            day = datetime.now(UTC) - timedelta(days=6 * CROSSINGS)
            market.dominance[COINMARKETCAP] = Sample(QUIET, day)
            async with bot(Path(folder) / "data", settings) as running:
                for chat in range(1, CROSSINGS + 1):
                    # A chat that heard three alerts in a minute waits for more.
                    await telegram.say(chat - 1, "/unsubscribe dominance", by=chat)
                    await telegram.say(chat, "/subscribe dominance", by=chat)
                    await telegram.wait_for(_said(chat - 1, "You hear nothing now"))
                    await telegram.wait_for(_said(chat, "Subscribed"))
                    for value in A_CROSSING:
                        day += timedelta(days=1)
                        said = len(telegram.sent)
                        asked = len(gateway.asked)
                        market.dominance[COINMARKETCAP] = Sample(value, day)
                        await gateway.reached(COINMARKETCAP, gateway.count(COINMARKETCAP) + 4)
                        if len(telegram.sent) > said:
                            values.append(_milliseconds(gateway, asked, telegram, said))
                await running.stop()
    return Figure("answer to first send", "ms", 50.0, values)


def _said(chat: int, words: str) -> Callable[[Sent], bool]:
    """Whether something sent says these words to a chat."""
    return lambda sent: sent.chat_id == str(chat) and words in sent.plain


def _milliseconds(gateway: Gateway, asked: int, telegram: FakeTelegram, said: int) -> float:
    answered = next(each.at for each in gateway.asked[asked:] if "/global-metrics/" in each.target)
    return 1000 * (telegram.sent[said].at - answered)
