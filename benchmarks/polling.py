"""What a poll of all sources costs beside the bare requests, and how often a day asks each host.

The ratio: one poll of every source, from the requests to what is stored, against the same requests
sent at once by a bare aiohttp client to the same gateway.
"""

import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp

from benchmarks.figure import Figure
from bot.fetcher import Fetcher
from bot.http import ProviderHttp
from bot.intake import Intake
from bot.model import Indicator, Observation
from bot.parts import find_parts
from bot.poller import Poller
from bot.ports import Feed, Http, Source
from bot.settings import load
from bot.stores import Stores, open_stores
from bot.switches import switched
from tests.watch import Clock

RUNS = 25
MOST_RATIO = 1.5
A_DAY = datetime(2026, 11, 12, tzinfo=UTC)
"""A Thursday on which prices may come out: the busiest kind of day."""
DAY = timedelta(days=1)

PLAN = {
    "query1.finance.yahoo.com": 400,
    "cdn.cboe.com": 88,
    "pro-api.coinmarketcap.com": 130,
    "api.coinmarketcap.com": 4,
    "api.coingecko.com": 96,
    "api.coinpaprika.com": 48,
    "api.coinlore.net": 24,
    "api.exchange.coinbase.com": 1_450,
    "api.kraken.com": 100,
    "data-api.binance.vision": 4,
    "data.tbstat.com": 17,
    "bitbo.io": 4,
    "farside.co.uk": 2,
    "bitview.space": 4,
    "fred.stlouisfed.org": 6,
    "markets.newyorkfed.org": 3,
    "api.bls.gov": 25,
    "www.okx.com": 1_500,
    "api.bybit.com": 97,
    "fapi.binance.com": 96,
    "stablecoins.llama.fi": 8,
    "api.alternative.me": 3,
    "www.blockchaincenter.net": 12,
    "api.nasdaq.com": 3,
}
"""Host -> the most requests a day that its plan or its free limit allows."""
REQUESTS = {"coinpaprika/global": 2, "okx/liquidations": 3}
"""Feeds that ask more than once each time; OKX once for each of three coins."""


async def calls_in_a_day() -> Counter[str]:
    """How often every host is asked on a day without failures, the fetcher at its own pace."""
    clock = Clock()
    clock.now = A_DAY
    calls: Counter[str] = Counter()
    sources = switched(find_parts().sources, load(sources_on=None, sources_off=None))
    feeds = [_counted(source, feed, calls) for source in sources for feed in source.feeds]
    async with ProviderHttp() as http, asyncio.TaskGroup() as tasks:
        fetcher = Fetcher(feeds, http, clock, None)
        asked_before = {feed.name: A_DAY - timedelta(minutes=1) for feed in feeds}
        fetcher.resume(asked_before)
        while clock.now < A_DAY + DAY:
            await fetcher.answers(tasks, lambda _: A_DAY.date(), 0.0)
            clock.move(seconds=20)
    return calls


def _counted(source: Source, feed: Feed, calls: Counter[str]) -> Feed:
    """The feed with a fetch that only counts its requests."""

    async def count(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
        calls[source.host] += REQUESTS.get(feed.name, 1)
        return ()

    return replace(feed, fetch=count)


async def measure() -> list[Figure]:
    """The ratio of a poll to its bare requests, and the host nearest to its limit."""
    calls = await calls_in_a_day()
    for host, count in sorted(calls.items()):
        print(f"{host}: {count} calls a day, of {PLAN[host]} planned")
    shares = [n / PLAN[host] for host, n in calls.items()]
    return [
        Figure(
            "one poll of all sources against its bare requests", "x", MOST_RATIO, await _ratios()
        ),
        Figure("calls a day, the host nearest to its plan", "of its plan", 1.0, [max(shares)]),
    ]


async def _ratios() -> list[float]:
    with tempfile.TemporaryDirectory() as folder:
        settings = load(
            redis_url=None, data_dir=Path(folder), sources_on=None, sources_off=None, _env_file=None
        )
        parts = find_parts()
        feeds = [f for source in switched(parts.sources, settings) for f in source.feeds]
        async with (
            _gateway() as url,
            open_stores(settings, parts.platform_names, _now) as stores,
            Noting(gateway=url) as http,
            aiohttp.ClientSession() as bare,
        ):
            polled = Polled(Fetcher(feeds, http, _now, None), stores, parts.indicators)
            await polled.once()
            ratios = []
            for _ in range(RUNS):
                http.asked.clear()
                ours = await _timed(polled.once())
                asked = list(http.asked)
                ratios.append(ours / await _timed(_all_at_once(bare, asked)))
    return ratios


class Noting(ProviderHttp):
    """The provider client, keeping a list of what it was asked for."""

    def __init__(self, *, gateway: str) -> None:
        super().__init__(gateway=gateway)
        self.asked: list[str] = []
        self._root = gateway

    async def get(self, url: str, **options: Any) -> bytes:
        """As ever, and noted."""
        query = urlencode(options.get("params") or {})
        self.asked.append(url.replace("https:/", self._root, 1) + (f"?{query}" if query else ""))
        return await super().get(url, **options)


class Polled:
    """A poller at work, asked for one whole round at a time."""

    def __init__(self, fetcher: Fetcher, stores: Stores, indicators: Sequence[Indicator]) -> None:
        self._fetcher = fetcher
        self._lease = stores.lease
        self._poller = Poller(
            fetcher=fetcher, indicators=indicators, journal=stores.journal, lease=stores.lease,
            own=stores.own_index, clock=_now, holder="bench",
        )  # fmt: skip
        self._intake: Intake | None = None

    async def once(self) -> None:
        """Every source asked, and all they say taken in and judged."""
        assert await self._lease.acquire("bench")
        self._intake = self._intake or await self._poller._load()
        answers = await self._fetcher.everything(self._intake.since)
        assert not any(answer.error for answer in answers)
        await self._poller._take_in(self._intake, answers)


@asynccontextmanager
async def _gateway() -> AsyncIterator[str]:
    """The loopback gateway in a process of its own, as providers are."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.served", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.terminate()
        await process.wait()


def _now() -> datetime:
    return datetime.now(UTC)


async def _all_at_once(bare: aiohttp.ClientSession, urls: list[str]) -> None:
    async def get(url: str) -> None:
        async with bare.get(url) as response:
            await response.read()

    async with asyncio.TaskGroup() as tasks:
        for url in urls:
            tasks.create_task(get(url))


async def _timed(work: Awaitable[None]) -> float:
    started = time.perf_counter()
    await work
    return time.perf_counter() - started
