"""Asking: one request, its tries, and what it brings home."""

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version
from types import TracebackType
from typing import Self

import aiohttp
from yarl import URL

from bot.http.address import address
from bot.http.answers import ACCEPT, NoSuchPage, read, refusal
from bot.http.failures import Passing, Unfinished, only_once, unanswered
from bot.http.hosts import WORTH_ANOTHER_TRY, Host, Hosts
from bot.http.limits import USUAL_LIMITS, Limits
from bot.http.memory import Memory
from bot.ports import UNMETERED, Clock, Expected, Meters, SourceError, Trouble

GATEWAY_CAP_SECONDS = 5.0
IDLE_SECONDS = 4.0
"""How long a connection is kept for the next request; many servers hang up after five."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


def user_agent() -> str:
    """The name we go by; Yahoo turns away whoever does not begin like a browser."""
    release = "dev"
    with suppress(PackageNotFoundError):
        release = version("altseason-bot")
    return f"Mozilla/5.0 (compatible; altseason-bot/{release})"


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a host; with `data` it is a POST."""

    host: Host
    target: URL
    headers: Mapping[str, str]
    expect: Expected
    data: bytes | None = None

    @property
    def name(self) -> str:
        """The same for two requests that have the same answer."""
        return f"{self.expect} {self.target}"


