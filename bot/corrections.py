"""Revisions: a value that was told and is another now corrects its message; it fires nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from bot import messages, rules
from bot.book import Book
from bot.catalogue import SERIES
from bot.model import Alert, Indicator, Kind, LevelRule, Point, Rule, RuleState, Status, Transition

TOLD = frozenset({Kind.FIRED, Kind.RESOLVED, Kind.INVALIDATED, Kind.RECLAIMED})

Told = tuple[tuple[date, float], ...]
"""Days and their values, as they were when they decided."""


def deciding(book: Book, series: str, rule: Rule, news: Transition, point: Point) -> Told:
    """The values of the alert's vendor that decided it, oldest first.

    Of a decision that two vendors shared, only what this one said and what speaks for it.
    """
    count = 1 if news.kind is Kind.RESOLVED else rule.confirmations
    last = book.values_up_to(series, point.vendor, point.day, count)
    return tuple(
        (each.day, each.value)
        for each in last
        if _speaks_for(rule, news.kind, news.level, each.value)
    )


def apply(
    book: Book,
    indicators: Sequence[Indicator],
    told: Sequence[Alert],
    states: dict[str, RuleState],
    now: datetime,
) -> Iterator[Alert]:
    """The corrections that are due; a state that rests on old values is worked out anew."""
    watched = {rule.id: (each, rule) for each in indicators for rule in each.rules}
    for alert in told:
        if alert.kind not in TOLD or alert.rule not in watched or not alert.decided_by:
            continue
        indicator, rule = watched[alert.rule]
        series = indicator.series[0]
        present = [(day, book.value(series, alert.vendor, day)) for day, _ in alert.decided_by]
        revised = tuple((day, value) for day, value in present if value is not None)
        number, said = _last_word(alert, told)
        if revised == said.decided_by or len(revised) < len(present):
            continue
        stands = all(_speaks_for(rule, alert.kind, alert.level, value) for _, value in revised)
        if stands is said.withdrawn:
            _work_out_anew(book, series, rule, alert, states, now=now, stands=stands)
        elif not _matters(series, said.value, revised[-1][1]):
            continue
        yield replace(
            alert,
            id=f"{alert.id}:{Kind.CORRECTED}:{number + 1}",
            kind=Kind.CORRECTED,
            value=revised[-1][1],
            decided_at=now,
            decided_by=revised,
            withdrawn=not stands,
            message=messages.correction(alert, said.decided_by, revised, stands=stands),
        )


def _speaks_for(rule: Rule, kind: Kind, level: float | None, value: float) -> bool:
    """Whether a value is one of those on which a transition of this kind rests."""
    if isinstance(rule, LevelRule):
        if kind is Kind.RESOLVED:
            return rules.recovered(rule, value)
        return rules.beyond(rule, value)
    if level is None:
        return False
    return value < level if kind is Kind.INVALIDATED else value > level


def _last_word(alert: Alert, told: Sequence[Alert]) -> tuple[int, Alert]:
    """How often an alert was corrected, and the last of it that was told."""
    prefix = f"{alert.id}:{Kind.CORRECTED}:"
    corrections = [each for each in told if each.id.startswith(prefix)]
    numbered = {int(each.id.removeprefix(prefix)): each for each in corrections}
    return max(numbered.items(), default=(0, alert), key=lambda pair: pair[0])


def _matters(series: str, before: float, after: float) -> bool:
    """Whether a value moved by more than two vendors of the same number usually differ."""
    apart = SERIES[series].apart
    return before != after and (apart is None or abs(after - before) > apart.of(before))


def _work_out_anew(
    book: Book,
    series: str,
    rule: Rule,
    alert: Alert,
    states: dict[str, RuleState],
    *,
    now: datetime,
    stands: bool,
) -> None:
    """Put the rule where the revised values would have put it, silently."""
    vendor, state = book.primary(series), states.get(rule.id)
    if vendor is None or state is None or state.last_day is None:
        return
    if vendor != alert.vendor:
        # A fallback decided, and the first vendor is silent about those days.
        running = stands is (alert.kind is not Kind.RESOLVED)
        status = Status.FIRING if running else Status.NORMAL
        states[rule.id] = replace(rules.thaw(state), status=status, streak=0)
        return
    last = state.last_day
    past = book.final_points(series, vendor, now, None)
    folded = rules.fold(rule, (point for point in past if point.day <= last))
    if folded is not None:
        states[rule.id] = folded
