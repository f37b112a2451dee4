"""The board: which gates are open, how far the others are, and what phase that makes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.language import N_, _, counted
from bot.model import Board, Gate, GateState, Phase, Reading, RuleState, Side, Status

BREAKOUT_LASTS_DAYS = 270
"""A breakout older than this no longer says anything about the rotation."""
READS = (
    "russell_2000",
    "btc_dominance",
    "btc_etf_flow_20",
    "btc_etf_stabilised",
    "altcoin_season_index",
    "fed_assets_change_13w",
)
"""The indicators the gates rest on."""

DECIDES = ("small_caps", "dominance")
"""The gates that the phase depends on, beside the two seasons' rules."""


@dataclass(frozen=True, slots=True)
class LevelGate:
    """A gate that is open while an indicator is beyond a level."""

    name: str
    title: str
    indicator: str
    side: Side
    level: float


DOMINANCE = LevelGate("dominance", N_("Bitcoin dominance"), "btc_dominance", Side.BELOW, 55.0)
SEASON = LevelGate("season", N_("Altcoin Season Index"), "altcoin_season_index", Side.ABOVE, 75.0)

Readings = Mapping[str, Reading]
States = Mapping[str, RuleState]
Look = Callable[[], Board]
"""Gives the board at one instant, in the language that is spoken as it is called."""


def read(readings: Readings, states: States, now: datetime) -> Board:
    """The board at one instant, as it is spoken. `readings` by indicator, `states` by rule."""
    gates = (
        _small_caps(readings, states, now.date()),
        _level_gate(DOMINANCE, readings),
        _etf_flows(readings),
        _level_gate(SEASON, readings),
        _liquidity(readings),
    )
    state = {gate.name: gate.state for gate in gates}
    reached = phase(
        state["small_caps"],
        state["dominance"],
        altseason=firing(states.get("altseason")),
        bitcoin_season=firing(states.get("bitcoin_season")),
    )
    leader = states.get("russell_breakout")
    fired = leader.episode if leader and state["small_caps"] is GateState.ON else None
    return Board(reached, gates, now, fired)


def missing(board: Board) -> tuple[Gate, ...]:
    """The gates that are not open, nearest to opening first, the unknown ones last."""
    shut = [gate for gate in board.gates if gate.state is not GateState.ON]
    return tuple(sorted(shut, key=_remoteness))


def nearest_first(board: Board) -> tuple[Gate, ...]:
    """All gates: the open ones, then those that are missing as `missing` orders them."""
    opened = tuple(gate for gate in board.gates if gate.state is GateState.ON)
    return (*opened, *missing(board))


def _remoteness(gate: Gate) -> tuple[bool, float]:
    """Relative to the level, or to the value where the level is zero."""
    scale = abs(gate.level or gate.value or 0.0)
    if gate.state is GateState.UNKNOWN or gate.distance is None:
        return True, 0.0
    return False, abs(gate.distance) / scale if scale else 0.0


def phase(
    small_caps: GateState,
    dominance: GateState,
    *,
    altseason: bool | None,
    bitcoin_season: bool | None,
) -> Phase:
    """The phase that two gates and two rules make; of a rule: whether it fires, None if unknown."""
    if altseason is None:
        return Phase.UNKNOWN
    if altseason:
        return Phase.ALTSEASON
    if small_caps is GateState.UNKNOWN:
        return Phase.UNKNOWN
    if small_caps is GateState.ON:
        return _phase_behind_leader(dominance)
    if bitcoin_season is None:
        return Phase.UNKNOWN
    return Phase.BITCOIN_SEASON if bitcoin_season else Phase.WAITING


def _phase_behind_leader(dominance: GateState) -> Phase:
    match dominance:
        case GateState.ON:
            return Phase.ROTATION
        case GateState.OFF:
            return Phase.WARMING_UP
        case GateState.UNKNOWN:
            return Phase.UNKNOWN


def firing(state: RuleState | None) -> bool | None:
    """Whether a rule is in an episode; None when it cannot be told."""
    if state is None or state.status is Status.NO_DATA:
        return None
    return state.status in (Status.FIRING, Status.RECOVERING)


