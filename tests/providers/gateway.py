"""All providers behind one loopback address, well-behaved until told otherwise.

async with Gateway(market) as gateway:
    ...  # SOURCE_GATEWAY_URL is gateway.url
    gateway.fail(YAHOO, Fault.HANG)
    gateway.heal(YAHOO)
"""

import asyncio
import json
import zlib
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Self
from urllib.parse import unquote

from aiohttp import web

from tests.providers.market import Distortion, Market
from tests.providers.words import discover

PROVIDERS = discover()

CHUNK = b"[" + b" " * (2**16 - 1)
ENDLESS_BYTES = 2**30
BOMB_BYTES = 2**28


class Fault(StrEnum):
    """How a whole answer can go wrong."""

    SERVER_ERROR = "server_error"
    FORBIDDEN_PAGE = "forbidden_page"
    TOO_MANY = "too_many"
    EMPTY = "empty"
    CUT = "cut"
    GARBAGE = "garbage"
    HANG = "hang"
    CONSENT = "consent"
    WRONG_TYPE = "wrong_type"
    PAGE_AS_JSON = "page_as_json"
    ENDLESS = "endless"
    BOMB = "bomb"
    ARCHIVE = "archive"


@dataclass(frozen=True)
class Asked:
    """A request as it came in; `target` is the raw path and query behind the host."""

    host: str
    target: str
    headers: dict[str, str]
    at: float


@dataclass
class _Trouble:
    kind: Fault | Distortion
    times: float
    retry_after: str | None


