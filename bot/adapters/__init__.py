"""Chat platforms, one file each, and the only home of its library. Each module defines PLATFORM."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.ports import Adapter, CommandCard
from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class Platform:
    """A chat platform as a plug-in: `build` gives None where it is not set up."""

    name: str
    """That of its module, under which chats are stored."""
    build: Callable[[Settings, Sequence[CommandCard]], Adapter | None]
    missing: str = ""
    """Why `build` gives None where it does, as in "TELEGRAM_BOT_TOKEN is not set"."""
