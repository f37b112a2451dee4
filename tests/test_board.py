"""Gates and the phase they make."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot import board
from bot.model import GateState, Phase, Reading, Record, RuleState, Status, Unit

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TODAY = NOW.date()


def reading(indicator: str, value: float, unit: Unit = Unit.PCT) -> Reading:
    return Reading(
        indicator, indicator, value, unit, "CMC", TODAY, NOW, final=True, late=False, degraded=False
    )


def readings(dominance: float = 59.0, season: float = 41.0) -> dict[str, Reading]:
    return {
        "russell_2000": reading("russell_2000", 2520.0, Unit.POINTS),
        "btc_dominance": reading("btc_dominance", dominance),
        "altcoin_season_index": reading("altcoin_season_index", season, Unit.SCORE),
    }


def leader(age_days: int = 10) -> RuleState:
    fired = TODAY - timedelta(days=age_days)
    record = Record(2500.0, date(2024, 1, 1), 2530.0, fired, armed=False)
    return RuleState(Status.FIRING, fired, fired, record=record, tentative=False)


ARMED = RuleState(record=Record(2600.0, date(2024, 1, 1), 2600.0, date(2024, 1, 1)))
QUIET = RuleState(Status.NORMAL, tentative=False)
FIRING = RuleState(Status.FIRING, TODAY, TODAY, tentative=False)


def states(
    breakout: RuleState = ARMED, altseason: RuleState = QUIET, bitcoin: RuleState = QUIET
) -> dict[str, RuleState]:
    return {"russell_breakout": breakout, "altseason": altseason, "bitcoin_season": bitcoin}


@pytest.mark.parametrize(
    ("rules", "dominance", "phase"),
    [
        (states(), 59.0, Phase.WAITING),
        (states(bitcoin=FIRING), 59.0, Phase.BITCOIN_SEASON),
        (states(leader()), 59.0, Phase.WARMING_UP),
        (states(leader()), 54.9, Phase.ROTATION),
        (states(leader(), FIRING), 59.0, Phase.ALTSEASON),
        (states(leader(270)), 54.9, Phase.WAITING),
        (states(leader(269)), 54.9, Phase.ROTATION),
    ],
)
def test_the_phase(rules: dict[str, RuleState], dominance: float, phase: Phase) -> None:
    assert board.read(readings(dominance), rules, NOW).phase is phase


@pytest.mark.parametrize("rule", ["russell_breakout", "altseason", "bitcoin_season"])
def test_the_phase_is_unknown_when_what_would_decide_is_unknown(rule: str) -> None:
    rules = states()
    blind = {**rules, rule: replace(rules[rule], status=Status.NO_DATA)}
    assert board.read(readings(), blind, NOW).phase is Phase.UNKNOWN
    unseen = {key: state for key, state in rules.items() if key != rule}
    assert board.read(readings(), unseen, NOW).phase is Phase.UNKNOWN


def test_an_unknown_that_decides_nothing_leaves_the_phase_alone() -> None:
    rules = states(leader(), FIRING)
    without = {key: value for key, value in readings().items() if key != "btc_dominance"}
    assert board.read(without, rules, NOW).phase is Phase.ALTSEASON


def test_a_failed_breakout_closes_the_gate() -> None:
    firing = leader()
    assert firing.record is not None
    failed = replace(
        firing, status=Status.RECOVERING, record=replace(firing.record, invalidated=True)
    )
    gate = board.read(readings(), states(failed), NOW).gates[0]
    assert (gate.state, gate.why) == (GateState.OFF, "the breakout failed")


def test_what_is_missing_comes_nearest_first_and_the_unknown_last() -> None:
    now_board = board.read(readings(dominance=59.0, season=70.0), states(leader()), NOW)
    assert [gate.name for gate in board.missing(now_board)] == [
        "season", "dominance", "etf_flows", "liquidity",
    ]  # fmt: skip


def test_distances_say_how_far_the_value_has_to_move() -> None:
    gates = {gate.name: gate for gate in board.read(readings(), states(), NOW).gates}
    assert gates["dominance"].distance == -4.0
    assert gates["season"].distance == 34.0
    assert gates["small_caps"].distance == 80.0
    assert gates["etf_flows"].state is GateState.UNKNOWN


def test_arming_again_leaves_the_gate_open_unless_the_breakout_had_failed() -> None:
    firing = leader()
    assert firing.record is not None
    armed = replace(firing, status=Status.NORMAL, record=replace(firing.record, armed=True))
    assert board.read(readings(), states(armed), NOW).gates[0].state is GateState.ON
    assert armed.record is not None
    failed = replace(armed, record=replace(armed.record, invalidated=True))
    assert board.read(readings(), states(failed), NOW).gates[0].state is GateState.OFF
