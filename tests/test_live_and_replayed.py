"""The same bytes, once polled over HTTP as time goes by and once replayed: the same alerts."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from math import sin
from pathlib import Path

from aiohttp import web

from bot import replay
from bot.calendar import belongs
from bot.catalogue import SERIES
from bot.fetcher import Fetcher
from bot.http import ProviderHttp
from bot.model import Alert, Observation
from bot.parts import find_indicators
from bot.poller import Poller
from bot.ports import Every, Feed, Http
from bot.stores.connect import Client
from bot.stores.journal import RedisJournal
from bot.stores.lease import RedisLease
from bot.stores.own_index import RedisOwnIndex
from tests.watch import Clock

FIRST = date(2025, 3, 3)
DAYS = 75
STEP = timedelta(hours=12)
INDICATORS = find_indicators()

WAVES = {
    "russell_2000": (2000.0, -350.0, 19.0),
    "sp_500": (5000.0, 60.0, 7.0),
    "btc_dominance": (56.5, 2.5, 9.0),
    "altcoin_season_index": (50.0, 45.0, 12.0),
    "btc_etf_flow": (0.0, 3e8, 11.0),
    "stablecoin_supply": (2e11, 6e9, 13.0),
    "total3": (8e11, 9e10, 6.0),
}
"""Series -> the middle of its wave, the height, and the days of one radian."""


def write(folder: Path) -> None:
    for key, (middle, height, days) in WAVES.items():
        lines = ["date,value"]
        for number in range(DAYS):
            on = FIRST + timedelta(days=number)
            if belongs(SERIES[key].cadence, on):
                lines.append(f"{on},{middle + height * sin(number / days):.2f}")
        (folder / f"{key}.csv").write_text("\n".join(lines), encoding="utf-8")


def feed(key: str, folder: Path) -> Feed:
    """A provider that serves the recording's file; nobody is shown what is not known yet."""

    async def fetch(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
        body = await http.get(f"https://recorded.example/{key}.csv", expect="csv")
        (folder / key).mkdir(exist_ok=True)
        (folder / key / f"{key}.csv").write_bytes(body)
        found = replay.read(folder / key).observations
        return [each for each in found if each.observed_at <= now]

    return Feed(f"recorded/{key}", replay.VENDOR, (key,), (Every(STEP),), fetch, has_history=True)


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_static("/recorded.example/", folder)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


async def polled(client: Client, folder: Path, url: str) -> Sequence[Alert]:
    """What a poller says that is started anew twice a day."""
    clock = Clock()
    clock.now = datetime.combine(FIRST, datetime.min.time(), UTC)
    feeds = [feed(key, folder) for key in WAVES]
    journal = RedisJournal(client, ("telegram",))
    async with ProviderHttp(gateway=url, clock=clock) as http:
        poller = Poller(
            fetcher=Fetcher(feeds, http, clock, None),
            indicators=INDICATORS,
            journal=journal,
            lease=RedisLease(client),
            own=RedisOwnIndex(client, ("telegram",)),
            clock=clock,
            holder="a",
        )
        looks = [clock.now + number * STEP for number in range(2 * DAYS)]
        for clock.now in [*looks, looks[-1] + STEP - timedelta(seconds=1)]:
            answers = await poller.once()
            assert answers is not None
            assert not any(answer.error for answer in answers)
    return [each for each in await journal.recent_alerts() if not each.id.endswith(":late")]


async def test_the_same_bytes_give_the_same_alerts_live_and_replayed(
    store_client: Client, tmp_path: Path
) -> None:
    recorded, received = tmp_path / "recorded", tmp_path / "received"
    recorded.mkdir()
    received.mkdir()
    write(recorded)
    end = FIRST + timedelta(days=DAYS - 1)
    replayed = list(replay.replay(replay.read(recorded), INDICATORS, end))
    async with served(recorded) as url:
        live = await polled(store_client, received, url)
    assert {each.id for each in live} == {each.id for each in replayed}
    told = {each.id: (each.value, each.level, each.day) for each in replayed}
    assert {each.id: (each.value, each.level, each.day) for each in live} == told
    assert {each.rule for each in live} >= {
        "dominance_57", "dominance_55", "altseason", "bitcoin_season", "russell_breakout",
        "smallcap_rally", "etf_inflow", "etf_outflow", "stablecoin_growth_up", "phase",
    }, "Not much was compared."  # fmt: skip
