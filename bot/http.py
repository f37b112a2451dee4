"""The one way out to providers: bounded in time and size, polite, and wary of web pages."""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version
from types import TracebackType
from typing import Literal, Self
from urllib.parse import quote, urlencode, urlsplit

import aiohttp
from yarl import URL

from bot.ports import Clock, SourceError

Expected = Literal["json", "csv"]

ACCEPT: dict[Expected, str] = {
    "json": "application/json",
    "csv": "text/csv, text/plain;q=0.9",
}
NOT_DATA: dict[Expected, tuple[bytes, ...]] = {"json": (b"<",), "csv": (b"<", b"PK")}
"""How a body begins that is a page or an archive."""
REDIRECTS = frozenset(range(300, 400))
WORTH_ANOTHER_TRY = frozenset({408, 425, 429}) | frozenset(range(500, 600))
LONGEST_WAIT_SECONDS = 86_400.0
"""A server that wants to be left alone for longer is asked again after this anyway."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long a host is left alone when it answers 429 and does not say for how long."""

    first_seconds: float = 15.0
    cap_seconds: float = 3_600.0

    def seconds(self, refusals: int, jitter: float) -> float:
        """The wait after so many refusals in a row: never less than the first, doubling its span.

        `jitter` within [0, 1) picks the place in the span.
        """
        ceiling = min(self.cap_seconds, self.first_seconds * 2.0 ** min(refusals, 32))
        return self.first_seconds + jitter * max(0.0, ceiling - self.first_seconds)


BACKOFFS = {"query1.finance.yahoo.com": Backoff(first_seconds=900.0, cap_seconds=21_600.0)}
"""Yahoo blocks an address for minutes to hours, and longer if it keeps asking."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may cost."""

    connect_seconds: float = 5.0
    total_seconds: float = 20.0
    largest_bytes: int = 8 * 2**20
    """Of the body as we read it, after decompression."""
    retries: int = 2
    retry_pause_seconds: float = 1.0
    """The span of the first retry's random pause; it doubles with each further one."""
    retry_within_seconds: float = 12.0
    """No retry starts later than this after the first attempt: a poll must not be held up."""


class _Passing(SourceError):
    """A failure that the same request may not meet again."""


