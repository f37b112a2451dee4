"""The board in words: the phase, what is already true, and what it still waits for."""

from bot import board
from bot.language import N_, _
from bot.model import Board, Gate, GateState, Phase, Snapshot, Status
from bot.wording import day_text, gap, listed, moment_text, number

PHASES = {
    Phase.ALTSEASON: N_("altseason"),
    Phase.ROTATION: N_("rotation"),
    Phase.WARMING_UP: N_("warming up"),
    Phase.BITCOIN_SEASON: N_("Bitcoin season"),
    Phase.WAITING: N_("waiting"),
    Phase.UNKNOWN: N_("unknown"),
}

PHASE_LINE = N_("Phase: {phase}.")
"""With this the board begins below an alert."""


def phase_text(phase: Phase) -> str:
    """A phase in a word or two."""
    return _(PHASES[phase])


def phase_line(phase: Phase) -> str:
    """The phase as a sentence."""
    return _(PHASE_LINE).format(phase=phase_text(phase))


def missing_lines(now_board: Board) -> tuple[str, ...]:
    """The phase, and a line for each gate it still waits for."""
    phase = phase_line(now_board.phase)
    gates = board.missing(now_board)
    if not gates:
        nothing = _("Nothing is missing: every gate is open.")
        return (f"{phase} {nothing}",)
    known = [f"– {_gate_need(gate)}" for gate in gates if gate.value is not None]
    # Gates that nothing is known of share a line for each reason.
    reasons = dict.fromkeys(gate.why for gate in gates if gate.value is None)
    unknown = [
        f"– {', '.join(_(g.title) for g in gates if g.value is None and g.why == why)}: {why}"
        for why in reasons
    ]
    still = _("Still missing:")
    return (f"{phase} {still}", *known, *unknown)


FOLLOWERS = ("dominance", "season")
"""The gates that opened some time after small caps had broken out, where anything followed."""


def divergence_line(now_board: Board) -> str | None:
    """Whether the followers have followed the leader; None while there is no leader."""
    if now_board.breakout is None:
        return None
    age = (now_board.as_of.date() - now_board.breakout).days
    followers = [gate for gate in now_board.gates if gate.name in FOLLOWERS]
    shut = [gate for gate in followers if gate.state is not GateState.ON]
    if not shut:
        return _("The leader fired and the followers have followed, day {day}.").format(day=age)
    missing = listed([_distance(gate) for gate in shut])
    have_not = _("The leader fired, the followers have not, day {day}: {missing}.")
    if len(shut) < len(followers):
        have_not = _("The leader fired, one follower has not, day {day}: {missing}.")
    return have_not.format(day=age, missing=missing)


def _distance(gate: Gate) -> str:
    title = _(gate.title)
    if gate.state is GateState.UNKNOWN or gate.distance is None or gate.unit is None:
        return _("{title} cannot be told").format(title=title)
    away = gap(gate.distance, gate.unit)
    return _("{title} is {distance} away").format(title=title, distance=away)


def _gate_need(gate: Gate) -> str:
    title = _(gate.title)
    if gate.value is None or gate.unit is None or gate.as_of is None:
        return f"{title}: {gate.why}"
    need = _("{title}: {why}; is {value} ({vendor}, {as_of})")
    away = ""
    if gate.distance is not None:
        need = _("{title}: {why}; is {value} ({vendor}, {as_of}), {distance} away")
        away = gap(gate.distance, gate.unit)
    return need.format(
        title=title,
        why=gate.why,
        value=number(gate.value, gate.unit),
        vendor=gate.vendor,
        as_of=moment_text(gate.as_of),
        distance=away,
    )


def board_line(snapshot: Snapshot) -> str:
    """The phase and what is already true, for someone who has just subscribed."""
    views = [view for group in snapshot.rules.values() for view in group]
    true = [
        _("{rule} since {day}").format(rule=view.rule, day=day_text(view.since))
        for view in views
        if view.status in (Status.FIRING, Status.RECOVERING) and view.since and not view.failed
    ]
    blind = [view.rule for view in views if view.status is Status.NO_DATA]
    already = _("Nothing is firing yet.")
    if true:
        already = _("Already true: {rules}.").format(rules="; ".join(true))
    said = [phase_line(snapshot.board.phase), already]
    if blind:
        said.append(_("Cannot be judged now: {rules}.").format(rules=", ".join(blind)))
    return " ".join(said)
