"""What the operator's chat hears about the bot itself, and what it has been told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from bot.model import Chat, Message
from bot.ports.deliveries import DeadLetter

POLLS = "polls"
"""The role of whoever polls; the role of whoever listens to a platform is the platform's name."""


@dataclass(frozen=True, slots=True)
class Told:
    """How things stood when the operator's chat heard of them last."""

    blind: tuple[str, ...] = ()
    """Series."""
    failing: Mapping[str, datetime] = field(default_factory=dict)
    """Of each feed that fails, the time of the first failure that was seen; not told by itself."""
    failing_long: tuple[str, ...] = ()
    """The feeds among them that were told."""
    leaders: Mapping[str, str] = field(default_factory=dict)
    """By role the process that has it, "" where it was told that none has."""
    dead: Mapping[str, datetime] = field(default_factory=dict)
    """By platform, when the newest dead letter was given up that was told."""
    messages: tuple[datetime, ...] = ()
    """When the last messages were sent."""


@dataclass(frozen=True, slots=True)
class Roles:
    """Who does what only one process may do."""

    leaders: Mapping[str, str] = field(default_factory=dict)
    """By role the process that has it, "" where none has."""
    ended: Mapping[str, datetime] = field(default_factory=dict)
    """The last processes that ended in order, and when."""


@dataclass(frozen=True, slots=True)
class BlindSeries:
    """A series that rules need, and that is late."""

    last_day: date
    """That of its last value."""
    why: str = ""
    """What its feeds say instead."""


@dataclass(frozen=True, slots=True)
class FailingFeed:
    """A feed whose last answer was none."""

    at: datetime
    """Of its last failure."""
    why: str = ""


@dataclass(frozen=True, slots=True)
class GivenUp:
    """The dead letters of a platform."""

    newest: Sequence[DeadLetter] = ()
    count: int = 0
    """How many there are in all."""


@dataclass(frozen=True, slots=True)
class Seen:
    """How things stand now."""

    blind: Mapping[str, BlindSeries] = field(default_factory=dict)
    """By series."""
    failing: Mapping[str, FailingFeed] = field(default_factory=dict)
    """By feed."""
    roles: Roles = field(default_factory=Roles)
    dead: Mapping[str, GivenUp] = field(default_factory=dict)
    """By platform."""


class Telling(StrEnum):
    """What became of a message to the operator's chat."""

    DONE = "done"
    MOVED = "moved"
    """Another process has told something since."""
    AWAY = "away"
    """The chat cannot be reached, and so nothing was noted as told."""


class OperatorDesk(Protocol):
    """Where it is noted what the operator's chat was told; each raises StoreUnavailable."""

    async def told(self) -> Told:
        """How things stood when it was told of them last."""

    async def roles(self, platforms: Sequence[str]) -> Roles:
        """Who polls, who listens to these platforms, and who ended in order."""

    async def tell(
        self, chat: Chat, before: Told, after: Told, message: Message | None, now: datetime
    ) -> Telling:
        """Note what is told, and put the message on its way, in one atomic step.

        Nothing happens where something else than `before` is noted.
        """

    async def ends(self, holder: str, now: datetime) -> None:
        """Note that a process ends in order."""
