"""The board on one screen: the breakout's clock, each gate, and what would change the phase."""

from datetime import timedelta

from bot import board
from bot.messages.board import PHASES
from bot.messages.turns import turns
from bot.model import Board, Gate, GateState, HeldPhase, Message, Phase, Snapshot
from bot.wording import age_text, day_text, gap, level_text, moment_text, number

SIGNS = {GateState.ON: "●", GateState.OFF: "○", GateState.UNKNOWN: "?"}
LEADER = "small_caps"


def board_screen(snapshot: Snapshot) -> Message:
    """The phase and since when, the clock, the gates nearest first, and what comes next."""
    shown = snapshot.board
    lines = (
        _phase(shown.phase, snapshot.held),
        _clock(shown),
        "",
        *(_gate(gate, shown) for gate in board.nearest_first(shown)),
        "",
        "What would change it:",
        *turns(snapshot),
    )
    footer = f"As of {moment_text(shown.as_of)}; /status shows every number"
    return Message(f"Phase: {PHASES[shown.phase]}", lines, footer)


def _phase(phase: Phase, held: HeldPhase | None) -> str:
    if held is None:
        return "Since when is not known: no day that is over has been judged yet."
    since = day_text(held.since)
    if phase is Phase.UNKNOWN:
        return f"The last phase known was {PHASES[held.phase]}, since {since}."
    if phase is not held.phase:
        return (
            "So say the numbers of this moment; a phase counts once it has held for two days. "
            f"Until then it is {PHASES[held.phase]}, since {since}."
        )
    if held.is_first:
        return f"It held already on {since}, when I first looked."
    return f"It has held since {since}."


def _clock(shown: Board) -> str:
    """How old the breakout is, as long as it says something."""
    if shown.breakout is not None:
        age = (shown.as_of.date() - shown.breakout).days
        return (
            f"Breakout clock: day {age} since the record close of {day_text(shown.breakout)}. "
            f"It runs until {day_text(shown.breakout + timedelta(days=board.BREAKOUT_LASTS_DAYS))}."
        )
    why = next((gate.why for gate in shown.gates if gate.name == LEADER), "")
    return f"Breakout clock: stopped, {why}." if why else "Breakout clock: stopped."


def _gate(gate: Gate, shown: Board) -> str:
    start = f"{SIGNS[gate.state]} {gate.title}"
    if gate.value is None or gate.unit is None or gate.as_of is None:
        return f"{start}: {_unknown(gate)}"
    value = number(gate.value, gate.unit)
    source = f"({gate.vendor}, {age_text(shown.as_of - gate.as_of)} old)"
    if gate.state is GateState.UNKNOWN:
        return f"{start}: {_unknown(gate)}; last {value} {source}"
    against = "" if gate.level is None else f" against {level_text(gate.level, gate.unit)}"
    return f"{start} {value}{against}{_away(gate)}: {gate.why} {source}"


def _unknown(gate: Gate) -> str:
    return f"unknown, {gate.why}" if gate.why else "unknown"


def _away(gate: Gate) -> str:
    """How far it is; nothing where the value is past the level and only time is lacking."""
    if gate.state is GateState.ON or gate.distance is None or gate.unit is None:
        return ""
    if gate.name == LEADER and gate.distance <= 0:
        return ""
    return f", {gap(gate.distance, gate.unit)} away"