class ProviderHttp:
    """An `Http` over aiohttp, to be used as an async context manager.

    At most one request a host is under way. `spacing_seconds` maps a host to the least time between
    two requests to it, `forbidden_wait_seconds` to how long it is left alone after a 403 or 451. A
    host that fails five times in a row is left alone for half an hour. With a `gateway`, every
    request goes to `<gateway>/<host>/<path>?<query>`, nothing is spaced, and a host is left alone
    for seconds instead of minutes unless it says for how long; `backoff_cap_seconds` sets the most,
    with or without a gateway. Text in errors names the host and never the query or a header, which
    may hold a key.
    """

    def __init__(
        self,
        *,
        gateway: str | None = None,
        spacing_seconds: Mapping[str, float] | None = None,
        forbidden_wait_seconds: Mapping[str, float] | None = None,
        limits: Limits = USUAL_LIMITS,
        backoff_cap_seconds: float | None = None,
        clock: Clock = _utc_now,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
        keys: Mapping[str, str] | None = None,
        meters: Meters = UNMETERED,
    ) -> None:
        self._keys = dict(keys or {})
        self._meters = meters
        self._gateway = gateway.rstrip("/") if gateway else None
        self._limits = limits
        self._monotonic = monotonic
        self._sleep = sleep
        self._jitter = jitter
        own_cap = GATEWAY_CAP_SECONDS if gateway else float("inf")
        self._hosts = Hosts(
            spacing_seconds={} if gateway else spacing_seconds or {},
            forbidden_wait_seconds=forbidden_wait_seconds or {},
            cap_seconds=own_cap if backoff_cap_seconds is None else backoff_cap_seconds,
            clock=clock,
            monotonic=monotonic,
            jitter=jitter,
        )
        self._memory = Memory()
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            headers={"User-Agent": user_agent(), "Accept-Encoding": "gzip, deflate"},
            timeout=aiohttp.ClientTimeout(
                total=self._limits.total_seconds, connect=self._limits.connect_seconds
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            connector=aiohttp.TCPConnector(keepalive_timeout=IDLE_SECONDS),
            middlewares=(only_once,),
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

        Fails at once, without asking, while the host is left alone. Where an earlier answer came
        with its version, only a newer one is asked for.
        """
        wanted = {"Accept": ACCEPT[expect], **(headers or {})}
        return await self._ask(self._request(url, params, wanted, expect))

    async def post(
        self, url: str, *, body: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> bytes:
        """The JSON that a JSON body is answered with; raises SourceError otherwise.

        It is asked again after a failure only where the host had not begun to answer, or said that
        it may be.
        """
        wanted = {"Accept": ACCEPT["json"], "Content-Type": "application/json", **(headers or {})}
        data = json.dumps(body).encode()
        return await self._ask(self._request(url, None, wanted, "json", data))

    def key(self, setting: str) -> str | None:
        """The value of a provider's key by its setting's name, or None where it is not set."""
        return self._keys.get(setting)

    def resting(self) -> Mapping[str, datetime]:
        """The hosts that are not asked at present, and until when."""
        return self._hosts.resting()

    def _request(
        self,
        url: str,
        params: Mapping[str, str] | None,
        headers: Mapping[str, str],
        expect: Expected,
        data: bytes | None = None,
    ) -> Request:
        name, target = address(url, params, self._gateway)
        return Request(self._hosts.named(name), target, headers, expect, data)

    async def _ask(self, request: Request) -> bytes:
        host = request.host
        await self._take_turn(host)
        try:
            self._hosts.check(host)
            try:
                body = await self._tries(request)
            except NoSuchPage:
                raise
            except SourceError:
                self._hosts.failed(host)
                raise
            self._hosts.succeeded(host)
            return body
        finally:
            host.turn.release()

    async def _take_turn(self, host: Host) -> None:
        try:
            async with asyncio.timeout(self._limits.turn_seconds):
                await host.turn.acquire()
        except TimeoutError:
            said = f"{host.name} was busy with our other requests."
            raise SourceError(said, Trouble.RESTING) from None

    async def _tries(self, request: Request) -> bytes:
        host = request.host
        if wait := self._hosts.wait_seconds(host):
            await self._sleep(wait)
        latest = self._monotonic() + self._limits.retry_within_seconds
        retries = 0
        while True:
            try:
                return await self._attempt(request)
            except Passing as failure:
                span = self._limits.retry_pause_seconds * 2.0**retries
                pause = max(span * self._jitter(), self._hosts.wait_seconds(host))
                final = isinstance(failure, Unfinished) and request.data is not None
                late = self._monotonic() + pause > latest
                if final or late or retries == self._limits.retries:
                    raise
            retries += 1
            await self._sleep(pause)

    async def _attempt(self, request: Request) -> bytes:
        if self._session is None:
            raise RuntimeError("ProviderHttp is used outside of its context.")
        kept = self._memory.get(request.name) if request.data is None else None
        request.host.asked_at = self._monotonic()
        try:
            response = await self._session.request(
                "GET" if request.data is None else "POST",
                request.target,
                headers={**request.headers, **(kept.conditions if kept else {})},
                data=request.data,
                allow_redirects=False,
            )
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise unanswered(request.host.name, error) from None
        self._meters.responded(request.host.name, response.status)
        async with response:
            if kept is not None and response.status == HTTPStatus.NOT_MODIFIED:
                return await kept.body()
            if response.status != HTTPStatus.OK:
                raise self._refusal(request, response)
            largest = self._limits.largest_bytes
            body = await read(request.host.name, response, request.expect, largest)
        if request.data is None:
            await self._memory.keep(request.name, response.headers, body)
        return body

    def _refusal(self, request: Request, response: aiohttp.ClientResponse) -> SourceError:
        """What an answer other than 200 means; remembers how long its host is left alone."""
        host, status = request.host, response.status
        rest = self._hosts.refused(host, status, response.headers.get("Retry-After", ""))
        said = f"{host.name} answered {status}"
        slow_down = status == HTTPStatus.TOO_MANY_REQUESTS
        trouble = Trouble.SLOWED_DOWN if slow_down else Trouble.REFUSED
        if status in WORTH_ANOTHER_TRY:
            return Passing(f"{said} and {rest.wish}." if rest else f"{said}.", trouble)
        if rest is not None:
            return SourceError(f"{said} and {rest.wish}.", trouble)
        return refusal(host.name, response, request.expect)