@dataclass(slots=True)
class _Host:
    """What we remember of a host; times are on the monotonic clock."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    asked_at: float = float("-inf")
    not_before: float = float("-inf")
    refusals: int = 0


def _utc_now() -> datetime:
    return datetime.now(UTC)


def named_wait_seconds(retry_after: str, now: datetime) -> float | None:
    """How long a Retry-After asks to wait, as a number or a date; None if it says nothing."""
    try:
        if retry_after.isascii() and retry_after.isdigit():
            seconds = float(retry_after)
        else:
            moment = parsedate_to_datetime(retry_after)
            aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            seconds = (aware - now).total_seconds()
    except (ValueError, OverflowError):
        return None
    return min(max(0.0, seconds), LONGEST_WAIT_SECONDS)


def user_agent() -> str:
    """The name we go by; Yahoo turns away whoever does not begin like a browser."""
    release = "dev"
    with suppress(PackageNotFoundError):
        release = version("altseason-bot")
    return f"Mozilla/5.0 (compatible; altseason-bot/{release})"


class ProviderHttp:
    """An `Http` over aiohttp, to be used as an async context manager.

    At most one request a host is under way. `spacing_seconds` maps a host to the least time between
    two requests to it. With a `gateway`, every request goes to `<gateway>/<host>/<path>?<query>`,
    nothing is spaced, and a host that answers 429 without a time is left alone for seconds instead
    of minutes; `backoff_cap_seconds` sets the most, with or without a gateway. Text in errors names
    the host and never the query, which may hold a key.
    """

    def __init__(
        self,
        *,
        gateway: str | None = None,
        spacing_seconds: Mapping[str, float] | None = None,
        limits: Limits = Limits(),
        backoff_cap_seconds: float | None = None,
        clock: Clock = _utc_now,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._gateway = gateway.rstrip("/") if gateway else None
        self._spacing = {} if gateway else dict(spacing_seconds or {})
        self._limits = limits
        gateway_cap = 15.0 if gateway else None
        self._backoff_cap = gateway_cap if backoff_cap_seconds is None else backoff_cap_seconds
        self._clock = clock
        self._monotonic = monotonic
        self._sleep = sleep
        self._jitter = jitter
        self._hosts: defaultdict[str, _Host] = defaultdict(_Host)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            headers={"User-Agent": user_agent(), "Accept-Encoding": "gzip, deflate"},
            timeout=aiohttp.ClientTimeout(
                total=self._limits.total_seconds, connect=self._limits.connect_seconds
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        expect: Expected = "json",
    ) -> bytes:
        """The body of a successful answer of the expected kind; raises SourceError otherwise.

        Fails at once, without asking, while the host wants to be left alone.
        """
        name, target = self._address(url, params)
        host = self._hosts[name]
        wanted = {"Accept": ACCEPT[expect], **(headers or {})}
        async with host.turn:
            if host.not_before > self._monotonic():
                raise SourceError(f"{name} wants no request before {self._end_of_wait(host)}.")
            await self._sleep(self._wait_seconds(name))
            latest = self._monotonic() + self._limits.retry_within_seconds
            retries = 0
            while True:
                try:
                    return await self._attempt(name, target, wanted, expect)
                except _Passing:
                    span = self._limits.retry_pause_seconds * 2.0**retries
                    pause = max(span * self._jitter(), self._wait_seconds(name))
                    if retries == self._limits.retries or self._monotonic() + pause > latest:
                        raise
                retries += 1
                await self._sleep(pause)

    def _address(self, url: str, params: Mapping[str, str] | None) -> tuple[str, URL]:
        """The host's own name, and where its request goes; what is percent-encoded stays so.

        Raises SourceError for an address that cannot be one, say a gateway's with a wrong port.
        """
        parts = urlsplit(url)
        query = "&".join(filter(None, (parts.query, urlencode(params or {}, quote_via=quote))))
        root = self._gateway or f"{parts.scheme}:/"
        target = f"{root}/{parts.netloc}{parts.path or '/'}" + (f"?{query}" if query else "")
        try:
            address = URL(target, encoded=True)
            usable = bool(address.host and address.port)
        except ValueError:
            usable = False
        if not usable:
            raise SourceError(f"The address to ask {parts.netloc} at cannot be used.")
        return parts.netloc, address

    def _wait_seconds(self, name: str) -> float:
        """How long from now until the host may be asked again."""
        host = self._hosts[name]
        allowed = max(host.asked_at + self._spacing.get(name, 0.0), host.not_before)
        return max(0.0, allowed - self._monotonic())

    def _end_of_wait(self, host: _Host) -> str:
        end = self._clock() + timedelta(seconds=host.not_before - self._monotonic())
        return f"{end:%Y-%m-%d %H:%M:%S} UTC"

    async def _attempt(
        self, name: str, target: URL, headers: Mapping[str, str], expect: Expected
    ) -> bytes:
        if self._session is None:
            raise RuntimeError("ProviderHttp is used outside of its context.")
        host = self._hosts[name]
        host.asked_at = self._monotonic()
        try:
            async with self._session.get(
                target, headers=headers, allow_redirects=False
            ) as response:
                if response.status != HTTPStatus.OK:
                    raise self._refusal(name, response, expect)
                host.refusals = 0
                return await self._body(name, response, expect)
        except TimeoutError:
            raise _Passing(f"{name} did not answer in time.") from None
        except aiohttp.ClientPayloadError:
            raise _Passing(f"{name} broke off in the middle of its answer.") from None
        except aiohttp.ClientConnectorError:
            raise _Passing(f"{name} could not be reached.") from None
        except (aiohttp.ClientError, OSError):
            raise _Passing(f"{name} hung up without a proper answer.") from None

    def _refusal(
        self, name: str, response: aiohttp.ClientResponse, expect: Expected
    ) -> SourceError:
        """What an answer other than 200 means; remembers when the host may be asked again."""
        status = response.status
        said = f"{name} answered {status}"
        if status in WORTH_ANOTHER_TRY:
            wait = named_wait_seconds(response.headers.get("Retry-After", ""), self._clock())
            if wait is None and status == HTTPStatus.TOO_MANY_REQUESTS:
                wait = self._unnamed_wait(name)
            if wait is None:
                return _Passing(f"{said}.")
            host = self._hosts[name]
            host.not_before = self._monotonic() + wait
            return _Passing(f"{said} and wants no request before {self._end_of_wait(host)}.")
        if status in REDIRECTS:
            return SourceError(f"{said}, a redirect, instead of {expect.upper()}.")
        page = f" with HTML instead of {expect.upper()}" if _is_page(response) else ""
        return SourceError(f"{said}{page}.")

    def _unnamed_wait(self, name: str) -> float:
        host = self._hosts[name]
        host.refusals += 1
        wait = BACKOFFS.get(name, Backoff()).seconds(host.refusals, self._jitter())
        return wait if self._backoff_cap is None else min(wait, self._backoff_cap)

    async def _body(self, name: str, response: aiohttp.ClientResponse, expect: Expected) -> bytes:
        """The whole body, read no further than the cap and looked at for what it is."""
        if _is_page(response):
            raise SourceError(f"{name} answered with HTML instead of {expect.upper()}.")
        body = bytearray()
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > self._limits.largest_bytes:
                most = self._limits.largest_bytes / 2**20
                raise SourceError(f"{name} answered with more than {most:g} MB.")
        content = body.lstrip()
        if not content:
            raise SourceError(f"{name} answered with nothing.")
        if content.startswith(NOT_DATA[expect]):
            raise SourceError(
                f"{name} answered with a page or archive instead of {expect.upper()}."
            )
        return bytes(body)


def _is_page(response: aiohttp.ClientResponse) -> bool:
    return "html" in response.content_type
