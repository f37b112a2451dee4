"""All that is looked at, side by side, and in which order it is told."""

import asyncio
from collections.abc import Mapping, Sequence

from bot import app
from bot.doctor import clock, configuration, machine, platforms, sources, store
from bot.http import Limits
from bot.parts import find_parts
from bot.poller import Progress
from bot.ports import Clock, Finding
from bot.settings import Settings

ONE_TRY = Limits(retries=0)
"""Whoever waits for the result can run it again."""


async def examine(
    settings: Settings,
    wrong: Mapping[str, str],
    progress: Progress,
    *,
    now: Clock = app.wall_clock,
) -> Sequence[Finding]:
    """Look at everything; `wrong` settings, by name, count as unset in `settings`.

    `progress` is told of each source that answered.
    """
    parts = find_parts()
    configured = configuration.examine(settings, wrong, parts)
    usable = configuration.usable(settings, parts)
    async with app.provider_http(settings, limits=ONE_TRY) as http, asyncio.TaskGroup() as tasks:
        stored = tasks.create_task(store.examine(settings, wrong, parts.platform_names, now))
        spoken = tasks.create_task(platforms.examine(settings, wrong, parts.platforms))
        asked = tasks.create_task(sources.examine(parts, usable, http, now, progress))
        seen = tasks.create_task(machine.examine(settings, wrong))
        await asked
        ahead = list(http.ahead_seconds().values())
    return [
        *configured,
        *stored.result().findings,
        *spoken.result(),
        *clock.examine(ahead, stored.result().ahead_seconds, now()),
        *seen.result(),
        *asked.result(),
    ]
