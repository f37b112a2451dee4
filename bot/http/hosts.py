"""What we remember of the hosts we ask, and when each may be asked again."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus

from bot.http.waits import BACKOFFS, Backoff, named_wait_seconds
from bot.ports import Clock, SourceError, Trouble

WORTH_ANOTHER_TRY = frozenset({408, 425, 429}) | frozenset(range(500, 600))
FORBIDDEN = frozenset({403, 451})
FAILURES_BEFORE_BREAK = 5
BREAK_SECONDS = 1_800.0


@dataclass(frozen=True, slots=True)
class Rest:
    """A time in which a host is not asked."""

    until: float
    """On the monotonic clock."""
    end: datetime
    wish: str
    """What follows for us, as the rest of a sentence about the host."""
    cause: str = ""
    """What came before, to be read before the wish."""


@dataclass(slots=True)
class Host:
    """One host; times are on the monotonic clock."""

    name: str
    spacing_seconds: float
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Whoever holds it asks the host."""
    asked_at: float = float("-inf")
    rest: Rest | None = None
    refusals: int = 0
    """The 429s without a time since its last good answer."""
    failures: int = 0
    """The requests that failed since then."""


class Hosts:
    """Who is left alone, for how long and why.

    `cap_seconds` is the most that a host is left alone for a reason of ours; a Retry-After is its
    own wish and stands. The mappings go from a host to its seconds.
    """

    def __init__(
        self,
        *,
        spacing_seconds: Mapping[str, float],
        forbidden_wait_seconds: Mapping[str, float],
        cap_seconds: float,
        clock: Clock,
        monotonic: Callable[[], float],
        jitter: Callable[[], float],
    ) -> None:
        self._spacing = dict(spacing_seconds)
        self._forbidden = dict(forbidden_wait_seconds)
        self._cap = cap_seconds
        self._clock = clock
        self._monotonic = monotonic
        self._jitter = jitter
        self._hosts: dict[str, Host] = {}

    def named(self, name: str) -> Host:
        """The host of this name, which is new to us at first."""
        host = self._hosts.get(name)
        if host is None:
            host = self._hosts[name] = Host(name, self._spacing.get(name, 0.0))
        return host

    def check(self, host: Host) -> None:
        """Raise SourceError while the host is left alone."""
        if host.rest is not None and host.rest.until > self._monotonic():
            said = f"{host.name} {host.rest.cause}{host.rest.wish}."
            raise SourceError(said, Trouble.RESTING)

    def wait_seconds(self, host: Host) -> float:
        """How long from now until the host may be asked again."""
        allowed = host.asked_at + host.spacing_seconds
        if host.rest is not None:
            allowed = max(allowed, host.rest.until)
        return max(0.0, allowed - self._monotonic())

    def refused(self, host: Host, status: int, retry_after: str) -> Rest | None:
        """How long the host is left alone after an answer of such a status, if at all."""
        if status in WORTH_ANOTHER_TRY:
            wait = named_wait_seconds(retry_after, self._clock())
            if wait is None and status == HTTPStatus.TOO_MANY_REQUESTS:
                wait = self._unnamed_wait(host)
            elif wait is not None and host.name in BACKOFFS:
                # A host that blocks who comes back too soon is given its time, whatever it says.
                wait = max(wait, min(BACKOFFS[host.name].first_seconds, self._cap))
            return None if wait is None else self._leave(host, wait, "wants no request before")
        wait = min(self._forbidden.get(host.name, 0.0), self._cap)
        if status not in FORBIDDEN or wait <= 0.0:
            return None
        return self._leave(host, wait, "is left alone until", f"answered {status} and ")

    def succeeded(self, host: Host) -> None:
        """Note that the host gave what it was asked for."""
        host.refusals = host.failures = 0

    def failed(self, host: Host) -> None:
        """Note a request that failed after all its tries; too many in a row and the host rests.

        After that the next failure lets it rest again, and a success clears the account.
        """
        host.failures += 1
        wait = min(BREAK_SECONDS, self._cap)
        if host.failures >= FAILURES_BEFORE_BREAK and wait > 0.0:
            cause = f"failed {host.failures} times in a row and "
            self._leave(host, wait, "is asked again after", cause, "%H:%M UTC")

    def resting(self) -> Mapping[str, datetime]:
        """The hosts that are not asked at present, and until when."""
        now = self._monotonic()
        return {
            name: host.rest.end
            for name, host in self._hosts.items()
            if host.rest is not None and host.rest.until > now
        }

    def _unnamed_wait(self, host: Host) -> float:
        host.refusals += 1
        backoff = BACKOFFS.get(host.name, Backoff())
        return min(backoff.seconds(host.refusals, self._jitter()), self._cap)

    def _leave(
        self,
        host: Host,
        seconds: float,
        wish: str,
        cause: str = "",
        written: str = "%Y-%m-%d %H:%M:%S UTC",
    ) -> Rest:
        """Let the host rest for so long, unless it rests longer already."""
        end = self._clock() + timedelta(seconds=seconds)
        rest = Rest(self._monotonic() + seconds, end, f"{wish} {end:{written}}", cause)
        if host.rest is None or host.rest.until < rest.until:
            host.rest = rest
        return rest
