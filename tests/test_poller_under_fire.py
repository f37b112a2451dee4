"""Every failure, at every provider, through the whole poller: it stays up, and nothing fires."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from bot.calendar import next_day, session_open
from bot.http import Limits, ProviderHttp
from bot.model import Cadence
from bot.ports import Feed, Http, Source
from bot.stores.connect import Client
from tests.providers.gateway import Fault, Gateway
from tests.providers.market import RUSSELL, SP, Distortion
from tests.watch import PARTS, UNDER_RECORD, Watch, watch_on

PATIENT = Limits(total_seconds=5.0, retries=0, largest_bytes=2**20)
HASTY = replace(PATIENT, total_seconds=0.3)
KEYLESS = [feed for feed in PARTS.feeds if not feed.needs_key]
JUDGED = ("altcoin_season_index", "btc_dominance", "russell_2000")
"""The series that rules read."""


@dataclass(frozen=True)
class Failure:
    """How answers go wrong, and whether a provider is deaf while they do."""

    kind: Fault | Distortion
    retry_after: str | None = None
    deafens: bool = True

    def __str__(self) -> str:
        return f"{self.kind}{'' if self.retry_after is None else ' with a time'}"


FAILURES = [
    Failure(Fault.SERVER_ERROR),
    Failure(Fault.FORBIDDEN_PAGE),
    Failure(Fault.TOO_MANY),
    Failure(Fault.TOO_MANY, retry_after="0"),
    Failure(Fault.EMPTY),
    Failure(Fault.CUT),
    Failure(Fault.GARBAGE),
    Failure(Fault.HANG),
    Failure(Fault.CONSENT),
    Failure(Fault.WRONG_TYPE),
    Failure(Fault.PAGE_AS_JSON),
    Failure(Fault.ARCHIVE),
    Failure(Fault.ENDLESS),
    Failure(Distortion.ERROR_ENVELOPE, deafens=False),
    Failure(Distortion.NULLS, deafens=False),
    Failure(Distortion.NOT_A_NUMBER, deafens=False),
    Failure(Distortion.ZERO, deafens=False),
    Failure(Distortion.DUPLICATE_DAYS, deafens=False),
    Failure(Distortion.DECOY_COLUMNS, deafens=False),
]
every_failure = pytest.mark.parametrize("failure", FAILURES, ids=str)


@dataclass(frozen=True)
class GivesUpHanging:
    """Is hasty with hosts that hang, as these never answer, and with no other.

    Where the machine stands still for a moment, all that is asked just then is late, and a short
    time for everybody would take those who are well for ill.
    """

    patient: Http
    hasty: Http
    gateway: Gateway

    async def get(self, url: str, **more: Any) -> bytes:
        return await self._for(url).get(url, **more)

    async def post(self, url: str, **more: Any) -> bytes:
        return await self._for(url).post(url, **more)

    def key(self, setting: str) -> str | None:
        return self.patient.key(setting)

    def _for(self, url: str) -> Http:
        return self.hasty if self.gateway.hangs(urlsplit(url).netloc) else self.patient


@pytest_asyncio.fixture
async def watch(store_client: Client, failure: Failure) -> AsyncIterator[Watch]:
    async with watch_on(store_client, PATIENT) as ready:
        ready.market.history_days = 90
        if failure.kind is not Fault.HANG:
            yield ready
            return
        async with ProviderHttp(
            gateway=ready.gateway.url, limits=HASTY, backoff_cap_seconds=0.0, clock=ready.clock
        ) as hasty:
            ready.http = GivesUpHanging(ready.http, hasty, ready.gateway)
            yield ready


def hosts_of(source: Source) -> set[str]:
    """Where a source asks; the season count's fallback asks two."""
    return {source.host} | ({"data-api.binance.vision"} if "fallback" in source.name else set())


def fail(watch: Watch, failure: Failure, hosts: set[str]) -> None:
    for host in hosts:
        watch.gateway.fail(host, failure.kind, retry_after=failure.retry_after)


def trade_on(watch: Watch) -> None:
    """The sessions that have opened by now, with the usual closes."""
    last = watch.market.closes[RUSSELL][-1][0]
    while session_open(last := next_day(Cadence.NYSE_SESSION, last)) <= watch.clock():
        watch.market.closes[RUSSELL].append((last, UNDER_RECORD))
        watch.market.closes[SP].append((last, 6_800.0))


def keyless(source: Source) -> list[Feed]:
    return [feed for feed in source.feeds if not feed.needs_key]


@every_failure
async def test_whoever_fails_the_others_stay_fresh_and_nothing_fires(
    watch: Watch, failure: Failure
) -> None:
    await watch.poll(KEYLESS)
    hosts = sorted({source.host for source in PARTS.sources if keyless(source)})
    for number in range(2):
        down = set(hosts[number::2])
        fail(watch, failure, down)
        watch.clock.move(minutes=20)
        answers = await watch.poll(KEYLESS)
        failed = {answer.feed.name for answer in answers if answer.error}
        well = [source for source in PARTS.sources if not hosts_of(source) & down]
        assert not {feed.name for source in well for feed in keyless(source)} & failed
        if failure.deafens:
            ill = {f.name for s in PARTS.sources if s.host in down for f in keyless(s) if f.plan}
            assert ill <= failed
        watch.gateway.heal()
    assert await watch.said() == []


@every_failure
async def test_an_outage_of_everybody_makes_one_notice_a_series_and_its_end_another(
    watch: Watch, failure: Failure
) -> None:
    await watch.poll(KEYLESS)
    watch.clock.move(minutes=20)
    await watch.poll(KEYLESS)
    fail(watch, failure, {source.host for source in PARTS.sources})
    for _ in range(3):
        watch.clock.move(hours=10)
        trade_on(watch)
        await watch.poll(KEYLESS)
    outage = await watch.said()
    watch.gateway.heal()
    for _ in range(3):
        watch.clock.move(minutes=20)
        trade_on(watch)
        await watch.poll(KEYLESS)
    said = await watch.said()
    assert set(said) <= {"blind stale", "blind recovered"}, "Nothing fires or resolves."
    for series in JUDGED:
        notices = await watch.stale_and_recovered(series)
        assert notices in ([], ["stale", "recovered"]), series
        if failure.deafens:
            assert notices == ["stale", "recovered"], series
    if failure.deafens:
        assert outage == ["blind stale"] * len(JUDGED)
