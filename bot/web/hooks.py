"""Where chat platforms knock to bring what happens there."""

import asyncio
from collections.abc import Iterable, Sequence
from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.ports import Hook

BODY_SECONDS = 10.0
"""No platform takes longer to say what it has to say; others may hold a connection open."""


def routes(hooks: Iterable[Hook]) -> Sequence[web.AbstractRouteDef]:
    """A POST route a hook; the web server's own bound on bodies holds for them."""
    return [web.post(each.path, _taking(each)) for each in hooks]


def _taking(hook: Hook) -> Handler:
    async def take(request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await request.read()
        except TimeoutError:
            return web.Response(status=HTTPStatus.REQUEST_TIMEOUT)
        return web.Response(status=await hook.take(request.headers, body))

    return take
