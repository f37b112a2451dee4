"""Alerts on their way to chats: what is handed out, and how that ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.model import Chat, Message


@dataclass(frozen=True, slots=True)
class Letter:
    """One alert on its way to one chat."""

    job: str
    """The alert's id, or the own alert's."""
    message: Message
    fired_at: datetime
    outdated: bool
    """It is no longer news: the chat hears it in a catch-up."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one chat is to hear now, under a lease: settle it or it comes back.

    As long as a parcel is out, nobody else sends to its chat.
    """

    chat: Chat
    letters: tuple[Letter, ...]
    """Oldest first; the same ones on every try, until they are settled."""
    lease: str
    """Names this hand-out: whoever settles a parcel that was handed out again changes nothing."""
    attempts: int = 0
    """How many tries went wrong before."""
    unsure: int = 0
    """After how many tries nobody said whether it arrived."""


class Outcome(StrEnum):
    """How the sending of a parcel ended."""

    SENT = "sent"
    LATER = "later"
    ALONE = "alone"
    """Later, and one letter at a time: one of them may spoil the others."""
    DEAD = "dead"
    """Given up: it waits among the dead letters, and the chat stays subscribed."""
    SUSPENDED = "suspended"
    """The chat takes no messages; it keeps all it has, until it speaks to us."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """What became of a parcel."""

    parcel: Parcel
    outcome: Outcome
    seconds: float = 0.0
    """For how long the chat is left alone now."""
    reason: str = ""
    attempts: int = 0
    """As in `Parcel`, from now on."""
    unsure: int = 0


@dataclass(frozen=True, slots=True)
class Turns:
    """When the first of some turns is, and when that was said: seconds on the store's clock."""

    first: float
    now: float

    @property
    def wait_seconds(self) -> float:
        """From then until the first."""
        return self.first - self.now


class Outbox(Protocol):
    """Alerts waiting for their chats; at least once, and per chat in the order they fired."""

    async def take(self, platform: str, limit: int, request: str) -> Sequence[Parcel]:
        """Lease up to `limit` parcels: first those due again, then new recipients.

        The same `request`, which must be new to each sender's every wish, gives the same parcels.
        """

    async def settle(self, platform: str, settlements: Sequence[Settlement]) -> None:
        """Say what became of parcels of one platform; a repeat changes nothing."""

    async def move(self, old: Chat, new: Chat) -> None:
        """The chat has a new id: its subscriptions, its rules and what waits for it follow."""

    async def turns(
        self, platform: str, wanted: int, spacing_seconds: float, lead_seconds: float = 0.0
    ) -> Turns:
        """Reserve so many turns to send, evenly spaced, none before so many seconds from now."""

    async def pause(self, platform: str, seconds: float) -> None:
        """Give out no turn before so many seconds have passed."""

    async def wait(self, platform: str) -> None:
        """Return when there may be something to take, within about a second."""
