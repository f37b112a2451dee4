"""The status page and its twins for machines."""

import json
from collections.abc import Sequence

from aiohttp import web

from bot.ports import Clock
from bot.web import files, openapi
from bot.web.documents import answer, document
from bot.web.front import Window
from bot.web.site import StoredSite


def routes(site: StoredSite, clock: Clock, public_url: str) -> Sequence[web.AbstractRouteDef]:
    """`/`, `/feed.xml`, `/api/status` and what they rest on.

    `public_url` is where the world reaches us, without a slash at its end; empty if nobody said.
    """
    window = Window(site, clock, public_url)
    about = json.dumps(openapi.document(public_url), indent=2).encode()
    described = document(about, "application/json", files.A_DAY)

    async def page(request: web.Request) -> web.Response:
        return answer(request, (await window.front()).page)

    async def feed(request: web.Request) -> web.Response:
        return answer(request, (await window.front()).feed)

    async def status(request: web.Request) -> web.Response:
        return answer(request, (await window.front()).status)

    async def description(request: web.Request) -> web.Response:
        return answer(request, described)

    async def style(request: web.Request) -> web.Response:
        return answer(request, files.style())

    async def icon(request: web.Request) -> web.Response:
        return answer(request, files.icon())

    return [
        web.get("/", page),
        web.get("/feed.xml", feed),
        web.get("/api/status", status),
        web.get("/api/openapi.json", description),
        web.get(files.style_path(), style),
        web.get("/favicon.svg", icon),
    ]
