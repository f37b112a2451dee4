"""What Prometheus scrapes; its names are in docs/metrics.md."""

from collections.abc import Sequence

from aiohttp import web

from bot.metrics import Metrics


def routes(metrics: Metrics) -> Sequence[web.AbstractRouteDef]:
    """`/metrics`."""

    async def scrape(request: web.Request) -> web.Response:
        body, content_type = await metrics.exposed(request.headers.get("Accept", ""))
        # aiohttp takes a content type without its parameters only.
        headers = {"Content-Type": content_type, "Cache-Control": "no-store"}
        response = web.Response(body=body, headers=headers)
        response.enable_compression()
        return response

    return [web.get("/metrics", scrape)]
