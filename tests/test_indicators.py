"""Every indicator: found, rightly labelled, and given enough of the past to be worked out."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import indicators
from bot.calendar import belongs
from bot.catalogue import SERIES
from bot.model import Cadence, Indicator, Measure, Point, Unit
from bot.registry import discover
from tests.formulas import fictional

INDICATORS = {each.key: each for each in discover(indicators, "INDICATOR", Indicator)}
DERIVED = {key: each for key, each in INDICATORS.items() if each.derive is not None}
RAW = {
    "altcoin_season_index", "altcoin_season_index_blockchaincenter", "binance_funding",
    "binance_open_interest", "btc_dominance", "btc_etf_flow", "btc_price", "bybit_funding",
    "bybit_open_interest", "cpi", "cpi_nsa", "eth_dominance", "fear_greed", "fed_assets",
    "fed_funds", "fed_soma", "iwm", "liquidations_24h", "lth_supply", "new_tokens_30d",
    "okx_funding", "okx_liquidations_24h", "okx_open_interest", "own_season_100", "own_season_50",
    "own_season_blue_chips", "own_season_long_tail", "russell_2000", "russell_2000_future",
    "russell_2000_high", "sp_500", "stablecoin_supply", "total3", "total3_ex_stablecoins",
    "total_market_cap", "tracked_tokens", "whale_supply",
}  # fmt: skip
UNITS = {
    "btc_change_1y": Unit.PCT,
    "btc_dominance_change_30d": Unit.PP,
    "btc_etf_flow_20": Unit.USD,
    "btc_etf_flow_5": Unit.USD,
    "btc_etf_flow_month": Unit.USD,
    "btc_etf_flow_year": Unit.USD,
    "btc_etf_stabilised": Unit.TRUTH,
    "correlation": Unit.CORRELATION,
    "correlation_levels": Unit.CORRELATION,
    "cpi_3m_annualised": Unit.PCT,
    "cpi_headline_yoy": Unit.PCT,
    "cpi_yoy": Unit.PCT,
    "fed_assets_change_13w": Unit.USD,
    "fed_assets_pace": Unit.USD_BN_A_MONTH,
    "fed_soma_pace": Unit.USD_BN_A_MONTH,
    "holder_accumulation": Unit.DEVIATIONS,
    "holder_change_30d": Unit.BTC,
    "own_season_breadth": Unit.PP,
    "russell_change_15_sessions": Unit.PCT,
    "russell_change_year_to_date": Unit.PCT,
    "russell_distance_to_record": Unit.PCT,
    "smallcap_relative_strength": Unit.PCT,
    "smallcap_streak": Unit.SESSIONS,
    "smallcap_streak_longest": Unit.SESSIONS,
    "stablecoin_change_30d": Unit.PCT,
    "token_dilution": Unit.PCT,
    "whale_accumulation": Unit.DEVIATIONS,
    "whale_change_30d": Unit.BTC,
}
AGE = {
    Cadence.NYSE_SESSION: 5,
    Cadence.NYSE_NEXT_MORNING: 6,
    Cadence.UTC_DAY: 3,
    Cadence.WEDNESDAY: 9,
    Cadence.MONTH: 75,
}
"""How many days old the newest value of a healthy series may be, just before the next one."""
SINCE = date(2024, 1, 11)


def derive(key: str, inputs: list[list[Point]]) -> list[Measure]:
    how = INDICATORS[key].derive
    assert how is not None
    return list(how(inputs))


def fiction(key: str, last: date, seed: int, *, missing: float = 0.02) -> list[list[Point]]:
    """What an indicator reads, made up until this day; monthly and fund series have no holes."""
    inputs = []
    for offset, name in enumerate(INDICATORS[key].series):
        cadence = SERIES[name].cadence
        whole = cadence in (Cadence.MONTH, Cadence.NYSE_NEXT_MORNING, Cadence.WEDNESDAY)
        step = fictional.flow if name == "btc_etf_flow" else fictional.walk
        holes = 0.0 if whole else missing
        inputs.append(fictional.series(cadence, SINCE, last, seed + offset, step, missing=holes))
    return inputs


def test_every_indicator_is_found() -> None:
    assert set(INDICATORS) >= RAW | set(UNITS), "Charts, own alerts and links name them."
    assert set(DERIVED) >= set(UNITS)
    assert not RAW & set(DERIVED)


def test_every_series_is_known_and_shown_at_least_once_as_it_is() -> None:
    named = {name for each in INDICATORS.values() for name in each.series}
    assert named <= set(SERIES)
    shown = {each.series[0] for each in INDICATORS.values() if each.derive is None}
    assert named == shown


@pytest.mark.parametrize("key", sorted(RAW - {"altcoin_season_index_blockchaincenter"}))
def test_a_raw_indicator_is_its_series_under_its_name(key: str) -> None:
    indicator, series = INDICATORS[key], SERIES[key]
    assert indicator.series == (key,)
    assert (indicator.title, indicator.unit) == (series.title, series.unit)
    assert (indicator.derive, indicator.lookback_days, indicator.vendor) == (None, None, "")


def test_blockchaincenters_index_is_kept_apart_from_the_first_vendors() -> None:
    apart = INDICATORS["altcoin_season_index_blockchaincenter"]
    assert apart.series == ("altcoin_season_index",)
    assert apart.vendor == "Blockchaincenter"
    assert (apart.unit, apart.rules) == (Unit.SCORE, ())


def test_a_derived_indicator_has_the_unit_of_its_formula() -> None:
    assert {key: DERIVED[key].unit for key in UNITS} == UNITS


def test_titles_are_short_and_unlike_each_other() -> None:
    titles = [each.title for each in INDICATORS.values()]
    assert len(set(titles)) == len(titles)
    assert max(len(title) for title in titles) <= 50


@pytest.mark.parametrize("key", sorted(DERIVED))
def test_without_a_past_nothing_is_measured_and_nothing_breaks(key: str) -> None:
    nothing: list[list[Point]] = [[] for _ in INDICATORS[key].series]
    assert derive(key, nothing) == []
    single = [each[:1] for each in fiction(key, SINCE + timedelta(days=40), 1, missing=0.0)]
    assert len(derive(key, single)) <= 1


@pytest.mark.parametrize("key", sorted(DERIVED))
def test_measures_come_in_order_for_days_that_all_its_series_have(key: str) -> None:
    inputs = fiction(key, SINCE + timedelta(days=1000), 7)
    found = derive(key, inputs)
    days = [measure.day for measure in found]
    assert days
    assert days == sorted(set(days))
    assert set(days) <= set.intersection(*({point.day for point in each} for each in inputs))
    assert all(
        "  " not in measure.note and measure.note.strip() == measure.note for measure in found
    )


@pytest.mark.parametrize("key", sorted(key for key in DERIVED if INDICATORS[key].lookback_days))
@settings(max_examples=6)
@given(seed=fictional.SEEDS, length=st.integers(min_value=700, max_value=1100), data=st.data())
def test_the_lookback_holds_all_that_the_last_measure_needs(
    key: str, seed: int, length: int, data: st.DataObject
) -> None:
    indicator = INDICATORS[key]
    last = SINCE + timedelta(days=length)
    while not all(belongs(SERIES[name].cadence, last) for name in indicator.series):
        last += timedelta(days=1)
    inputs = fiction(key, last, seed)
    assert indicator.lookback_days is not None
    oldest = min(AGE[SERIES[name].cadence] for name in indicator.series)
    today = last + timedelta(days=data.draw(st.integers(min_value=0, max_value=oldest)))
    cut = today - timedelta(days=indicator.lookback_days)
    recent = [[point for point in each if point.day > cut] for each in inputs]
    everything = derive(key, inputs)
    assert everything
    assert derive(key, recent)[-1:] == everything[-1:]


@pytest.mark.parametrize("key", ["cpi_yoy", "cpi_headline_yoy"])
def test_september_2026_is_still_known_on_the_day_before_novembers_prices_come(key: str) -> None:
    (prices,) = fiction(key, date(2026, 10, 1), 3)
    today = date(2026, 12, 11)
    lookback = INDICATORS[key].lookback_days
    assert lookback is not None
    recent = [point for point in prices if point.day > today - timedelta(days=lookback)]
    assert derive(key, [recent])[-1] == derive(key, [prices])[-1]
    assert derive(key, [recent])[-1].day == date(2026, 9, 1)


RISING = [100.0] * 400 + [110.0]
"""Flat for long, and up by a tenth at the end."""
SWINGING = [100.0 + i % 2 for i in range(400)] + [110.0]
MONTHLY = [fictional.point(date(2010 + i // 12, i % 12 + 1, 1), 100.0 * 1.01**i) for i in range(30)]
WEEKLY = [
    fictional.point(date(2024, 1, 10) + timedelta(weeks=i), 1e12 + 1e10 * i) for i in range(20)
]


@pytest.mark.parametrize(
    ("key", "inputs", "expected"),
    [
        ("russell_distance_to_record", [fictional.sessions(RISING)], 10.0),
        ("russell_change_15_sessions", [fictional.sessions(RISING)], 10.0),
        ("russell_change_year_to_date", [fictional.sessions(RISING)], 10.0),
        ("smallcap_streak", [fictional.sessions(RISING), fictional.sessions([1.0] * 401)], 1.0),
        ("smallcap_streak", [fictional.sessions([1.0] * 401), fictional.sessions(RISING)], 0.0),
        (
            "smallcap_streak_longest",
            [fictional.sessions([1.0, 2.0, 3.0, 1.0, 2.0]), fictional.sessions([1.0] * 5)],
            2.0,
        ),
        (
            "smallcap_relative_strength",
            [fictional.sessions(RISING), fictional.sessions([1.0] * 401)],
            10.0,
        ),
        ("correlation", [fictional.sessions(SWINGING), fictional.sessions(SWINGING)], 1.0),
        ("correlation_levels", [fictional.sessions(SWINGING), fictional.sessions(SWINGING)], 1.0),
        ("btc_change_1y", [fictional.daily(RISING)], 10.0),
        ("btc_dominance_change_30d", [fictional.daily(RISING)], 10.0),
        ("btc_etf_flow_5", [fictional.sessions([1.0] * 30)], 5.0),
        ("btc_etf_flow_20", [fictional.sessions([1.0] * 30)], 20.0),
        # Fourteen of the thirty sessions are in January.
        ("btc_etf_flow_month", [fictional.sessions([1.0] * 30, first=SINCE)], 16.0),
        ("btc_etf_flow_year", [fictional.sessions([1.0] * 30, first=SINCE)], 30.0),
        ("btc_etf_stabilised", [fictional.sessions([1e8] * 30)], 1.0),
        ("whale_change_30d", [fictional.daily(RISING)], 10.0),
        ("holder_change_30d", [fictional.daily(RISING)], 10.0),
        ("fed_assets_change_13w", [WEEKLY], 1.3e11),
        ("fed_assets_pace", [WEEKLY], -43.48),
        ("fed_soma_pace", [WEEKLY], -43.48),
        ("cpi_yoy", [MONTHLY], 100.0 * (1.01**12 - 1.0)),
        ("cpi_headline_yoy", [MONTHLY], 100.0 * (1.01**12 - 1.0)),
        ("cpi_3m_annualised", [MONTHLY[:5]], 100.0 * (1.01**12 - 1.0)),
        ("stablecoin_change_30d", [fictional.daily([200.0] * 30 + [220.0])], 10.0),
        ("token_dilution", [fictional.daily([200.0] * 30 + [220.0])], 10.0),
    ],
)
def test_the_last_measure_of_a_hand_worked_example(
    key: str, inputs: list[list[Point]], expected: float
) -> None:
    assert derive(key, inputs)[-1].value == pytest.approx(expected)


@pytest.mark.parametrize("key", ["whale_accumulation", "holder_accumulation"])
def test_accumulation_counts_deviations_from_the_year_before(key: str) -> None:
    # Over 30 days it swings between -500 and 500 BTC around 0, as 30 and 4 share no multiple of 4.
    supply = [1e6 + (0.0, 500.0, 500.0, 0.0)[i % 4] for i in range(430)]
    found = derive(key, [fictional.daily(supply)])
    assert {abs(round(measure.value, 1)) for measure in found} == {1.0}


def test_breadth_is_blue_chips_less_long_tail_on_common_days() -> None:
    blue_chips = fictional.daily([60.0, 70.0, 40.0])
    long_tail = fictional.daily([50.0, 80.0], first=fictional.MONDAY + timedelta(days=1))
    assert derive("own_season_breadth", [blue_chips, long_tail]) == [
        Measure(fictional.MONDAY + timedelta(days=1), 20.0),
        Measure(fictional.MONDAY + timedelta(days=2), -40.0),
    ]


def test_only_what_is_sampled_or_traded_today_shows_unfinished_values() -> None:
    provisional = {key for key, each in DERIVED.items() if each.provisional}
    assert provisional == {
        "btc_change_1y", "btc_dominance_change_30d", "own_season_breadth",
        "russell_change_15_sessions", "russell_change_year_to_date",
        "russell_distance_to_record",
    }  # fmt: skip