def _small_caps(readings: Readings, states: States, today: date) -> Gate:
    name, title = "small_caps", N_("Russell 2000 breakout")
    state, reading = states.get("russell_breakout"), readings.get("russell_2000")
    if state is None or state.record is None or reading is None:
        return Gate(name, title, GateState.UNKNOWN, why=_("the record is not loaded yet"))
    record = state.record
    level = record.reference
    gate = _of(reading, Gate(name, title, GateState.OFF, level=level))
    if state.status is Status.NO_DATA or reading.late:
        return replace(gate, state=GateState.UNKNOWN, why=_("no current data"))
    distance = level - reading.value
    age = None if state.episode is None else (today - state.episode).days
    if leads(state, today):
        return replace(
            gate,
            state=GateState.ON,
            distance=0.0,
            why=_("day {day} since the breakout").format(day=age),
        )
    if record.armed:
        return replace(gate, distance=distance, why=_("needs two closes above the record"))
    if record.invalidated:
        return replace(gate, distance=distance, why=_("the breakout failed"))
    old = counted(
        "the last breakout is {count} day old", "the last breakout is {count} days old", age or 0
    )
    return replace(gate, distance=distance, why=old.format(count=age))


def leads(state: RuleState, day: date) -> bool:
    """Whether a breakout fired, has not failed since, and is young enough to say something."""
    if state.episode is None or state.record is None or state.record.invalidated:
        return False
    return (day - state.episode).days < BREAKOUT_LASTS_DAYS


def _level_gate(spec: LevelGate, readings: Readings) -> Gate:
    reading = readings.get(spec.indicator)
    gate = Gate(spec.name, spec.title, GateState.UNKNOWN, level=spec.level)
    if reading is None:
        return replace(gate, why=_("no data yet"))
    gate = _of(reading, gate)
    if reading.late:
        return replace(gate, why=_("no current data"))
    if reading.degraded:
        return replace(gate, why=_only(reading.vendor))
    below = spec.side is Side.BELOW
    level = f"{spec.level:g}"
    if opens(spec, reading.value):
        goal = _("below {level}") if below else _("at least {level}")
        return replace(gate, state=GateState.ON, distance=0.0, why=goal.format(level=level))
    goal = _("needs below {level}") if below else _("needs at least {level}")
    distance = spec.level - reading.value
    return replace(gate, state=GateState.OFF, distance=distance, why=goal.format(level=level))


def _only(vendor: str) -> str:
    return _("only {vendor} answers, whose level is another").format(vendor=vendor)


def opens(spec: LevelGate, value: float) -> bool:
    """Whether a value opens the gate."""
    return value < spec.level if spec.side is Side.BELOW else value >= spec.level


def _etf_flows(readings: Readings) -> Gate:
    """Open while there is no outflow regime and the 20-session sum has been positive for five."""
    total, stabilised = readings.get("btc_etf_flow_20"), readings.get("btc_etf_stabilised")
    gate = Gate("etf_flows", N_("ETF flows"), GateState.UNKNOWN, level=0.0)
    if total is None or stabilised is None:
        return replace(gate, why=_("no data yet"))
    gate = _of(total, gate)
    if total.late or stabilised.late:
        return replace(gate, why=_("no current data"))
    if stabilised.value:
        return replace(gate, state=GateState.ON, distance=0.0, why=stabilised.note)
    goal = _("needs a positive 20-session sum for 5 sessions and no outflow regime")
    distance = max(0.0, -total.value)
    return replace(gate, state=GateState.OFF, distance=distance, why=goal)


def _liquidity(readings: Readings) -> Gate:
    """Open while the Federal Reserve's balance sheet has not shrunk over 13 weeks."""
    change = readings.get("fed_assets_change_13w")
    gate = Gate("liquidity", N_("Fed liquidity"), GateState.UNKNOWN, level=0.0)
    if change is None:
        return replace(gate, why=_("no data yet"))
    gate = _of(change, gate)
    if change.late:
        return replace(gate, why=_("no current data"))
    if change.value >= 0:
        return replace(gate, state=GateState.ON, distance=0.0, why=_("not shrinking over 13 weeks"))
    return replace(
        gate, state=GateState.OFF, distance=-change.value, why=_("needs no shrinking over 13 weeks")
    )


def _of(reading: Reading, gate: Gate) -> Gate:
    return replace(
        gate,
        value=reading.value,
        unit=reading.unit,
        vendor=reading.vendor,
        as_of=reading.as_of,
    )
