"""Every plug-in there is: sources, indicators, platforms and commands."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

import bot.adapters
import bot.indicators
import bot.sources
import handlers
from bot.adapters import Platform
from bot.catalogue import SERIES
from bot.commands import Command
from bot.model import Indicator
from bot.ports import Feed, Source
from bot.registry import BrokenPlugin, discover, plugin_names
from bot.settings import Settings
from bot.switches import switched
from bot.topics import TOPICS


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

    def missing(self, platform: str, settings: Settings) -> str:
        """What a platform lacks to be spoken on here; empty where it lacks nothing."""
        named = [each for each in self.platforms if each.name == platform]
        return "; ".join(each.missing for each in named if each.build(settings, ()) is None)


def find_indicators() -> tuple[Indicator, ...]:
    """Discover what is watched, without loading any chat library; raises BrokenPlugin."""
    found = discover(bot.indicators, "INDICATOR", Indicator)
    _each_once("indicator", (each.key for each in found))
    _each_once("rule", (rule.id for each in found for rule in each.rules))
    for each in found:
        _known(f"indicator {each.key}", each.series, SERIES, "bot/catalogue")
        for rule in each.rules:
            _known(f"rule {rule.id}", [rule.topic], TOPICS, "bot/topics.py")
            _known(f"rule {rule.id}", [rule.indicator], [each.key], "the same file")
    return found


def find_sources() -> tuple[Source, ...]:
    """Discover who can be asked; raises BrokenPlugin."""
    found = discover(bot.sources, "SOURCE", Source)
    feeds = [feed for each in found for feed in each.feeds]
    _each_once("source", (each.name for each in found))
    _each_once("feed", (feed.name for feed in feeds))
    for feed in feeds:
        _known(f"feed {feed.name}", feed.series, SERIES, "bot/catalogue")
    return found


def find_platform_names() -> tuple[str, ...]:
    """The names of all platforms, without loading any chat library."""
    return plugin_names(bot.adapters)


def find_parts() -> Parts:
    """Discover every plug-in; raises BrokenPlugin."""
    platforms = discover(bot.adapters, "PLATFORM", Platform)
    for platform, name in zip(platforms, find_platform_names(), strict=True):
        if platform.name != name:
            raise BrokenPlugin(f"bot/adapters/{name} must offer a platform of this name.")
    commands = discover(handlers, "COMMAND", Command)
    _each_once("command", (each.name for each in commands))
    return Parts(find_sources(), find_indicators(), platforms, commands)


def _each_once(what: str, names: Iterable[str]) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            raise BrokenPlugin(f"There must be one {what} {name}, and there are {count}.")


def _known(what: str, named: Iterable[str], known: Collection[str], where: str) -> None:
    for name in named:
        if name not in known:
            raise BrokenPlugin(f"The {what} names {name}, which is not in {where}.")
