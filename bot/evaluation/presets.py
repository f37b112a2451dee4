"""The preset rules: each sees the final values of its indicator that it has not seen yet."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from bot import board, corrections, messages, rules
from bot.book import Book, point
from bot.language import in_every_language
from bot.measures import Measures
from bot.model import Alert, Indicator, Kind, LevelRule, Point, Rule, RuleState, Transition

Trails = dict[str, list[tuple[date, RuleState]]]
"""Rule -> its state after each day that it saw in this evaluation, oldest first."""


@dataclass(frozen=True, slots=True)
class News:
    """A rule's transition, with the value that decided it."""

    indicator: Indicator
    rule: Rule
    transition: Transition
    point: Point
    decided_by: corrections.Told
    is_past: bool
    """Seen at the first start: it only says where things stand, and is told to nobody."""


def follow(
    measures: Measures,
    indicator: Indicator,
    states: dict[str, RuleState],
    trails: Trails,
    *,
    now: datetime,
) -> list[News]:
    """Step an indicator's rules through its new values, where there are any."""
    if not measures.moved(indicator, [states.get(rule.id) for rule in indicator.rules], now):
        return []
    news = []
    for rule in indicator.rules:
        news += _follow(measures, indicator, rule, states, trails, now=now)
    return news


def _follow(
    measures: Measures,
    indicator: Indicator,
    rule: Rule,
    states: dict[str, RuleState],
    trails: Trails,
    *,
    now: datetime,
) -> list[News]:
    before = _true_to_the_book(measures, indicator, rule, states.get(rule.id), now)
    is_past = before is None or before.tentative
    seen = None if before is None or before.tentative else before.last_day
    values = measures.points(indicator, now, seen)
    blind = measures.late(indicator, now)
    stand_ins = _stand_ins(measures.book, indicator, now) if blind else None
    if stand_ins is not None and seen is not None:
        last = values[-1].day if values else seen
        values += [each for each in stand_ins if each.day > last]
    news = _never_told(measures, indicator, rule, states.get(rule.id), before, now=now)
    state, trail = before, trails.setdefault(rule.id, [])
    for value in values:
        state, transition = rules.step(rule, state, value)
        trail.append((value.day, state))
        if transition is not None:
            decided = corrections.deciding(measures, indicator, rule, transition, value, now=now)
            news.append(News(indicator, rule, transition, value, decided, is_past))
    sampled = None if blind else _by_a_sample(measures.book, indicator, rule, state)
    if sampled is not None:
        state, seen_now = sampled
        news.append(replace(seen_now, is_past=is_past))
    state = _glimpse(measures.book, indicator, rule, state)
    if state is not None:
        frozen = blind and stand_ins is None
        states[rule.id] = rules.freeze(state) if frozen else rules.thaw(state)
    return news


def _by_a_sample(
    book: Book, indicator: Indicator, rule: Rule, state: RuleState | None
) -> tuple[RuleState, News] | None:
    """What a look at the unfinished day decides, where it may; one that decides nothing is free.

    The value goes on changing all day: no revision of it corrects what it decided.
    """
    may = isinstance(rule, LevelRule) and rule.on_samples
    vendor = book.primary(indicator.series[0])
    latest = book.latest(indicator.series[0], vendor) if vendor and may else None
    if latest is None or state is None or state.tentative:
        return None
    after, transition = rules.step(rule, state, point(latest))
    if transition is None:
        return None
    if transition.kind is Kind.RESOLVED and transition.episode < latest.day:
        # The rest of the day may fire again: its id is free, as this episode began on another day.
        after = replace(after, last_day=state.last_day)
    return after, News(indicator, rule, transition, point(latest), (), is_past=False)


def _glimpse(
    book: Book, indicator: Indicator, rule: Rule, state: RuleState | None
) -> RuleState | None:
    """First sight may rest on a sample of a day that is not over, where there is one."""
    vendor = book.primary(indicator.series[0])
    latest = None if vendor is None else book.latest(indicator.series[0], vendor)
    if latest is None or indicator.derive is not None:
        return state
    return rules.glimpse(rule, state, point(latest))


def _stand_ins(book: Book, indicator: Indicator, now: datetime) -> list[Point] | None:
    """The values of the first fallback that is in time and whose scale is known; None: nobody's.

    What is worked out from several values has no scale of its own to put them on.
    """
    if indicator.derive is not None:
        return None
    return stand_ins(book, indicator.series[0], now)


def stand_ins(book: Book, series: str, now: datetime) -> list[Point] | None:
    """A series' values from the first fallback that can stand in; None while nobody can."""
    vendor = book.primary(series)
    if vendor is None:
        return None
    for other in book.vendors(series):
        if other == vendor or book.late(series, other, now) is not False:
            continue
        if book.usual_distance(series, vendor, other, now) is not None:
            last = book.last_final(series, vendor, now)
            return book.stand_in_points(series, other, now, last)
    return None


def _true_to_the_book(
    measures: Measures, indicator: Indicator, rule: Rule, state: RuleState | None, now: datetime
) -> RuleState | None:
    """A state whose record rests on a close that was corrected since is worked out anew, silently.

    Otherwise one bad close would stand as the record for ever.
    """
    vendors = measures.first_vendors(indicator)
    record = state.record if state else None
    if vendors is None or state is None or record is None or state.last_day is None:
        return state
    held = {record.reference_day: record.reference, record.high_day: record.high}
    in_book = {day: measures.book.value(indicator.series[0], vendors[0], day) for day in held}
    # A day that only a fallback has told of is not in the book of the first vendor.
    if all(value is None or value == held[day] for day, value in in_book.items()):
        return state
    return state_on(measures, indicator, rule, state.last_day, now)


def _never_told(
    measures: Measures,
    indicator: Indicator,
    rule: Rule,
    was: RuleState | None,
    corrected: RuleState | None,
    *,
    now: datetime,
) -> list[News]:
    """The firing that a mistaken record hid: with the corrected one it happened."""
    if was is None or corrected is None or was is corrected or was.episode == corrected.episode:
        return []
    if board.firing(rules.thaw(was)) or not board.firing(corrected):
        return []
    state: RuleState | None = None
    for value in measures.points(indicator, now, None):
        state, transition = rules.step(rule, state, value)
        is_it = transition is not None and transition.episode == corrected.episode
        if transition is not None and is_it and transition.kind is Kind.FIRED:
            decided = corrections.deciding(measures, indicator, rule, transition, value, now=now)
            return [News(indicator, rule, transition, value, decided, is_past=False)]
    return []


def state_on(
    measures: Measures, indicator: Indicator, rule: Rule, day: date, now: datetime
) -> RuleState | None:
    """The state that all values up to a day lead to."""
    past = measures.points(indicator, now, None)
    return rules.fold(rule, (point for point in past if point.day <= day))


def alert(item: News, look: board.Look, now: datetime) -> Alert:
    """The alert of a preset rule's transition."""
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
        message=in_every_language(
            lambda: messages.alert(indicator, rule, transition, value, look())
        ),
        decided_by=item.decided_by,
    )
