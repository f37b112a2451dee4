"""Whether the process lives: for supervisors, which restart what does not answer."""

from collections.abc import Sequence

from aiohttp import web


def routes() -> Sequence[web.AbstractRouteDef]:
    """`/healthz`."""
    return [web.get("/healthz", _alive)]


async def _alive(_: web.Request) -> web.Response:
    """The loop runs: nothing else is asked, as a restart would mend nothing else."""
    return web.Response(text="alive\n")
