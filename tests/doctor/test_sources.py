"""Each source asked once: what it tells, and which silence matters."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from bot import app
from bot.doctor import clock, sources
from bot.fetcher import Fetched
from bot.parts import find_parts
from bot.ports import Finding, State
from tests.doctor.ask import configured, now, of, states
from tests.providers.gateway import Fault, Gateway
from tests.providers.market import COINMARKETCAP, YAHOO
from tests.providers.words.cboe import CBOE
from tests.watch import Clock, quiet_market

PARTS = find_parts()
ESSENTIAL = {
    "essential russell_2000", "essential btc_dominance", "essential altcoin_season_index",
}  # fmt: skip


@pytest_asyncio.fixture
async def gateway() -> AsyncIterator[Gateway]:
    async with Gateway(quiet_market(Clock())) as running:
        yield running


async def asked(gateway: Gateway, **given: object) -> tuple[list[Finding], list[tuple[int, int]]]:
    told: list[tuple[int, int]] = []

    def progress(_answer: Fetched, done: int, of_all: int) -> None:
        told.append((done, of_all))

    settings = configured(source_gateway_url=gateway.url, **given)
    async with app.provider_http(settings) as http:
        return list(await sources.examine(PARTS, settings, http, Clock(), progress)), told


async def test_every_source_is_asked_once_and_told_with_vendor_time_and_age(
    gateway: Gateway,
) -> None:
    found, told = await asked(gateway)
    assert set(states(found).values()) == {State.OK}
    assert {each for each in states(found) if each.startswith("essential")} == ESSENTIAL
    yahoo = of(found, "source yahoo/russell_2000")
    assert yahoo.facts["vendor"] == "Yahoo"
    assert int(str(yahoo.facts["age_s"])) >= 0
    assert "Yahoo: " in yahoo.found
    assert " old" in yahoo.found
    assert int(str(yahoo.facts["values"])) < 100, "Its whole past is not asked for."
    assert told == [(done, len(told)) for done in range(1, len(told) + 1)]
    assert "COINGLASS_API_KEY is not set" in of(found, "source coinglass").found
    assert "SOURCES_ON=farside" in of(found, "source farside").found
    assert "only its past" in of(found, "source coinmarketcap_web").found


async def test_a_source_that_answers_junk_is_a_warning_and_so_is_a_fallback_alone(
    gateway: Gateway,
) -> None:
    gateway.bodies[YAHOO] = b"{}"
    found, _ = await asked(gateway, sources_off=all_but("yahoo", "cboe"))
    assert of(found, "source yahoo/russell_2000").state is State.WARN
    assert "SOURCES_OFF=yahoo" in of(found, "source yahoo/russell_2000").advice
    russell = of(found, "essential russell_2000")
    assert (russell.state, "only fallbacks" in russell.found) == (State.WARN, True)
    assert of(found, "essential btc_dominance").state is State.FAIL
    assert "no source is switched on" in of(found, "essential btc_dominance").found


async def test_an_essential_series_that_nobody_tells_fails(gateway: Gateway) -> None:
    for host in (YAHOO, CBOE):
        gateway.fail(host, Fault.FORBIDDEN_PAGE)
    found, _ = await asked(gateway, sources_off=all_but("yahoo", "cboe", "coinmarketcap"))
    assert of(found, "essential russell_2000").state is State.FAIL
    assert of(found, "essential btc_dominance").state is State.OK


async def test_an_old_value_is_late_by_its_own_calendar(gateway: Gateway) -> None:
    clock = Clock()
    clock.move(days=9)
    settings = configured(source_gateway_url=gateway.url, sources_off=all_but("yahoo"))
    async with app.provider_http(settings) as http:
        found = list(await sources.examine(PARTS, settings, http, clock, lambda *_: None))
    yahoo = of(found, "source yahoo/russell_2000")
    assert (yahoo.state, "late: russell_2000" in yahoo.found) == (State.WARN, True)


async def test_what_is_switched_off_is_not_asked_and_told(gateway: Gateway) -> None:
    found, _ = await asked(gateway, sources_off=all_but("coinmarketcap"))
    assert gateway.count(COINMARKETCAP) > 0
    assert gateway.count(YAHOO) == 0
    assert "as SOURCES_OFF says" in of(found, "source yahoo").found


async def test_a_wrong_clock_shows_in_the_dates_of_answers(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = configured(
        source_gateway_url=gateway.url, sources_off=all_but("coinmarketcap", "yahoo")
    )
    async with app.provider_http(settings) as http:
        monkeypatch.setattr(http, "_clock", lambda: now() + timedelta(hours=2))
        await sources.examine(PARTS, settings, http, now, lambda *_: None)
        ahead = http.ahead_seconds()
    assert len(ahead) == 2
    found = of(clock.examine(list(ahead.values()), None, now()), "clock")
    assert (found.state, "ahead of 2 sources" in found.found) == (State.FAIL, True)
    assert 7190 < float(str(found.facts["ahead_seconds"])) < 7210


def all_but(*names: str) -> str:
    rest = {feed.name for source in PARTS.sources for feed in source.feeds}
    return ",".join(sorted(name for name in rest if name.partition("/")[0] not in names))
