"""Where things stand: gates, the phase, and what `/status` shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from bot.model.phase import Phase
from bot.model.rules import Side, Status
from bot.model.series import Reading, Unit


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


@dataclass(frozen=True, slots=True)
class Board:
    """What fired, what confirms, what is missing."""

    phase: Phase
    gates: tuple[Gate, ...]
    as_of: datetime
    breakout: date | None = None
    """When small caps broke out, as long as that gate is on."""


@dataclass(frozen=True, slots=True)
class HeldPhase:
    """The last phase that has held for two days, as people were told."""

    phase: Phase
    since: date
    """The first day of it, or the first day we looked at."""
    is_first: bool
    """It held already when we first looked: nobody saw it begin."""


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """How the last requests to one provider's feed went."""

    feed: str
    ok_at: datetime | None = None
    failed_at: datetime | None = None
    error: str = ""
    notice: str = ""
    """What is odd about what it says, in whole sentences."""


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
    subjects: Mapping[str, str] = field(default_factory=dict)
    """Indicator key -> what it is about, the heading under which it is shown."""
    held: HeldPhase | None = None
    """None before the first finished day on which the phase was known."""
    notices: tuple[str, ...] = ()
    """What is odd about the data: values held back, vendors that have drifted apart."""
