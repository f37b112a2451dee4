"""What is remembered: series, states, subscriptions, and alerts on their way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from bot.model import (
    Alert,
    Chat,
    FeedHealth,
    KeptRule,
    Message,
    Observation,
    OwnRule,
    Point,
    Reading,
    RuleState,
)


class StoreUnavailable(Exception):
    """Redis cannot be reached right now; the text says what failed."""


class StaleLeader(Exception):
    """A write was refused: another poller leads, or the state it was computed from has moved."""


@dataclass(frozen=True, slots=True)
class History:
    """What the first start loaded of a series' past."""

    first_day: date
    last_day: date
    days: int
    loaded_at: datetime


@dataclass(frozen=True, slots=True)
class StateChange:
    """A rule instance's state before and after, for a compare-and-set."""

    key: str
    before: RuleState | None
    after: RuleState


class Journal(Protocol):
    """What the poller remembers: series, states of rules, health of feeds.

    Every write raises StaleLeader when `leader` does not hold the poller lease. A repeat of one
    whose reply was lost changes nothing.
    """

    async def observations(
        self, series: str, vendor: str, since: date | None = None
    ) -> Sequence[Observation]:
        """The stored days of one vendor's series, oldest first.

        With `since`, only days from then on, but at least the newest one there is.
        """

    async def remember(self, observations: Sequence[Observation], *, leader: str) -> None:
        """Store or correct days; a day of a (series, vendor) is held once."""

    async def history(self, series: str, feed: str) -> History | None:
        """What was loaded of the past, or None when that has not happened yet."""

    async def mark_history(self, series: str, feed: str, history: History, *, leader: str) -> None:
        """Say that the past has been loaded."""

    async def states(self) -> Mapping[str, RuleState]:
        """Every rule instance's state."""

    async def commit(
        self,
        changes: Sequence[StateChange],
        alerts: Sequence[Alert],
        *,
        leader: str,
        now: datetime,
    ) -> None:
        """Write states and jobs in one step, or nothing: StaleLeader also if a `before` moved."""

    async def readings(self) -> Mapping[str, Reading]:
        """Every indicator's last reading."""

    async def remember_readings(self, readings: Sequence[Reading], *, leader: str) -> None:
        """Store what indicators read now."""

    async def recent_alerts(self) -> Sequence[Alert]:
        """The alerts of the last commits, newest first."""

    async def health(self) -> Mapping[str, FeedHealth]:
        """How each feed's last requests went."""

    async def remember_health(self, health: Sequence[FeedHealth], *, leader: str) -> None:
        """Store how feeds' last requests went."""


class Lease(Protocol):
    """Who may poll, or listen: one holder at a time, taken over when it stops renewing."""

    async def acquire(self, holder: str) -> bool:
        """Take or renew the lease; False while another holds it."""

    async def release(self, holder: str) -> None:
        """Give the lease up at once, if this holder has it."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """A suspension that is over."""

    reason: str
    missed: int
    """So many alerts are on their way to the chat now."""


class Subscriptions(Protocol):
    """Which chat hears which topics."""

    async def topics(self, chat: Chat) -> frozenset[str]:
        """The topics this chat hears."""

    async def subscribe(self, chat: Chat, topics: Sequence[str]) -> frozenset[str]:
        """Add topics; returns those that are new."""

    async def unsubscribe(self, chat: Chat, topics: Sequence[str]) -> frozenset[str]:
        """Remove topics; returns those that were there."""

    async def suspended(self, chats: Sequence[Chat]) -> Sequence[Chat]:
        """Those of some chats of one platform, and of the threads in them, that are suspended."""

    async def resume(self, chat: Chat) -> Resumed | None:
        """Lift a suspension and send what the chat missed; None if there was none."""


class Past(Protocol):
    """What an indicator has read on every day that is over."""

    async def points(self, indicator: str) -> Sequence[Point]:
        """The final daily values of its first vendors, oldest first; empty where there are none."""


class TooManyRules(Exception):
    """A chat has as many own rules as the settings allow."""


class NoSuchRule(Exception):
    """A chat has no own rule of this number."""


class OwnRules(Protocol):
    """The rules that chats made for themselves."""

    async def kept(self, chat: Chat) -> Sequence[KeptRule]:
        """The chat's rules by their numbers."""

    async def keep(
        self, chat: Chat, rule: OwnRule, *, holds: Sequence[bool], limit: int
    ) -> KeptRule:
        """Store a new rule under the chat's next free number; raises TooManyRules.

        `holds` says of each condition whether it is true already: a rule whose conditions all hold
        begins as firing, silently.
        """

    async def change(
        self, chat: Chat, number: int, rule: OwnRule, *, holds: Sequence[bool]
    ) -> KeptRule:
        """Put a rule in the place of another, and which stays armed or firing if `holds` lets it.

        Raises NoSuchRule.
        """

    async def forget(self, chat: Chat, number: int) -> OwnRule:
        """Remove a rule and return it; raises NoSuchRule."""


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
class DeadLetter:
    """A letter that was given up."""

    job: str
    chat: Chat
    reason: str
    at: datetime


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
        """Put all of them on their way again; returns how many there were."""
