"""The verbs: what the core asks of the outside world, and the whole vocabulary of its failures.

Each protocol has two real parts behind it (a provider and another, Redis and a recording, Telegram
and Discord) or stands at a boundary that the import rules keep closed.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, Protocol

from bot.model import Alert, Chat, FeedHealth, Message, Observation, RuleState

Clock = Callable[[], datetime]
"""Tells the time, in UTC and aware; the demo's runs faster than the wall's."""


class SourceError(Exception):
    """A provider gave no usable answer; the text is one sentence for log and `/status`."""


class Http(Protocol):
    """The one way out to providers."""

    async def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        expect: Literal["json", "csv"] = "json",
    ) -> bytes:
        """The body of a successful answer of the expected kind; raises SourceError otherwise."""


Fetch = Callable[[Http, datetime, date | None], Awaitable[Sequence[Observation]]]
"""(http, now, since) -> observations. `since` is the last day already stored: None asks for all
history the provider gives. Raises SourceError."""


@dataclass(frozen=True, slots=True)
class Feed:
    """One request to one provider, repeated: what it yields and how often it may be asked.

    `rank` orders the vendors of a series: 0 is the one whose levels the rules are set for, higher
    ones stand in for it. A feed with `has_history` can answer for the past.
    """

    name: str
    vendor: str
    series: tuple[str, ...]
    every: timedelta
    fetch: Fetch
    rank: int = 0
    has_history: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """A provider: its feeds, the host they ask, and the terms on which it lets itself be asked."""

    name: str
    host: str
    feeds: tuple[Feed, ...]
    terms: str = ""
    min_interval_seconds: float = 0.0
    """The least time between two requests to the host."""


@dataclass(frozen=True, slots=True)
class Option:
    """A command's only option, as a platform with typed options shows it."""

    name: str
    summary: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CommandCard:
    """What a platform needs to know of a command to list it in its own menu."""

    name: str
    summary: str
    option: Option | None = None


Answer = Callable[[Chat, str], Awaitable[Message | None]]
"""(chat, "/subscribe dominance") -> the reply; None when the text is no command."""


class DeliveryError(Exception):
    """A message did not arrive as far as we know; the subclass says what to do about it."""


class RetryLater(DeliveryError):
    """The platform or the network is busy or down: the same message may pass after `seconds`.

    `counts` is False where the platform only asked us to wait: no attempt was used up.
    """

    def __init__(self, seconds: float, reason: str, *, counts: bool = True) -> None:
        super().__init__(reason)
        self.seconds = seconds
        self.counts = counts


class Unconfirmed(DeliveryError):
    """It left us, and nobody said whether it arrived: another try may be another copy."""


class ChatMoved(DeliveryError):
    """The chat has another id now; everything stored for it must follow."""

    def __init__(self, to: Chat) -> None:
        super().__init__(f"the chat moved to {to.id}")
        self.to = to


class ChatGone(DeliveryError):
    """The chat cannot be reached any more: suspended until it gives us any command again."""


class Rejected(DeliveryError):
    """The platform refused this message as malformed: our bug, and never the chat's fault."""


class PlatformRefused(Exception):
    """The platform will not have us at all, say for a wrong token; waiting does not help.

    Only said of a token that never worked: a refusal later on may be the platform's own trouble.
    """


class Adapter(Protocol):
    """A chat platform, connected."""

    name: str
    sends_per_second: float
    """The pace that the platform permits a bot overall."""

    async def listen(self, answer: Answer) -> None:
        """Answer commands until cancelled; survives outages of the platform.

        Raises PlatformRefused when the platform refuses the token. May be called again after any
        other error.
        """

    async def send(self, chat: Chat, message: Message, key: str) -> None:
        """Deliver one message; raises a DeliveryError.

        `key` names the delivery, for platforms that swallow a repeat of it; it has at most 25
        characters of [A-Za-z0-9_-].
        """

    async def close(self) -> None:
        """Let go of connections; safe to call more than once and before `listen`."""


class StoreUnavailable(Exception):
    """Redis cannot be reached right now; the text says what failed."""


class StaleLeader(Exception):
    """A commit was refused: another poller leads, or the state it was computed from has moved."""


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
    """What the poller remembers: series, states of rules, health of feeds."""

    async def observations(
        self, series: str, vendor: str, since: date | None = None
    ) -> Sequence[Observation]:
        """The stored days of one vendor's series, oldest first.

        With `since`, only days from then on, but at least the newest one there is.
        """

    async def remember(self, observations: Sequence[Observation]) -> None:
        """Store or correct days; a day of a (series, vendor) is held once."""

    async def history(self, series: str, vendor: str) -> History | None:
        """What was loaded of the past, or None when that has not happened yet."""

    async def mark_history(self, series: str, vendor: str, history: History) -> None:
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
        """Write states and outbox jobs in one atomic step, or nothing.

        Raises StaleLeader when `leader` does not hold the poller lease or a `before` has moved.
        Repeating a commit whose reply was lost changes nothing.
        """

    async def health(self) -> Mapping[str, FeedHealth]:
        """How each feed's last requests went."""

    async def remember_health(self, health: Sequence[FeedHealth]) -> None:
        """Store how feeds' last requests went."""


class Lease(Protocol):
    """Who may poll: one holder at a time, taken over when it stops renewing."""

    async def acquire(self, holder: str) -> bool:
        """Take or renew the lease; False while another holds it."""

    async def release(self, holder: str) -> None:
        """Give the lease up at once, if this holder has it."""


class Subscriptions(Protocol):
    """Which chat hears which topics."""

    async def topics(self, chat: Chat) -> frozenset[str]:
        """The topics this chat hears."""

    async def subscribe(self, chat: Chat, topics: Sequence[str]) -> frozenset[str]:
        """Add topics; returns those that are new. A suspended chat is resumed."""

    async def unsubscribe(self, chat: Chat, topics: Sequence[str]) -> frozenset[str]:
        """Remove topics; returns those that were there."""

    async def resume(self, chat: Chat) -> str | None:
        """Lift a suspension; returns its reason, or None if there was none."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One alert on its way to one chat, under a lease: acknowledge it or it comes back."""

    job: str
    chat: Chat
    message: Message
    attempts: int
    """How often it was handed out before, not counting waits the platform asked for."""


class Outbox(Protocol):
    """Alerts waiting for their chats; at least once, in subscribers' join order."""

    async def take(self, platform: str, limit: int) -> Sequence[Parcel]:
        """Lease up to `limit` parcels: first those due again, then new recipients."""

    async def acknowledge(self, parcel: Parcel) -> None:
        """It arrived."""

    async def postpone(self, parcel: Parcel, seconds: float, *, counts: bool) -> None:
        """Hand it out again after `seconds`; `counts` uses up an attempt."""

    async def drop(self, parcel: Parcel, reason: str) -> None:
        """Give this one up, and remember why; the chat stays subscribed."""

    async def suspend(self, parcel: Parcel, reason: str) -> None:
        """Stop sending to the chat until it speaks to us; its subscriptions stay."""

    async def move(self, parcel: Parcel, to: Chat) -> None:
        """The chat has a new id: its subscriptions and this parcel follow."""

    async def wait(self, platform: str) -> None:
        """Return when there may be something to take, within about a second."""
