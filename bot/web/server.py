"""The one web server of a process: it binds PORT, and outlives whoever has it."""

import asyncio
import logging
import resource
import socket
from collections.abc import Iterable
from typing import cast

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Handler

from bot.ports import StoreUnavailable
from bot.settings import WrongSetting
from bot.web.refusals import NO_STORE, NOT_FOUND, refuse

TRY_AGAIN_SECONDS = 30.0
"""How often a port that was taken is asked for again."""
FINISH_SECONDS = 2.0
"""How long a stop waits for answers that are on their way."""
IDLE_SECONDS = 15.0
"""How long a connection that asks nothing is kept."""
MOST_CONNECTIONS = min(256, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 4)
"""Visitors get a quarter of what the process may open, as the bot's own work needs the rest."""
LARGEST_BODY_BYTES = 2**20
"""Of what is brought to us; what a person writes to a chat is some thousand bytes long."""

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""On every answer: nothing here runs scripts, loads from elsewhere or belongs into a frame."""

log = logging.getLogger(__name__)
requests_log = logging.getLogger(f"{__name__}.requests")


class WebServer:
    """Serves routes at an address for as long as `run` runs.

    A port that cannot be had is no reason to stop a bot whose work is alerts: it is told once, and
    asked for again until it is free.
    """

    def __init__(
        self,
        routes: Iterable[web.AbstractRouteDef],
        *,
        host: str,
        port: int,
        try_again_seconds: float = TRY_AGAIN_SECONDS,
        most_connections: int = MOST_CONNECTIONS,
    ) -> None:
        """Take what is served and where; port 0 is any free one."""
        self._most_connections = most_connections
        self._try_again_seconds = try_again_seconds
        self._host = host
        self._port = port
        self._application = web.Application(
            middlewares=[_with_headers, _without_store], client_max_size=LARGEST_BODY_BYTES
        )
        self._application.add_routes(routes)
        self.bound: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        """The port, once it is ours."""

    async def run(self) -> None:
        """Serve until cancelled; raises WrongSetting where there can be no such host."""
        runner = web.AppRunner(
            self._application,
            access_log=None,
            logger=requests_log,
            keepalive_timeout=IDLE_SECONDS,
            shutdown_timeout=FINISH_SECONDS,
        )
        await runner.setup()
        try:
            listening = await self._bind(runner)
            try:
                await asyncio.Event().wait()
            finally:
                listening.close()
        finally:
            await runner.cleanup()

    async def _bind(self, runner: web.AppRunner) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        told = False
        while True:
            try:
                listening = await loop.create_server(
                    lambda: self._admit(runner), self._host, self._port
                )
            except OSError as error:
                if isinstance(error, socket.gaierror) and error.errno == socket.EAI_NONAME:
                    raise WrongSetting(f"LISTEN_HOST {self._host!r} is no address.") from None
                if not told:
                    reason = error.strerror or str(error)
                    log.warning(
                        "no status page: LISTEN_HOST %s, PORT %d cannot be had: %s",
                        self._host, self._port, reason,
                    )  # fmt: skip
                told = True
                await asyncio.sleep(self._try_again_seconds)
                continue
            port = listening.sockets[0].getsockname()[1]
            log.info("the status page is at port %d", port)
            self.bound.set_result(port)
            return listening

    def _admit(self, runner: web.AppRunner) -> asyncio.Protocol:
        """Who speaks to a new connection; the oldest makes room where there are too many.

        So strangers who hold connections open lock nobody out, supervisors least of all.
        """
        server = cast("web.Server", runner.server)
        ways = [each.transport for each in server.connections]
        open_ways = [way for way in ways if way is not None and not way.is_closing()]
        if len(open_ways) >= self._most_connections:
            open_ways[0].abort()
        return server()


def _is_ours(record: logging.LogRecord) -> bool:
    """Whether a failed request is our doing: who sends what is no HTTP is answered, not logged."""
    return record.exc_info is None or not isinstance(record.exc_info[1], HttpProcessingError)


requests_log.addFilter(_is_ours)


@web.middleware
async def _with_headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        response = await handler(request)
    except web.HTTPNotFound:
        response = refuse(request, NOT_FOUND)
    except web.HTTPException as error:
        error.headers.update(HEADERS)
        raise
    response.headers.update(HEADERS)
    return response


@web.middleware
async def _without_store(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Say that Redis is away where an answer needs it, and ask to come again soon."""
    try:
        return await handler(request)
    except StoreUnavailable:
        return refuse(request, NO_STORE)
