"""What watches the bot itself: its vitals, and the meters of this process."""

from collections.abc import Sequence

from bot.app.chat_side import stored_outlook
from bot.metrics import Metrics, StoredFacts
from bot.parts import Parts
from bot.ports import Adapter, Clock
from bot.settings import Settings
from bot.stores import Stores
from bot.vitals import StoredVitals
from bot.web.lately import lately

FACTS_SECONDS = 2.0
"""So old may be what is told of the store; two servers that scrape cost it one look."""


def stored_vitals(
    settings: Settings, parts: Parts, stores: Stores, adapters: Sequence[Adapter]
) -> StoredVitals:
    """Whether polls are good and letters arrive, whatever this process does."""
    return StoredVitals(
        stores.signs,
        stores.journal,
        feeds=parts.feeds,
        indicators=parts.indicators,
        platforms=parts.platform_names,
        delivers=frozenset(adapter.name for adapter in adapters),
        poll_seconds=settings.poll_seconds,
    )


def meters(
    parts: Parts,
    stores: Stores,
    vitals: StoredVitals,
    clock: Clock,
    *,
    polls: bool,
    adapters: Sequence[Adapter],
) -> Metrics:
    """What this process counts, and what it tells of the whole bot."""
    facts = StoredFacts(vitals, stored_outlook(parts, stores), stores.journal, clock)
    return Metrics(
        lately(facts.look, FACTS_SECONDS),
        feeds=[feed.name for feed in parts.feeds] if polls else (),
        platforms=[adapter.name for adapter in adapters],
    )
