"""The one web server of a process: it binds PORT, and outlives whoever has it."""

import asyncio
import logging
from collections.abc import Iterable

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.ports import StoreUnavailable
from bot.web.refusals import NO_STORE, NOT_FOUND, refuse

TRY_AGAIN_SECONDS = 30.0
"""How often a port that was taken is asked for again."""
FINISH_SECONDS = 2.0
"""How long a stop waits for answers that are on their way."""
IDLE_SECONDS = 15.0
"""How long a connection that asks nothing is kept."""
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
    ) -> None:
        """Take what is served and where; port 0 is any free one."""
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
        """Serve until cancelled."""
        runner = web.AppRunner(
            self._application,
            access_log=None,
            keepalive_timeout=IDLE_SECONDS,
            shutdown_timeout=FINISH_SECONDS,
        )
        await runner.setup()
        try:
            await self._bind(runner)
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()

    async def _bind(self, runner: web.AppRunner) -> None:
        told = False
        while True:
            site = web.TCPSite(runner, self._host, self._port)
            try:
                await site.start()
            except OSError as error:
                if not told:
                    reason = error.strerror or str(error)
                    log.warning(
                        "no status page: LISTEN_HOST %s, PORT %d cannot be had: %s",
                        self._host, self._port, reason,
                    )  # fmt: skip
                told = True
                await site.stop()
                await asyncio.sleep(self._try_again_seconds)
                continue
            port = runner.addresses[0][1]
            log.info("the status page is at port %d", port)
            self.bound.set_result(port)
            return


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
