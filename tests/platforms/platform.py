"""A fake platform as a server: its wire, and beside that what its operator asks and orders."""

import json
import random
import time
from types import TracebackType
from typing import Any, Protocol, Self
from urllib.parse import parse_qs

from aiohttp import web

from tests.adapters import fake_discord, fake_telegram
from tests.platforms.counters import Counters
from tests.platforms.discord_wire import REFUSALS as DISCORD_REFUSALS
from tests.platforms.discord_wire import ROOT, Discord
from tests.platforms.faults import Faults, Json
from tests.platforms.ledger import MARKER, Ledger
from tests.platforms.limits import Limits
from tests.platforms.stage import NoAnswer, Stage, server_error
from tests.platforms.telegram_wire import REFUSALS as TELEGRAM_REFUSALS
from tests.platforms.telegram_wire import Telegram


class Wire(Protocol):
    """How one platform is spoken to."""

    stage: Stage
    limits: Limits

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Serve one request."""

    def order(self, key: str, value: Any) -> None:
        """Follow an order that only this platform knows; raises ValueError."""

    def cut(self) -> None:
        """End long polls and connections that stay."""

    async def stop(self) -> None:
        """End what goes on without being asked."""


class Platform:
    """One platform on loopback; an asynchronous context manager, or `start` and `stop`.

    `stop` and `start` again make an outage that refuses connections; the port and all that is
    known stay. `root` is the path of the API, `sends` how the path of a send ends.
    """

    def __init__(self, wire: Wire, port: int, *, root: str, sends: str) -> None:
        self.wire = wire
        self.stage = wire.stage
        self._port = port
        self._root = root
        self._sends = sends
        self._runner: web.ServerRunner | None = None

    @property
    def url(self) -> str:
        """Where /control, /ledger and /counters are."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def api_url(self) -> str:
        """The root of the platform's API, as the bot's settings take it."""
        return self.url + self._root

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen, on the same port as before if there was one."""
        # An application's router and middlewares would cost time with every send.
        server = web.Server(self._serve, access_log=None)
        self._runner = web.ServerRunner(server, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, backlog=1024, reuse_address=True)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Stop listening and drop every connection."""
        self.wire.cut()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        await self.wire.stop()

    def control(self, orders: Json) -> Json:
        """Follow orders, all of them before the next request; returns what holds then.

        Raises ValueError, KeyError or TypeError at the first that makes no sense.
        """
        for key, value in orders.items():
            match key:
                case "limits":
                    self.wire.limits.order(value)
                case "reset":
                    in_flight = self.stage.counters.in_flight
                    self.stage.counters = Counters(in_flight=in_flight, most_in_flight=in_flight)
                    self.stage.ledger = Ledger(self.stage.ledger.marker.pattern)
                case "updates" | "behind_proxy":
                    self.wire.order(key, value)
                case _:
                    self.stage.faults.order(key, value, time.monotonic())
        if self.stage.faults.down:
            self.wire.cut()
        return self.stage.faults.as_json() | {"limits": self.wire.limits.as_json()}

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        path, _, query = request.raw_path.partition("?")
        match path:
            case "/control":
                return await self._control(request)
            case "/ledger":
                return _json(self._ledger(parse_qs(query)))
            case "/counters":
                return _json(self.stage.counters.as_json())
        return await self._count(request, path.endswith(self._sends))

    async def _count(self, request: web.BaseRequest, send: bool) -> web.StreamResponse:  # noqa: FBT001 - private
        counters = self.stage.counters
        counters.requests += 1
        counters.sends += send
        counters.in_flight += send
        counters.most_in_flight = max(counters.most_in_flight, counters.in_flight)
        try:
            if self.stage.faults.down:
                counters.faults["down"] += 1
                response: web.StreamResponse = server_error(502)
            else:
                response = await self.wire.answer(request)
        finally:
            # A reset may have come in between: those in flight go on in the new counters.
            self.stage.counters.in_flight -= send
        if not isinstance(response, NoAnswer):
            self.stage.counters.answers[response.status] += 1
        return response

    async def _control(self, request: web.BaseRequest) -> web.Response:
        if request.method != "POST":
            return _json(self.control({}))
        try:
            return _json(self.control(json.loads(await request.read())))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            return _json({"error": f"{type(error).__name__}: {error}"}, 400)

    def _ledger(self, query: dict[str, list[str]]) -> Json:
        ledger = self.stage.ledger
        answer: Json = {"deliveries": len(ledger), "moved": self.stage.faults.moved}
        if "chat" in query:
            return answer | {"chats": {chat: ledger.deliveries(chat) for chat in query["chat"]}}
        if "full" in query:
            return answer | {"chats": {chat: ledger.deliveries(chat) for chat in ledger.chats()}}
        return answer | {"chats": ledger.tokens()}


def telegram(
    port: int = 0,
    *,
    limited: bool = True,
    token: str = fake_telegram.TOKEN,
    marker: str = MARKER,
    seed: int = 0,
) -> Platform:
    """A Telegram; port 0 is any free one, `marker` a pattern, `seed` decides what faults hit."""
    faults = Faults(random.Random(seed), TELEGRAM_REFUSALS, migrates=True)  # noqa: S311 - no secret
    wire = Telegram(Stage(faults, Ledger(marker)), token, limited=limited)
    return Platform(wire, port, root="", sends="/sendMessage")


def discord(
    port: int = 0,
    *,
    limited: bool = True,
    token: str = fake_discord.TOKEN,
    marker: str = MARKER,
    seed: int = 0,
    shards: int = 1,
) -> Platform:
    """A Discord, as `telegram` is a Telegram; `shards` is what it recommends."""
    faults = Faults(random.Random(seed), DISCORD_REFUSALS, migrates=False)  # noqa: S311 - no secret
    wire = Discord(Stage(faults, Ledger(marker)), token, limited=limited, shards=shards)
    return Platform(wire, port, root=ROOT, sends="/messages")


def _json(body: Json, status: int = 200) -> web.Response:
    return web.Response(
        status=status, body=json.dumps(body).encode(), content_type="application/json"
    )
