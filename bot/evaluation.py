"""One evaluation: the book, the states and the time in; new states and alerts out.

This is the pure core that the live poller and `replay` share. Only the clock and the feed differ.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot import board, messages, outlook, rules
from bot.book import Book, point
from bot.model import (
    Alert,
    Board,
    Indicator,
    Point,
    Rule,
    RuleState,
    Transition,
)
from bot.ports import StateChange

BLIND = "blind"
"""The id of the rule that says when a series an active rule needs goes blind, and sees again."""
HEALTH = "health"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What one look at the book changed."""

    states: Mapping[str, RuleState]
    """Every rule instance's state afterwards."""
    changes: tuple[StateChange, ...]
    alerts: tuple[Alert, ...]


@dataclass(frozen=True, slots=True)
class _News:
    indicator: Indicator
    rule: Rule
    transition: Transition
    point: Point


def evaluate(
    book: Book,
    indicators: Sequence[Indicator],
    states: Mapping[str, RuleState],
    now: datetime,
    *,
    without_history: frozenset[str] = frozenset(),
    unasked: frozenset[str] = frozenset(),
) -> Evaluation:
    """Let every rule see the final values it has not seen yet.

    `without_history` names the series whose past is not loaded: rules that need it stay asleep.
    `unasked` names those that look late only because nobody has asked: they are left as they are.
    """
    judged = [indicator for indicator in indicators if indicator.series not in unasked]
    after = dict(states)
    news: list[_News] = []
    for indicator in judged:
        if indicator.needs_history and indicator.series in without_history:
            continue
        for rule in indicator.rules:
            news.extend(_follow(book, indicator, rule, after, now))
    blind = _follow_lateness(book, judged, after, now)
    alerts = [_blind_alert(book, indicators, item, now) for item in blind]
    if news:
        now_board = board.read(outlook.read_all(book, indicators, now), after, now)
        alerts += [_alert(item, now_board, now) for item in news]
    changes = tuple(
        StateChange(key, states.get(key), state)
        for key, state in after.items()
        if states.get(key) != state
    )
    return Evaluation(after, changes, tuple(alerts))


def _follow(
    book: Book, indicator: Indicator, rule: Rule, states: dict[str, RuleState], now: datetime
) -> list[_News]:
    vendor = book.primary(indicator.series)
    if vendor is None:
        return []
    before = _true_to_the_book(book, indicator, rule, states.get(rule.id), now)
    seen = None if before is None or before.tentative else before.last_day
    state, news = before, []
    for value in book.final_points(indicator.series, vendor, now, seen):
        state, transition = rules.step(rule, state, value)
        if transition is not None:
            news.append(_News(indicator, rule, transition, value))
    latest = book.latest(indicator.series, vendor)
    if latest is not None:
        state = rules.glimpse(rule, state, point(latest))
        late = book.late(indicator.series, vendor, now)
        state = rules.freeze(state) if late else rules.thaw(state)
        states[rule.id] = state
    # The past seen at the first start is no news: it only says where things stand.
    return [] if before is None or before.tentative else news


def _true_to_the_book(
    book: Book, indicator: Indicator, rule: Rule, state: RuleState | None, now: datetime
) -> RuleState | None:
    """A state whose record rests on a close that was corrected since is worked out anew, silently.

    Otherwise one bad close would stand as the record for ever.
    """
    vendor = book.primary(indicator.series)
    record = state.record if state else None
    if vendor is None or state is None or record is None or state.last_day is None:
        return state
    held = {record.reference_day: record.reference, record.high_day: record.high}
    if all(book.value(indicator.series, vendor, day) == value for day, value in held.items()):
        return state
    past = book.final_points(indicator.series, vendor, now, None)
    return rules.fold(rule, (point for point in past if point.day <= state.last_day))


def _follow_lateness(
    book: Book, indicators: Sequence[Indicator], states: dict[str, RuleState], now: datetime
) -> list[tuple[Indicator, Transition]]:
    """Follow each series that an active rule needs, once however many rules need it."""
    news = []
    for series in dict.fromkeys(each.series for each in indicators if each.rules):
        indicator = next(each for each in indicators if each.series == series and each.rules)
        vendor = book.primary(series)
        latest = book.latest(series, vendor) if vendor else None
        if vendor is None or latest is None:
            continue
        key = f"{BLIND}/{series}"
        late = bool(book.late(series, vendor, now))
        state, transition = rules.step_blind(states.get(key), late=late, last_day=latest.day)
        if state is not None:
            states[key] = state
        if transition is not None:
            news.append((indicator, transition))
    return news


def _alert(item: _News, now_board: Board, now: datetime) -> Alert:
    indicator, rule, transition, value = item.indicator, item.rule, item.transition, item.point
    return Alert(
        id=f"{rule.id}:{transition.episode}:{transition.kind}",
        rule=rule.id,
        topic=rule.topic,
        kind=transition.kind,
        indicator=indicator.key,
        value=value.value,
        level=transition.level,
        unit=indicator.unit,
        vendor=value.vendor,
        as_of=value.as_of,
        day=value.day,
        decided_at=now,
        message=messages.alert(indicator, rule, transition, value, now_board),
    )


def _blind_alert(
    book: Book,
    indicators: Sequence[Indicator],
    news: tuple[Indicator, Transition],
    now: datetime,
) -> Alert:
    indicator, transition = news
    vendor = book.primary(indicator.series) or ""
    reading = outlook.read_one(book, indicator, vendor, now)
    if reading is None:
        raise LookupError(f"{indicator.series} went blind without ever having been seen")
    shown = outlook.read_all(book, [indicator], now)[indicator.key]
    standby = shown if shown.degraded and not shown.late else None
    watching = [
        rule.id for each in indicators if each.series == indicator.series for rule in each.rules
    ]
    return Alert(
        id=f"{BLIND}:{indicator.series}:{reading.as_of:%Y-%m-%dT%H:%MZ}:{transition.kind}",
        rule=BLIND,
        topic=HEALTH,
        kind=transition.kind,
        indicator=indicator.key,
        value=reading.value,
        level=None,
        unit=reading.unit,
        vendor=reading.vendor,
        as_of=reading.as_of,
        day=reading.day,
        decided_at=now,
        message=messages.blind(reading, transition, watching, standby),
    )
