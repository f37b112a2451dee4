"""What the world publishes, and what we saw of it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Unit(StrEnum):
    """What one unit of a series' value is."""

    POINTS = "index points"
    PCT = "%"
    PP = "percentage points"
    SCORE = "of 100"
    USD = "USD"
    USD_BN_A_MONTH = "bn USD a month"
    BTC = "BTC"
    TOKENS = "tokens"
    SESSIONS = "sessions"
    CORRELATION = "correlation"
    DEVIATIONS = "standard deviations"
    TRUTH = "1 = yes, 0 = no"


class Cadence(StrEnum):
    """The calendar that says when a series' next daily value is due."""

    NYSE_SESSION = "nyse_session"
    """A bar a New York session, final twenty minutes after the close."""
    NYSE_NEXT_MORNING = "nyse_next_morning"
    """A value a New York session, known at 12:00 UTC on the day after."""
    GLOBEX = "globex"
    """A level sampled from Sunday 18:00 to Friday 17:00 New York; never a day's last word."""
    UTC_MORNING = "utc_morning"
    """A value a UTC day, published as the day begins."""
    UTC_DAY = "utc_day"
    """A value sampled all day; the day's last sample becomes final at 00:00 UTC."""
    WEDNESDAY = "wednesday"
    """A level every Wednesday, published on Thursday at 16:30 New York."""
    MONTH = "month"
    """A value a month, dated its 1st, published about the 12th of the next at 08:30 New York."""


@dataclass(frozen=True, slots=True)
class Bound:
    """How far a value may move: so much in the series' unit, and so many percent of the value."""

    points: float = 0.0
    pct: float = 0.0

    def of(self, value: float) -> float:
        """The distance in the series' unit, seen from this value."""
        return self.points + abs(value) * self.pct / 100.0


@dataclass(frozen=True, slots=True)
class Series:
    """A number the world publishes, whoever measures it.

    `late_after_hours` is how long after the expected moment a missing value counts as late.
    """

    key: str
    title: str
    unit: Unit
    cadence: Cadence
    late_after_hours: float
    lowest: float
    """Values below this cannot be real and are refused at the door."""
    highest: float
    never_zero: bool = False
    """Zero is what vendors print before they know."""
    step: Bound | None = None
    """A longer step from one value to the next is held until something confirms it."""
    far: Bound | None = None
    """A step longer than this is confirmed by another vendor or another day only."""
    apart: Bound | None = None
    """How far two vendors' distance from each other may stray from its usual."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One value as one vendor told it to us.

    `as_of` is the time the value is about, `observed_at` when we saw it, `day` the day it belongs
    to in the series' own calendar. `final` is the vendor's word that the day's value is complete.
    """

    series: str
    vendor: str
    day: date
    value: float
    as_of: datetime
    observed_at: datetime
    final: bool
    note: str = ""
    """What the value cannot say of itself, such as how many coins were counted."""


@dataclass(frozen=True, slots=True)
class Point:
    """One daily value, as indicators and rules see it."""

    day: date
    value: float
    vendor: str
    as_of: datetime
    note: str = ""
    raw: float | None = None
    """Where a fallback stands in: what it said itself, before `value` was put on the scale of the
    vendor it stands in for."""
    stands_in_for: str = ""
    """The vendor that is missing."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A number worked out from series, for the day of its newest input."""

    day: date
    value: float
    note: str = ""


BOTH = " and "
"""Between the vendors of a number that several of them measured."""


@dataclass(frozen=True, slots=True)
class Reading:
    """An indicator's value now, with everything a reader needs to judge it."""

    indicator: str
    title: str
    value: float
    unit: Unit
    vendor: str
    """Who measured it; of a number worked out from several series, all of them."""
    day: date
    as_of: datetime
    final: bool
    late: bool
    """Older than the series' own calendar allows."""
    degraded: bool
    """From a fallback vendor: compared with a level only on the scale of the first one."""
    late_from: datetime | None = None
    """When it becomes, or became, late."""
    note: str = ""
