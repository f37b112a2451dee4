from collections.abc import AsyncIterator

import pytest

from bot.http import Limits, ProviderHttp
from tests.http.provider import Provider
from tests.http.timing import Time
from tests.providers.gateway import Gateway
from tests.providers.market import COINGECKO, COINPAPRIKA, Market

BRISK = Limits(retry_pause_seconds=0.01)
HASTY = Limits(total_seconds=0.3, retry_pause_seconds=0.01)


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    async with Gateway(Market(dominance={COINGECKO: 57.5, COINPAPRIKA: 55.5})) as running:
        yield running


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with Provider() as running:
        yield running


@pytest.fixture
def at() -> Time:
    return Time()


def client(gateway: Gateway, at: Time, limits: Limits) -> ProviderHttp:
    """A client whose pauses cost no real time; the jitter is always half of its span."""
    return ProviderHttp(
        gateway=gateway.url,
        limits=limits,
        backoff_cap_seconds=600.0,
        clock=at.now,
        monotonic=at.monotonic,
        sleep=at.sleep,
        jitter=lambda: 0.5,
    )


@pytest.fixture
async def http(gateway: Gateway, at: Time) -> AsyncIterator[ProviderHttp]:
    async with client(gateway, at, BRISK) as opened:
        yield opened


@pytest.fixture
async def hasty(gateway: Gateway, at: Time) -> AsyncIterator[ProviderHttp]:
    """One that soon gives up on a host that hangs."""
    async with client(gateway, at, HASTY) as opened:
        yield opened


@pytest.fixture
async def direct(provider: Provider, at: Time) -> AsyncIterator[ProviderHttp]:
    """One without a gateway, which leaves a host that forbids its requests alone for an hour."""
    async with ProviderHttp(
        forbidden_wait_seconds={provider.host: 3_600.0},
        limits=BRISK,
        clock=at.now,
        monotonic=at.monotonic,
        sleep=at.sleep,
        jitter=lambda: 0.5,
    ) as opened:
        yield opened
