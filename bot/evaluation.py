"""One evaluation: the book, the states and the time in; new states and alerts out.

This is the pure core that the live poller and `replay` share. Only the clock and the feed differ.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from bot import board, corrections, messages, rules
from bot.book import Book, point
from bot.catalogue import SERIES
from bot.measures import Measures
from bot.model import (
    Alert,
    Board,
    Indicator,
    Point,
    Reading,
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
    decided_by: corrections.Told


def evaluate(
    measures: Measures,
    indicators: Sequence[Indicator],
    states: Mapping[str, RuleState],
    now: datetime,
    *,
    told: Sequence[Alert] = (),
    without_history: frozenset[str] = frozenset(),
    unasked: frozenset[str] = frozenset(),
    held: Mapping[str, str] = MappingProxyType({}),
) -> Evaluation:
    """Let every rule see the final values it has not seen yet.

    `told` are the alerts sent before, which a revised value may make wrong. `without_history` names
    the series whose past is not loaded: rules that need it stay asleep. `unasked` names those that
    look late only because nobody has asked: they are left as they are. `held` says of a series, in
    a sentence, what of it is held back.
    """
    judged = [each for each in indicators if not unasked.intersection(each.series)]
    after = dict(states)
    alerts = list(corrections.apply(measures.book, judged, told, after, now))
    news: list[_News] = []
    for indicator in judged:
        if indicator.needs_history and without_history.intersection(indicator.series):
            continue
        for rule in indicator.rules:
            news.extend(_follow(measures.book, indicator, rule, after, now))
    alerts += _follow_lateness(measures, judged, after, held, now)
    if news:
        gates = [each for each in indicators if each.key in board.READS]
        now_board = board.read(measures.readings(gates, now), after, now)
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
    series = indicator.series[0]
    vendor = book.primary(series)
    if vendor is None:
        return []
    before = _true_to_the_book(book, series, rule, states.get(rule.id), now)
    seen = None if before is None or before.tentative else before.last_day
    state, news = before, []
    late = bool(book.late(series, vendor, now))
    values = book.final_points(series, vendor, now, seen)
    stand_ins = _stand_ins(book, series, vendor, now) if late else None
    if stand_ins is not None and seen is not None:
        last = values[-1].day if values else seen
        values += [each for each in stand_ins if each.day > last]
    for value in values:
        state, transition = rules.step(rule, state, value)
        if transition is not None:
            told = corrections.deciding(book, series, rule, transition, value)
            news.append(_News(indicator, rule, transition, value, told))
    latest = book.latest(series, vendor)
    if latest is not None:
        state = rules.glimpse(rule, state, point(latest))
        blind = late and stand_ins is None
        states[rule.id] = rules.freeze(state) if blind else rules.thaw(state)
    # The past seen at the first start is no news: it only says where things stand.
    return [] if before is None or before.tentative else news


def _stand_ins(book: Book, series: str, vendor: str, now: datetime) -> list[Point] | None:
    """The values of the first fallback that is in time and whose scale is known; None: nobody's."""
    for other in book.vendors(series):
        if other == vendor or book.late(series, other, now) is not False:
            continue
        if book.usual_distance(series, vendor, other, now) is not None:
            last = book.last_final(series, vendor, now)
            return book.stand_in_points(series, other, now, last)
    return None


def _true_to_the_book(
    book: Book, series: str, rule: Rule, state: RuleState | None, now: datetime
) -> RuleState | None:
    """A state whose record rests on a close that was corrected since is worked out anew, silently.

    Otherwise one bad close would stand as the record for ever.
    """
    vendor = book.primary(series)
    record = state.record if state else None
    if vendor is None or state is None or record is None or state.last_day is None:
        return state
    held = {record.reference_day: record.reference, record.high_day: record.high}
    in_book = {day: book.value(series, vendor, day) for day in held}
    # A day that only a fallback has told of is not in the book of the first vendor.
    if all(value is None or value == held[day] for day, value in in_book.items()):
        return state
    past = book.final_points(series, vendor, now, None)
    return rules.fold(rule, (point for point in past if point.day <= state.last_day))


def _follow_lateness(
    measures: Measures,
    indicators: Sequence[Indicator],
    states: dict[str, RuleState],
    held: Mapping[str, str],
    now: datetime,
) -> list[Alert]:
    """Follow each series that an active rule needs, once however many rules need it."""
    book = measures.book
    alerts = []
    watched = (series for each in indicators if each.rules for series in each.series)
    for series in dict.fromkeys(watched):
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
            said = held.get(series, "")
            alerts.append(
                _blind_alert(measures, indicators, series, transition, held=said, now=now)
            )
    return alerts


def _alert(item: _News, now_board: Board, now: datetime) -> Alert:
    indicator, rule, transition, value = item.indicator, item.rule, item.transition, item.point
    return Alert(
        id=f"{rule.id}:{transition.episode}:{transition.kind}",
        rule=rule.id,
        topic=rule.topic,
        kind=transition.kind,
        indicator=indicator.key,
        value=value.value if value.raw is None else value.raw,
        level=transition.level,
        unit=indicator.unit,
        vendor=value.vendor,
        as_of=value.as_of,
        day=value.day,
        decided_at=now,
        message=messages.alert(indicator, rule, transition, value, now_board),
        decided_by=item.decided_by,
    )


def _blind_alert(
    measures: Measures,
    indicators: Sequence[Indicator],
    series: str,
    transition: Transition,
    *,
    held: str,
    now: datetime,
) -> Alert:
    known = SERIES[series]
    itself = Indicator(series, known.title, known.unit, (series,))
    primary = measures.book.primary(series) or ""
    reading = measures.reading_of(itself, (primary,), now)
    if reading is None:
        raise LookupError(f"{series} went blind without ever having been seen")
    reading = replace(reading, degraded=False)
    watching = [rule.id for each in indicators if series in each.series for rule in each.rules]
    standby = _standby(measures, itself, now)
    stands_in = _stand_ins(measures.book, series, primary, now) is not None
    return Alert(
        id=f"{BLIND}:{series}:{reading.as_of:%Y-%m-%dT%H:%MZ}:{transition.kind}",
        rule=BLIND,
        topic=HEALTH,
        kind=transition.kind,
        indicator=series,
        value=reading.value,
        level=None,
        unit=reading.unit,
        vendor=reading.vendor,
        as_of=reading.as_of,
        day=reading.day,
        decided_at=now,
        message=messages.blind(
            reading, transition, watching, standby, stands_in=stands_in, held=held
        ),
    )


def _standby(measures: Measures, itself: Indicator, now: datetime) -> Reading | None:
    """What a fallback says meanwhile."""
    shown = measures.reading(itself, now)
    return shown if shown is not None and shown.degraded and not shown.late else None
