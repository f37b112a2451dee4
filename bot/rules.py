"""The rule state machine: a state and one more final value give the next state, and perhaps news.

    normal -> pending -> firing -> recovering -> normal        (no_data freezes any of them)

An alert is a transition, never a level: a value trembling on its line makes one. Everything here is
pure; the same values always give the same states, live, replayed or after a restart.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from bot.model import (
    BreakoutRule,
    Kind,
    LevelRule,
    Point,
    Record,
    Rule,
    RuleState,
    Side,
    Status,
    Transition,
)

LONGEST_GAP_DAYS = {LevelRule: 3, BreakoutRule: 10}
"""After a longer gap two values are not consecutive any more; exchanges have closed for a week."""


def step(rule: Rule, state: RuleState | None, point: Point) -> tuple[RuleState, Transition | None]:
    """Evaluate one final value.

    The first value ever sets the state silently; a day already evaluated changes nothing.
    """
    if state is None or state.tentative:
        return _first(rule, point), None
    if state.last_day is not None and point.day <= state.last_day:
        return state, None
    state = replace(_thaw(_forget_stale_pending(rule, state, point.day)), last_day=point.day)
    match rule:
        case LevelRule():
            return _step_level(rule, state, point)
        case BreakoutRule():
            return _step_breakout(rule, state, point)


def fold(rule: Rule, points: Iterable[Point]) -> RuleState | None:
    """The state that all these values lead to, without a word: the past is no news."""
    state: RuleState | None = None
    for point in points:
        state, _ = step(rule, state, point)
    return state


def glimpse(rule: Rule, state: RuleState | None, point: Point) -> RuleState:
    """First sight by a value that is not final yet: a state that may still change silently."""
    if state is not None and not state.tentative:
        return state
    return replace(_first(rule, point), tentative=True, last_day=None)


def freeze(state: RuleState) -> RuleState:
    """The series went blind: keep whatever state that interrupts."""
    if state.status is Status.NO_DATA:
        return state
    return replace(state, status=Status.NO_DATA, held=state.status)


def thaw(state: RuleState) -> RuleState:
    """The series is back: go on from the state that was interrupted."""
    return _thaw(state)


def step_blind(
    state: RuleState | None, *, late: bool, last_day: date
) -> tuple[RuleState | None, Transition | None]:
    """Follow a series' lateness: `stale` once an outage, `recovered` once after it.

    A series begins to be followed when it is first seen in time: of one that was late from the
    start nobody has been told that it was there.
    """
    if state is None:
        seen = RuleState(since=last_day, last_day=last_day, tentative=False)
        return None if late else seen, None
    if late and state.status is Status.NORMAL:
        stale = replace(state, status=Status.FIRING, episode=last_day, since=last_day)
        return stale, Transition(Kind.STALE, last_day, None)
    if not late and state.status is Status.FIRING:
        episode = state.episode or last_day
        seeing = replace(state, status=Status.NORMAL, since=last_day)
        return seeing, Transition(Kind.RECOVERED, episode, None)
    return state, None


def recovery_level(rule: LevelRule) -> float:
    """The line a value must pass before a firing rule resolves."""
    return rule.level + rule.band if rule.side is Side.BELOW else rule.level - rule.band


def beyond(rule: LevelRule, value: float) -> bool:
    """Whether the value is on the side on which the rule fires."""
    if value == rule.level:
        return rule.inclusive
    return (value < rule.level) is (rule.side is Side.BELOW)


def _all_beyond(rule: LevelRule, point: Point) -> bool:
    """A fallback's value counts only where it crosses on its own scale and on the first vendor's.

    A level belongs to the vendor it was set for.
    """
    return all(beyond(rule, value) for value in _sayings(point))


def recovered(rule: LevelRule, value: float) -> bool:
    """Whether the value is past the line that ends a firing."""
    line = recovery_level(rule)
    return value > line if rule.side is Side.BELOW else value < line


def _all_recovered(rule: LevelRule, point: Point) -> bool:
    return all(recovered(rule, value) for value in _sayings(point))


def _sayings(point: Point) -> tuple[float, ...]:
    return (point.value,) if point.raw is None else (point.value, point.raw)


def _first(rule: Rule, point: Point) -> RuleState:
    state = RuleState(since=point.day, last_day=point.day, tentative=False)
    match rule:
        case LevelRule():
            if _all_beyond(rule, point):
                return replace(state, status=Status.FIRING, episode=point.day)
            return replace(state, tentative=rule.is_regime and not _all_recovered(rule, point))
        case BreakoutRule():
            record = Record(point.value, point.day, point.value, point.day, first_day=point.day)
            return replace(state, record=record)


def _thaw(state: RuleState) -> RuleState:
    if state.status is not Status.NO_DATA:
        return state
    return replace(state, status=state.held or Status.NORMAL, held=None)


def _forget_stale_pending(rule: Rule, state: RuleState, day: date) -> RuleState:
    """Begin the count of consecutive values anew when too much time lies between two of them."""
    if state.last_day is None or (day - state.last_day).days <= LONGEST_GAP_DAYS[type(rule)]:
        return state
    state = replace(state, streak=0)
    if _thaw(state).status is Status.PENDING:
        return replace(_thaw(state), status=Status.NORMAL, since=day)
    return state


def _step_level(
    rule: LevelRule, state: RuleState, point: Point
) -> tuple[RuleState, Transition | None]:
    if state.status in (Status.FIRING, Status.RECOVERING):
        if _all_recovered(rule, point):
            episode = state.episode or point.day
            over = replace(state, status=Status.NORMAL, since=point.day, streak=0)
            return over, Transition(Kind.RESOLVED, episode, recovery_level(rule))
        status = Status.FIRING if _all_beyond(rule, point) else Status.RECOVERING
        since = state.since if status is state.status else point.day
        return replace(state, status=status, since=since), None
    if not _all_beyond(rule, point):
        since = state.since if state.status is Status.NORMAL else point.day
        return replace(state, status=Status.NORMAL, since=since, streak=0), None
    streak = state.streak + 1
    if streak >= rule.confirmations:
        return _fire(state, point.day, Transition(Kind.FIRED, point.day, rule.level))
    since = state.since if state.status is Status.PENDING else point.day
    return replace(state, status=Status.PENDING, since=since, streak=streak), None


def _fire(
    state: RuleState, day: date, transition: Transition
) -> tuple[RuleState, Transition | None]:
    return replace(state, status=Status.FIRING, episode=day, since=day, streak=0), transition


def _step_breakout(
    rule: BreakoutRule, state: RuleState, point: Point
) -> tuple[RuleState, Transition | None]:
    record = state.record
    if record is None:
        return _first(rule, point), None
    if record.armed:
        state, news = _watch_for_breakout(rule, state, record, point)
    elif record.invalidated:
        state, news = _watch_for_reclaim(rule, state, record, point)
    else:
        state, news = _watch_for_failure(rule, state, record, point)
    return _follow_high(rule, state, point), news


def _watch_for_breakout(
    rule: BreakoutRule, state: RuleState, record: Record, point: Point
) -> tuple[RuleState, Transition | None]:
    if min(_sayings(point)) <= record.reference:
        since = state.since if state.status is Status.NORMAL else point.day
        return replace(state, status=Status.NORMAL, since=since, streak=0), None
    streak = state.streak + 1
    if streak < rule.confirmations:
        since = state.since if state.status is Status.PENDING else point.day
        return replace(state, status=Status.PENDING, since=since, streak=streak), None
    state = replace(state, record=replace(record, armed=False, invalidated=False))
    news = Transition(
        Kind.FIRED, point.day, record.reference, record.reference_day, record.first_day
    )
    return _fire(state, point.day, news)


def _watch_for_failure(
    rule: BreakoutRule, state: RuleState, record: Record, point: Point
) -> tuple[RuleState, Transition | None]:
    line = record.reference * rule.invalidation_ratio
    streak = state.streak + 1 if max(_sayings(point)) < line else 0
    if streak < rule.confirmations:
        return replace(state, streak=streak), None
    # The high so far becomes the line of the reclaim, and later of the next invalidation.
    failed = replace(record, invalidated=True, reference=record.high, reference_day=record.high_day)
    state = replace(state, status=Status.RECOVERING, since=point.day, streak=0, record=failed)
    episode = state.episode or point.day
    return state, Transition(Kind.INVALIDATED, episode, line, record.reference_day)


def _watch_for_reclaim(
    rule: BreakoutRule, state: RuleState, record: Record, point: Point
) -> tuple[RuleState, Transition | None]:
    streak = state.streak + 1 if min(_sayings(point)) > record.reference else 0
    if streak < rule.confirmations:
        return replace(state, streak=streak), None
    state = replace(state, record=replace(record, invalidated=False))
    news = Transition(Kind.RECLAIMED, point.day, record.reference, record.reference_day)
    return _fire(state, point.day, news)


def _follow_high(rule: BreakoutRule, state: RuleState, point: Point) -> RuleState:
    """Let the running high follow the close, and arm again after a deep enough fall from it."""
    record = state.record
    if record is None:
        return state
    if point.value > record.high:
        return replace(state, record=replace(record, high=point.value, high_day=point.day))
    if point.value > record.high * rule.rearm_ratio:
        return state
    # Whether the last episode had failed stays known: the board asks for it.
    armed = replace(record, armed=True, reference=record.high, reference_day=record.high_day)
    # What was counted so far was counted against a lower line.
    quiet = record.armed and state.status is Status.NORMAL
    since = state.since if quiet else point.day
    return replace(state, status=Status.NORMAL, since=since, streak=0, record=armed)