class Gateway:
    """`/<host>/<path>?<query>` on 127.0.0.1, answered from a `Market` in each provider's words."""

    def __init__(self, market: Market | None = None) -> None:
        self.market = market or Market()
        self.asked: list[Asked] = []
        self.bodies: dict[str, bytes] = {}
        """By host, or host and path, what it answers word for word instead of the market."""
        self.delay_seconds = 0.0
        """How long every answer takes."""
        self.bytes_sent = 0
        self.most_at_once: Counter[str] = Counter()
        """The most requests a host has had under way at one time."""
        self._under_way: Counter[str] = Counter()
        self.hanging = asyncio.Event()
        """Set once a request hangs."""
        self._trouble: dict[str, _Trouble] = {}
        self._arrival = asyncio.Condition()
        self._closing = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{host}/{path:.*}", self._handle)
        self._runner = web.AppRunner(
            app, shutdown_timeout=1.0, access_log=None, keepalive_timeout=1e6
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.set()
        if self._runner is not None:
            await self._runner.cleanup()

    def fail(
        self,
        host: str,
        kind: Fault | Distortion,
        *,
        times: float = float("inf"),
        retry_after: str | None = None,
    ) -> None:
        """Let the host's next answers go wrong, `times` of them or until `heal`."""
        self._trouble[host] = _Trouble(kind, times, retry_after)

    def heal(self, host: str | None = None) -> None:
        """Let the host behave again; without a name, all of them."""
        for name in list(self._trouble) if host is None else (host,):
            self._trouble.pop(name, None)

    def hangs(self, host: str) -> bool:
        """Whether the host leaves its next request without an answer."""
        trouble = self._trouble.get(host)
        return trouble is not None and trouble.kind is Fault.HANG and trouble.times > 0

    def count(self, host: str) -> int:
        """How many requests the host has had."""
        return sum(asked.host == host for asked in self.asked)

    async def reached(self, host: str, count: int, timeout_seconds: float = 10.0) -> None:
        """Wait until the host has had so many requests; raises TimeoutError."""
        async with asyncio.timeout(timeout_seconds), self._arrival:
            await self._arrival.wait_for(lambda: self.count(host) >= count)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        host = request.match_info["host"]
        target = request.raw_path.removeprefix(f"/{host}")
        now = asyncio.get_running_loop().time()
        self.asked.append(Asked(host, target, dict(request.headers), now))
        async with self._arrival:
            self._arrival.notify_all()
        self._under_way[host] += 1
        self.most_at_once[host] = max(self.most_at_once[host], self._under_way[host])
        try:
            await asyncio.sleep(self.delay_seconds)
            return await self._answer(request, host, target)
        finally:
            self._under_way[host] -= 1

    async def _answer(self, request: web.Request, host: str, target: str) -> web.StreamResponse:
        trouble = self._due_trouble(host)
        if trouble is not None and isinstance(trouble.kind, Fault):
            if trouble.kind in (Fault.SERVER_ERROR, Fault.TOO_MANY):
                return _busy(trouble)
            return await _FAULTS[trouble.kind](self, request)
        path = unquote(target.partition("?")[0])
        body = self.bodies.get(f"{host}{path}", self.bodies.get(host))
        if body is not None:
            return web.Response(body=body, content_type="application/octet-stream")
        return self._in_its_words(request, host, path, trouble)

    def _in_its_words(
        self, request: web.Request, host: str, path: str, trouble: _Trouble | None
    ) -> web.Response:
        words = PROVIDERS.get(host)
        distortion = None if trouble is None else Distortion(trouble.kind)
        told = words(self.market, path, request.query, distortion) if words else None
        if told is None:
            return web.json_response({"error": "no such page"}, status=404)
        if isinstance(told, bytes):
            kind = "text/html" if told.lstrip().startswith(b"<") else "text/csv"
            return web.Response(body=told, content_type=kind)
        return web.Response(text=json.dumps(told), content_type="application/json")

    def _due_trouble(self, host: str) -> _Trouble | None:
        trouble = self._trouble.get(host)
        if trouble is None or trouble.times <= 0:
            return None
        trouble.times -= 1
        return trouble

    async def _forbidden_page(self, request: web.Request) -> web.StreamResponse:
        page = "<!doctype html><html><title>Attention Required!</title></html>"
        return web.Response(text=page, status=403, content_type="text/html")

    async def _empty(self, request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"", content_type="application/json")

    async def _cut(self, request: web.Request) -> web.StreamResponse:
        return await self._raw(
            request,
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n"
            b'{"data": {"market_cap_percentage": {"btc": 5',
        )

    async def _garbage(self, request: web.Request) -> web.StreamResponse:
        return await self._raw(request, b"\x16\x03\x01\x02\x00\x01 what is this\r\n\r\n")

    async def _raw(self, request: web.Request, data: bytes) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.write(data)
        request.transport.close()
        return web.Response()

    async def _hang(self, request: web.Request) -> web.StreamResponse:
        self.hanging.set()
        await self._closing.wait()
        return web.Response()

    async def _consent(self, request: web.Request) -> web.StreamResponse:
        raise web.HTTPTemporaryRedirect(f"{self.url}/consent.yahoo.com/collectConsent")

    async def _wrong_type(self, request: web.Request) -> web.StreamResponse:
        return web.Response(text="{}", content_type="text/html")

    async def _page_as_json(self, request: web.Request) -> web.StreamResponse:
        page = " " * 100 + "<html><script>/* proof of work */</script></html>"
        return web.Response(text=page, content_type="application/json")

    async def _endless(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        with suppress(ConnectionError):
            await response.prepare(request)
            for _ in range(ENDLESS_BYTES // len(CHUNK)):
                await response.write(CHUNK)
                self.bytes_sent += len(CHUNK)
        return response

    async def _archive(self, request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"PK\x03\x04" + bytes(200), content_type="text/csv")

    async def _bomb(self, request: web.Request) -> web.StreamResponse:
        press = zlib.compressobj(9, zlib.DEFLATED, 31)
        pressed = [press.compress(CHUNK) for _ in range(BOMB_BYTES // len(CHUNK))]
        body = b"".join([*pressed, press.flush()])
        headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        return web.Response(body=body, headers=headers)


def _busy(trouble: _Trouble) -> web.Response:
    status = 500 if trouble.kind is Fault.SERVER_ERROR else 429
    named = {} if trouble.retry_after is None else {"Retry-After": trouble.retry_after}
    return web.Response(text="Too Many Requests\r\n", status=status, headers=named)


_FAULTS: dict[Fault, Callable[[Gateway, web.Request], Awaitable[web.StreamResponse]]] = {
    Fault.FORBIDDEN_PAGE: Gateway._forbidden_page,
    Fault.EMPTY: Gateway._empty,
    Fault.CUT: Gateway._cut,
    Fault.GARBAGE: Gateway._garbage,
    Fault.HANG: Gateway._hang,
    Fault.CONSENT: Gateway._consent,
    Fault.WRONG_TYPE: Gateway._wrong_type,
    Fault.PAGE_AS_JSON: Gateway._page_as_json,
    Fault.ENDLESS: Gateway._endless,
    Fault.BOMB: Gateway._bomb,
    Fault.ARCHIVE: Gateway._archive,
}
