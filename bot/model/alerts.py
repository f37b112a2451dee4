"""What happened, and whom we tell."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.model.messages import Message
from bot.model.series import Unit


class Kind(StrEnum):
    """What an alert says happened."""

    FIRED = "fired"
    RESOLVED = "resolved"
    INVALIDATED = "invalidated"
    RECLAIMED = "reclaimed"
    STALE = "stale"
    RECOVERED = "recovered"
    CORRECTED = "corrected"
    LATE = "late"
    """What was missed in a downtime, found afterwards and told together."""


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
    decided_by: tuple[tuple[date, float], ...] = ()
    """The days and values that decided it, as they were told."""
    withdrawn: bool = False
    """Of a correction: with the revised values it would not have happened."""
    quiet: bool = False
    """Recorded and not told by itself, as a `late` alert tells it."""


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
