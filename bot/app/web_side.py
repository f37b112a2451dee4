"""What is seen from outside: every route of this process's web server."""

from collections.abc import Iterator, Sequence

from bot.app.chat_side import stored_outlook, stored_past
from bot.metrics import Metrics
from bot.parts import Parts
from bot.ports import Adapter, Clock, Hook, Hooked
from bot.settings import Settings
from bot.stores import Stores
from bot.vitals import StoredVitals
from bot.web import WebServer, health, hooks, metrics, page, readiness
from bot.web.courses import Courses
from bot.web.site import StoredSite


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
    site = StoredSite(
        stored_outlook(parts, stores),
        stores.journal,
        Courses(stored_past(parts, stores, clock), parts.indicators),
        parts.indicators,
        parts.sources,
    )
    routes = [
        *page.routes(site, clock, settings.public_url or ""),
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
