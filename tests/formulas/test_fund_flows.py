from datetime import date, timedelta
from math import fsum

import pytest
from hypothesis import given, settings

from bot.calendar import is_session
from bot.formulas import fund_flows
from bot.model import Cadence, Measure, Point
from tests.formulas.fictional import SEEDS, by_day, days_of, flow, on, series, sessions

BN = 1e9
FIRST, LAST = date(2024, 1, 11), date(2024, 9, 30)


def test_a_sum_adds_sessions_over_a_weekend_and_a_holiday() -> None:
    flows = sessions([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], first=date(2024, 1, 11))
    # Monday, 15 January, is a holiday.
    assert fund_flows.sums(flows, 5) == [
        Measure(date(2024, 1, 18), 1.0 + 2.0 + 3.0 + 4.0 + 5.0),
        Measure(date(2024, 1, 19), 2.0 + 3.0 + 4.0 + 5.0 + 6.0),
    ]


def test_no_sum_is_made_over_a_missing_session() -> None:
    flows = sessions([1.0] * 12)
    del flows[5]
    found = by_day(fund_flows.sums(flows, 5))
    # The five sessions before the hole, and those that end at least five sessions after it.
    assert list(found) == [flows[4].day, flows[9].day, flows[10].day]


@settings(max_examples=25)
@given(SEEDS)
def test_sums_equal_adding_up_each_window_of_the_calendar(seed: int) -> None:
    flows = series(Cadence.NYSE_NEXT_MORNING, FIRST, LAST, seed, flow, missing=0.03)
    values = {point.day: point.value for point in flows}
    calendar = days_of(Cadence.NYSE_NEXT_MORNING, FIRST, len(values) + 40)
    expected = {}
    for end in range(20, len(calendar) + 1):
        window = calendar[end - 20 : end]
        if all(day in values for day in window):
            expected[window[-1]] = fsum(values[day] for day in window)
    assert by_day(fund_flows.sums(flows, 20)) == expected


def test_month_to_date_starts_anew_each_month() -> None:
    flows = on({
        date(2026, 1, 29): 1.0,
        date(2026, 1, 30): 2.0,
        date(2026, 2, 2): 4.0,
        date(2026, 2, 3): 8.0,
    })  # fmt: skip
    found = fund_flows.month_to_date(flows)
    assert found[-2:] == [
        Measure(date(2026, 2, 2), 4.0, "through 2 Feb 2026"),
        Measure(date(2026, 2, 3), 12.0, "through 3 Feb 2026"),
    ]


def test_to_date_names_one_or_two_missing_sessions_and_counts_more() -> None:
    days = days_of(Cadence.NYSE_SESSION, date(2026, 2, 2), 10)
    assert is_session(date(2026, 2, 2))

    def note(missing: set[int]) -> str:
        flows = on({day: 1.0 for i, day in enumerate(days) if i not in missing})
        return fund_flows.month_to_date(flows)[-1].note

    through = "through 13 Feb 2026"
    assert note({0}) == f"{through}; without 2 Feb 2026"
    assert note({1, 4}) == f"{through}; without 3 Feb 2026 and 6 Feb 2026"
    assert note({1, 4, 5}) == f"{through}; 3 sessions are missing"


def test_a_session_missing_from_last_month_is_not_told_again() -> None:
    days = days_of(Cadence.NYSE_SESSION, date(2026, 1, 2), 25)
    flows = on({day: 1.0 for day in days if day != date(2026, 1, 30)})
    found = {measure.day: measure.note for measure in fund_flows.month_to_date(flows)}
    assert found[date(2026, 2, 2)] == "through 2 Feb 2026"
    year = {measure.day: measure.note for measure in fund_flows.year_to_date(flows)}
    assert year[date(2026, 2, 2)] == "through 2 Feb 2026; without 30 Jan 2026"


def test_no_session_before_the_funds_began_to_trade_is_missing() -> None:
    flows = sessions([1.0, 2.0], first=date(2024, 1, 11))
    assert fund_flows.year_to_date(flows)[-1] == Measure(
        date(2024, 1, 12), 3.0, "through 12 Jan 2024"
    )


def test_year_to_date_starts_anew_each_year() -> None:
    flows = on({date(2025, 12, 31): 5.0, date(2026, 1, 2): 7.0})
    assert fund_flows.year_to_date(flows)[-1] == Measure(
        date(2026, 1, 2), 7.0, "through 2 Jan 2026"
    )


