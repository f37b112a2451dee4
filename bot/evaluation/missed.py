"""What happened while nobody looked: told once, together, labelled, and never as news."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial

from bot import messages
from bot.board import Look
from bot.calendar import final_at
from bot.catalogue import SERIES
from bot.language import in_every_language
from bot.model import Alert, Indicator, Kind, Message

NEWS_LASTS = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Dated:
    """An alert, and from when on it is told late."""

    alert: Alert
    late_from: datetime


def late_from(indicator: Indicator, day: date) -> datetime:
    """When an indicator's value of a day is no news any more.

    That is a day after it could be known, or later where its series' own calendar allows more.
    """
    series = [SERIES[key] for key in indicator.series]
    return max(
        final_at(each.cadence, day) + max(NEWS_LASTS, timedelta(hours=each.late_after_hours))
        for each in series
    )


def told(alerts: Iterable[Dated], look: Look, now: datetime) -> Iterator[Alert]:
    """Alerts in time as they are; of those that come late one for each topic, which names them.

    The late ones are recorded quietly under their own ids, so that they are never told again and
    a revision can correct them.
    """
    late: dict[str, list[Alert]] = {}
    for each in alerts:
        if now < each.late_from:
            yield each.alert
        else:
            late.setdefault(each.alert.topic, []).append(each.alert)
    for group in late.values():
        ordered = sorted(group, key=lambda alert: alert.day)
        yield from (replace(alert, quiet=True) for alert in ordered)
        newest = ordered[-1]
        yield replace(
            newest,
            id=f"{newest.id}:{Kind.LATE}",
            kind=Kind.LATE,
            decided_by=(),
            message=in_every_language(partial(_found_late, ordered, look)),
        )


def _found_late(alerts: Sequence[Alert], look: Look) -> Message:
    return messages.found_late(alerts, look())
