"""The board on one screen: the breakout's clock, each gate, and what would change the phase."""

from datetime import timedelta

from bot import board
from bot.language import _
from bot.messages.board import phase_text
from bot.messages.turns import turns
from bot.model import Board, Gate, GateState, HeldPhase, Message, Phase, Snapshot
from bot.wording import age_text, day_text, gap, level_text, moment_text, number

SIGNS = {GateState.ON: "●", GateState.OFF: "○", GateState.UNKNOWN: "?"}
LEADER = "small_caps"


def board_screen(snapshot: Snapshot) -> Message:
    """The phase and since when, the clock, the gates nearest first, and what comes next."""
    shown = snapshot.board
    lines = (
        held_text(shown.phase, snapshot.held),
        clock_text(shown),
        "",
        *(_gate(gate, shown) for gate in board.nearest_first(shown)),
        "",
        _("What would change it:"),
        *turns(snapshot),
    )
    footer = _("As of {moment}; /status shows every number").format(moment=moment_text(shown.as_of))
    return Message(_("Phase: {phase}").format(phase=phase_text(shown.phase)), lines, footer)


def held_text(phase: Phase, held: HeldPhase | None) -> str:
    """Since when the phase has held, as far as that is known."""
    if held is None:
        return _("Since when is not known: no day that is over has been judged yet.")
    since, was = day_text(held.since), phase_text(held.phase)
    if phase is Phase.UNKNOWN:
        return _("The last phase known was {phase}, since {day}.").format(phase=was, day=since)
    if phase is not held.phase:
        return _(
            "So say the numbers of this moment; a phase counts once it has held for two days. "
            "Until then it is {phase}, since {day}."
        ).format(phase=was, day=since)
    if held.is_first:
        return _("It held already on {day}, when I first looked.").format(day=since)
    return _("It has held since {day}.").format(day=since)


def clock_text(shown: Board) -> str:
    """How old the breakout is, as long as it says something."""
    if shown.breakout is not None:
        end = shown.breakout + timedelta(days=board.BREAKOUT_LASTS_DAYS)
        return _(
            "Breakout clock: day {count} since the record close of {day}. It runs until {end}."
        ).format(
            count=(shown.as_of.date() - shown.breakout).days,
            day=day_text(shown.breakout),
            end=day_text(end),
        )
    why = next((gate.why for gate in shown.gates if gate.name == LEADER), "")
    if why:
        return _("Breakout clock: stopped, {why}.").format(why=why)
    return _("Breakout clock: stopped.")


def _gate(gate: Gate, shown: Board) -> str:
    start = f"{SIGNS[gate.state]} {_(gate.title)}"
    if gate.value is None or gate.unit is None or gate.as_of is None:
        return f"{start}: {_unknown(gate)}"
    value = number(gate.value, gate.unit)
    source = _("({vendor}, {age} old)").format(
        vendor=gate.vendor, age=age_text(shown.as_of - gate.as_of)
    )
    if gate.state is GateState.UNKNOWN:
        last = _("last {value}").format(value=value)
        return f"{start}: {_unknown(gate)}; {last} {source}"
    if gate.level is not None:
        level = level_text(gate.level, gate.unit)
        value = _("{value} against {level}").format(value=value, level=level)
    return f"{start} {value}{_away(gate)}: {gate.why} {source}"


def _unknown(gate: Gate) -> str:
    return _("unknown, {why}").format(why=gate.why) if gate.why else _("unknown")


def _away(gate: Gate) -> str:
    """How far it is; nothing where the value is past the level and only time is lacking."""
    if gate.state is GateState.ON or gate.distance is None or gate.unit is None:
        return ""
    if gate.name == LEADER and gate.distance <= 0:
        return ""
    away = _("{distance} away").format(distance=gap(gate.distance, gate.unit))
    return f", {away}"
