"""A process's metrics on real stores, and a market whose polls it counts."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.metrics import Metrics, StoredFacts
from bot.outlook import StoredOutlook
from bot.stores.connect import Client
from bot.stores.journal import RedisJournal
from bot.stores.signs import RedisSigns
from bot.vitals import StoredVitals
from tests.metrics.scraped import Scraped
from tests.stores.examples import Desk
from tests.watch import CORE, PARTS, Clock, Watch, watch_on


def metrics_on(client: Client, clock: Clock) -> Metrics:
    """Those of a process that polls the core's feeds and serves Telegram."""
    journal = RedisJournal(client, PARTS.platform_names)
    vitals = StoredVitals(
        RedisSigns(client),
        journal,
        feeds=CORE,
        indicators=PARTS.indicators,
        platforms=PARTS.platform_names,
        delivers=frozenset({"telegram"}),
    )
    outlook = StoredOutlook(journal, PARTS.indicators, CORE)
    facts = StoredFacts(vitals, outlook, journal, clock)
    names = [feed.name for feed in CORE]
    return Metrics(facts.look, feeds=names, platforms=["telegram"])


async def scraped(metrics: Metrics) -> Scraped:
    body, _ = await metrics.exposed("")
    return Scraped.from_text(body.decode())


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def metrics(store_client: Client, clock: Clock) -> Metrics:
    return metrics_on(store_client, clock)


@pytest_asyncio.fixture
async def watch(store_client: Client, metrics: Metrics, clock: Clock) -> AsyncIterator[Watch]:
    async with watch_on(store_client, meters=metrics.counted, clock=clock) as ready:
        yield ready


@pytest.fixture
def desk(store_client: Client) -> Desk:
    return Desk(store_client)
