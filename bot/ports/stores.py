"""What is remembered: series, states, subscriptions, own rules, and who may write them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from bot.model import (
    Alert,
    Chat,
    FeedHealth,
    KeptRule,
    Observation,
    OwnRule,
    Point,
    Reading,
    RuleState,
)


class StoreUnavailable(Exception):
    """What is stored cannot be had right now; the text says what failed."""


class StoreAway(StoreUnavailable):
    """Nothing that is stored can be reached, whoever wants it."""


class StoreInUse(Exception):
    """Other processes work with the store, so that it cannot be changed; the text says which."""


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

    async def points(
        self, indicator: str, *, not_before: datetime | None = None
    ) -> Sequence[Point]:
        """The final daily values of its first vendors, oldest first; empty where there are none.

        They may be some minutes old, but were read `not_before` that instant.
        """


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
