"""Providers: how they are asked, when, and how they fail."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from bot.model import Observation

Clock = Callable[[], datetime]
"""Tells the time, in UTC and aware; the demo's runs faster than the wall's."""

Expected = Literal["json", "csv", "html"]


class Trouble(StrEnum):
    """What kept a provider's answer from us."""

    UNANSWERED = "unanswered"
    """It could not be reached, or did not answer in time and to the end."""
    REFUSED = "refused"
    """It answered with an HTTP status that is no success."""
    SLOWED_DOWN = "slowed_down"
    """With the one for too many requests (429)."""
    RESTING = "resting"
    """It was not asked, as it is left alone after what it answered before."""
    UNREADABLE = "unreadable"
    """Its answer is not what it should be."""
    OUR_FAULT = "our_fault"
    """A bug of ours."""


class SourceError(Exception):
    """A provider gave no usable answer; the text is one sentence for log and `/status`."""

    def __init__(self, said: str, trouble: Trouble = Trouble.UNREADABLE) -> None:
        super().__init__(said)
        self.trouble = trouble


class Http(Protocol):
    """The one way out to providers."""

    async def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        expect: Expected = "json",
    ) -> bytes:
        """The body of a successful answer of the expected kind; raises SourceError otherwise."""

    async def post(
        self, url: str, *, body: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> bytes:
        """The JSON that a JSON body is answered with; raises SourceError otherwise."""

    def key(self, setting: str) -> str | None:
        """The value of a provider's key by its setting's name, or None where it is not set."""


Fetch = Callable[[Http, datetime, date | None], Awaitable[Sequence[Observation]]]
"""(http, now, since) -> observations. `since` is the last day already stored: None asks for all
history the provider gives. Raises SourceError."""


class Hours(StrEnum):
    """When asking often is worth it."""

    ALWAYS = "always"
    SESSION = "session"
    """From the opening bell in New York until shortly after the close."""
    GLOBEX = "globex"
    """Sunday 18:00 to Friday 17:00 New York, with a break at 17:00 every day."""


@dataclass(frozen=True, slots=True)
class Every:
    """Again and again, within these hours."""

    interval: timedelta
    hours: Hours = Hours.ALWAYS


@dataclass(frozen=True, slots=True)
class At:
    """At these times of day in a zone, on these weekdays (Monday is 0) and days of the month."""

    times: tuple[time, ...]
    zone: ZoneInfo
    weekdays: frozenset[int] = frozenset(range(7))
    month_days: range = range(1, 32)


Plan = tuple[Every | At, ...]
"""All that says when a feed is due; of an empty one, only as a fallback or for its history."""


@dataclass(frozen=True, slots=True)
class Feed:
    """One request to one provider, repeated: what it yields and how often it may be asked.

    `rank` orders the vendors of a series: 0 is the one whose levels the rules are set for, higher
    ones stand in for it. A feed with `has_history` can answer for the past.
    """

    name: str
    vendor: str
    series: tuple[str, ...]
    plan: Plan
    fetch: Fetch
    rank: int = 0
    has_history: bool = False
    needs_key: str = ""
    """The setting without which it cannot be asked."""
    stands_by: bool = True
    """Whether it is asked when the vendor before it fails."""
    standby_every: timedelta = timedelta(minutes=15)
    """How often it may be asked while the vendor before it fails."""
    ranks: Mapping[str, int] = field(default_factory=dict, hash=False)
    """Of the series for which `rank` is not the right one."""

    def rank_of(self, series: str) -> int:
        """Where the vendor stands among those of one of the feed's series."""
        return self.ranks.get(series, self.rank)


class Default(StrEnum):
    """Whether a source is asked when no setting speaks of it."""

    ON = "on"
    OFF = "off"
    HISTORY_ONLY = "history_only"
    """Asked for the past at the first start, and then only if it is switched on."""


@dataclass(frozen=True, slots=True)
class Source:
    """A provider: its feeds, the host they ask, and the terms on which it lets itself be asked."""

    name: str
    host: str
    feeds: tuple[Feed, ...]
    terms: str = ""
    min_interval_seconds: float = 0.0
    """The least time between two requests to the host."""
    default: Default = Default.ON
    forbidden_wait_seconds: float = 0.0
    """How long a host that answers 403 or 451 is left alone: it may not serve this country."""
