"""What `doctor` finds: whether the bot can do its work, and what waits for a person."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from bot import app
from bot.parts import find_parts
from bot.ports import StoreUnavailable
from bot.settings import Settings, WrongSetting
from bot.stores import Stores, open_stores
from bot.stores.connect import UnsupportedServer
from bot.stores.embedded import EmbeddedServerError
from bot.wording import moment_text

SHOWN = 10
"""Dead letters of a platform; `deliver --redrive` takes them all."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    sound: bool
    found: str
    advice: str = ""
    """What to do where it is not sound."""


async def examine(settings: Settings) -> Sequence[Finding]:
    """Look at the store and at what is on its way in it."""
    names = find_parts().platform_names
    try:
        began = time.monotonic()
        async with open_stores(settings, names, app.wall_clock) as stores:
            took_ms = 1000 * (time.monotonic() - began)
            where = "REDIS_URL" if settings.redis_url else f"embedded under {settings.data_dir}"
            store = Finding("store", True, f"{where}, ready in {took_ms:.0f} ms")  # noqa: FBT003 - it reads
            return [store, *[each for name in names for each in await _delivery(stores, name)]]
    except (StoreUnavailable, UnsupportedServer, WrongSetting, EmbeddedServerError) as error:
        advice = "Mend REDIS_URL or DATA_DIR: nothing works without the store."
        return [Finding("store", False, str(error).rstrip("."), advice)]  # noqa: FBT003 - it reads


async def _delivery(stores: Stores, platform: str) -> Sequence[Finding]:
    backlog = await stores.dead_letters.backlog(platform)
    waiting = f"{backlog.jobs} alerts on their way, {backlog.chats} chats have something waiting"
    found = f"{waiting}, {backlog.suspended} suspended, {backlog.dead} dead letters"
    advice = "python -m bot deliver --redrive sends them again." if backlog.dead else ""
    summary = Finding(f"delivery to {platform}", not backlog.dead, found, advice)
    letters = await stores.dead_letters.listed(platform, SHOWN)
    return [
        summary,
        *(
            Finding(
                "dead letter",
                False,  # noqa: FBT003 - it reads
                f"{letter.job} for {platform} chat {letter.chat.member}, "
                f"{moment_text(letter.at)}: {letter.reason}",
            )
            for letter in letters
        ),
    ]
