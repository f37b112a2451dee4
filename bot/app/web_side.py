"""What is seen from outside: every route of this process's web server."""

from collections.abc import Sequence

from bot.metrics import Metrics
from bot.parts import Parts
from bot.ports import Adapter, Clock
from bot.settings import Settings
from bot.stores import Stores
from bot.vitals import StoredVitals
from bot.web import WebServer, health, metrics, readiness


def web_server(  # noqa: PLR0917 - what one process has, each once.
    settings: Settings,
    parts: Parts,
    stores: Stores,
    adapters: Sequence[Adapter],
    clock: Clock,
    vitals: StoredVitals,
    meters: Metrics,
) -> WebServer:
    """The server at LISTEN_HOST and PORT, with everything that this process can tell."""
    routes = [
        *health.routes(),
        *readiness.routes(vitals.look, clock),
        *metrics.routes(meters),
    ]
    return WebServer(routes, host=settings.listen_host, port=settings.port)
