"""The board in words: the phase, what is already true, and what it still waits for."""

from bot import board
from bot.model import Board, Gate, GateState, Phase, Snapshot, Status
from bot.wording import day_text, gap, moment_text, number

PHASES = {
    Phase.ALTSEASON: "altseason",
    Phase.ROTATION: "rotation",
    Phase.WARMING_UP: "warming up",
    Phase.BITCOIN_SEASON: "Bitcoin season",
    Phase.WAITING: "waiting",
    Phase.UNKNOWN: "unknown",
}


def missing_lines(now_board: Board) -> tuple[str, ...]:
    """The phase, and a line for each gate it still waits for."""
    phase = f"Phase: {PHASES[now_board.phase]}."
    gates = board.missing(now_board)
    if not gates:
        return (f"{phase} Nothing is missing: every gate is open.",)
    known = [f"– {_gate_need(gate)}" for gate in gates if gate.value is not None]
    # Gates that nothing is known of share a line for each reason.
    reasons = dict.fromkeys(gate.why for gate in gates if gate.value is None)
    unknown = [
        f"– {', '.join(g.title for g in gates if g.value is None and g.why == why)}: {why}"
        for why in reasons
    ]
    return (f"{phase} Still missing:", *known, *unknown)


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
        return f"The leader fired and the followers have followed, day {age}."
    missing = " and ".join(_distance(gate) for gate in shut)
    have = "the followers have not" if len(shut) == len(followers) else "one follower has not"
    return f"The leader fired, {have}, day {age}: {missing}."


def _distance(gate: Gate) -> str:
    if gate.state is GateState.UNKNOWN or gate.distance is None or gate.unit is None:
        return f"{gate.title} cannot be told"
    return f"{gate.title} is {gap(gate.distance, gate.unit)} away"


def _gate_need(gate: Gate) -> str:
    if gate.value is None or gate.unit is None or gate.as_of is None:
        return f"{gate.title}: {gate.why}"
    value = number(gate.value, gate.unit)
    source = f"{gate.vendor}, {moment_text(gate.as_of)}"
    away = "" if gate.distance is None else f", {gap(gate.distance, gate.unit)} away"
    return f"{gate.title}: {gate.why}; is {value} ({source}){away}"


def board_line(snapshot: Snapshot) -> str:
    """The phase and what is already true, for someone who has just subscribed."""
    views = [view for group in snapshot.rules.values() for view in group]
    true = [
        f"{view.rule} since {day_text(view.since)}"
        for view in views
        if view.status in (Status.FIRING, Status.RECOVERING) and view.since and not view.failed
    ]
    blind = [view.rule for view in views if view.status is Status.NO_DATA]
    already = f"Already true: {'; '.join(true)}." if true else "Nothing is firing yet."
    unseen = f" Cannot be judged now: {', '.join(blind)}." if blind else ""
    return f"Phase: {PHASES[snapshot.board.phase]}. {already}{unseen}"
