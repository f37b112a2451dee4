"""One screen: the phase, the gates, and each indicator with everything needed to judge it."""

from datetime import datetime
from itertools import groupby

from bot.language import N_, _, counted
from bot.messages.board import divergence_line, phase_text
from bot.messages.rule import BEYOND
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
    Status.NORMAL: N_("waiting"),
    Status.PENDING: N_("pending"),
    Status.FIRING: N_("firing"),
    Status.RECOVERING: N_("recovering"),
    Status.NO_DATA: N_("no current data"),
}
GATE_STATES = {
    GateState.ON: N_("on"),
    GateState.OFF: N_("off"),
    GateState.UNKNOWN: N_("unknown"),
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
        lines += ["", f"{_(subject)}:"] if subject else [""]
        for reading in readings:
            lines.append(_reading_line(reading, now, whole=bool(wanted)))
            lines.extend(
                f"  {rule_line(view, reading)}" for view in snapshot.rules[reading.indicator]
            )
    if snapshot.missing and not wanted:
        lines += ["", *_missing(snapshot)]
    if snapshot.notices:
        lines += ["", *snapshot.notices]
    title = _("Phase: {phase}").format(phase=phase_text(snapshot.board.phase))
    return Message(title, tuple(lines), moment_text(now))


def is_wanted(reading: Reading, wanted: str) -> bool:
    """Whether somebody who typed this asks for that reading."""
    text = wanted.casefold()
    titles = {reading.title.casefold(), _(reading.title).casefold()}
    return text in reading.indicator.replace("_", " ") or any(text in title for title in titles)


def _missing(snapshot: Snapshot) -> list[str]:
    """What has no value, a line for each reason."""
    reasons = dict.fromkeys(snapshot.missing.values())
    lines = []
    for reason in reasons:
        titles = [_(title) for title, why in snapshot.missing.items() if why == reason]
        named = "; ".join(titles[:MOST_NAMED])
        others = len(titles) - MOST_NAMED
        if others > 0:
            more = counted("{named} and {count} more", "{named} and {count} more", others)
            named = more.format(named=named, count=others)
        lines.append(f"{named}: {reason.rstrip('.')}.")
    return lines


def _board_lines(board: Board) -> list[str]:
    lines = [_gate_line(gate) for gate in board.gates]
    divergence = divergence_line(board)
    return lines if divergence is None else [*lines, divergence]


def _gate_line(gate: Gate) -> str:
    sign = {GateState.ON: "●", GateState.OFF: "○", GateState.UNKNOWN: "?"}[gate.state]
    return f"{sign} {_(gate.title)}: {_(GATE_STATES[gate.state])}, {gate.why}"


def _reading_line(reading: Reading, now: datetime, *, whole: bool) -> str:
    notes = [reading.vendor, _("{age} old").format(age=age_text(now - reading.as_of))]
    if not reading.final:
        notes.append(_("provisional"))
    if reading.degraded:
        notes.append(_("fallback"))
    if reading.late:
        notes.append(_("late"))
    note = (
        f"; {reading.note}" if reading.note and (whole or len(reading.note) <= SHORT_NOTE) else ""
    )
    return f"{_(reading.title)} {value_text(reading)} ({', '.join(notes)}){note}"


def value_text(reading: Reading) -> str:
    """The value with its unit, also where people who know it leave that out."""
    value = number(reading.value, reading.unit)
    match reading.unit:
        case Unit.POINTS:
            return _("{number} index points").format(number=value)
        case Unit.SCORE:
            return _("{number} of 100").format(number=value)
        case _:
            return value


def rule_line(view: RuleView, reading: Reading) -> str:
    """A rule's state with its level, and how far it is to the line that comes next."""
    state = state_text(view.status)
    if view.failed and view.since:
        state = _("failed on {day}, may come back").format(day=day_text(view.since))
    elif view.status in (Status.FIRING, Status.RECOVERING) and view.since:
        state = _("{state}, true since {day}").format(state=state, day=day_text(view.since))
    if view.level is None:
        return f"{view.rule}: {state}"
    level, below = level_text(view.level, reading.unit), view.side is Side.BELOW
    if view.level_day is not None:
        level = _("{level} of {day}").format(level=level, day=day_text(view.level_day))
    if view.recovery_level is None:
        away = away_text(view, reading, downward=below)
        where = _("level {where}").format(where=beyond_text(view).format(level=level))
        return f"{view.rule}: {state}; {where}{away}"
    line = level_text(view.recovery_level, reading.unit)
    away = away_text(view, reading, downward=not below)
    ends = _("level {level}, ends above {line}") if below else _("level {level}, ends below {line}")
    return f"{view.rule}: {state}; {ends.format(level=level, line=line)}{away}"


def state_text(status: Status) -> str:
    """A rule's state in a word or two."""
    return _(STATES[status])


def beyond_text(view: RuleView) -> str:
    """In words, where the rule fires, its level left open; a record has to be broken, not met."""
    inclusive = view.side is Side.ABOVE and view.level_day is None
    return _(BEYOND[view.side, inclusive])


def away_text(view: RuleView, reading: Reading, *, downward: bool) -> str:
    """How far it is to the line that comes next; a value past it is not confirmed yet."""
    if view.distance is None:
        return ""
    passed = view.distance > 0 if downward else view.distance <= 0
    amount = gap(view.distance, reading.unit)
    away = _("{distance} beyond it, not confirmed yet") if passed else _("{distance} away")
    return f", {away.format(distance=amount)}"
