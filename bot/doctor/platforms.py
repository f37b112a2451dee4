"""Each token with its platform."""

import asyncio
from collections.abc import Mapping, Sequence

from bot.adapters import Platform
from bot.ports import Finding, fail, warn
from bot.settings import Settings


async def examine(
    settings: Settings, wrong: Mapping[str, str], platforms: Sequence[Platform]
) -> Sequence[Finding]:
    """Ask each platform whose token is set, side by side."""
    asked = [each.examine for each in platforms if each.examine is not None]
    told = await asyncio.gather(*(ask(settings) for ask in asked))
    found = [each for some in told for each in some]
    skipped = [
        fail(each.name, f"not looked at, as {name} is wrong", f"Mend {name} first.")
        for each in platforms
        if (name := f"{each.name.upper()}_BOT_TOKEN") in wrong
    ]
    if found or skipped:
        return [*found, *skipped]
    return [
        warn(
            "chat platforms",
            "no token is set, so that the terminal is the only chat",
            "Set TELEGRAM_BOT_TOKEN or DISCORD_BOT_TOKEN; README says how to get one.",
        )
    ]
