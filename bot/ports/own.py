"""What the watch over chats' own rules asks of the store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.model import Chat, Message, OwnRule, OwnState, Reading


@dataclass(frozen=True, slots=True)
class Touched:
    """An own rule that a value or the time may have moved, as it is stored."""

    chat: Chat
    number: int
    rule: OwnRule
    state: OwnState
    text: str
    """How it was stored: as long as it is, nobody has changed it."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one look at the index found, and what there is to look at."""

    touched: Sequence[Touched]
    watched: Mapping[str, datetime | None]
    """Each reading that some rule compares with a level -> the time of the last value that was
    seen to the end; None where none was."""


@dataclass(frozen=True, slots=True)
class OwnChange:
    """An own rule after a look at it, and what it says."""

    of: Touched
    after: OwnState | None
    """None: it is forgotten."""
    lines: Sequence[float]
    """Of each condition, the value past which it has recovered while the rule fires."""
    job: str = ""
    """The id of what it says; the same data always gives the same."""
    message: Message | None = None


class OwnIndex(Protocol):
    """Finds the own rules that values cross, at a cost that does not grow with their number."""

    async def look(self, readings: Sequence[Reading], *, leader: str, now: datetime) -> Sighting:
        """The rules that these values or the time may move, a bounded number of them.

        A reading that moves no rule has been seen to the end, which is noted. Raises StaleLeader
        when `leader` does not hold the poller's lease.
        """

    async def commit(self, changes: Sequence[OwnChange], *, leader: str, now: datetime) -> None:
        """Write rules and what they say in one atomic step; one that was changed meanwhile stays.

        Raises StaleLeader when `leader` does not hold the poller's lease. Repeating a commit whose
        reply was lost changes nothing.
        """

    async def announce(self) -> None:
        """Let those who deliver know that there is something to take, before they look again."""
