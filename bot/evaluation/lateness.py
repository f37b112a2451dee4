"""The rule `blind`: a series that an active rule needs goes quiet, and is back."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot import messages, rules
from bot.catalogue import SERIES
from bot.evaluation.presets import stand_ins
from bot.language import in_every_language
from bot.measures import Measures
from bot.model import Alert, Indicator, Reading, RuleState, Transition

BLIND = "blind"
"""The id of the rule that says when a series an active rule needs goes blind, and sees again."""
HEALTH = "health"


def follow(
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
            alerts.append(_alert(measures, indicators, series, transition, held=said, now=now))
    return alerts


def _alert(
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
    watching = [each for each in indicators if series in each.series]
    stood_in = stand_ins(measures.book, series, now) is not None
    served = [each for each in watching if stood_in and each.derive is None]
    standby = _standby(measures, itself, now)
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
        message=in_every_language(
            lambda: messages.blind(
                reading,
                transition,
                [rule.id for each in watching for rule in each.rules],
                standby,
                served=[rule.id for each in served for rule in each.rules],
                held=held,
            )
        ),
    )


def _standby(measures: Measures, itself: Indicator, now: datetime) -> Reading | None:
    """What a fallback says meanwhile."""
    shown = measures.reading(itself, now)
    return shown if shown is not None and shown.degraded and not shown.late else None
