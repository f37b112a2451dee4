"""What is on its way to chats: one chat's share of it, all of it, and what was given up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.model import Chat


@dataclass(frozen=True, slots=True)
class Suspension:
    """Why a chat is written to no more, until it speaks to us."""

    reason: str
    since: datetime | None
    """None where an earlier version did not note it."""


@dataclass(frozen=True, slots=True)
class ChatDelivery:
    """What is on its way to one chat, at one instant of the store's clock."""

    waiting: int = 0
    """Alerts that the chat has not got yet, those being sent among them."""
    being_sent: int = 0
    tries: int = 0
    """So many times the sending of the oldest of them went wrong."""
    next_in_seconds: float | None = None
    """Until the next try; None while one is being made, or none is planned."""
    rests_seconds: float = 0.0
    """The chat was written to a moment ago, and is left alone for so long."""
    suspended: Suspension | None = None
    given_up: int = 0
    """Its letters among the dead ones."""
    held: int = 0
    """Alerts that are held back, in quiet hours or by a mute; none of them is `waiting`."""


class Deliveries(Protocol):
    """Tells a chat what is on its way to it."""

    async def of(self, chat: Chat) -> ChatDelivery:
        """The chat's share of what is on its way; raises StoreUnavailable."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A letter that was given up."""

    job: str
    chat: Chat
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is on its way on one platform."""

    jobs: int
    """Alerts that have recipients left."""
    chats: int
    """Chats for which something waits or is being sent, suspended ones among them."""
    suspended: int
    dead: int
    """Letters that were given up."""


class DeadLetters(Protocol):
    """What was given up, until somebody sends it again."""

    async def backlog(self, platform: str) -> Backlog:
        """How much there is of everything."""

    async def listed(self, platform: str, limit: int) -> Sequence[DeadLetter]:
        """The newest ones."""

    async def redrive(self, platform: str) -> int:
        """Put all of them on their way again; returns how many are."""
