"""A market behind the gateway in which the Russell stands just below its record."""

from datetime import UTC, date, datetime, timedelta

from bot.calendar import final_at, is_session
from bot.model import Cadence
from bot.parts import find_sources
from tests.providers.market import COINGECKO, COINMARKETCAP, COINPAPRIKA, RUSSELL, SP, Market
from tests.watch import PAGES

RECORD = 2500.0
CORE_ONLY = {
    "SOURCES_OFF": ",".join(
        feed.name for source in find_sources() for feed in source.feeds if feed.name not in PAGES
    )
}
"""Settings that ask only for what rules read: the other forty feeds have tests of their own."""


def finished_sessions(count: int) -> list[date]:
    """The last sessions whose close is final by now, oldest first."""
    now = datetime.now(UTC)
    day = now.date()
    found: list[date] = []
    while len(found) < count:
        if is_session(day) and final_at(Cadence.NYSE_SESSION, day) <= now:
            found.append(day)
        day -= timedelta(days=1)
    return found[::-1]


def market_below_record(sessions: list[date]) -> Market:
    """A record long ago, a deep fall, and the way back up to one per cent below it."""
    closes = [RECORD, 2100.0, *(2400.0 + index % 60 for index in range(len(sessions) - 2))]
    russell = list(zip(sessions, closes, strict=True))
    return Market(
        closes={RUSSELL: russell, SP: [(day, 2 * close) for day, close in russell]},
        dominance={COINMARKETCAP: 58.9, COINGECKO: 56.7, COINPAPRIKA: 55.4},
        season_index=41.0,
    )
