"""What is seen from outside: every route of this process's web server."""

from collections.abc import Iterator, Sequence

from bot.metrics import Metrics
from bot.parts import Parts
from bot.ports import Adapter, Clock, Hook, Hooked
from bot.settings import Settings
from bot.stores import Stores
from bot.vitals import StoredVitals
from bot.web import WebServer, health, hooks, metrics, readiness


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
        *hooks.routes(_hooks(stores, adapters)),
    ]
    return WebServer(routes, host=settings.listen_host, port=settings.port)


def _hooks(stores: Stores, adapters: Sequence[Adapter]) -> Iterator[Hook]:
    """Where the platforms that can bring us what happens there are to bring it."""
    for adapter in adapters:
        if isinstance(adapter, Hooked):
            hook = adapter.use(stores.inbox(adapter.name))
            if hook is not None:
                yield hook
