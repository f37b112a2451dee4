"""Our words: alerts, the board and the status, as neutral messages.

A message states what crossed, value against level, source and date, and what it means; it never
says buy or sell, and holds no number that is not in the store.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import board
from bot.calendar import final_at, next_day
from bot.catalogue import SERIES
from bot.model import (
    Board,
    BreakoutRule,
    Gate,
    GateState,
    Indicator,
    Kind,
    LevelRule,
    Message,
    Phase,
    Point,
    Reading,
    Rule,
    RuleView,
    Side,
    Snapshot,
    Status,
    Tone,
    Transition,
    Unit,
)
from bot.wording import age_text, day_text, gap, level_text, moment_text, number

TRUSTED_HISTORY = timedelta(days=25 * 365)
"""The longest wait for a new record since 1987 was under five years; this leaves no doubt."""

PHASES = {
    Phase.ALTSEASON: "altseason",
    Phase.ROTATION: "rotation",
    Phase.WARMING_UP: "warming up",
    Phase.BITCOIN_SEASON: "Bitcoin season",
    Phase.WAITING: "waiting",
    Phase.UNKNOWN: "unknown",
}
STATES = {
    Status.NORMAL: "waiting",
    Status.PENDING: "pending",
    Status.FIRING: "firing",
    Status.RECOVERING: "recovering",
    Status.NO_DATA: "no current data",
}


def plain(message: Message) -> str:
    """A message as plain text: title, lines, footer."""
    footer = (message.footer,) if message.footer else ()
    return "\n".join((message.title, *message.lines, *footer))


def source_text(point: Point) -> str:
    """Where a decisive value comes from, and what time it is about."""
    day, as_of = day_text(point.day), moment_text(point.as_of)
    return f"Source: {point.vendor}, value of {day} (as of {as_of})."


def alert(
    indicator: Indicator, rule: Rule, news: Transition, point: Point, now_board: Board
) -> Message:
    """What an alert of a preset rule says, at the board's time."""
    match rule:
        case LevelRule():
            said = _level_news(indicator, rule, news, point)
        case BreakoutRule():
            said = _breakout_news(indicator, rule, news, point)
    found = _found_late(indicator, point, now_board.as_of)
    lines = (said.fact, source_text(point), *found, said.meaning, *missing_lines(now_board))
    return Message(said.headline, lines, f"{rule.id} · {news.kind}", said.tone)


def _found_late(indicator: Indicator, point: Point, now: datetime) -> tuple[str, ...]:
    """A word of warning when a newer value was already due: this is then not today's news."""
    cadence = SERIES[indicator.series].cadence
    if now < final_at(cadence, next_day(cadence, point.day)):
        return ()
    return (f"Found late, {age_text(now - point.as_of)} after the time of this value.",)


@dataclass(frozen=True, slots=True)
class _News:
    headline: str
    fact: str
    meaning: str
    tone: Tone


def _level_news(indicator: Indicator, rule: LevelRule, news: Transition, point: Point) -> _News:
    title, unit = indicator.title, indicator.unit
    value, level = number(point.value, unit), level_text(rule.level, unit)
    below = rule.side is Side.BELOW
    if news.kind is Kind.FIRED:
        away = gap(point.value - rule.level, unit)
        return _News(
            f"{title} {'below' if below else 'at or above'} {level}: {value}",
            f"{value} against the level of {level}, {away} beyond it, "
            f"on {rule.confirmations} daily values in a row.",
            rule.meaning,
            rule.tone,
        )
    recovery = rule.level if news.level is None else news.level
    line, away = level_text(recovery, unit), gap(point.value - recovery, unit)
    return _News(
        f"{title} back {'above' if below else 'below'} {line}: {value}",
        f"{value} has passed the recovery level of {line} by {away}. "
        f"The rule at {level} had been true since {day_text(news.episode)}.",
        rule.resolved_meaning,
        Tone.NEUTRAL,
    )


