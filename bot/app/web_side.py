"""What is seen from outside: every route of this process's web server."""

from collections.abc import Sequence

from bot.parts import Parts
from bot.ports import Adapter, Clock
from bot.settings import Settings
from bot.stores import Stores
from bot.web import WebServer, health


def web_server(
    settings: Settings, parts: Parts, stores: Stores, adapters: Sequence[Adapter], clock: Clock
) -> WebServer:
    """The server at LISTEN_HOST and PORT, with everything that this process can tell."""
    return WebServer(health.routes(), host=settings.listen_host, port=settings.port)
