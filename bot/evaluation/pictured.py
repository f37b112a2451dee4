"""Alerts on which a picture says more than a sentence carry the chart of the number that decided.

It ends with the alert's own day, so that a chat that hears of it late sees the same.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot import messages
from bot.measures import Measures
from bot.model import Alert, Indicator, Kind

TOPICS = ("breakout", "phase")
SHOWN = timedelta(days=365)
_A_DAY = timedelta(days=1)


def pictured(
    alert: Alert, measures: Measures, indicators: Sequence[Indicator], now: datetime
) -> Alert:
    """The alert with a chart, if it is of such a topic and news."""
    indicator = next((each for each in indicators if each.key == alert.indicator), None)
    is_news = alert.kind is not Kind.LATE and not alert.quiet
    if indicator is None or alert.topic not in TOPICS or not is_news:
        return alert
    watched, since = indicator, alert.day - SHOWN
    points = measures.points(watched, now, since - _A_DAY)
    message = messages.illustrated(
        alert.message, lambda: messages.chart_of(watched, points, since, alert.day)
    )
    return replace(alert, message=message)
