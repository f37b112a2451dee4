"""Which sources are asked: each has a switch, and some of their feeds need a key."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.ports import Default, Feed, Source
from bot.settings import Settings, WrongSetting, source_slug


def switched(sources: Sequence[Source], settings: Settings) -> tuple[Source, ...]:
    """The sources with the feeds that may be asked; raises WrongSetting for a name nobody has."""
    names = {source_slug(source.name) for source in sources}
    feeds = {feed.name for source in sources for feed in source.feeds}
    for setting, chosen in (
        ("SOURCES_ON", settings.sources_on),
        ("SOURCES_OFF", settings.sources_off),
    ):
        for name in chosen:
            if name not in names | feeds:
                raise WrongSetting(f"{setting} names {name}; I know {', '.join(sorted(names))}.")
    asked = [replace(source, feeds=tuple(_asked(source, settings))) for source in sources]
    return tuple(source for source in asked if source.feeds)


def _asked(source: Source, settings: Settings) -> Iterator[Feed]:
    name = source_slug(source.name)
    for feed in source.feeds:
        has_key = not feed.needs_key or feed.needs_key in settings.provider_keys
        if not has_key or {name, feed.name} & set(settings.sources_off):
            continue
        if source.default is Default.ON or {name, feed.name} & set(settings.sources_on):
            yield feed
        elif source.default is Default.HISTORY_ONLY and feed.has_history:
            yield replace(feed, plan=(), stands_by=False)
