"""The board on one screen: what it says, and that it holds no number of its own making."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import board, outlook
from bot.messages import board_screen, plain
from bot.model import (
    Course,
    Gate,
    GateState,
    Phase,
    Reading,
    Record,
    RuleState,
    Snapshot,
    Status,
    Unit,
)
from bot.parts import find_indicators
from bot.wording import age_text, day_text, gap, level_text, moment_text, number

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TODAY = NOW.date()
INDICATORS = find_indicators()
LONGEST = 2_000
"""A screen of a phone, scrolled once."""
NUMBERS = re.compile(r"\d[\d,.]*")
OURS = "Russell 2000, 20-session, 5 sessions, 13 weeks"
"""Numbers that are names."""


def reading(indicator: str, value: float, unit: Unit, *, hours: float = 3) -> Reading:
    as_of = NOW - timedelta(hours=hours)
    return Reading(
        indicator, indicator, value, unit, "CMC", as_of.date(), as_of,
        final=True, late=False, degraded=False,
    )  # fmt: skip


def readings(
    russell: float = 2_520.0, dominance: float = 59.0, season: float = 41.0
) -> dict[str, Reading]:
    found = (
        reading("russell_2000", russell, Unit.POINTS),
        reading("btc_dominance", dominance, Unit.PCT),
        reading("altcoin_season_index", season, Unit.SCORE),
    )
    return {each.indicator: each for each in found}


def leader(age_days: int = 34, *, failed: bool = False) -> RuleState:
    fired = TODAY - timedelta(days=age_days)
    record = Record(2_500.0, date(2024, 1, 1), 2_530.0, fired, armed=False, invalidated=failed)
    status = Status.RECOVERING if failed else Status.FIRING
    return RuleState(status, fired, fired, record=record, tentative=False)


QUIET = RuleState(Status.NORMAL, tentative=False)
FIRING = RuleState(Status.FIRING, TODAY, TODAY, tentative=False)
ARMED = RuleState(record=Record(2_600.0, date(2024, 1, 1), 2_600.0, date(2024, 1, 1)))


def states(breakout: RuleState = ARMED, **more: RuleState) -> dict[str, RuleState]:
    quiet = dict.fromkeys(("altseason", "bitcoin_season", "dominance_55"), QUIET)
    return {"russell_breakout": breakout, **quiet, **more}


def told(phase: Phase, *, first: bool = False) -> RuleState:
    since = date(2026, 2, 21)
    return RuleState(since=since, episode=None if first else since, course=Course(phase, phase))


def seen(rules: dict[str, RuleState], **values: float) -> Snapshot:
    return outlook.snapshot(readings(**values), INDICATORS, rules, NOW)


def said(rules: dict[str, RuleState], **values: float) -> str:
    return plain(board_screen(seen(rules, **values)))


def test_the_clock_counts_from_the_record_close() -> None:
    text = said(states(leader()))
    assert text.startswith("Phase: warming up\n")
    assert "Breakout clock: day 34 since the record close of 27 Jan 2026." in text
    assert "It runs until 24 Oct 2026." in text
    assert "– waiting, on 24 Oct 2026: the breakout is too old then" in text


@pytest.mark.parametrize(
    ("rules", "why"),
    [
        (states(), "needs two closes above the record"),
        (states(leader(failed=True)), "the breakout failed"),
        (states(leader(300)), "the last breakout is 300 days old"),
        ({}, "the record is not loaded yet"),
    ],
)
def test_a_clock_that_does_not_run_says_why(rules: dict[str, RuleState], why: str) -> None:
    assert f"Breakout clock: stopped, {why}." in said(rules)


def test_the_gates_come_nearest_first_with_all_that_is_known_of_them() -> None:
    lines = said(states(leader())).splitlines()
    assert lines[4:9] == [
        "● Russell 2000 breakout 2,520.00 against 2,500.00: day 34 since the breakout "
        "(CMC, 3 h old)",
        "○ Bitcoin dominance 59.00 % against 55 %, 4.00 pp away: needs below 55 (CMC, 3 h old)",
        "○ Altcoin Season Index 41 against 75, 34 points away: needs at least 75 (CMC, 3 h old)",
        "? ETF flows: unknown, no data yet",
        "? Fed liquidity: unknown, no data yet",
    ]


def test_a_first_close_above_the_record_lacks_a_second_and_no_points() -> None:
    text = said(states(), russell=2_650.0)
    assert "○ Russell 2000 breakout 2,650.00 against 2,600.00: needs two closes above" in text
    assert "closes above 2,600.00, 50.00 points beyond it, not confirmed yet, twice" in text


def test_a_value_that_is_late_is_shown_as_the_last_one() -> None:
    old = {**readings(), "btc_dominance": reading("btc_dominance", 58.0, Unit.PCT, hours=60)}
    old["btc_dominance"] = replace(old["btc_dominance"], late_from=NOW)
    text = plain(board_screen(outlook.snapshot(old, INDICATORS, states(leader()), NOW)))
    assert "? Bitcoin dominance: unknown, no current data; last 58.00 % (CMC, 2 days old)" in text
    assert "– to know Bitcoin dominance: no current data" in text


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        (told(Phase.WAITING), "It has held since 21 Feb 2026."),
        (told(Phase.WAITING, first=True), "It held already on 21 Feb 2026, when I first looked."),
        (told(Phase.ROTATION), "Until then it is rotation, since 21 Feb 2026."),
    ],
)
def test_since_when_the_phase_holds(rule: RuleState, line: str) -> None:
    assert line in said(states(phase=rule))


def test_what_is_not_known_of_the_phase_is_said() -> None:
    assert "no day that is over has been judged yet." in said(states())
    assert "The last phase known was rotation, since" in said({"phase": told(Phase.ROTATION)})


@pytest.mark.parametrize(
    ("rules", "dominance", "season", "changes"),
    [
        (
            states(), 59.0, 41.0,
            ["warming up, if the Russell 2000 closes above 2,600.00, 80.00 points away, twice",
             "altseason, if the Altcoin Season Index is at or above 75, 34 points away, two days",
             "Bitcoin season, if the Altcoin Season Index is below 25, 16 points away, two days"],
        ),
        (
            states(bitcoin_season=FIRING), 54.0, 30.0,
            ["rotation, if the Russell 2000 closes above 2,600.00",
             "waiting, if the Altcoin Season Index is above 35, 5 points away",
             "altseason, if"],
        ),
        (
            states(leader()), 59.0, 41.0,
            ["rotation, if Bitcoin dominance is below 55 %, 4.00 pp away", "altseason, if",
             "waiting, if the Russell 2000 closes below 2,425.00, 95.00 points away, twice",
             "waiting, on"],
        ),
        (
            states(leader(), bitcoin_season=FIRING), 54.0, 30.0,
            ["altseason, if", "warming up, if Bitcoin dominance is back at or above 55 %, 1.00 pp",
             "Bitcoin season, if the Russell 2000 closes below", "Bitcoin season, on"],
        ),
        (
            states(leader(), altseason=FIRING), 54.0, 80.0,
            ["rotation, if the Altcoin Season Index is below 60, 20 points away"],
        ),
        (states(leader(300)), 59.0, 41.0, ["warming up, if the Russell 2000 breaks out anew;",
                                           "altseason, if", "Bitcoin season, if"]),
        ({}, 59.0, 41.0, ["to know Russell 2000 breakout:", "to know the Altcoin Season Index"]),
    ],
)  # fmt: skip
def test_what_would_change_it(
    rules: dict[str, RuleState], dominance: float, season: float, changes: list[str]
) -> None:
    text = said(rules, dominance=dominance, season=season)
    lines = [each[2:] for each in text.splitlines() if each.startswith("– ")]
    assert len(lines) == len(changes)
    for line, change in zip(lines, changes, strict=True):
        assert line.startswith(change)


days = st.integers(0, 400)
rule_states = st.one_of(
    st.sampled_from([QUIET, FIRING, RuleState(Status.NO_DATA, held=Status.FIRING)]),
    st.builds(
        lambda status, age: RuleState(status, TODAY - timedelta(days=age), TODAY, tentative=False),
        st.sampled_from(list(Status)),
        days,
    ),
)
breakouts = st.one_of(
    st.just(ARMED), st.builds(leader, days), st.builds(lambda age: leader(age, failed=True), days)
)
values = st.fixed_dictionaries(
    {},
    optional={
        "russell_2000": st.tuples(st.floats(500, 5_000), st.just(Unit.POINTS)),
        "btc_dominance": st.tuples(st.floats(0, 100), st.just(Unit.PCT)),
        "altcoin_season_index": st.tuples(st.integers(0, 100).map(float), st.just(Unit.SCORE)),
        "btc_etf_flow_20": st.tuples(st.floats(-9e9, 9e9), st.just(Unit.USD)),
        "btc_etf_stabilised": st.tuples(st.sampled_from([0.0, 1.0]), st.just(Unit.TRUTH)),
        "fed_assets_change_13w": st.tuples(st.floats(-1e12, 1e12), st.just(Unit.USD)),
    },
)


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    found = {}
    for key, (value, unit) in draw(values).items():
        told_of = reading(key, value, unit, hours=draw(st.integers(0, 100)))
        late = draw(st.sampled_from([None, NOW]))
        found[key] = replace(told_of, late_from=late, degraded=draw(st.booleans()))
    rules = {
        rule: draw(rule_states)
        for rule in ("altseason", "bitcoin_season", "dominance_55")
        if draw(st.booleans())
    }
    if draw(st.booleans()):
        rules["russell_breakout"] = draw(breakouts)
    if draw(st.booleans()):
        rules["phase"] = told(draw(st.sampled_from(list(Phase)[:-1])), first=draw(st.booleans()))
    return outlook.snapshot(found, INDICATORS, rules, NOW)


def _of_gate(gate: Gate) -> Iterator[str]:
    yield gate.why
    if gate.value is None or gate.unit is None or gate.as_of is None:
        return
    yield number(gate.value, gate.unit)
    yield age_text(NOW - gate.as_of)
    if gate.level is not None:
        yield level_text(gate.level, gate.unit)
        yield gap(gate.level - gate.value, gate.unit)
    if gate.distance is not None:
        yield gap(gate.distance, gate.unit)


def _of_rules(snapshot: Snapshot) -> Iterator[str]:
    for each in snapshot.readings:
        for view in snapshot.rules[each.indicator]:
            for value in (view.level, view.recovery_level):
                if value is not None:
                    yield level_text(value, each.unit)
            if view.distance is not None:
                yield gap(view.distance, each.unit)


def numbers_of(snapshot: Snapshot) -> set[str]:
    """Every number that the snapshot holds, as it is written."""
    shown = snapshot.board
    texts = [OURS, moment_text(shown.as_of), *_of_rules(snapshot)]
    texts += [text for gate in shown.gates for text in _of_gate(gate)]
    if snapshot.held is not None:
        texts.append(day_text(snapshot.held.since))
    if shown.breakout is not None:
        age = (NOW.date() - shown.breakout).days
        end = shown.breakout + timedelta(days=board.BREAKOUT_LASTS_DAYS)
        texts += [str(age), day_text(shown.breakout), day_text(end)]
    return {each.rstrip(".,") for text in texts for each in NUMBERS.findall(text)}


@given(snapshots())
def test_no_number_is_shown_that_is_not_known(snapshot: Snapshot) -> None:
    text = plain(board_screen(snapshot))
    shown = {each.rstrip(".,") for each in NUMBERS.findall(text)}
    assert shown <= numbers_of(snapshot)
    assert len(text) <= LONGEST


@given(snapshots())
def test_every_gate_is_shown_once_the_open_ones_first_the_unknown_last(snapshot: Snapshot) -> None:
    lines = plain(board_screen(snapshot)).splitlines()
    signs = [line[0] for line in lines if line[:2] in ("● ", "○ ", "? ")]
    assert len(signs) == len(snapshot.board.gates)
    assert signs == sorted(signs, key="●○?".index)
    for gate in snapshot.board.gates:
        sign = {GateState.ON: "●", GateState.OFF: "○", GateState.UNKNOWN: "?"}[gate.state]
        assert sum(line.startswith(f"{sign} {gate.title}") for line in lines) == 1


@given(snapshots())
def test_something_is_always_said_to_change_the_phase_and_never_into_itself(
    snapshot: Snapshot,
) -> None:
    lines = plain(board_screen(snapshot)).splitlines()
    changes = [line for line in lines if line.startswith("– ")]
    assert changes
    name = lines[0].removeprefix("Phase: ")
    assert not any(line.startswith((f"– {name}, if", f"– {name}, on")) for line in changes)
