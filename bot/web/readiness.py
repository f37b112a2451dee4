"""Whether the bot can do its work: for balancers, which send nobody to what is not ready."""

from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus

from aiohttp import web

from bot.ports import Clock
from bot.vitals import Check, Vitals, checks
from bot.web.lately import lately

SEEN_SECONDS = 1.0
"""So old may be what is answered."""


def routes(look: Callable[[], Awaitable[Vitals]], clock: Clock) -> Sequence[web.AbstractRouteDef]:
    """`/readyz`: 200 or 503, with each check and what is wrong, in JSON."""
    seen = lately(look, SEEN_SECONDS)

    async def readiness(_: web.Request) -> web.Response:
        found = checks(await seen(), clock())
        is_ready = not any(check.wrong for check in found)
        return web.json_response(
            {"ready": is_ready, "checks": {check.name: _told(check) for check in found}},
            status=HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE,
            headers={"Cache-Control": "no-store"},
        )

    return [web.get("/readyz", readiness)]


def _told(check: Check) -> dict[str, object]:
    wrong = {"wrong": check.wrong} if check.wrong else {}
    return {"ok": not check.wrong, "found": check.found, **wrong}
