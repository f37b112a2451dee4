from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.http import Limits, ProviderHttp
from bot.model import Observation
from bot.ports import Feed
from tests.providers.gateway import Gateway
from tests.providers.market import (
    COINGECKO,
    COINMARKETCAP,
    COINPAPRIKA,
    RUSSELL,
    SP,
    Market,
    Sample,
)

SAMPLES = Path(__file__).parent / "samples"
NOW = datetime(2026, 3, 4, 15, tzinfo=UTC)
"""Half an hour into a Wednesday's session in New York."""
SESSIONS = [
    date(2026, 2, 23),
    date(2026, 2, 24),
    date(2026, 2, 25),
    date(2026, 2, 26),
    date(2026, 2, 27),
    date(2026, 3, 2),
    date(2026, 3, 3),
    date(2026, 3, 4),
]


KEYS = {
    name: f"key-of-{name.lower()}"
    for name in (
        "COINMARKETCAP_API_KEY",
        "COINGECKO_API_KEY",
        "SOSOVALUE_API_KEY",
        "COINGLASS_API_KEY",
    )
}


class Desk:
    """Asks a feed over real HTTP at an instant of the test's choosing."""

    def __init__(self, gateway: Gateway, http: ProviderHttp) -> None:
        self.gateway = gateway
        self._http = http

    async def ask(
        self, feed: Feed, now: datetime = NOW, since: date | None = None
    ) -> Sequence[Observation]:
        return await feed.fetch(self._http, now, since)

    def serve(self, host: str, sample: str) -> None:
        """Let the host, or one path of it, answer with one of the sample files."""
        self.gateway.bodies[host] = (SAMPLES / sample).read_bytes()


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    ten_minutes_ago = NOW - timedelta(minutes=10)
    market = Market(
        closes={
            RUSSELL: [(day, 2_400.0 + n) for n, day in enumerate(SESSIONS)],
            SP: [(day, 6_800.0 + n) for n, day in enumerate(SESSIONS)],
        },
        dominance={
            COINMARKETCAP: Sample(58.5, ten_minutes_ago),
            COINGECKO: Sample(57.25, ten_minutes_ago),
            COINPAPRIKA: Sample(55.75, ten_minutes_ago),
        },
        season_index=Sample(41.0, ten_minutes_ago),
        clock=lambda: NOW,
    )
    async with Gateway(market) as running:
        yield running


@pytest.fixture
async def desk(gateway: Gateway) -> AsyncIterator[Desk]:
    limits = Limits(retries=1, retry_pause_seconds=0.01, largest_bytes=2**20)
    async with ProviderHttp(
        gateway=gateway.url, limits=limits, backoff_cap_seconds=0.0, clock=lambda: NOW
    ) as http:
        yield Desk(gateway, http)


@pytest.fixture
async def keyed_desk(gateway: Gateway) -> AsyncIterator[Desk]:
    """One that has every provider's key."""
    limits = Limits(retries=0, largest_bytes=2**20)
    async with ProviderHttp(
        gateway=gateway.url, limits=limits, backoff_cap_seconds=0.0, clock=lambda: NOW, keys=KEYS
    ) as http:
        yield Desk(gateway, http)


@pytest.fixture
async def hasty_desk(gateway: Gateway) -> AsyncIterator[Desk]:
    """One that soon gives up on a host that hangs."""
    async with ProviderHttp(
        gateway=gateway.url, limits=Limits(total_seconds=0.2, retries=0), keys=KEYS
    ) as http:
        yield Desk(gateway, http)
