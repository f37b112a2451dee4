"""The nouns of the product, in the order in which the data meets them.

Everything here is an immutable value: it can be compared, stored and replayed. All instants are
time-zone-aware and in UTC; a `date` is the day of a series' own calendar (a New York session, a UTC
day). A bare float is a market value in its series' unit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Unit(StrEnum):
    """What one unit of a series' value is."""

    POINTS = "index points"
    PCT = "%"
    SCORE = "of 100"


class Cadence(StrEnum):
    """The calendar that says when a series' next daily value is due."""

    NYSE_SESSION = "nyse_session"
    """A bar a New York session, final twenty minutes after the close."""
    UTC_DAY = "utc_day"
    """A value sampled all day; the day's last sample becomes final at 00:00 UTC."""


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


@dataclass(frozen=True, slots=True)
class Reading:
    """An indicator's value now, with everything a reader needs to judge it."""

    indicator: str
    title: str
    value: float
    unit: Unit
    vendor: str
    day: date
    as_of: datetime
    final: bool
    late: bool
    """Older than the series' own calendar allows."""
    degraded: bool
    """From a fallback vendor: shown, never compared with a level set for the first one."""


class Kind(StrEnum):
    """What an alert says happened."""

    FIRED = "fired"
    RESOLVED = "resolved"
    INVALIDATED = "invalidated"
    RECLAIMED = "reclaimed"
    STALE = "stale"
    RECOVERED = "recovered"


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


class Tone(StrEnum):
    """How a message is coloured where a platform can colour."""

    GOOD = "good"
    BAD = "bad"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class LevelRule:
    """Fires on the nth consecutive daily value beyond a level, with a dead band before it resolves.

    `below` fires at value < level and resolves at value > level + band; `above` fires at
    value >= level and resolves at value < level - band. `strict` makes `above` mean value > level.
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
    tone: Tone = Tone.GOOD
    """Whether it is good or bad news for the rotation that this fired."""


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


@dataclass(frozen=True, slots=True)
class Indicator:
    """A number people ask for: the series it reads and the rules that watch it.

    `needs_history` keeps its rules asleep until the past is loaded: a record is nothing without it.
    """

    key: str
    title: str
    unit: Unit
    series: str
    rules: tuple[Rule, ...] = ()
    needs_history: bool = False


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


@dataclass(frozen=True, slots=True)
class Point:
    """One final daily value, as the rules see it."""

    day: date
    value: float
    vendor: str
    as_of: datetime


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


@dataclass(frozen=True, slots=True)
class Message:
    """What we say, in our own words and without any platform's markup.

    Adapters escape every string; a title is one line, `lines` are paragraphs or list rows.
    """

    title: str
    lines: tuple[str, ...] = ()
    footer: str = ""
    tone: Tone = Tone.NEUTRAL


@dataclass(frozen=True, slots=True)
class Alert:
    """A transition with the value that decided it; the same data always gives the same `id`."""

    id: str
    rule: str
    topic: str
    kind: Kind
    indicator: str
    value: float
    level: float | None
    unit: Unit
    vendor: str
    as_of: datetime
    day: date
    decided_at: datetime
    message: Message


@dataclass(frozen=True, slots=True)
class Chat:
    """A place that hears alerts: a platform's chat or channel, and a topic's thread within it."""

    platform: str
    id: str
    thread: str = ""

    @property
    def member(self) -> str:
        """The chat as one word, unique on its platform."""
        return f"{self.id}:{self.thread}" if self.thread else self.id

    @classmethod
    def from_member(cls, platform: str, member: str) -> "Chat":
        """The reverse of `member`."""
        chat, _, thread = member.partition(":")
        return cls(platform, chat, thread)


class GateState(StrEnum):
    """Whether a gate of the board is open, or cannot be told."""

    ON = "on"
    OFF = "off"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Gate:
    """One condition of the thesis.

    `distance` is how far the value still has to move to its level; `vendor` and `as_of` are the
    value's.
    """

    name: str
    title: str
    state: GateState
    value: float | None = None
    level: float | None = None
    distance: float | None = None
    unit: Unit | None = None
    vendor: str = ""
    as_of: datetime | None = None
    why: str = ""
    """In words, what the gate waits for or why it cannot be told."""


class Phase(StrEnum):
    """Where the rotation stands."""

    ALTSEASON = "altseason"
    ROTATION = "rotation"
    WARMING_UP = "warming_up"
    BITCOIN_SEASON = "bitcoin_season"
    WAITING = "waiting"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Board:
    """What fired, what confirms, what is missing."""

    phase: Phase
    gates: tuple[Gate, ...]
    as_of: datetime


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """How the last requests to one provider's feed went."""

    feed: str
    ok_at: datetime | None = None
    failed_at: datetime | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule's state with what `/status` shows beside it.

    `distance` is what the value still has to move: to `level` while the rule waits, to
    `recovery_level` during an episode.
    """

    rule: str
    status: Status
    side: Side
    level: float | None = None
    recovery_level: float | None = None
    distance: float | None = None
    since: date | None = None
    level_day: date | None = None
    """Since when the level stands, where it is a record."""
    failed: bool = False
    """A breakout that was invalidated and has not come back."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything `/status` tells, computed at one instant from what is stored."""

    board: Board
    readings: tuple[Reading, ...]
    rules: Mapping[str, tuple[RuleView, ...]] = field(default_factory=dict)
    """Indicator key -> its rules."""
    missing: Mapping[str, str] = field(default_factory=dict)
    """Title of an indicator without a reading -> why it has none."""
