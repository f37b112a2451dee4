"""When an own rule speaks: a look at one rule with the values of the moment.

A condition is a level with a memory, never an edge between two values: whoever misses a value finds
the crossing with the next one. While a rule waits, a condition counts as long as it holds; while it
fires, until its value is past the recovery line, so that a value trembling on its level makes one
alert. Everything here is pure.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

from bot.catalogue import SERIES
from bot.model import (
    Condition,
    Indicator,
    LevelRule,
    OwnRule,
    OwnState,
    Saying,
    Side,
    Unit,
)

LOOK_AGAIN = timedelta(minutes=10)
"""After so long a rule is looked at again whose values were not fresh when its time had come."""
SHARE_OF_LEVEL = 0.01
"""The recovery band of prices, counts and amounts: one percent of the level, about what the Russell
2000 or Bitcoin moves on an ordinary day."""
SHARE_OF_CHANGE = 0.5
"""Of a change over a window half must be undone. The presets lie about there: small caps fire at
+9 % and recover at +4 %, stablecoins at +2 % and +1 %."""
BANDS = {
    Unit.PCT: 0.5,
    Unit.PP: 0.5,
    Unit.SCORE: 5.0,
    Unit.SESSIONS: 1.0,
    Unit.CORRELATION: 0.1,
    Unit.DEVIATIONS: 0.5,
    Unit.USD_BN_A_MONTH: 5.0,
}
"""The recovery band of an indicator that no preset has one for."""
RANGES = {
    Unit.SCORE: (0.0, 100.0),
    Unit.CORRELATION: (-1.0, 1.0),
    Unit.SESSIONS: (0.0, math.inf),
}
"""What values in these units can be at all."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What is known at one moment: the fresh values by reading, and the time."""

    values: Mapping[str, float]
    now: datetime
    late: bool = False
    """It is over: a value that was missed is looked at in its order."""


def rearm_line(indicator: Indicator, condition: Condition) -> float:
    """The value past which a condition of a firing rule has recovered, so that it can fire anew.

    The distance from the level is that of the indicator's own preset where there is one, else that
    of its unit, and never reaches to what the value cannot be.
    """
    band = _band(indicator, condition)
    if condition.window is None:
        room = _room(indicator, condition)
        band = min(band, room / 2) if room > 0 else band
    return condition.level + (-band if condition.side is Side.ABOVE else band)


def _band(indicator: Indicator, condition: Condition) -> float:
    if condition.window is not None:
        return SHARE_OF_CHANGE * abs(condition.level)
    presets = [rule for rule in indicator.rules if isinstance(rule, LevelRule)]
    same_side = [rule for rule in presets if rule.side is condition.side]
    if same_side or presets:
        nearest = min(same_side or presets, key=lambda rule: abs(rule.level - condition.level))
        # A worked-out number's band is wide beside its level: it shrinks with a smaller one.
        scaled = indicator.derive is not None and nearest.level != 0
        share = abs(condition.level / nearest.level) if scaled else 1.0
        return nearest.band * min(1.0, share or 1.0)
    return BANDS.get(indicator.unit, SHARE_OF_LEVEL * abs(condition.level))


def _room(indicator: Indicator, condition: Condition) -> float:
    """How far values can lie on the recovery side of the level."""
    lowest, highest = RANGES.get(indicator.unit, (-math.inf, math.inf))
    if indicator.derive is None:
        series = SERIES[indicator.series[0]]
        lowest, highest = series.lowest, series.highest
    above = condition.side is Side.ABOVE
    return condition.level - lowest if above else highest - condition.level


def holds(condition: Condition, value: float) -> bool:
    """Whether the value is on the side on which the condition is true."""
    if condition.side is Side.ABOVE:
        return value >= condition.level
    return value < condition.level


def recovered(condition: Condition, line: float, value: float) -> bool:
    """Whether the value is past the recovery line."""
    return value < line if condition.side is Side.ABOVE else value > line


def begin(rule: OwnRule, held: Sequence[bool], now: datetime) -> OwnState:
    """The state of a new rule; one that is already true fires from now, without a word."""
    state = OwnState(made=now, beyond=tuple(held))
    if not all(held):
        return state
    return replace(state, firing=True, since=now, due=_reminder(rule, now))


