"""A market that does in two weeks what the real one does in years: every number swings.

Each series swings about its usual level in a rhythm of its own, so that preset rules fire and end
some times in a run, and own alerts on Bitcoin's price every day. Every value is made up.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from tests.providers.market import LEVELS, Market, Sample
from tests.soak.clock import START

PRICE_PERIOD = timedelta(hours=30)
"""Of Bitcoin's price: each half of it is longer than any fault, so that no swing may be missed."""
PRICE_LEVEL, PRICE_SWING = 75_000.0, 4_000.0


@dataclass(frozen=True, slots=True)
class Swing:
    """A number that goes up and down about a level."""

    level: float
    by: float
    period: timedelta
    late: float = 0.0
    """Which share of the period it is behind."""

    def at(self, moment: datetime) -> float:
        """The value at a moment."""
        turns = (moment - START) / self.period - self.late
        return self.level + self.by * math.sin(2 * math.pi * turns)


SWINGS = {
    "btc_price": Swing(PRICE_LEVEL, PRICE_SWING, PRICE_PERIOD),
    "btc_dominance": Swing(56.0, 3.0, timedelta(days=5), late=0.45),
    "altcoin_season_index": Swing(52.0, 34.0, timedelta(days=5), late=0.05),
    "fear_greed": Swing(50.0, 40.0, timedelta(days=4)),
    "russell_2000": Swing(2_300.0, 130.0, timedelta(days=8), late=0.9),
    "russell_2000_high": Swing(2_310.0, 130.0, timedelta(days=8), late=0.9),
    "stablecoin_supply": Swing(3.0e11, 6.0e9, timedelta(days=7)),
    "btc_etf_flow": Swing(0.0, 5.0e8, timedelta(days=11), late=0.2),
    "okx_open_interest": Swing(21_000.0, 2_500.0, timedelta(hours=20)),
    "liquidations_24h": Swing(8.0e8, 6.0e8, timedelta(days=3)),
}


def _fiction(series: str) -> Swing:
    """How a series swings of which nobody needs that it crosses anything."""
    level = LEVELS[series]
    return Swing(level, level * 0.004, timedelta(days=9), late=sum(map(ord, series)) % 9 / 9)


def swing(series: str) -> Swing:
    """How a series swings."""
    return SWINGS.get(series) or _fiction(series)


@dataclass
class LivelyMarket(Market):
    """The market of the fake providers, with values that swing and a few that are revised."""

    clock: Callable[[], datetime] = field(kw_only=True)
    revised: dict[tuple[str, date], float] = field(default_factory=dict)
    """What a day's value is now by its vendor's newer word, as a factor."""

    def now(self, host: str, series: str) -> Sample:
        """What the host says now."""
        moment = self.clock()
        return Sample(swing(series).at(moment), moment)

    def days(self, host: str, series: str) -> list[tuple[date, float | None]]:
        """The days of a series up to today, each as it ended."""
        found = super().days(host, series)
        return [(day, self._value(series, day)) for day, _ in found]

    def revise(self, series: str, day: date, factor: float) -> None:
        """Let every vendor tell another value of that day from now on."""
        self.revised[series, day] = factor

    def _value(self, series: str, day: date) -> float:
        ends = datetime.combine(day, time(23, 45), UTC)
        moment = min(ends, self.clock())
        return swing(series).at(moment) * self.revised.get((series, day), 1.0)
