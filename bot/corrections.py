"""Revisions: a value that was told and is another now corrects its message; it fires nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial

from bot import messages, rules
from bot.catalogue import SERIES
from bot.language import in_every_language
from bot.measures import Measures
from bot.model import (
    BOTH,
    Alert,
    Indicator,
    Kind,
    LevelRule,
    Observation,
    Point,
    Rule,
    RuleState,
    Status,
    Transition,
)

TOLD = frozenset({Kind.FIRED, Kind.RESOLVED, Kind.INVALIDATED, Kind.RECLAIMED})

Told = tuple[tuple[date, float], ...]
"""Days and their values, as they were when they decided."""


LEAST_SHARE = 0.1
"""Of a rule's dead band: a smaller revision of an alert that stands is not worth a message."""
CONFIRMED_WITHIN = timedelta(days=30)
"""Values further apart are not consecutive."""


def deciding(
    measures: Measures,
    indicator: Indicator,
    rule: Rule,
    news: Transition,
    point: Point,
    *,
    now: datetime,
) -> Told:
    """The values of the alert's vendor that decided it, oldest first.

    Of a decision that two vendors shared, only what this one said and what speaks for it.
    """
    count = 1 if news.kind is Kind.RESOLVED else rule.confirmations
    last: Sequence[Point | Observation]
    if indicator.derive is None:
        last = measures.book.values_up_to(indicator.series[0], point.vendor, point.day, count)
    elif count == 1:
        last = [point]
    else:
        recent = measures.points(indicator, now, point.day - CONFIRMED_WITHIN)
        last = [each for each in recent if each.day <= point.day][-count:]
    return tuple(
        (each.day, each.value)
        for each in last
        if _speaks_for(rule, news.kind, news.level, each.value)
    )


def apply(
    measures: Measures,
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
        days = [day for day, _ in alert.decided_by]
        present = measures.told(indicator, alert.vendor, days, now)
        revised = tuple((d, v) for d, v in zip(days, present, strict=True) if v is not None)
        times, said = _last_word(alert, told)
        if revised == said.decided_by or len(revised) < len(present):
            continue
        stands = all(_speaks_for(rule, alert.kind, alert.level, value) for _, value in revised)
        if stands is said.withdrawn:
            _work_out_anew(measures, indicator, rule, alert, states, now=now, stands=stands)
        elif not _matters(indicator, rule, said.value, revised[-1][1]):
            continue
        yield replace(
            alert,
            id=f"{alert.id}:{Kind.CORRECTED}:{times + 1}",
            kind=Kind.CORRECTED,
            value=revised[-1][1],
            decided_at=now,
            decided_by=revised,
            withdrawn=not stands,
            quiet=False,
            message=in_every_language(
                partial(
                    messages.correction,
                    alert,
                    said.decided_by,
                    revised,
                    stands=stands,
                    derived=bool(indicator.derive),
                    instead=None if stands else _instead(alert, states.get(rule.id)),
                )
            ),
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


def _instead(alert: Alert, state: RuleState | None) -> date | None:
    """The other day on which it happened by the revised values, where it did."""
    running = state is not None and state.status in (Status.FIRING, Status.RECOVERING)
    if state is None or not running or alert.kind is not Kind.FIRED or state.episode == alert.day:
        return None
    return state.episode


def _matters(indicator: Indicator, rule: Rule, before: float, after: float) -> bool:
    """Whether a value moved by more than two vendors of the same number usually differ.

    Of a number worked out from others: whether it moved by a tenth of its rule's dead band.
    """
    if indicator.derive is not None and isinstance(rule, LevelRule):
        return abs(after - before) >= rule.band * LEAST_SHARE
    apart = SERIES[indicator.series[0]].apart
    return before != after and (apart is None or abs(after - before) > apart.of(before))


def _work_out_anew(
    measures: Measures,
    indicator: Indicator,
    rule: Rule,
    alert: Alert,
    states: dict[str, RuleState],
    *,
    now: datetime,
    stands: bool,
) -> None:
    """Put the rule where the revised values would have put it, silently."""
    vendors, state = measures.first_vendors(indicator), states.get(rule.id)
    if vendors is None or state is None or state.last_day is None:
        return
    if BOTH.join(dict.fromkeys(vendors)) != alert.vendor:
        # A fallback decided, and the first vendor is silent about those days.
        running = stands is (alert.kind is not Kind.RESOLVED)
        status = Status.FIRING if running else Status.NORMAL
        states[rule.id] = replace(rules.thaw(state), status=status, streak=0)
        return
    last = state.last_day
    past = measures.points(indicator, now, None)
    folded = rules.fold(rule, (point for point in past if point.day <= last))
    if folded is not None:
        states[rule.id] = folded