def _breakout_news(
    indicator: Indicator, rule: BreakoutRule, news: Transition, point: Point
) -> _News:
    title, unit = indicator.title, indicator.unit
    level = news.level
    if level is None:
        raise ValueError(f"{rule.id} crossed no line")
    value, line = number(point.value, unit), number(level, unit)
    share = f"{100 * (point.value / level - 1):+.2f} %"
    since = day_text(news.level_day or news.episode)
    closes = f"{rule.confirmations} closes in a row"
    match news.kind:
        case Kind.INVALIDATED:
            return _News(
                f"{title} breakout failed: {value}",
                f"{closes} below {line} ({share}), which is {1 - rule.invalidation_ratio:.0%} "
                f"under the record of {since} that it had broken.",
                rule.invalidated_meaning,
                Tone.BAD,
            )
        case Kind.RECLAIMED:
            return _News(
                f"{title} breakout is back: {value}, above {line}",
                f"{closes} above {line}, the high of {since} ({share}).",
                rule.reclaimed_meaning,
                Tone.GOOD,
            )
        case _:
            return _News(
                f"{title} breaks out: {value}, above the record of {line}",
                f"{closes} above {line} ({share}). That record close had stood since {since}."
                f"{_short_memory(news)}",
                rule.meaning,
                Tone.GOOD,
            )


def _short_memory(news: Transition) -> str:
    """A word of warning where the history is too short for a record to be beyond doubt."""
    if news.first_day is None or (news.episode - news.first_day) >= TRUSTED_HISTORY:
        return ""
    return f" My history begins on {day_text(news.first_day)}; an older record may stand higher."


def blind(
    reading: Reading, news: Transition, rules: Sequence[str], standby: Reading | None
) -> Message:
    """What we say when a series a rule needs goes quiet, and when it speaks again."""
    value = number(reading.value, reading.unit)
    seen = moment_text(reading.as_of)
    affected = " and ".join(rules)
    if news.kind is Kind.RECOVERED:
        lines = [
            f"{reading.vendor} gives values again: {value}, as of {seen}.",
            f"Watching again, from the state before the outage: {affected}.",
        ]
        return Message(f"{reading.title} is back", tuple(lines), "blind · recovered")
    lines = [
        f"The last value from {reading.vendor} is {value}, as of {seen}; a newer one is overdue.",
        f"Until it is back these neither fire nor resolve: {affected}.",
    ]
    if standby is not None:
        shown = number(standby.value, standby.unit)
        lines.append(
            f"{standby.vendor} says {shown} meanwhile; the levels are not set for its figure."
        )
    return Message(f"{reading.title} has gone quiet", tuple(lines), "blind · stale", Tone.BAD)


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
    unknown = [*snapshot.missing, *blind]
    unseen = f" Cannot be judged now: {', '.join(unknown)}." if unknown else ""
    return f"Phase: {PHASES[snapshot.board.phase]}. {already}{unseen}"


def status(snapshot: Snapshot) -> Message:
    """One screen: the phase, the gates, and each indicator with everything needed to judge it."""
    now = snapshot.board.as_of
    lines = [_gate_line(gate) for gate in snapshot.board.gates]
    for reading in snapshot.readings:
        lines.append("")
        lines.append(_reading_line(reading, now))
        lines.extend(_rule_line(view, reading) for view in snapshot.rules[reading.indicator])
    if snapshot.missing:
        lines.append("")
        lines.extend(f"{title}: {why.rstrip('.')}." for title, why in snapshot.missing.items())
    title = f"Phase: {PHASES[snapshot.board.phase]}"
    return Message(title, tuple(lines), moment_text(now))


def _gate_line(gate: Gate) -> str:
    sign = {GateState.ON: "●", GateState.OFF: "○", GateState.UNKNOWN: "?"}[gate.state]
    return f"{sign} {gate.title}: {gate.state}, {gate.why}"


def _reading_line(reading: Reading, now: datetime) -> str:
    unit = "" if reading.unit is Unit.PCT else f" {reading.unit}"
    notes = [reading.vendor, f"{age_text(now - reading.as_of)} old"]
    if not reading.final:
        notes.append("provisional")
    if reading.degraded:
        notes.append("fallback, not compared with levels")
    if reading.late:
        notes.append("late")
    return f"{reading.title} {number(reading.value, reading.unit)}{unit} ({', '.join(notes)})"


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
        away = _away(view, reading, downward=below)
        return f"  {view.rule}: {state}; level {'below' if below else 'above'} {level}{away}"
    line = level_text(view.recovery_level, reading.unit)
    away = _away(view, reading, downward=not below)
    return (
        f"  {view.rule}: {state}; level {level}, ends {'above' if below else 'below'} {line}{away}"
    )


def _away(view: RuleView, reading: Reading, *, downward: bool) -> str:
    """How far it is to the line that comes next; a value past it is not confirmed yet."""
    if view.distance is None:
        return ""
    passed = view.distance > 0 if downward else view.distance <= 0
    amount = gap(view.distance, reading.unit)
    return f", {amount} beyond it, not confirmed yet" if passed else f", {amount} away"
