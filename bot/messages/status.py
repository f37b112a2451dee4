"""One screen: the phase, the gates, and each indicator with everything needed to judge it."""

from datetime import datetime
from itertools import groupby

from bot.messages.board import PHASES, divergence_line
from bot.model import (
    Board,
    Gate,
    GateState,
    Message,
    Reading,
    RuleView,
    Side,
    Snapshot,
    Status,
    Unit,
)
from bot.wording import age_text, day_text, gap, level_text, moment_text, number

STATES = {
    Status.NORMAL: "waiting",
    Status.PENDING: "pending",
    Status.FIRING: "firing",
    Status.RECOVERING: "recovering",
    Status.NO_DATA: "no current data",
}
MOST_NAMED = 8
"""So many of the numbers that lack a value for one reason are named."""
SHORT_NOTE = 60
"""A longer note is shown where somebody asks for its indicator alone."""


def status(snapshot: Snapshot, wanted: str = "") -> Message:
    """Everything, one line an indicator; or, with all that is known of them, those `wanted`."""
    now = snapshot.board.as_of
    lines = [] if wanted else _board_lines(snapshot.board)
    shown = [each for each in snapshot.readings if is_wanted(each, wanted)]
    subjects = snapshot.subjects
    for subject, readings in groupby(shown, key=lambda each: subjects.get(each.indicator, "")):
        lines += ["", f"{subject}:"] if subject else [""]
        for reading in readings:
            lines.append(_reading_line(reading, now, whole=bool(wanted)))
            lines.extend(_rule_line(view, reading) for view in snapshot.rules[reading.indicator])
    if snapshot.missing and not wanted:
        lines += ["", *_missing(snapshot)]
    if snapshot.notices:
        lines += ["", *snapshot.notices]
    title = f"Phase: {PHASES[snapshot.board.phase]}"
    return Message(title, tuple(lines), moment_text(now))


def is_wanted(reading: Reading, wanted: str) -> bool:
    """Whether somebody who typed this asks for that reading."""
    text = wanted.casefold()
    return text in reading.indicator.replace("_", " ") or text in reading.title.casefold()


def _missing(snapshot: Snapshot) -> list[str]:
    """What has no value, a line for each reason."""
    reasons = dict.fromkeys(snapshot.missing.values())
    lines = []
    for reason in reasons:
        titles = [title for title, why in snapshot.missing.items() if why == reason]
        named = "; ".join(titles[:MOST_NAMED])
        others = f" and {len(titles) - MOST_NAMED} more" if len(titles) > MOST_NAMED else ""
        lines.append(f"{named}{others}: {reason.rstrip('.')}.")
    return lines


def _board_lines(board: Board) -> list[str]:
    lines = [_gate_line(gate) for gate in board.gates]
    divergence = divergence_line(board)
    return lines if divergence is None else [*lines, divergence]


def _gate_line(gate: Gate) -> str:
    sign = {GateState.ON: "●", GateState.OFF: "○", GateState.UNKNOWN: "?"}[gate.state]
    return f"{sign} {gate.title}: {gate.state}, {gate.why}"


def _reading_line(reading: Reading, now: datetime, *, whole: bool) -> str:
    unit = f" {reading.unit}" if reading.unit in (Unit.POINTS, Unit.SCORE) else ""
    notes = [reading.vendor, f"{age_text(now - reading.as_of)} old"]
    if not reading.final:
        notes.append("provisional")
    if reading.degraded:
        notes.append("fallback")
    if reading.late:
        notes.append("late")
    note = (
        f"; {reading.note}" if reading.note and (whole or len(reading.note) <= SHORT_NOTE) else ""
    )
    value = f"{number(reading.value, reading.unit)}{unit}"
    return f"{reading.title} {value} ({', '.join(notes)}){note}"


def _rule_line(view: RuleView, reading: Reading) -> str:
    state = STATES[view.status]
    if view.failed and view.since:
        state = f"failed on {day_text(view.since)}, may come back"
    elif view.status in (Status.FIRING, Status.RECOVERING) and view.since:
        state = f"{state}, true since {day_text(view.since)}"
    if view.level is None:
        return f"  {view.rule}: {state}"
    level, below = level_text(view.level, reading.unit), view.side is Side.BELOW
    if view.level_day is not None:
        level = f"{level} of {day_text(view.level_day)}"
    if view.recovery_level is None:
        away = away_text(view, reading, downward=below)
        return f"  {view.rule}: {state}; level {beyond_text(view)} {level}{away}"
    line = level_text(view.recovery_level, reading.unit)
    away = away_text(view, reading, downward=not below)
    return (
        f"  {view.rule}: {state}; level {level}, ends {'above' if below else 'below'} {line}{away}"
    )


def beyond_text(view: RuleView) -> str:
    """In words, the side on which the rule fires; a record has to be broken, not met."""
    if view.side is Side.BELOW:
        return "below"
    return "above" if view.level_day is not None else "at or above"


def away_text(view: RuleView, reading: Reading, *, downward: bool) -> str:
    """How far it is to the line that comes next; a value past it is not confirmed yet."""
    if view.distance is None:
        return ""
    passed = view.distance > 0 if downward else view.distance <= 0
    amount = gap(view.distance, reading.unit)
    return f", {amount} beyond it, not confirmed yet" if passed else f", {amount} away"
