"""The truth rules for numbers, one test each; every one has been broken by some other bot."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import messages
from bot.book import Book, vendors_in_order
from bot.calendar import final_at, session_close
from bot.catalogue import SERIES
from bot.evaluation import evaluate
from bot.measures import Measures
from bot.model import (
    Alert,
    BreakoutRule,
    Cadence,
    Kind,
    Observation,
    Reading,
    RuleState,
    Status,
    Unit,
)
from bot.outlook import snapshot
from bot.parts import find_parts
from bot.replay import read
from bot.wording import age_text, day_text, gap, level_text, moment_text, number
from tests.evaluation.test_evaluation import SATURDAY_NOON, World, fallback_days, sessions

PARTS = find_parts()
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
NUMBER = re.compile(r"(?<![\w.])[+-]?\d[\d,]*\.?\d*")


# --- 1. A series is a key and a vendor; a level belongs to the vendor it was set for --------------


@given(st.lists(st.floats(45, 70), min_size=1, max_size=12), st.floats(2, 5))
def test_1_no_value_of_one_vendor_ever_becomes_anothers(values: list[float], apart: float) -> None:
    book = Book({"btc_dominance": ("CMC", "CoinGecko")})
    for index, value in enumerate(values):
        moment = NOW + timedelta(days=index)
        for vendor, told in (("CMC", value), ("CoinGecko", value - apart)):
            day = moment.date()
            book.add([Observation("btc_dominance", vendor, day, told, moment, moment, final=True)])
    later = NOW + timedelta(days=20)
    assert [p.value for p in book.final_points("btc_dominance", "CMC", later, None)] == values
    assert {p.vendor for p in book.final_points("btc_dominance", "CoinGecko", later, None)} == {
        "CoinGecko"
    }


def test_1_a_worked_out_number_takes_each_series_from_one_vendor_alone() -> None:
    """A window with a hole in it is not filled from elsewhere."""
    days = sessions(30)
    flows = dict.fromkeys(days, 100000000.0)
    book = Book({"btc_etf_flow": ("The Block", "Bitbo")})
    seen = final_at(Cadence.NYSE_NEXT_MORNING, days[-1])
    for vendor, left_out in (("The Block", days[-3]), ("Bitbo", None)):
        for day, value in flows.items():
            if day != left_out:
                bell = session_close(day)
                book.add([Observation("btc_etf_flow", vendor, day, value, bell, seen, final=True)])
    (sum_of_20,) = (each for each in PARTS.indicators if each.key == "btc_etf_flow_20")
    reading = Measures(book).reading(sum_of_20, seen)
    assert reading is not None
    assert (reading.vendor, reading.value, reading.degraded) == ("Bitbo", 2e9, True)
    before_the_hole = Measures(book).reading_of(sum_of_20, ("The Block",), seen)
    assert before_the_hole is not None
    assert before_the_hole.day == days[-4]


# --- 2. What is missing is its own state ----------------------------------------------------------


def test_2_silence_never_fires_never_resolves_and_is_told_once_each_way() -> None:
    world = World()
    world.days("btc_dominance", [58.0, 56.5, 56.4])
    world.sample("btc_dominance", 56.4)
    world.look()
    assert world.status("dominance_57") is Status.FIRING
    told = []
    for _ in range(100):
        world.now += timedelta(hours=1)
        told += [alert.kind for alert in world.look().alerts]
    assert told == [Kind.STALE]
    assert world.status("dominance_57") is Status.NO_DATA
    world.sample("btc_dominance", 56.4)
    assert [alert.kind for alert in world.look().alerts] == [Kind.RECOVERED]
    assert world.status("dominance_57") is Status.FIRING


# --- 3. No proxy under the real name --------------------------------------------------------------

PROXIES = {
    "russell_2000": {"Nasdaq"},
    "fed_assets": {"New York Fed"},
    "liquidations_24h": {"OKX", "Bybit", "Binance"},
    "okx_liquidations_24h": {"Bybit", "Binance", "CoinMarketCap", "CoinGlass"},
    "okx_open_interest": {"Bybit", "Binance"},
    "okx_funding": {"Bybit", "Binance"},
}
"""Who measures something alike, and must not be asked for these."""


def test_3_nothing_stands_in_under_a_name_that_is_not_its_own() -> None:
    vendors = vendors_in_order(PARTS.feeds)
    for series, others in PROXIES.items():
        assert not others & set(vendors[series]), series
    own = {series: of for series, of in vendors.items() if series.startswith("own_season")}
    assert all(vendor.startswith("own count") for of in own.values() for vendor in of)


# --- 4. Every number in every message is in the store, with vendor and time -----------------------


def shown_book(values: list[float]) -> tuple[Book, datetime]:
    """A month of three series that follow the values."""
    book = Book(
        {
            "btc_dominance": ("CoinMarketCap",),
            "russell_2000": ("Yahoo",),
            "btc_etf_flow": ("The Block",),
        }
    )
    days = sessions(len(values))
    for day, value in zip(days, values, strict=True):
        bell = session_close(day)
        seen = bell + timedelta(days=1)
        rows = (
            ("btc_dominance", "CoinMarketCap", value),
            ("russell_2000", "Yahoo", 40 * value),
            ("btc_etf_flow", "The Block", (value - 55) * 1e8),
        )
        book.add([Observation(s, v, day, x, bell, seen, final=True) for s, v, x in rows])
    return book, session_close(days[-1]) + timedelta(days=1)


def tokens(*texts: object) -> set[str]:
    return {token.rstrip(".,") for text in texts for token in NUMBER.findall(str(text))}


@given(st.lists(st.floats(50, 60), min_size=25, max_size=30))
def test_4_status_holds_no_number_that_the_store_cannot_show(values: list[float]) -> None:
    book, now = shown_book(values)
    stored = Measures(book).readings(PARTS.indicators, now)
    seen = snapshot(stored, PARTS.indicators, {}, now)
    text = messages.plain(messages.status(seen))
    sayable = tokens(messages.plain(messages.status(seen)).splitlines()[-1])
    for reading in stored.values():
        sayable |= tokens(number(reading.value, reading.unit), reading.title, reading.note)
        sayable |= tokens(age_text(now - reading.as_of), Unit(reading.unit))
        line = next(each for each in text.splitlines() if each.startswith(f"{reading.title} "))
        assert reading.vendor in line
    for gate in seen.board.gates:
        sayable |= tokens(gate.why, gate.title)
    rules = {rule.id for each in PARTS.indicators for rule in each.rules}
    assert tokens(text) - tokens(*rules) <= sayable
    assert all(reading.vendor and reading.as_of <= now for reading in stored.values())


# --- 5. Only a finished bar confirms --------------------------------------------------------------


def test_5_a_bar_that_still_trades_is_shown_as_provisional_and_confirms_nothing() -> None:
    world = World()
    world.now = SATURDAY_NOON
    *past, first, second = sessions(40)
    for index, day in enumerate(past):
        world.close(day, 2_500.0 if index == 0 else 2_100.0 + index)
    world.look()
    world.close(first, 2_510.0)
    trading = session_close(second) - timedelta(hours=2)
    bar = Observation("russell_2000", "Yahoo", second, 2_600.0, trading, trading, final=False)
    world.book.add([bar])
    assert world.news() == []
    reading = world.readings()["russell_2000"]
    assert (reading.value, reading.final) == (2_600.0, False)
    line = messages.plain(messages.status(snapshot(world.readings(), PARTS.indicators, {}, NOW)))
    assert "provisional" in line
    assert not world.readings()["russell_distance_to_record"].final


# --- 6. Freshness follows each series' own calendar -----------------------------------------------


@pytest.mark.parametrize(
    ("series", "day", "fresh_until", "late_by"),
    [
        # From a Friday's close to the Tuesday after a holiday Monday.
        ("russell_2000", date(2026, 2, 13), "2026-02-17 23:00", "2026-02-18 01:00"),
        ("btc_etf_flow", date(2026, 2, 13), "2026-02-18 23:00", "2026-02-19 01:00"),
        ("fed_assets", date(2026, 2, 11), "2026-02-20 21:00", "2026-02-20 22:00"),
        ("cpi", date(2026, 1, 1), "2026-03-15 12:00", "2026-03-15 13:00"),
        ("whale_supply", date(2026, 2, 13), "2026-02-16 23:00", "2026-02-17 01:00"),
    ],
)
def test_6_a_weekend_a_holiday_and_the_time_to_publish_are_no_outage(
    series: str, day: date, fresh_until: str, late_by: str
) -> None:
    known = SERIES[series]
    seen = final_at(known.cadence, day)
    book = Book({series: ("vendor",)})
    value = known.lowest + (known.highest - known.lowest) * 0.6
    book.add([Observation(series, "vendor", day, value, seen, seen, final=True)])

    def late(text: str) -> bool | None:
        return book.late(series, "vendor", datetime.fromisoformat(text).replace(tzinfo=UTC))

    assert late(fresh_until) is False
    assert late(late_by) is True


# --- 7. Revisions correct the message that was sent -----------------------------------------------


def test_7_a_revision_corrects_and_never_fires_twice() -> None:
    world = World()
    world.now = SATURDAY_NOON
    *past, first, second = sessions(40)
    for index, day in enumerate(past):
        world.close(day, 2_500.0 if index == 0 else 2_100.0 + index)
    world.look()
    world.close(first, 2_510.0)
    world.close(second, 2_520.0)
    kinds = [alert.kind for alert in world.news()]
    for value in (2_580.0, 2_580.0, 2_470.0):
        world.now += timedelta(hours=1)
        world.close(second, value)
        kinds += [alert.kind for alert in world.news()]
    assert kinds == [Kind.FIRED, Kind.CORRECTED, Kind.CORRECTED]


# --- 8. Publication lag is part of a series ------------------------------------------------------


@pytest.mark.parametrize(
    ("series", "row", "known"),
    [
        ("russell_2000", "2024-03-15,2039.3", "2024-03-15 20:20"),
        ("btc_dominance", "2024-03-15,53.1", "2024-03-16 00:00"),
        ("btc_etf_flow", "2024-03-15,198600000", "2024-03-16 12:00"),
        ("fed_assets", "2024-03-13,7542000000000", "2024-03-14 20:30"),
        ("cpi", "2024-02-01,311.1", "2024-03-12 12:30"),
    ],
)
def test_8_replay_sees_a_value_only_when_the_world_did(
    tmp_path: Path, series: str, row: str, known: str
) -> None:
    (tmp_path / f"{series}.csv").write_text(f"date,value\n{row}\n", encoding="utf-8")
    (observation,) = read(tmp_path).observations
    assert observation.observed_at == datetime.fromisoformat(known).replace(tzinfo=UTC)
    assert observation.as_of <= observation.observed_at


def test_every_reading_of_a_fallback_says_so() -> None:
    world = World()
    world.sample("btc_dominance", 56.0, "CoinGecko")
    assert fallback_days(world, []) == []
    reading = world.readings()["btc_dominance"]
    assert isinstance(reading, Reading)
    assert reading.degraded
    fresh = replace(reading, late_from=world.now + timedelta(hours=1))
    shown = snapshot({"btc_dominance": fresh}, PARTS.indicators, {}, world.now)
    assert "fallback" in messages.plain(messages.status(shown))
    assert day_text(reading.day)


@given(
    st.lists(st.floats(52, 60), min_size=8, max_size=20),
    st.lists(st.floats(-0.02, 0.025), min_size=8, max_size=20),
)
def test_4_an_alert_holds_no_number_that_the_store_cannot_show(
    shares: list[float], moves: list[float]
) -> None:
    book = Book({"btc_dominance": ("CoinMarketCap",), "russell_2000": ("Yahoo",)})
    states: dict[str, RuleState] = {}
    days = sessions(min(len(shares), len(moves)))
    close = 2_400.0
    for day, share, move in zip(days, shares, moves, strict=False):
        close *= 1 + move
        bell = session_close(day)
        now = bell + timedelta(hours=4)
        rows = (("btc_dominance", "CoinMarketCap", share), ("russell_2000", "Yahoo", close))
        book.add([Observation(s, v, day, x, bell, now, final=True) for s, v, x in rows])
        measures = Measures(book)
        stored = measures.readings(PARTS.indicators, now)
        result = evaluate(measures, PARTS.indicators, states, now)
        states = dict(result.states)
        seen = snapshot(stored, PARTS.indicators, states, now)
        for alert in result.alerts:
            sayable = sayable_of(alert) | tokens(*map(moment_text, (bell, now)))
            for reading in stored.values():
                sayable |= tokens(number(reading.value, reading.unit))
            for gate in seen.board.gates:
                unit = gate.unit or Unit.POINTS
                sayable |= tokens(gate.why, gap(gate.distance or 0.0, unit))
            assert tokens(messages.plain(alert.message)) <= sayable
            assert alert.vendor in messages.plain(alert.message)
            assert moment_text(alert.as_of) in messages.plain(alert.message)


def sayable_of(alert: Alert) -> set[str]:
    """What an alert may say of its own value and level, of its rule, and of the days it names."""
    (rule,) = (r for each in PARTS.indicators for r in each.rules if r.id == alert.rule)
    level = alert.level or 0.0
    of_record = {level, level / 0.97} if isinstance(rule, BreakoutRule) else {rule.level, level}
    days = {day_text(date(2025, 12, 1) + timedelta(days=n)) for n in range(120)}
    said = [alert.rule, *days, rule.confirmations, "Russell 2000", "3 %", repr(rule)]
    for line in of_record:
        said += [number(line, alert.unit), level_text(line, alert.unit)]
        said += [gap(alert.value - line, alert.unit), f"{100 * (alert.value / line - 1):+.2f} %"]
    return tokens(*said)
