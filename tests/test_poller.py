"""The poller on real parts: what it makes of the providers' words, and when it keeps silent."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from bot.calendar import session_open
from bot.model import Kind, Status
from bot.stores.connect import Client
from tests.providers.gateway import Fault
from tests.providers.market import (
    COINGECKO,
    COINMARKETCAP,
    RUSSELL,
    YAHOO,
    Distortion,
)
from tests.watch import CORE, MONDAY, RECORD, RECORD_DAY, Watch, watch_on

DOMINANCE = [feed for feed in CORE if "btc_dominance" in feed.series]
CMC_DOMINANCE = [feed for feed in DOMINANCE if feed.vendor == "CoinMarketCap"]


@pytest_asyncio.fixture
async def watch(store_client: Client) -> AsyncIterator[Watch]:
    async with watch_on(store_client) as ready:
        yield ready


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "bot")
    return caplog


# --- The first start ------------------------------------------------------------------------------


async def test_the_first_start_loads_the_past_and_says_how_much_from_where(
    watch: Watch, logged: pytest.LogCaptureFixture
) -> None:
    await watch.poll()
    await watch.poll()
    said = [message for message in logged.messages if "Russell 2000 from" in message]
    assert said == ["loaded Russell 2000 from Yahoo: 250 days, 2025-02-03 to 2026-01-30"]
    history = await watch.journal.history("russell_2000", "yahoo/russell_2000")
    assert history is not None
    assert (history.days, history.first_day) == (250, RECORD_DAY)


@pytest.mark.parametrize(("dominance", "season"), [(40.0, 90.0), (56.9, 10.0)])
@pytest.mark.parametrize(
    "closes",
    [(2410.0,), (2410.0, 2420.0), (2410.0, 2420.0, 2000.0, 2000.0), (2000.0, 2500.0, 2600.0)],
    ids=str,
)
async def test_a_first_start_fires_nothing_whatever_has_been(
    watch: Watch, closes: tuple[float, ...], season: float, dominance: float
) -> None:
    for close in closes:
        watch.trade(close)
    watch.market.season_index = season
    watch.market.dominance[COINMARKETCAP] = dominance
    for _ in range(2):
        await watch.poll()
        watch.clock.move(days=1)
    assert await watch.said() == []
    assert await watch.jobs() == []


async def test_without_its_past_the_breakout_is_not_judged_until_it_is_loaded(
    watch: Watch, logged: pytest.LogCaptureFixture
) -> None:
    watch.gateway.fail(YAHOO, Fault.SERVER_ERROR)
    async with watch.polling():
        await watch.polled()
        assert await watch.status("russell_breakout") is None
        assert await watch.status("dominance_57") is Status.NORMAL
        assert logged.messages[1:3] == [
            f"yahoo/russell_2000 fails: {YAHOO} answered 500.",
            "rules that need the history of yahoo/russell_2000 sleep until it is loaded",
        ]
        warned = [each.message for each in logged.records if each.levelno >= logging.WARNING]
        assert warned == logged.messages[1:2], "What it answers to its other feeds is the same."
        snapshot = await watch.snapshot()
        assert snapshot.missing["Russell 2000"] == f"no value; {YAHOO} answered 500."

        watch.gateway.heal(YAHOO)
        await watch.reaches("russell_breakout", Status.NORMAL)
        assert any(message.startswith("loaded Russell 2000") for message in logged.messages)
    watch.trade(RECORD + 10)
    await watch.poll()
    watch.trade(RECORD + 20)
    await watch.poll()
    assert await watch.said() == ["russell_breakout fired"], "It knows the record."


# --- A breakout -----------------------------------------------------------------------------------


async def test_the_second_close_above_the_record_is_told_once_with_all_there_is_to_it(
    watch: Watch,
) -> None:
    await watch.poll()
    async with watch.polling():
        watch.trade(RECORD + 10)
        await watch.reaches("russell_breakout", Status.PENDING)
    assert await watch.said() == []
    watch.trade(RECORD + 20)
    async with watch.polling():
        await watch.reaches("russell_breakout", Status.FIRING)
        await watch.polled()
    (alert,) = await watch.alerts()
    assert alert.id == "russell_breakout:2026-02-03:fired"
    assert (alert.value, alert.level, alert.vendor) == (RECORD + 20, RECORD, "Yahoo")
    assert alert.as_of == datetime(2026, 2, 3, 21, tzinfo=UTC)
    assert alert.decided_at == watch.clock()
    (parcel,) = await watch.handed()
    assert [(each.job, each.message) for each in parcel.letters] == [(alert.id, alert.message)]


async def test_one_close_above_the_record_tells_nothing(watch: Watch) -> None:
    await watch.poll()
    for close in (RECORD + 10, RECORD - 10, RECORD + 10, RECORD):
        watch.trade(close)
        await watch.poll()
    assert await watch.said() == []
    assert await watch.status("russell_breakout") is Status.NORMAL


async def test_a_bar_that_is_still_trading_tells_nothing(watch: Watch) -> None:
    await watch.poll()
    watch.trade(RECORD + 10)
    await watch.poll()
    watch.trade(RECORD + 200)
    tuesday = watch.market.closes[RUSSELL][-1][0]
    watch.clock.now = session_open(tuesday) + timedelta(hours=3)
    async with watch.polling():
        await watch.polled()
    reading = next(r for r in (await watch.snapshot()).readings if r.indicator == "russell_2000")
    assert (reading.value, reading.final) == (RECORD + 200, False)
    assert await watch.status("russell_breakout") is Status.PENDING

    watch.market.closes[RUSSELL][-1] = (tuesday, RECORD - 50)
    watch.clock.move(hours=5)
    await watch.poll()
    assert await watch.status("russell_breakout") is Status.NORMAL
    assert await watch.said() == []


# --- Dominance ------------------------------------------------------------------------------------


async def test_two_days_under_the_level_are_told_once(watch: Watch) -> None:
    await watch.live_through(58.0, 57.5, 56.9, 56.8, feeds=DOMINANCE)
    assert await watch.said() == []
    watch.clock.move(days=1)
    await watch.live_through(56.7, 56.6, 57.9, feeds=DOMINANCE)
    (alert,) = await watch.alerts()
    assert alert.id == "dominance_57:2026-02-05:fired"
    assert (alert.value, alert.level, alert.vendor) == (56.8, 57.0, "CoinMarketCap")
    assert alert.as_of == MONDAY + timedelta(days=3)
    assert await watch.jobs() == [alert.id]


async def test_trembling_on_the_line_alerts_once(watch: Watch) -> None:
    values = [58.0, 57.5] + [57.1, 56.9, 56.95, 57.0] * 12
    await watch.live_through(*values, feeds=CMC_DOMINANCE)
    assert await watch.said() == ["dominance_57 fired"]
    assert len(await watch.jobs()) == 1


BAD_WORDS = [
    Distortion.NULLS,
    Distortion.NOT_A_NUMBER,
    Distortion.ZERO,
    Distortion.YESTERDAY,
    Distortion.ERROR_ENVELOPE,
    Fault.PAGE_AS_JSON,
    Fault.FORBIDDEN_PAGE,
    Fault.EMPTY,
]


async def a_day_of(watch: Watch, trouble: Fault | Distortion) -> None:
    watch.gateway.fail(COINMARKETCAP, trouble)
    for _ in range(24):
        watch.clock.move(hours=1)
        await watch.poll(CMC_DOMINANCE)


@pytest.mark.parametrize("trouble", BAD_WORDS, ids=str)
@pytest.mark.parametrize(
    ("past", "meanwhile", "standing"),
    [
        ((58.0, 57.5, 57.4), 40.0, Status.NORMAL),
        ((58.0, 56.9, 56.8, 56.7), 70.0, Status.FIRING),
    ],
    ids=["waiting", "firing"],
)
async def test_a_day_without_usable_values_makes_one_notice_and_its_end_another(
    watch: Watch,
    trouble: Fault | Distortion,
    past: tuple[float, ...],
    meanwhile: float,
    standing: Status,
) -> None:
    await watch.live_through(*past, feeds=CMC_DOMINANCE)
    assert await watch.status("dominance_57") is standing
    before = await watch.said()

    if trouble is not Distortion.YESTERDAY:
        watch.market.dominance[COINMARKETCAP] = meanwhile
    await a_day_of(watch, trouble)
    assert await watch.said() == [*before, "blind stale"]
    assert await watch.status("dominance_57") is Status.NO_DATA

    watch.gateway.heal(COINMARKETCAP)
    watch.market.dominance[COINMARKETCAP] = past[-1]
    for _ in range(3):
        await watch.poll(CMC_DOMINANCE)
        watch.clock.move(minutes=30)
    assert await watch.said() == [*before, "blind stale", "blind recovered"]
    assert await watch.status("dominance_57") is standing
    assert len(await watch.jobs()) == len(before) + 2


@pytest.mark.parametrize(
    ("past", "last_sample"),
    [((58.0, 57.5, 56.9), 56.8), ((58.0, 56.9, 56.8, 57.2), 58.5)],
    ids=["pending", "firing"],
)
async def test_the_last_sample_before_an_outage_is_not_judged_while_blind(
    watch: Watch, past: tuple[float, ...], last_sample: float
) -> None:
    await watch.live_through(*past, last_sample, feeds=CMC_DOMINANCE)
    before = await watch.said()
    await a_day_of(watch, Distortion.NULLS)
    assert await watch.said() == [*before, "blind stale"]


# --- Fallbacks ------------------------------------------------------------------------------------


async def dominance_shown(watch: Watch) -> tuple[float, str, bool]:
    readings = {each.indicator: each for each in (await watch.snapshot()).readings}
    reading = readings["btc_dominance"]
    return reading.value, reading.vendor, reading.degraded


async def test_a_fallback_is_shown_at_once_and_no_rule_reads_it(watch: Watch) -> None:
    watch.gateway.fail(COINMARKETCAP, Fault.SERVER_ERROR)
    watch.market.dominance[COINGECKO] = 50.0
    for _ in range(4):
        await watch.poll(DOMINANCE)
        assert await dominance_shown(watch) == (50.0, "CoinGecko", True)
        watch.clock.move(days=1)
    assert await watch.status("dominance_57") is None
    assert await watch.said() == []

    watch.gateway.heal(COINMARKETCAP)
    await watch.poll(DOMINANCE)
    assert await dominance_shown(watch) == (58.0, "CoinMarketCap", False)


async def test_a_fallback_stands_in_for_a_vendor_that_goes_quiet(watch: Watch) -> None:
    await watch.live_through(58.0, 57.5, feeds=DOMINANCE)
    watch.gateway.fail(COINMARKETCAP, Fault.SERVER_ERROR)
    watch.clock.move(minutes=59)
    await watch.poll(DOMINANCE)
    assert await dominance_shown(watch) == (57.5, "CoinMarketCap", False), "It is not late yet."
    watch.clock.move(minutes=1)
    await watch.poll(DOMINANCE)
    assert await dominance_shown(watch) == (57.3, "CoinGecko", True)
    (alert,) = await watch.alerts()
    assert (alert.kind, alert.value, alert.vendor) == (Kind.STALE, 57.5, "CoinMarketCap")
    assert "CoinGecko says 57.30 % (as of 2026-02-03 18:00 UTC)" in alert.message.lines[-1]

    watch.gateway.fail(COINGECKO, Fault.EMPTY)
    watch.clock.move(hours=1)
    await watch.poll(DOMINANCE)
    assert await dominance_shown(watch) == (54.0, "CoinPaprika", True)


async def test_a_provider_that_hangs_delays_no_alert_of_another(watch: Watch) -> None:
    await watch.poll()
    watch.trade(RECORD + 10)
    await watch.poll()
    async with watch.polling():
        await watch.polled()
        watch.gateway.fail(COINMARKETCAP, Fault.HANG)
        async with asyncio.timeout(10):
            await watch.gateway.hanging.wait()
        asked = watch.gateway.count(COINMARKETCAP)
        watch.trade(RECORD + 20, hours_after_close=0.4)
        await watch.polled(without=[COINMARKETCAP])
        assert "russell_breakout fired" in await watch.said()
        assert watch.gateway.count(COINMARKETCAP) == asked, "It has not answered in the meantime."


# --- What is odd about the data -------------------------------------------------------------------


async def test_a_spike_is_held_said_and_forgotten_and_fires_nothing(watch: Watch) -> None:
    await watch.live_through(58.0, 57.9, feeds=CMC_DOMINANCE)
    watch.market.dominance[COINMARKETCAP] = 30.0
    watch.clock.move(minutes=15)
    await watch.poll(CMC_DOMINANCE)
    snapshot = await watch.snapshot()
    (notice,) = (each for each in snapshot.notices if "Bitcoin dominance" in each)
    assert notice.startswith("Held back: CoinMarketCap's Bitcoin dominance of 30.00 %")
    shown = {each.indicator: each.value for each in snapshot.readings}
    assert shown["btc_dominance"] == 57.9
    watch.market.dominance[COINMARKETCAP] = 57.8
    watch.clock.move(minutes=15)
    await watch.poll(CMC_DOMINANCE)
    assert (await watch.snapshot()).notices == ()
    assert await watch.said() == []


async def test_vendors_that_drift_apart_are_named_until_they_meet_again(watch: Watch) -> None:
    for _ in range(5):
        await watch.poll(DOMINANCE)
        watch.clock.move(days=1)
    watch.market.dominance[COINGECKO] = 56.0
    await watch.poll(DOMINANCE)
    (notice,) = (await watch.snapshot()).notices
    assert notice.startswith("CoinMarketCap and CoinGecko have drifted apart on Bitcoin dominance")
    watch.market.dominance[COINGECKO] = 57.3
    watch.clock.move(minutes=15)
    await watch.poll(DOMINANCE)
    assert (await watch.snapshot()).notices == ()


async def test_a_level_stays_with_its_vendor_when_that_one_is_switched_off(watch: Watch) -> None:
    others = [feed for feed in DOMINANCE if feed.vendor != "CoinMarketCap"]
    watch.market.dominance[COINGECKO] = 54.0
    for _ in range(4):
        answers = await watch.poller(feeds=others, all_feeds=DOMINANCE).once()
        assert answers
        assert await dominance_shown(watch) == (54.0, "CoinGecko", True)
        watch.clock.move(days=1)
    assert await watch.said() == []
    assert await watch.status("dominance_55") is None
