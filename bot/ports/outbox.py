"""Alerts on their way to chats: what is handed out, and how that ends."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol

from bot.model import DEFAULT_PREFERENCES, Chat, Message, Mute, Preferences

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Letter:
    """One alert on its way to one chat."""

    job: str
    """The alert's id, or the own alert's."""
    message: Message
    fired_at: datetime
    outdated: bool
    """It is no longer news: the chat hears it in a catch-up."""
    topic: str = ""
    """Empty where the chat itself asked for it."""
    held: str = ""
    """Why it was held back until now, as `Hold.why` said; empty where it was not."""


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
    preferences: Preferences = DEFAULT_PREFERENCES
    """What the chat has set."""
    settings: str = ""
    """The same as it is stored: what is decided by it is done as long as it stays so."""
    at: datetime = field(default=EPOCH, compare=False)
    """When this was said, by the store's clock."""


class Outcome(StrEnum):
    """How the sending of a parcel ended."""

    SENT = "sent"
    LATER = "later"
    AGAIN = "again"
    """Back as if it had not been handed out: what comes for the chat meanwhile goes with it."""
    HELD = "held"
    """Some letters are held back or left out, as `Settlement.holds` says; the others are due."""
    ALONE = "alone"
    """Later, and one letter at a time: one of them may spoil the others."""
    DEAD = "dead"
    """Given up: it waits among the dead letters, and the chat stays subscribed."""
    SUSPENDED = "suspended"
    """The chat takes no messages; it keeps all it has, until it speaks to us."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A letter that is not told now."""

    job: str
    until: datetime | None
    """When it is to be looked at again; None: it is never told."""
    why: str = ""
    """What the chat is told of it then, see `bot.manners`."""


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
    holds: tuple[Hold, ...] = ()
    """Of a parcel that is HELD."""


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

    async def lift(self, chat: Chat, mutes: Sequence[Mute]) -> int:
        """End mutes of a chat, and let go what nothing else holds back; returns how many those are.

        Safe to repeat: what was cut off half-way is as if it had not begun.
        """

    async def turns(
        self, platform: str, wanted: int, spacing_seconds: float, lead_seconds: float = 0.0
    ) -> Turns:
        """Reserve so many turns to send, evenly spaced, none before so many seconds from now."""

    async def pause(self, platform: str, seconds: float) -> None:
        """Give out no turn before so many seconds have passed."""

    async def wait(self, platform: str) -> None:
        """Return when there may be something to take, within about a second."""
