"""Every gate as a whole: what it says, how far it is, whose value it shows."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from bot import board
from bot.language import speaking
from bot.model import Board, Gate, GateState, Phase, Reading, RuleState, Status, Unit
from tests.test_board import ARMED, FIRING, NOW, QUIET, TODAY, leader, reading, states

SMALL_CAPS = Gate("small_caps", "Russell 2000 breakout", GateState.UNKNOWN)
DOMINANCE = Gate("dominance", "Bitcoin dominance", GateState.UNKNOWN, level=55.0)
ETF_FLOWS = Gate("etf_flows", "ETF flows", GateState.UNKNOWN, level=0.0)
SEASON = Gate("season", "Altcoin Season Index", GateState.UNKNOWN, level=75.0)
LIQUIDITY = Gate("liquidity", "Fed liquidity", GateState.UNKNOWN, level=0.0)
EARLIER = NOW - timedelta(hours=3)


def of(indicator: str, value: float, unit: Unit = Unit.PCT, *, vendor: str = "CMC") -> Reading:
    """A reading with a vendor and a time of its own."""
    return replace(reading(indicator, value, unit), vendor=vendor, as_of=EARLIER)


def gate(
    name: str, readings: Mapping[str, Reading], rules: Mapping[str, RuleState] | None = None
) -> Gate:
    seen = board.read(readings, rules if rules is not None else states(), NOW)
    return {each.name: each for each in seen.gates}[name]


def shows(plain: Gate, state: GateState, said: Reading, distance: float | None, why: str) -> Gate:
    """The gate with what was read, all of it."""
    return replace(
        plain,
        state=state,
        value=said.value,
        unit=said.unit,
        vendor=said.vendor,
        as_of=said.as_of,
        distance=distance,
        why=why,
    )


def test_the_board_has_five_gates_in_this_order_and_each_says_when_it_knows_nothing() -> None:
    seen = board.read({}, {}, NOW)
    no_data = "no data yet"
    assert seen.gates == (
        replace(SMALL_CAPS, why="the record is not loaded yet"),
        *(replace(each, why=no_data) for each in (DOMINANCE, ETF_FLOWS, SEASON, LIQUIDITY)),
    )
    assert (seen.phase, seen.as_of, seen.breakout) == (Phase.UNKNOWN, NOW, None)


RUSSELL = of("russell_2000", 2_520.0, Unit.POINTS, vendor="Yahoo")


def failed() -> RuleState:
    state = leader()
    assert state.record is not None
    return replace(state, record=replace(state.record, invalidated=True))


@pytest.mark.parametrize(
    ("rule", "state", "level", "distance", "why"),
    [
        (leader(), GateState.ON, 2_500.0, 0.0, "day 10 since the breakout"),
        (leader(0), GateState.ON, 2_500.0, 0.0, "day 0 since the breakout"),
        (ARMED, GateState.OFF, 2_600.0, 80.0, "needs two closes above the record"),
        (failed(), GateState.OFF, 2_500.0, -20.0, "the breakout failed"),
        (leader(271), GateState.OFF, 2_500.0, -20.0, "the last breakout is 271 days old"),
        (
            replace(leader(), status=Status.NO_DATA),
            GateState.UNKNOWN,
            2_500.0,
            None,
            "no current data",
        ),
    ],
)
def test_the_gate_of_small_caps(
    rule: RuleState, state: GateState, level: float, distance: float | None, why: str
) -> None:
    plain = replace(SMALL_CAPS, level=level)
    seen = gate("small_caps", {"russell_2000": RUSSELL}, states(rule))
    assert seen == shows(plain, state, RUSSELL, distance, why)


@pytest.mark.parametrize(
    ("language", "age_days", "why"),
    [
        ("de", 271, "der letzte Ausbruch ist 271 Tage alt"),
        ("ru", 271, "последнему пробою 271 день"),
        ("ru", 272, "последнему пробою 272 дня"),
        ("ru", 275, "последнему пробою 275 дней"),
    ],
)
def test_the_age_of_a_breakout_is_counted_as_a_language_counts(
    language: str, age_days: int, why: str
) -> None:
    with speaking(language):
        assert gate("small_caps", {"russell_2000": RUSSELL}, states(leader(age_days))).why == why


def test_a_late_price_leaves_the_gate_of_small_caps_unknown() -> None:
    late = replace(RUSSELL, late=True)
    seen = gate("small_caps", {"russell_2000": late}, states(leader()))
    plain = replace(SMALL_CAPS, level=2_500.0)
    assert seen == shows(plain, GateState.UNKNOWN, late, None, "no current data")


@pytest.mark.parametrize(
    ("readings", "rules"),
    [
        ({"russell_2000": RUSSELL}, {}),
        ({"russell_2000": RUSSELL}, states(replace(ARMED, record=None))),
        ({}, states(leader())),
    ],
    ids=["no state", "no record", "no price"],
)
def test_without_a_record_or_a_price_nothing_is_said_of_small_caps(
    readings: Mapping[str, Reading], rules: Mapping[str, RuleState]
) -> None:
    assert gate("small_caps", readings, rules) == replace(
        SMALL_CAPS, why="the record is not loaded yet"
    )


def test_a_breakout_leads_from_its_day_on_until_it_fails_or_is_too_old() -> None:
    assert board.leads(leader(), TODAY)
    assert not board.leads(replace(leader(), episode=None), TODAY)
    assert not board.leads(replace(leader(), record=None), TODAY)
    assert not board.leads(failed(), TODAY)
    assert board.leads(leader(269), TODAY)
    assert not board.leads(leader(270), TODAY)


def test_the_board_says_when_small_caps_broke_out_only_while_that_gate_is_on() -> None:
    readings = {"russell_2000": RUSSELL}
    assert board.read(readings, states(leader()), NOW).breakout == TODAY - timedelta(days=10)
    assert board.read(readings, states(leader(270)), NOW).breakout is None


@pytest.mark.parametrize(
    ("plain", "value", "state", "distance", "why"),
    [
        (DOMINANCE, 54.9, GateState.ON, 0.0, "below 55"),
        (DOMINANCE, 55.0, GateState.OFF, 0.0, "needs below 55"),
        (DOMINANCE, 57.5, GateState.OFF, -2.5, "needs below 55"),
        (SEASON, 75.0, GateState.ON, 0.0, "at least 75"),
        (SEASON, 74.5, GateState.OFF, 0.5, "needs at least 75"),
    ],
)
def test_a_gate_at_a_level(
    plain: Gate, value: float, state: GateState, distance: float, why: str
) -> None:
    key = {"dominance": "btc_dominance", "season": "altcoin_season_index"}[plain.name]
    said = of(key, value)
    assert gate(plain.name, {key: said}) == shows(plain, state, said, distance, why)


def test_a_level_is_not_asked_of_a_late_value_or_of_another_vendors() -> None:
    late = replace(of("btc_dominance", 54.0), late=True)
    seen = gate("dominance", {"btc_dominance": late})
    assert seen == shows(DOMINANCE, GateState.UNKNOWN, late, None, "no current data")
    stand_in = replace(of("btc_dominance", 54.0, vendor="CoinGecko"), degraded=True)
    why = "only CoinGecko answers, whose level is another"
    seen = gate("dominance", {"btc_dominance": stand_in})
    assert seen == shows(DOMINANCE, GateState.UNKNOWN, stand_in, None, why)


def flows(total: float, *, stable: bool, note: str = "") -> dict[str, Reading]:
    told = (
        of("btc_etf_flow_20", total, Unit.USD, vendor="The Block"),
        replace(of("btc_etf_stabilised", float(stable), Unit.TRUTH), note=note),
    )
    return {each.indicator: each for each in told}


@pytest.mark.parametrize(
    ("readings", "state", "distance", "why"),
    [
        (flows(1e9, stable=True, note="for 6 sessions"), GateState.ON, 0.0, "for 6 sessions"),
        (
            flows(-3e8, stable=False),
            GateState.OFF,
            3e8,
            "needs a positive 20-session sum for 5 sessions and no outflow regime",
        ),
        (
            flows(2e8, stable=False),
            GateState.OFF,
            0.0,
            "needs a positive 20-session sum for 5 sessions and no outflow regime",
        ),
    ],
)
def test_the_gate_of_fund_flows(
    readings: dict[str, Reading], state: GateState, distance: float, why: str
) -> None:
    total = readings["btc_etf_flow_20"]
    assert gate("etf_flows", readings) == shows(ETF_FLOWS, state, total, distance, why)


@pytest.mark.parametrize("missing", ["btc_etf_flow_20", "btc_etf_stabilised"])
def test_the_gate_of_fund_flows_needs_both_numbers_and_both_in_time(missing: str) -> None:
    told = flows(1e9, stable=True)
    late = {**told, missing: replace(told[missing], late=True)}
    total = late["btc_etf_flow_20"]
    seen = gate("etf_flows", late)
    assert seen == shows(ETF_FLOWS, GateState.UNKNOWN, total, None, "no current data")
    del told[missing]
    assert gate("etf_flows", told) == replace(ETF_FLOWS, why="no data yet")


@pytest.mark.parametrize(
    ("value", "state", "distance", "why"),
    [
        (0.0, GateState.ON, 0.0, "not shrinking over 13 weeks"),
        (0.5, GateState.ON, 0.0, "not shrinking over 13 weeks"),
        (-2e10, GateState.OFF, 2e10, "needs no shrinking over 13 weeks"),
    ],
)
def test_the_gate_of_liquidity(value: float, state: GateState, distance: float, why: str) -> None:
    change = of("fed_assets_change_13w", value, Unit.USD, vendor="FRED")
    seen = gate("liquidity", {"fed_assets_change_13w": change})
    assert seen == shows(LIQUIDITY, state, change, distance, why)


def test_a_late_balance_sheet_leaves_the_gate_of_liquidity_unknown() -> None:
    late = replace(of("fed_assets_change_13w", 1e9, Unit.USD), late=True)
    seen = gate("liquidity", {"fed_assets_change_13w": late})
    assert seen == shows(LIQUIDITY, GateState.UNKNOWN, late, None, "no current data")


def test_a_board_speaks_the_language_that_is_spoken_as_it_is_read() -> None:
    with speaking("de"):
        seen = gate("liquidity", {})
    assert (seen.why, seen.title) == ("noch keine Daten", "Fed liquidity")


def a_gate(
    name: str, state: GateState, distance: float | None, level: float | None, value: float = 0.0
) -> Gate:
    return Gate(name, name, state, value=value, level=level, distance=distance)


def test_open_gates_come_first_and_the_others_by_their_distance_from_the_level() -> None:
    shut = (
        a_gate("unknown", GateState.UNKNOWN, 0.01, 100.0),
        a_gate("no distance", GateState.OFF, None, 100.0),
        # A tenth of a level of 100, a twentieth of one of 200, a half of the value.
        a_gate("tenth", GateState.OFF, -10.0, 100.0),
        a_gate("twentieth", GateState.OFF, 10.0, 200.0),
        a_gate("half", GateState.OFF, 1.0, 0.0, value=-2.0),
        a_gate("there", GateState.OFF, 0.0, 0.0),
        a_gate("nothing to compare with", GateState.OFF, 5.0, 0.0),
    )
    seen = Board(Phase.WAITING, (*shut, a_gate("on", GateState.ON, 0.0, 1.0)), NOW)
    nearest = [
        "there",
        "nothing to compare with",
        "twentieth",
        "tenth",
        "half",
        "unknown",
        "no distance",
    ]
    assert [each.name for each in board.missing(seen)] == nearest
    assert [each.name for each in board.nearest_first(seen)] == ["on", *nearest]


def test_a_rule_is_in_an_episode_until_it_has_resolved() -> None:
    assert board.firing(FIRING) is True
    assert board.firing(replace(FIRING, status=Status.RECOVERING)) is True
    assert board.firing(QUIET) is False
    assert board.firing(replace(QUIET, status=Status.PENDING)) is False
    assert board.firing(None) is None


@pytest.mark.parametrize(
    ("small_caps", "dominance", "seasons", "reached"),
    [
        ("on", "on", (True, True), Phase.ALTSEASON),
        ("unknown", "unknown", (True, None), Phase.ALTSEASON),
        ("on", "on", (None, False), Phase.UNKNOWN),
        ("on", "on", (False, None), Phase.ROTATION),
        ("on", "off", (False, None), Phase.WARMING_UP),
        ("on", "unknown", (False, None), Phase.UNKNOWN),
        ("unknown", "on", (False, True), Phase.UNKNOWN),
        ("off", "on", (False, None), Phase.UNKNOWN),
        ("off", "unknown", (False, True), Phase.BITCOIN_SEASON),
        ("off", "on", (False, False), Phase.WAITING),
    ],
)
def test_which_phase_two_gates_and_the_rules_of_two_seasons_make(
    small_caps: str, dominance: str, seasons: tuple[bool | None, bool | None], reached: Phase
) -> None:
    altseason, bitcoin_season = seasons
    made = board.phase(
        GateState(small_caps),
        GateState(dominance),
        altseason=altseason,
        bitcoin_season=bitcoin_season,
    )
    assert made is reached
