"""A market that is written down day by day, and looked at with every rule there is."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from bot.book import Book
from bot.calendar import final_at
from bot.catalogue import SERIES
from bot.evaluation import Evaluation, evaluate
from bot.measures import Measures
from bot.model import Alert, Observation, RuleState
from bot.parts import find_indicators

INDICATORS = find_indicators()
VENDOR = "vendor"
FIRST = date(2025, 1, 1)


def day(number: int) -> date:
    """The so-manieth day of the market, counted from 0."""
    return FIRST + timedelta(days=number)


class Market:
    """A book of final values, and what its rules have said so far."""

    def __init__(self) -> None:
        self.book = Book(dict.fromkeys(SERIES, (VENDOR,)))
        self.measures = Measures(self.book)
        self.states: Mapping[str, RuleState] = {}
        self.told: list[Alert] = []
        self.now = datetime.combine(FIRST, datetime.min.time(), UTC)

    def write(self, series: str, on: date, value: float) -> None:
        """The final value of a day, seen when it could be known or now, whatever is later."""
        seen = max(self.now, final_at(SERIES[series].cadence, on))
        self.book.add([Observation(series, VENDOR, on, value, seen, seen, final=True)])

    def look(self, at: datetime) -> Evaluation:
        self.now = at
        found = evaluate(self.measures, INDICATORS, self.states, at, told=self.told)
        self.states = found.states
        self.told = [*reversed(found.alerts), *self.told]
        return found

    def news(self, at: datetime) -> list[Alert]:
        """What is said at this time, but not of our own sight."""
        return [each for each in self.look(at).alerts if each.rule != "blind"]


def midnight(after: date) -> datetime:
    """Shortly after a UTC day, when its values are known."""
    return datetime.combine(after + timedelta(days=1), datetime.min.time(), UTC) + timedelta(
        minutes=15
    )


def fed_daily(market: Market, series: Mapping[str, Sequence[float]]) -> list[Alert]:
    """Write a value of each series a day and look after each; returns what was said."""
    said = []
    for number, values in enumerate(zip(*series.values(), strict=True)):
        for key, value in zip(series, values, strict=True):
            market.write(key, day(number), value)
        said += market.news(midnight(day(number)))
    return said
