"""What is asked of the store for digests that come by themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.model import Chat, Message, Preferences


@dataclass(frozen=True, slots=True)
class DueDigest:
    """A chat whose digest is due, and what it is made by."""

    chat: Chat
    due: datetime
    """When it was; as long as that is stored, nobody has told this digest or changed its time."""
    preferences: Preferences
    topics: frozenset[str]
    has_own: bool
    """It has alerts of its own."""
    reachable: bool
    """It is not suspended."""


@dataclass(frozen=True, slots=True)
class MadeDigest:
    """A due digest as it is told."""

    of: DueDigest
    message: Message | None
    """None: this one is left out."""
    next_due: datetime | None
    """None: no more are due."""


class Digests(Protocol):
    """When each chat's next digest is due; one is told exactly as often as it is."""

    async def due(self, platform: str, now: datetime, limit: int) -> Sequence[DueDigest]:
        """Some of the chats whose digest is due, earliest first; none while much waits to be sent.

        What is found stays due until it is enqueued.
        """

    async def enqueue(self, platform: str, made: Sequence[MadeDigest], now: datetime) -> None:
        """Put digests on their way, and note when the next ones are due, in one atomic step.

        One that is not due any more as it was found, as another process told it, is left out.
        """
