"""Every plug-in there is: sources, indicators, platforms and commands."""

from dataclasses import dataclass, replace

import bot.adapters
import bot.indicators
import bot.sources
import handlers
from bot.adapters import Platform
from bot.commands import Command
from bot.model import Indicator
from bot.ports import Feed, Source
from bot.registry import discover
from bot.settings import Settings
from bot.switches import switched


@dataclass(frozen=True, slots=True)
class Parts:
    """Every plug-in found, in its package's order."""

    sources: tuple[Source, ...]
    indicators: tuple[Indicator, ...]
    platforms: tuple[Platform, ...]
    commands: tuple[Command, ...]
    all_feeds: tuple[Feed, ...] = ()
    """Those of the sources, and those that are switched off."""

    @property
    def feeds(self) -> tuple[Feed, ...]:
        """All feeds of all sources."""
        return tuple(feed for source in self.sources for feed in source.feeds)

    def switched(self, settings: Settings) -> "Parts":
        """The same with only the feeds that the settings let us ask; raises WrongSetting."""
        return replace(self, sources=switched(self.sources, settings), all_feeds=self.feeds)

    @property
    def platform_names(self) -> tuple[str, ...]:
        """The names under which chats are stored."""
        return tuple(platform.name for platform in self.platforms)


def find_indicators() -> tuple[Indicator, ...]:
    """Discover what is watched, without loading any chat library; raises BrokenPlugin."""
    return discover(bot.indicators, "INDICATOR", Indicator)


def find_sources() -> tuple[Source, ...]:
    """Discover who can be asked; raises BrokenPlugin."""
    return discover(bot.sources, "SOURCE", Source)


def find_parts() -> Parts:
    """Discover every plug-in; raises BrokenPlugin."""
    return Parts(
        find_sources(),
        find_indicators(),
        discover(bot.adapters, "PLATFORM", Platform),
        discover(handlers, "COMMAND", Command),
    )