def test_the_regime_changes_only_beyond_a_billion_either_way() -> None:
    # Each block of 20 sessions sums to its total; the sums between move straight from one to next.
    totals = [0.9, 1.1, -0.9, -1.1, 0.9, 1.1]
    flows = sessions([total * BN / 20 for total in totals for _ in range(20)])
    seen: list[str | None] = []
    for day in fund_flows.regimes(flows):
        if not seen or seen[-1] != day.regime:
            seen.append(day.regime)
    assert seen == [None, "inflow", "outflow", "inflow"]


def test_exactly_a_billion_is_no_regime() -> None:
    flows = sessions([BN] + [0.0] * 19)
    (day,) = fund_flows.regimes(flows)
    assert (day.total, day.regime) == (BN, None)


def test_a_regime_outlives_one_missing_session_but_no_long_gap() -> None:
    flows = sessions([0.1 * BN] * 20 + [0.0] * 60)
    known = {day.day: day for day in fund_flows.regimes([*flows[:25], *flows[26:]])}
    assert known[flows[79].day].regime == "inflow"
    assert known[flows[79].day].since == flows[19].day
    cut = [*flows[:25], *flows[34:]]
    assert cut[25].day - cut[24].day > timedelta(days=10)
    restarted = {day.day: day for day in fund_flows.regimes(cut)}
    assert restarted[flows[79].day].regime is None


def test_stabilised_needs_an_inflow_or_quiet_regime_and_five_sums_above_zero() -> None:
    # An outflow of 2 bn leaves the window at once, and 0.3 bn a session come in afterwards.
    flows = sessions([-2.0 * BN] + [0.0] * 19 + [0.3 * BN] * 10)
    found = fund_flows.stabilised(flows)
    # Sums: -2 (outflow), then 0.3, 0.6, 0.9 still in the outflow regime, 1.2 turns it to inflow,
    # and the fifth sum above 0 is 1.5.
    assert [measure.value for measure in found][:7] == [0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0]
    assert found[0].note == "20-session sum -2.0 bn USD; regime outflow since 5 Feb 2024"
    assert found[5].note == "20-session sum 1.5 bn USD; regime inflow since 9 Feb 2024"


def test_nothing_is_said_before_the_first_regime() -> None:
    assert fund_flows.stabilised(sessions([0.01 * BN] * 60)) == []


def test_nothing_is_said_while_too_few_sums_are_known_to_tell() -> None:
    flows = sessions([0.1 * BN] * 60)
    days = [measure.day for measure in fund_flows.stabilised([*flows[:30], *flows[31:]])]
    # Sums 1 to 4 after the start and after the hole cannot yet be five in a row.
    assert days == [flows[i].day for i in (*range(23, 30), *range(54, 60))]


def test_a_sum_not_above_zero_is_a_no_at_once() -> None:
    flows = sessions([0.1 * BN] * 20 + [-0.1 * BN] * 10)
    found = fund_flows.stabilised(flows)
    assert found[-1] == Measure(
        flows[29].day, 0.0, "20-session sum 0.0 bn USD; regime inflow since 5 Feb 2024"
    )


def _stabilised_slowly(flows: list[Point], end: int) -> float | None:
    """From the first flow of a series without holes to this one, by the words of the definition."""
    values = [point.value for point in flows[: end + 1]]
    sums = [fsum(values[i - 20 : i]) for i in range(20, len(values) + 1)]
    decided = [total for total in sums if abs(total) > BN]
    if not decided:
        return None
    if decided[-1] < 0.0 or any(total <= 0.0 for total in sums[-5:]):
        return 0.0
    return 1.0 if len(sums) >= 5 else None


@settings(max_examples=25)
@given(SEEDS)
def test_stabilised_equals_reading_its_definition_each_day(seed: int) -> None:
    flows = series(Cadence.NYSE_NEXT_MORNING, FIRST, LAST, seed, flow)
    expected = {
        point.day: value
        for end, point in enumerate(flows)
        if end >= 19 and (value := _stabilised_slowly(flows, end)) is not None
    }
    assert by_day(fund_flows.stabilised(flows)) == expected


@pytest.mark.parametrize("count", [0, 1, 19])
def test_too_few_sessions_make_nothing(count: int) -> None:
    flows = sessions([BN] * count)
    assert fund_flows.sums(flows, 20) == []
    assert fund_flows.stabilised(flows) == []
    assert len(fund_flows.year_to_date(flows)) == count
