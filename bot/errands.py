"""What a command does once and is done with: on the same parts as the bot that runs."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from bot import app
from bot.fetcher import Fetched
from bot.model import Snapshot
from bot.parts import Parts, find_parts
from bot.poller import Poller, Progress
from bot.ports import Clock
from bot.settings import Settings
from bot.stores import Stores, open_stores


async def poll_once(settings: Settings, clock: Clock = app.wall_clock) -> Sequence[Fetched] | None:
    """Ask every source once; None when another process polls already."""
    parts = find_parts().switched(settings)
    async with (
        open_stores(settings, parts.platform_names, clock) as stores,
        _polling(settings, parts, stores, clock) as poller,
    ):
        return await poller.once()


async def backfill(
    settings: Settings, progress: Progress, clock: Clock = app.wall_clock
) -> Sequence[Fetched] | None:
    """Load every past that is not loaded yet; None when another process polls already."""
    parts = find_parts().switched(settings)
    async with (
        open_stores(settings, parts.platform_names, clock) as stores,
        _polling(settings, parts, stores, clock) as poller,
    ):
        return await poller.backfill(progress)


async def redrive(settings: Settings, platforms: frozenset[str] | None) -> Mapping[str, int]:
    """Put the dead letters of platforms, or of all, on their way again; how many of each."""
    names = find_parts().platform_names
    async with open_stores(settings, names, app.wall_clock) as stores:
        return {
            name: await stores.dead_letters.redrive(name)
            for name in names
            if platforms is None or name in platforms
        }


async def look(settings: Settings, clock: Clock = app.wall_clock) -> Snapshot:
    """What `/status` shows now; where nothing was ever polled, poll once first."""
    parts = find_parts().switched(settings)
    async with open_stores(settings, parts.platform_names, clock) as stores:
        outlook = app.stored_outlook(parts, stores)
        seen = await outlook.snapshot(clock())
        if not seen.readings:
            async with _polling(settings, parts, stores, clock) as poller:
                await poller.once()
            seen = await outlook.snapshot(clock())
        return seen


@asynccontextmanager
async def _polling(
    settings: Settings, parts: Parts, stores: Stores, clock: Clock
) -> AsyncIterator[Poller]:
    """A poller for once: that it is gone afterwards is no news to anybody."""
    holder = app.new_holder()
    async with app.provider_http(settings) as http:
        try:
            yield app.make_poller(settings, parts, stores, http, clock, holder=holder)
        finally:
            await app.leave(stores, holder)
