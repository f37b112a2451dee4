"""The bad ticks that providers really sent: none of them says anything in a replay."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from bot.model import Alert
from tests.acceptance.recordings import alerts, names, real_history, rows, sessions, write
from tests.acceptance.reference import Rows

pytestmark = real_history

SINCE = date(2023, 6, 1)
RECORD_IN_SIGHT = date(2020, 6, 1)
EQUITIES = ("russell_2000", "russell_2000_high", "sp_500")
MONTHLY = ("cpi", "fed_assets")
DAY = timedelta(days=1)
QUIET = date(2024, 9, 11)
"""A session on which no preset says anything, nor 30 days later, when its value counts again."""


@cache
def history() -> dict[str, Rows]:
    """The last stretch of the recorded history, with the Russell's record of 2021 in it."""
    return {
        key: [row for row in rows(key) if row[0] >= begin]
        for key in names()
        for begin in [RECORD_IN_SIGHT if key in (*EQUITIES, *MONTHLY) else SINCE]
    }


def news(told: Iterable[Alert]) -> list[tuple[str, date]]:
    """Each alert's id and day: an episode that ends on another day keeps its id."""
    return sorted((alert.id, alert.day) for alert in told)


@pytest.fixture(scope="session")
def before(tmp_path_factory: pytest.TempPathFactory) -> tuple[Alert, ...]:
    """What the history says as it is."""
    return replayed(tmp_path_factory.mktemp("untouched"), {})


def replayed(folder: Path, changed: dict[str, Rows]) -> tuple[Alert, ...]:
    for key, values in {**history(), **changed}.items():
        write(folder, key, values)
    return alerts(folder)


def having(series: str, ticks: dict[date, float]) -> Rows:
    """A series with these values in place of its own, or between them."""
    return sorted({**dict(history()[series]), **ticks}.items())


def lacking(series: str, days: Iterable[date]) -> Rows:
    return [row for row in history()[series] if row[0] not in set(days)]


def market_news(told: Iterable[Alert]) -> list[tuple[str, date]]:
    """All but the notices that a series is late, which an unusable value rightly brings about."""
    return news(alert for alert in told if alert.topic != "health")


def test_the_history_has_something_to_say(before: tuple[Alert, ...]) -> None:
    assert {alert.rule for alert in before} >= {
        "dominance_57", "dominance_55", "altseason", "bitcoin_season", "etf_inflow", "etf_outflow",
        "smallcap_rally", "correlation", "stablecoin_growth_up", "holder_accumulation_up", "phase",
    }  # fmt: skip


BOGUS_CAP = (
    QUIET,
    # Dominance was above 57: both dominance rules were at rest.
    date(2024, 11, 13),
    # It had been below 57 since 2 December: `dominance_57` was firing, and so was altseason.
    date(2024, 12, 5),
    date(2024, 12, 11),
)


@pytest.mark.parametrize("lasting", [1, 2])
def test_a_coins_bogus_cap_that_takes_dominance_to_nothing(
    tmp_path: Path, before: tuple[Alert, ...], lasting: int
) -> None:
    """One coin's cap makes the whole market two thousand times as large, for a day or two."""
    days = [first + ahead * DAY for first in BOGUS_CAP for ahead in range(lasting)]
    dominance, total = dict(history()["btc_dominance"]), dict(history()["total_market_cap"])
    ether, rest = dict(history()["eth_dominance"]), dict(history()["total3"])
    growth = {day: dominance[day] / 0.03 for day in days}
    bogus = {day: total[day] * (growth[day] - 1) for day in days}
    ticks = {
        "btc_dominance": dict.fromkeys(days, 0.03),
        "eth_dominance": {day: ether[day] / growth[day] for day in days},
        "total_market_cap": {day: total[day] + bogus[day] for day in days},
        "total3": {day: rest[day] + bogus[day] for day in days},
    }
    after = replayed(tmp_path, {key: having(key, values) for key, values in ticks.items()})
    assert market_news(after) == market_news(before)


def test_adjusted_closes_of_a_fund_stand_beside_the_index_unread(
    tmp_path: Path, before: tuple[Alert, ...]
) -> None:
    """Adjusted for dividends, the fund passes its high on 2024-11-06, ten months too early."""
    closes = history()["russell_2000"]
    last = closes[-1][0]
    yearly = 0.0125
    adjusted = [
        (day, close / 10 * (1 - yearly) ** ((last - day).days / 365.25)) for day, close in closes
    ]
    by_day = dict(adjusted)
    earlier = max(value for day, value in adjusted if day < date(2024, 11, 1))
    assert by_day[date(2024, 11, 6)] > earlier, "The trap is not laid."
    after = replayed(tmp_path, {"iwm": adjusted})
    assert news(after) == news(before)