def edited(
    before: OwnRule, state: OwnState, rule: OwnRule, held: Sequence[bool], now: datetime
) -> OwnState:
    """The state of a rule that took the place of another: what both have in common goes on."""
    known = dict(zip(before.conditions, state.beyond, strict=True))
    pairs = zip(rule.conditions, held, strict=True)
    beyond = tuple(
        holds_now or (state.firing and known.get(each, False)) for each, holds_now in pairs
    )
    fresh = begin(rule, beyond, now)
    if rule.conditions == before.conditions:
        # What was missed before the edit is not lost by it.
        fresh = replace(fresh, made=state.made)
    if not fresh.firing or rule.conditions != before.conditions:
        return fresh
    if state.firing:
        reminder = state.due if rule.remind == before.remind else fresh.due
        further = state.further if rule.step == before.step else None
        return replace(fresh, since=state.since, due=reminder, further=further)
    if rule.hold is None or state.since is None:
        return fresh
    return replace(fresh, firing=False, since=state.since, due=state.since + rule.hold)


def end(rule: OwnRule) -> datetime | None:
    """When the rule is forgotten: after its last day, in UTC."""
    if rule.until is None:
        return None
    return datetime.combine(rule.until + timedelta(days=1), time(0), UTC)


def look(
    rule: OwnRule,
    state: OwnState,
    moment: Moment,
    lines: Sequence[float],
    *,
    muted: bool = False,
) -> tuple[OwnState | None, Saying | None]:
    """The rule's next state, None once it is to be forgotten; and what it says.

    `lines` are the conditions' recovery lines. A rule that is muted moves, and says nothing.
    """
    ends = end(rule)
    if ends is not None and moment.now >= ends:
        return None, None
    # What lay before the rule was made is no news to it.
    quiet = muted or (moment.late and moment.now < state.made)
    if not state.firing:
        return _while_waiting(rule, state, moment, quiet=quiet)
    pairs = list(zip(rule.conditions, lines, strict=True))
    values = moment.values
    if any(
        each.reading in values and recovered(each, line, values[each.reading])
        for each, line in pairs
    ):
        waits = replace(state, firing=False, since=None, due=None, further=None)
        return _while_waiting(rule, waits, moment, quiet=quiet)
    return _while_firing(rule, state, moment, quiet=quiet)


def _while_waiting(
    rule: OwnRule, state: OwnState, moment: Moment, *, quiet: bool
) -> tuple[OwnState | None, Saying | None]:
    values, now = moment.values, moment.now
    beyond = tuple(
        holds(each, values[each.reading]) if each.reading in values else was
        for each, was in zip(rule.conditions, state.beyond, strict=True)
    )
    if not all(beyond):
        return replace(state, beyond=beyond, since=None, due=None), None
    since = state.since or now
    if rule.hold is not None:
        due = since + rule.hold if state.since is None else state.due or since + rule.hold
        pending = replace(state, beyond=beyond, since=since, due=due)
        if now < due:
            return pending, None
        if not _all_seen(rule, moment):
            return replace(pending, due=now + LOOK_AGAIN), None
    if rule.once and not quiet:
        return None, Saying.FIRED
    fired = replace(
        state, beyond=beyond, firing=True, since=since, due=_reminder(rule, now),
        further=_further(rule, moment),
    )  # fmt: skip
    return fired, None if quiet else Saying.FIRED


def _while_firing(
    rule: OwnRule, state: OwnState, moment: Moment, *, quiet: bool
) -> tuple[OwnState, Saying | None]:
    said: Saying | None = None
    if rule.step is not None and _holds_all(rule, moment):
        if state.further is None:
            state = replace(state, further=_further(rule, moment))
        elif _is_further(rule, state.further, moment):
            state, said = replace(state, further=_further(rule, moment)), Saying.AGAIN
    if state.due is not None and moment.now >= state.due:
        if moment.late or not _holds_all(rule, moment):
            state = replace(state, due=moment.now + LOOK_AGAIN)
        else:
            state, said = replace(state, due=_reminder(rule, moment.now)), Saying.AGAIN
    return state, None if quiet else said


def _reminder(rule: OwnRule, now: datetime) -> datetime | None:
    return None if rule.remind is None else now + rule.remind


def _all_seen(rule: OwnRule, moment: Moment) -> bool:
    return all(each.reading in moment.values for each in rule.conditions)


def _holds_all(rule: OwnRule, moment: Moment) -> bool:
    return _all_seen(rule, moment) and all(
        holds(each, moment.values[each.reading]) for each in rule.conditions
    )


def _further(rule: OwnRule, moment: Moment) -> float | None:
    """The next value at which a rule with steps says so again."""
    condition = rule.conditions[0]
    if rule.step is None or condition.reading not in moment.values:
        return None
    value, above = moment.values[condition.reading], condition.side is Side.ABOVE
    # A step too small for the number's digits must still lie further: the value told is no news.
    next_up, next_down = math.nextafter(value, math.inf), math.nextafter(value, -math.inf)
    return max(value + rule.step, next_up) if above else min(value - rule.step, next_down)


def _is_further(rule: OwnRule, further: float, moment: Moment) -> bool:
    condition = rule.conditions[0]
    return holds(replace(condition, level=further), moment.values[condition.reading])
