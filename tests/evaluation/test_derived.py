"""Rules on numbers that are worked out from others."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.book import Book
from bot.calendar import belongs, final_at
from bot.catalogue import SERIES
from bot.measures import Measures
from bot.model import Alert, Kind, Observation, Status
from tests.evaluation.days import INDICATORS, VENDOR, Market, day, midnight

DERIVED = [each for each in INDICATORS if each.rules and each.derive]
FLOW_DAYS = [d for d in map(day, range(120)) if belongs(SERIES["btc_etf_flow"].cadence, d)]
END = final_at(SERIES["cpi"].cadence, date(2032, 1, 1))


def filled(series: Sequence[str], changes: Sequence[float], days: int) -> Book:
    """Days of every series, each a step from the one before; the steps come again and again."""
    book = Book(dict.fromkeys(SERIES, (VENDOR,)))
    for number, key in enumerate(series):
        known = SERIES[key]
        low, high = known.lowest, known.highest
        value = low + (high - low) / 50
        for count, on in enumerate(map(day, range(days))):
            if belongs(known.cadence, on):
                value *= 1 + changes[(count + number) % len(changes)] / 100
                value = min(max(value, low), high)
                seen = final_at(known.cadence, on)
                book.add([Observation(key, VENDOR, on, value, seen, seen, final=True)])
    return book


@pytest.mark.parametrize("indicator", DERIVED, ids=lambda each: each.key)
@settings(max_examples=6, deadline=None)
@given(changes=st.lists(st.floats(-3, 3), min_size=3, max_size=11), share=st.floats(0.3, 0.95))
def test_a_day_is_worth_the_same_from_the_days_it_needs_and_from_all_that_will_ever_be(
    indicator: object, changes: list[float], share: float
) -> None:
    """So a replay may work all days out at once, and the poller only those it has not seen."""
    (wanted,) = (each for each in DERIVED if each is indicator)
    measures = Measures(filled(wanted.series, changes, 700 if "cpi" in wanted.series else 520))
    everything = measures.points(wanted, END, None)
    assume(everything)  # What never moves has no deviation and no correlation.
    seen = everything[int(len(everything) * share)]
    assert measures.points(wanted, END, seen.day) == [p for p in everything if p.day > seen.day]
    reached = max(final_at(SERIES[key].cadence, seen.day) for key in wanted.series)
    told = [
        o for key in wanted.series for o in measures.book.values_up_to(key, VENDOR, seen.day, 999)
    ]
    past = Book(dict.fromkeys(SERIES, (VENDOR,)))
    past.add(told)
    assert Measures(past).points(wanted, reached, None) == [
        p for p in everything if p.day <= seen.day
    ]


def flows(market: Market, values: Sequence[float], start: int = 0) -> list[Alert]:
    said = []
    for on, value in zip(FLOW_DAYS[start:], values, strict=False):
        market.write("btc_etf_flow", on, value * 1e6)
        said += market.news(final_at(SERIES["btc_etf_flow"].cadence, on))
    return said


def status(market: Market, rule: str) -> Status:
    return market.states[rule].status


def test_the_first_regime_is_silent_and_each_change_of_it_ends_the_other() -> None:
    market = Market()
    said = flows(market, [100.0] * 30 + [-150.0] * 20 + [200.0] * 20)
    assert [(each.rule, each.kind) for each in said] == [
        ("etf_inflow", Kind.RESOLVED), ("etf_outflow", Kind.FIRED),
        ("etf_inflow", Kind.FIRED), ("etf_outflow", Kind.RESOLVED),
    ]  # fmt: skip
    assert said[1].message.title.startswith("Bitcoin ETF net flow, 20 sessions below -1.00 bn USD")
    assert said[1].decided_by == ((said[1].day, said[1].value),)


def test_a_sum_over_a_missing_session_neither_fires_nor_resolves() -> None:
    market = Market()
    flows(market, [100.0] * 30)
    assert flows(market, [-150.0] * 19, start=31) == []
    assert status(market, "etf_inflow") is not Status.NORMAL


def test_a_revised_flow_that_undoes_a_regime_withdraws_it() -> None:
    market = Market()
    said = flows(market, [100.0] * 30 + [-150.0] * 13)
    fired = next(each for each in said if each.rule == "etf_outflow")
    count = FLOW_DAYS.index(fired.day)
    assert status(market, "etf_outflow") is Status.FIRING
    market.write("btc_etf_flow", FLOW_DAYS[count], 900e6)
    corrections = market.news(market.now + timedelta(hours=1))
    assert {each.rule: each.withdrawn for each in corrections} == {
        "etf_outflow": True, "etf_inflow": True,
    }  # fmt: skip
    text = " ".join(corrections[0].message.lines)
    assert "With the revised figures of vendor, the value of" in text
    assert status(market, "etf_outflow") is Status.NORMAL
    assert status(market, "etf_inflow") in (Status.FIRING, Status.RECOVERING)


def test_a_revision_that_reads_the_same_says_nothing() -> None:
    market = Market()
    said = flows(market, [100.0] * 30 + [-150.0] * 13)
    fired = next(each for each in said if each.rule == "etf_outflow")
    market.write("btc_etf_flow", fired.day, -150.0e6 + 1.0)
    assert market.news(market.now + timedelta(hours=1)) == []


def test_while_one_of_its_series_is_late_a_rule_is_frozen_and_both_are_named() -> None:
    market = Market()
    weekdays = [d for d in map(day, range(60)) if belongs(SERIES["sp_500"].cadence, d)]
    for on in weekdays[:30]:
        market.write("russell_2000", on, 2000.0)
        market.write("sp_500", on, 5000.0)
        market.look(final_at(SERIES["sp_500"].cadence, on))
    for on in weekdays[30:33]:
        market.write("russell_2000", on, 2000.0)
        market.look(final_at(SERIES["sp_500"].cadence, on) + timedelta(hours=4))
    assert status(market, "smallcap_streak") is Status.NO_DATA
    assert status(market, "smallcap_rally") is Status.NORMAL
    (notice,) = [each for each in market.told if each.rule == "blind"]
    assert "neither fire nor resolve: smallcap_streak." in " ".join(notice.message.lines)


def test_stagnation_needs_two_days_and_inflation_one_release() -> None:
    market = Market()
    for number in range(371):
        market.write("btc_price", day(number), 50_000.0 if number != 368 else 49_000.0)
    market.look(midnight(day(370)))
    assert status(market, "btc_stagnation") is Status.NORMAL
    said = []
    for number in range(371, 374):
        market.write("btc_price", day(number), 49_000.0)
        said += [e for e in market.news(midnight(day(number))) if e.rule == "btc_stagnation"]
    assert [(each.day, each.kind) for each in said] == [(day(372), Kind.FIRED)]
    assert len(said[0].decided_by) == 2


def test_a_flush_is_told_when_it_is_seen_and_once_a_day_at_most() -> None:
    market = Market()
    for number in range(3):
        market.write("liquidations_24h", day(number), 2e8)
        market.look(midnight(day(number)))
    said = []
    for hour, value in ((2, 8e8), (4, 1.2e9), (6, 4e8), (8, 1.3e9), (20, 9e8), (28, 4.9e8)):
        at = midnight(day(2)) + timedelta(hours=hour)
        sample = Observation("liquidations_24h", VENDOR, at.date(), value, at, at, final=False)
        market.book.add([sample])
        said += market.news(at)
    assert [(each.id, each.value, each.decided_at.hour) for each in said] == [
        (f"leverage_flush:{day(3)}:fired", 1.2e9, 4),
        (f"leverage_flush:{day(3)}:resolved", 4.9e8, 4),
    ]
    assert said[1].day == day(4)


def test_a_flush_that_ends_and_begins_again_on_one_day_is_told_again() -> None:
    market = Market()
    for number in range(3):
        market.write("liquidations_24h", day(number), 2e8)
        market.look(midnight(day(number)))
    said = []
    for hour, value in ((2, 1.2e9), (26, 3e8), (30, 3e9)):
        at = midnight(day(2)) + timedelta(hours=hour)
        sample = Observation("liquidations_24h", VENDOR, at.date(), value, at, at, final=False)
        market.book.add([sample])
        said += market.news(at)
    assert [each.id for each in said] == [
        f"leverage_flush:{day(3)}:fired",
        f"leverage_flush:{day(3)}:resolved",
        f"leverage_flush:{day(4)}:fired",
    ]


def test_a_breakout_that_a_mistaken_record_hid_is_told_when_it_is_corrected() -> None:
    market = Market()
    trading = [d for d in map(day, range(30)) if belongs(SERIES["russell_2000"].cadence, d)]
    for on, value in zip(trading, (2500, 2000, 2600, 2100, 2200, 2520, 2530), strict=False):
        market.write("russell_2000", on, float(value))
        assert [e for e in market.news(midnight(on)) if e.rule == "russell_breakout"] == []
    market.write("russell_2000", trading[2], 2060.0)
    told = [
        e for e in market.news(midnight(trading[6]) + timedelta(hours=1))
        if e.rule == "russell_breakout"
    ]  # fmt: skip
    assert [(e.id, e.kind) for e in told] == [
        (f"russell_breakout:{trading[6]}:fired", Kind.FIRED),
    ]
