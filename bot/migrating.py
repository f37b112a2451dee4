"""`migrate`: everything that the embedded server keeps, brought to the server at REDIS_URL."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from bot.ports import StoreUnavailable
from bot.settings import Settings, WrongSetting
from bot.stores import migrations
from bot.stores.connect import Client, connect
from bot.stores.copying import Copied, Progress, Size, copy
from bot.stores.embedded import EmbeddedRedis, has_file
from bot.stores.migrations import FIRST_VERSION, known

SHOWN = 5
"""Keys named where the copy is not the same."""
ROW = "{:8}{:>16}{:>16}{:>16}{:>16}"
NONE = Size(0, 0)


class NothingToMigrate(Exception):
    """There is no embedded server's file; the text is one sentence."""


async def migrate(settings: Settings, progress: Progress) -> Copied:
    """Copy from DATA_DIR to REDIS_URL; what is under DATA_DIR stays as it is.

    Raises WrongSetting, NothingToMigrate, CannotCopy, StoreInUse, and what opening a store raises.
    """
    url, data_dir = settings.redis_url, settings.data_dir
    if url is None:
        raise WrongSetting("REDIS_URL is not set: name the server to bring everything to.")
    if not has_file(data_dir):
        raise NothingToMigrate(f"No embedded server ever kept anything under {data_dir}.")
    newest = FIRST_VERSION + len(known(migrations))
    async with AsyncExitStack() as stack:
        target = await stack.enter_async_context(_target(url))
        # Our own server: nobody else may write to what is being read.
        server = await stack.enter_async_context(EmbeddedRedis(data_dir, shared=False))
        source = await stack.enter_async_context(connect(server.url, decoded=False))
        return await copy(source, target, newest, progress)


@asynccontextmanager
async def _target(url: str) -> AsyncIterator[Client]:
    async with AsyncExitStack() as stack:
        try:
            client = await stack.enter_async_context(connect(url, decoded=False))
        except StoreUnavailable as error:
            raise WrongSetting(f"REDIS_URL names a server that cannot be used: {error}") from None
        yield client


def summary(copied: Copied, data_dir: Path) -> str:
    """What came of it, and what to do next."""
    lines = ["A copy that was cut off was continued."] if copied.resumed else []
    lines.append(ROW.format("", "under DATA_DIR", "", "at REDIS_URL", ""))
    lines.append(ROW.format("kind", "keys", "entries", "keys", "entries"))
    for kind in sorted({*copied.source, *copied.target}):
        sizes = (found.get(kind, NONE) for found in (copied.source, copied.target))
        figures = [f"{number:,}" for size in sizes for number in (size.keys, size.entries)]
        lines.append(ROW.format(kind, *figures))
    return "\n".join([*map(str.rstrip, lines), "", _next_step(copied, data_dir), ""])


def _next_step(copied: Copied, data_dir: Path) -> str:
    if copied.same:
        return (
            "Compared entry by entry, both are the same. Keep REDIS_URL set and start the bot.\n"
            f"{data_dir} stays as it was; without REDIS_URL a bot would go on from there, and tell "
            "again what was told since."
        )
    names = ", ".join(copied.different[:SHOWN])
    return (
        f"Not the same, {len(copied.different)} keys differ: {names}\n"
        "Let nobody else write to the server at REDIS_URL, and run this again."
    )
