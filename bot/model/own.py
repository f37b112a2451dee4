"""What a person asked to be told: conditions on what indicators read, and how often to say so."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.model.rules import Side


class Span(StrEnum):
    """What a window is counted in."""

    SESSIONS = "sessions"
    """New York trading days."""
    DAYS = "days"
    """Calendar days."""


@dataclass(frozen=True, slots=True)
class Window:
    """How far back a change is measured from."""

    amount: int
    span: Span


@dataclass(frozen=True, slots=True)
class Condition:
    """One line that what an indicator reads can cross.

    `above` is true at value >= level, `below` at value < level, as of the presets. With a window
    the value is the change over it: in percent, or in percentage points where the indicator itself
    is a percentage; a fall is `below` a negative level.
    """

    indicator: str
    side: Side
    level: float
    window: Window | None = None

    @property
    def reading(self) -> str:
        """What is compared with the level, as a word: btc_dominance, russell_2000~15s."""
        if self.window is None:
            return self.indicator
        return f"{self.indicator}~{self.window.amount}{self.window.span[0]}"


@dataclass(frozen=True, slots=True)
class OwnRule:
    """A chat's own alert: fires when all its conditions hold, having not held before.

    By default each new crossing is told. Only one of `once`, `remind` and `step` is set.
    """

    conditions: tuple[Condition, ...]
    once: bool = False
    """Tell it a single time, then forget the rule."""
    remind: timedelta | None = None
    """While it holds, say so again every so often."""
    step: float | None = None
    """While it holds, say so again whenever the value has moved so much further."""
    hold: timedelta | None = None
    """Fire only once the conditions have held for so long."""
    until: date | None = None
    """The last day on which it fires; then it is forgotten."""


@dataclass(frozen=True, slots=True)
class KeptRule:
    """An own rule as its chat sees it: under a number, waiting to fire or already true."""

    number: int
    rule: OwnRule
    firing: bool = False
    """Told, or already true when it was made: it fires again after having stopped being true."""


class Saying(StrEnum):
    """What an own rule says."""

    FIRED = "fired"
    AGAIN = "again"
    """It still holds: a reminder, or a further step."""


@dataclass(frozen=True, slots=True)
class OwnState:
    """All an own rule remembers between two looks."""

    made: datetime
    """When it was made or last changed: older values are no news to it."""
    beyond: tuple[bool, ...]
    """Of each condition, whether it held when it was last seen; while the rule fires, whether it
    has not recovered since."""
    firing: bool = False
    since: datetime | None = None
    """When all conditions began to hold."""
    due: datetime | None = None
    """When it is to be looked at though nothing moves: the end of `hold`, the next reminder."""
    further: float | None = None
    """Of a rule with steps that fires, the value at which it says so again; None until it has been
    seen firing."""
