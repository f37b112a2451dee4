"""What is watched: indicators, their rules, and all that a rule remembers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.model.alerts import Kind
from bot.model.messages import Tone
from bot.model.phase import Course
from bot.model.series import Measure, Point, Unit


class Status(StrEnum):
    """Where a rule stands; `no_data` freezes whichever state it interrupts."""

    NORMAL = "normal"
    PENDING = "pending"
    FIRING = "firing"
    RECOVERING = "recovering"
    NO_DATA = "no_data"


class Side(StrEnum):
    """On which side of its level a rule fires."""

    BELOW = "below"
    ABOVE = "above"


@dataclass(frozen=True, slots=True)
class LevelRule:
    """Fires on the nth consecutive daily value beyond a level, with a dead band before it resolves.

    `below` fires at value < level and resolves at value > level + band; `above` fires at
    value > level and resolves at value < level - band. Where it is `inclusive`, the level itself
    counts as beyond.
    """

    id: str
    topic: str
    indicator: str
    side: Side
    level: float
    band: float
    meaning: str
    """One sentence for the reader: what it means that this fired."""
    resolved_meaning: str
    confirmations: int = 2
    inclusive: bool = False
    tone: Tone = Tone.GOOD
    """Whether it is good or bad news for the rotation that this fired."""
    on_samples: bool = False
    """Whether a look at a day that is not over can decide: a rolling sum is whole at every look."""
    is_regime: bool = False
    """One of two rules that end each other: as long as no value was beyond either line, nobody
    knows in which regime we are, and the first that is so is no news."""


@dataclass(frozen=True, slots=True)
class BreakoutRule:
    """Fires on the nth consecutive close above the record that stood when the rule armed.

    The ratios are of the level each one names.
    """

    id: str
    topic: str
    indicator: str
    meaning: str
    invalidated_meaning: str
    reclaimed_meaning: str
    confirmations: int = 2
    rearm_ratio: float = 0.90
    """Re-arms at a close <= running high x this."""
    invalidation_ratio: float = 0.97
    """Invalidated at the nth consecutive close < reference x this."""


Rule = LevelRule | BreakoutRule


Derive = Callable[[Sequence[Sequence[Point]]], Sequence[Measure]]
"""The points of each series, oldest first -> the indicator's daily values, oldest first; pure."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """A number people ask for: the series it reads and the rules that watch it.

    Without `derive` it is its only series' own value. `needs_history` keeps its rules asleep until
    the past is loaded: a record is nothing without it.
    """

    key: str
    title: str
    unit: Unit
    series: tuple[str, ...]
    rules: tuple[Rule, ...] = ()
    needs_history: bool = False
    derive: Derive | None = None
    lookback_days: int | None = None
    """How many calendar days of its series one value needs; None: all there are."""
    provisional: bool = False
    """Whether today's unfinished values count in what is shown; rules never see them."""
    vendor: str = ""
    """The only vendor whose values count; empty: the series' own order."""


@dataclass(frozen=True, slots=True)
class Record:
    """The breakout rule's memory: the high it is measured against, and the highest close so far."""

    reference: float
    reference_day: date
    high: float
    high_day: date
    armed: bool = True
    invalidated: bool = False
    first_day: date | None = None
    """The oldest close it knows: an older record would have gone unseen."""


@dataclass(frozen=True, slots=True)
class RuleState:
    """All a rule remembers between two values."""

    status: Status = Status.NORMAL
    episode: date | None = None
    """The day that opened the present or last episode; part of every alert id."""
    since: date | None = None
    """The day of the value that brought the present status."""
    streak: int = 0
    """Consecutive values so far that speak for the next transition."""
    last_day: date | None = None
    """The last day evaluated; older and equal days are never evaluated again."""
    tentative: bool = True
    """First sight so far rests on an unfinished day's value, and may still change silently."""
    held: Status | None = None
    """What `no_data` interrupted."""
    record: Record | None = None
    course: Course | None = None
    """Of the rule that follows the phase."""


@dataclass(frozen=True, slots=True)
class Transition:
    """A rule changed its state in a way people want to hear of."""

    kind: Kind
    episode: date
    level: float | None
    """The line that was crossed; a series going blind crosses none."""
    level_day: date | None = None
    """Since when that line stood, where it is a record."""
    first_day: date | None = None
    """The oldest value the record was chosen from."""
