"""A bot that watches a market, and its page served at an address."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from bot.outlook import StoredOutlook
from bot.past import StoredPast
from bot.web import WebServer, health, page
from bot.web.courses import Courses
from bot.web.site import StoredSite
from tests.watch import PARTS, RECORD, Watch

LOOPBACK = "127.0.0.1"
PUBLIC_URL = "https://bot.example.org"


@dataclass
class Town:
    """Where the page is, and the market behind it."""

    url: str
    watch: Watch
    site: StoredSite = field(repr=False)


@asynccontextmanager
async def open_town(watch: Watch, public_url: str = PUBLIC_URL) -> AsyncIterator[Town]:
    """The page of what a watch has seen."""
    outlook = StoredOutlook(watch.journal, PARTS.indicators, PARTS.feeds)
    past = StoredPast(watch.journal, PARTS.indicators, PARTS.feeds, watch.clock)
    courses = Courses(past, PARTS.indicators)
    site = StoredSite(outlook, watch.journal, courses, PARTS.indicators, PARTS.sources)
    routes = [*health.routes(), *page.routes(site, watch.clock, public_url)]
    server = WebServer(routes, host=LOOPBACK, port=0)
    running = asyncio.create_task(server.run())
    try:
        async with asyncio.timeout(10):
            port = await asyncio.shield(server.bound)
        yield Town(f"http://{LOOPBACK}:{port}", watch, site)
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def break_out(watch: Watch) -> None:
    """Let the Russell 2000 close above its record twice, as a poller sees it."""
    await watch.poll()
    for close in (RECORD + 10.0, RECORD + 25.5):
        watch.trade(close)
        await watch.poll()
