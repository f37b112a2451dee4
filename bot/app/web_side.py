"""What is seen from outside: every route of this process's web server."""

from collections.abc import Sequence

from bot.app.chat_side import stored_outlook, stored_past
from bot.parts import Parts
from bot.ports import Adapter, Clock
from bot.settings import Settings
from bot.stores import Stores
from bot.web import WebServer, health, page
from bot.web.courses import Courses
from bot.web.site import StoredSite


def web_server(
    settings: Settings, parts: Parts, stores: Stores, adapters: Sequence[Adapter], clock: Clock
) -> WebServer:
    """The server at LISTEN_HOST and PORT, with everything that this process can tell."""
    site = StoredSite(
        stored_outlook(parts, stores),
        stores.journal,
        Courses(stored_past(parts, stores, clock), parts.indicators),
        parts.indicators,
        parts.sources,
    )
    public_url = str(settings.public_url or "").rstrip("/")
    routes = [*health.routes(), *page.routes(site, clock, public_url)]
    return WebServer(routes, host=settings.listen_host, port=settings.port)
