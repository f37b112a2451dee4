"""Presets on made-up values: edges that the recorded history does not reach."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import accumulate, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.acceptance import reference
from tests.acceptance.recordings import alerts, sessions, told, write
from tests.acceptance.reference import Rows, Told
from tests.acceptance.reference_phase import phase_changes

FIRST = date(2024, 1, 11)
LAST = date(2024, 12, 31)


def session_days(count: int) -> list[date]:
    return sessions(FIRST, LAST)[:count]


def utc_days(count: int) -> list[date]:
    return [FIRST + timedelta(days=ahead) for ahead in range(count)]


def replayed(rule: str, **series: Rows) -> Told:
    with TemporaryDirectory() as folder:
        for key, values in series.items():
            write(Path(folder), key, values)
        return told(alerts(Path(folder)), rule)


def on(days: list[date], values: list[float]) -> Rows:
    return list(zip(days, values, strict=True))


MOVES = st.sampled_from([0.93, 0.96, 0.985, 0.995, 1.0, 1.005, 1.015, 1.04, 1.06])


@given(st.lists(MOVES, min_size=30, max_size=120))
@settings(max_examples=60)
def test_breakouts_of_any_walk(moves: list[float]) -> None:
    closes, close = [], 1000.0
    for move in moves:
        close *= move
        closes.append(close)
    if not 60 < min(closes) <= max(closes) < 90_000:
        return
    series = on(session_days(len(closes)), closes)
    assert replayed("russell_breakout", russell_2000=series) == reference.russell_breakout(series)


def test_a_breakout_fails_comes_back_and_fails_at_its_new_line() -> None:
    closes = [100, 90, 101, 102, 105, 96.9, 96.9, 105.1, 105.2, 101.8, 101.8]
    series = on(session_days(len(closes)), [10 * close for close in closes])
    days = session_days(len(closes))
    assert replayed("russell_breakout", russell_2000=series) == [
        ("fired", days[3]), ("invalidated", days[6]), ("reclaimed", days[8]),
        ("invalidated", days[10]),
    ]  # fmt: skip
    assert reference.russell_breakout(series) == replayed("russell_breakout", russell_2000=series)


LEVELS: dict[str, tuple[str, list[float], Callable[[Rows], Told]]] = {
    "dominance_57": (
        "btc_dominance",
        [56.0, 56.99, 57.0, 57.01, 57.9, 58.0, 58.01, 59.0],
        lambda values: reference.dominance(values, 57),
    ),
    "dominance_55": (
        "btc_dominance",
        [54.0, 54.99, 55.0, 55.01, 56.0, 56.01, 57.0],
        lambda values: reference.dominance(values, 55),
    ),
    "altseason": (
        "altcoin_season_index", [50.0, 59.9, 60.0, 74.9, 75.0, 80.0], reference.altseason,
    ),
    "bitcoin_season": (
        "altcoin_season_index", [10.0, 24.9, 25.0, 35.0, 35.1, 40.0], reference.bitcoin_season,
    ),
    "leverage_flush": (
        "liquidations_24h", [0.0, 4.99e8, 5e8, 9.99e8, 1e9, 2e9], reference.leverage_flush,
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", LEVELS)
@given(data=st.data())
@settings(max_examples=25)
def test_levels_of_any_walk(rule: str, data: st.DataObject) -> None:
    series, choices, expected = LEVELS[rule]
    values = data.draw(st.lists(st.sampled_from(choices), min_size=2, max_size=60))
    made_up = on(utc_days(len(values)), values)
    assert replayed(rule, **{series: made_up}) == expected(made_up)


def test_a_flush_is_told_at_its_level_and_over_below_half_of_it() -> None:
    days = utc_days(7)
    series = on(days, [9e8, 1e9, 2e9, 5e8, 4.9e8, 9.9e8, 1.1e9])
    assert replayed("leverage_flush", liquidations_24h=series) == [
        ("fired", days[1]), ("resolved", days[4]), ("fired", days[6]),
    ]  # fmt: skip


def test_tokens_that_come_a_quarter_faster_than_a_month_ago() -> None:
    days = utc_days(96)
    counts = [1_000_000.0] * 60 + [1_249_999.0] * 3 + [1_250_000.0] * 3 + [1_100_000.0] * 3
    counts += [1_099_999.0] * 3 + [1_300_000.0] * 24
    series = on(days, counts)
    happened = replayed("token_dilution", new_tokens_30d=series)
    assert happened[:3] == [("fired", days[63]), ("resolved", days[69]), ("fired", days[72])]
    assert happened == reference.token_dilution(series)


@given(st.lists(st.sampled_from([0.9e6, 1e6, 1.1e6, 1.25e6, 1.5e6]), min_size=40, max_size=90))
@settings(max_examples=25)
def test_dilution_of_any_walk(counts: list[float]) -> None:
    series = on(utc_days(len(counts)), counts)
    assert replayed("token_dilution", new_tokens_30d=series) == reference.token_dilution(series)


def flows(*stretches: tuple[int, float]) -> Rows:
    values = [usd for count, usd in stretches for _ in range(count)]
    return on(session_days(len(values)), values)


def test_a_sum_of_exactly_a_billion_is_no_regime() -> None:
    """50 million a session make a billion in 20 and never more; then one session adds a dollar."""
    series = flows((20, -60e6), (25, 50e6), (1, 50e6 + 1))
    assert replayed("etf_inflow", btc_etf_flow=series) == [("fired", series[-1][0])]
    assert replayed("etf_outflow", btc_etf_flow=series) == [("resolved", series[-1][0])]


def test_a_sum_of_exactly_minus_a_billion_is_no_regime() -> None:
    series = flows((20, 60e6), (25, -50e6), (1, -50e6 - 1))
    assert replayed("etf_outflow", btc_etf_flow=series) == [("fired", series[-1][0])]
    assert replayed("etf_inflow", btc_etf_flow=series) == [("resolved", series[-1][0])]


def test_the_first_regime_is_no_news_though_there_was_none_before_it() -> None:
    """Twenty sessions in between, then inflows: nobody knows what they came from."""
    series = flows((30, 10e6), (40, 100e6), (60, -100e6))
    expected = reference.etf_outflow(series, [day for day, _ in series])
    assert [kind for kind, _ in expected] == ["fired"]
    assert replayed("etf_outflow", btc_etf_flow=series) == expected
    assert replayed("etf_inflow", btc_etf_flow=series) == [("resolved", expected[0][1])]


def test_a_sum_in_between_keeps_the_regime() -> None:
    series = flows((20, 100e6), (40, 1e6), (20, 100e6), (40, -1e6), (20, 100e6))
    assert replayed("etf_inflow", btc_etf_flow=series) == []
    assert replayed("etf_outflow", btc_etf_flow=series) == []


FLOWS = st.sampled_from([40e6, 50e6, 60e6, -50e6, -60e6, 300e6, -300e6])


@given(st.lists(st.tuples(st.integers(1, 25), FLOWS), min_size=3, max_size=8))
@settings(max_examples=40)
def test_regimes_of_any_flows(stretches: list[tuple[int, float]]) -> None:
    series = flows(*stretches)
    days = [day for day, _ in series]
    for rule, expected in (
        ("etf_inflow", reference.etf_inflow), ("etf_outflow", reference.etf_outflow),
    ):  # fmt: skip
        happened = replayed(rule, btc_etf_flow=series)
        has_regime = bool(reference.etf_regimes(series, days))
        assert happened == (expected(series, days) if has_regime else [])


def test_no_sum_reaches_over_a_flow_of_zero_which_nobody_has_told_yet() -> None:
    """Were the 0 a flow, the first twenty sessions would be outflows; so nothing went before."""
    series = flows((1, 0.0), (18, -60e6), (19, 60e6))
    assert reference.etf_inflow(series, [day for day, _ in series]) == []
    assert replayed("etf_inflow", btc_etf_flow=series) == []
    assert replayed("etf_outflow", btc_etf_flow=series) == []


def together(shares: list[tuple[int, float]]) -> tuple[Rows, Rows]:
    """Small caps and altcoins whose returns share so much of their pattern, stretch by stretch."""
    days = session_days(sum(count for count, _ in shares))
    small, alts = [2000.0], [1e12]
    index = 0
    for count, share in shares:
        for _ in range(count):
            common, own = (-1) ** index, (-1) ** (index // 2)
            small.append(small[-1] * 1.01**common)
            alts.append(alts[-1] * 1.01 ** (share * common + (1 - share) * own))
            index += 1
    return on(days, small[: len(days)]), on(days, alts[: len(days)])


def test_a_correlation_between_its_two_lines_is_no_news() -> None:
    """It fires, falls below 0.50, rises over it again and falls below it, and only then under 0.40.

    All of that is one episode.
    """
    small, alts = together([(70, 0.2), (70, 0.6), (14, -0.5), (50, 0.65), (30, -0.5)])
    values = reference.return_correlation(small, alts)
    expected = reference.correlation(small, alts)
    assert [kind for kind, _ in expected] == ["fired", "resolved"]
    (_, fired), (_, resolved) = expected
    within = [r >= 0.5 for day, r in values if fired <= day < resolved]
    assert sum(now != before for before, now in pairwise(within)) >= 3, "The band was not entered."
    assert replayed("correlation", russell_2000=small, total3=alts) == expected


def test_a_breakout_keeps_its_phase_through_a_fall_that_does_not_undo_it() -> None:
    """A tenth below its high it is armed again, yet it has not failed, and is not old."""
    closes = [1000.0, 900, 1010, 1020, 1100, 1180, 1250, *[1120.0] * 13]
    russell = on(session_days(20), closes)
    days = utc_days((russell[-1][0] - FIRST).days)
    dominance = on(days, [60.0] * (len(days) - 6) + [54.0] * 6)
    index = on(days, [40.0] * len(days))
    changes = phase_changes(russell, dominance, index)
    assert [phase for phase, _ in changes] == ["warming_up", "rotation"]
    assert replayed(
        "phase", russell_2000=russell, btc_dominance=dominance, altcoin_season_index=index
    ) == [("fired", day) for _, day in changes]


@given(data=st.data())
@settings(max_examples=25)
def test_phases_of_any_board(data: st.DataObject) -> None:
    russell_days = session_days(90)
    moves = data.draw(st.lists(MOVES, min_size=89, max_size=89))
    closes = list(accumulate(moves, lambda close, move: close * move, initial=1000.0))
    if not 60 < min(closes) <= max(closes) < 90_000:
        return
    days = utc_days((russell_days[-1] - FIRST).days)

    def stretches(choices: list[float]) -> Rows:
        drawn: list[float] = []
        while len(drawn) < len(days):
            drawn += data.draw(st.integers(1, 12)) * [data.draw(st.sampled_from(choices))]
        return on(days, drawn[: len(days)])

    russell = on(russell_days, closes)
    dominance, index = stretches([53.0, 54.9, 55.1, 58.0]), stretches([20.0, 40.0, 65.0, 80.0])
    told_so = replayed(
        "phase", russell_2000=russell, btc_dominance=dominance, altcoin_season_index=index
    )
    assert told_so == [("fired", day) for _, day in phase_changes(russell, dominance, index)]