def test_an_intraday_high_that_the_close_did_not_hold(before: tuple[Alert, ...]) -> None:
    """On 2024-11-25 the high passed the record of 2021, and the close missed it by 0.03 %."""
    close, high = dict(history()["russell_2000"]), dict(history()["russell_2000_high"])
    day = date(2024, 11, 25)
    record = max(value for when, value in close.items() if when < day)
    record_high = max(value for when, value in high.items() if when < day)
    assert (high[day], close[day], record) == (2466.49, 2442.03, 2442.74)
    assert high[day] > record_high
    assert not [a.id for a in before if a.topic == "breakout" and a.day.year >= 2024]


def test_no_high_ever_decides(tmp_path: Path, before: tuple[Alert, ...]) -> None:
    higher = [(day, 1.25 * value) for day, value in history()["russell_2000_high"]]
    after = replayed(tmp_path, {"russell_2000_high": higher})
    assert news(after) == news(before)


@pytest.mark.parametrize("factor", [1.0, 1.5])
def test_rows_of_weekends_and_holidays(
    tmp_path: Path, before: tuple[Alert, ...], factor: float
) -> None:
    """Every closed day from 2024 on has a row: the last close again, or far away from it."""

    def filled(series: str) -> Rows:
        known = history()[series]
        open_days = set(sessions(known[0][0], known[-1][0]))
        ticks = {
            day + ahead * DAY: value * factor
            for (day, value), (following, _) in pairwise(known)
            for ahead in range(1, (following - day).days)
            if day.year >= 2024
        }
        assert ticks
        assert not open_days.intersection(ticks)
        return having(series, ticks)

    keys = (*EQUITIES, "btc_etf_flow")
    after = replayed(tmp_path, {key: filled(key) for key in keys})
    assert news(after) == news(before)


NEVER_ZERO = (
    "russell_2000", "russell_2000_high", "sp_500", "btc_price", "btc_dominance", "eth_dominance",
    "total3", "total_market_cap", "stablecoin_supply", "whale_supply", "lth_supply",
)  # fmt: skip


def test_a_close_price_cap_or_supply_of_zero_is_as_good_as_none(
    tmp_path: Path, before: tuple[Alert, ...]
) -> None:
    zeros, absent = tmp_path / "zeros", tmp_path / "absent"
    zeros.mkdir()
    absent.mkdir()
    after = replayed(zeros, {key: having(key, {QUIET: 0.0}) for key in NEVER_ZERO})
    assert news(after) == news(replayed(absent, {key: lacking(key, [QUIET]) for key in NEVER_ZERO}))
    assert market_news(after) == market_news(before)


def test_a_recording_that_begins_with_zeros(tmp_path: Path, before: tuple[Alert, ...]) -> None:
    changed = {}
    for key in NEVER_ZERO:
        first = history()[key][0][0]
        (*_, ahead) = sessions(first - 7 * DAY, first - DAY) if key in EQUITIES else [first - DAY]
        changed[key] = having(key, {ahead: 0.0})
    after = replayed(tmp_path, changed)
    assert market_news(after) == market_news(before)


def test_a_flow_of_zero_on_an_open_session_is_one_that_nobody_has_told_yet(
    tmp_path: Path, before: tuple[Alert, ...]
) -> None:
    """A 0 in place of 123.7 mn USD would bring the outflows of May 2024 about a day early."""
    day = date(2024, 4, 10)
    zero, absent = tmp_path / "zero", tmp_path / "absent"
    zero.mkdir()
    absent.mkdir()
    after = replayed(zero, {"btc_etf_flow": having("btc_etf_flow", {day: 0.0})})
    assert set(market_news(after)) <= set(market_news(before))
    without = replayed(absent, {"btc_etf_flow": lacking("btc_etf_flow", [day])})
    assert news(after) == news(without)


@pytest.mark.parametrize(
    "day",
    [date(2024, 4, 20), date(2024, 8, 20), date(2024, 1, 27)],
    ids=["while neither season is on", "while bitcoin season is on", "while altseason is on"],
)
def test_an_altcoin_index_of_zero_for_one_day(
    tmp_path: Path, before: tuple[Alert, ...], day: date
) -> None:
    index = having("altcoin_season_index", {day: 0.0})
    after = replayed(tmp_path, {"altcoin_season_index": index})
    assert market_news(after) == market_news(before)
