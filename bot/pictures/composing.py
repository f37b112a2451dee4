"""What a chart shows: a number's past, what its rules made of it, and the alerts that were told."""

from collections.abc import Iterator, Sequence
from itertools import accumulate

from bot import rules
from bot.charts.sheet import Mark, Sheet, Stretch, Watched
from bot.charts.single import SHAPES
from bot.model import Alert, BreakoutRule, Chart, Indicator, LevelRule, Point
from bot.studies.episodes import episodes


def compose(
    chart: Chart, indicator: Indicator, points: Sequence[Point], alerts: Sequence[Alert]
) -> Sheet | None:
    """The chart's sheet from all the past there is; None where nothing falls into its period.

    What happened after the chart's last day is left out: whoever looks later sees the same.
    """
    past = [point for point in points if point.day <= chart.until]
    shown = [point for point in past if point.day >= chart.since]
    if not shown:
        return None
    records: tuple[float, ...] = ()
    if any(isinstance(rule, BreakoutRule) for rule in indicator.rules):
        records = tuple(accumulate((point.value for point in past), max))[-len(shown) :]
    return Sheet(
        title=indicator.title,
        unit=indicator.unit,
        since=chart.since,
        until=chart.until,
        days=tuple(point.day for point in shown),
        values=tuple(point.value for point in shown),
        vendor=shown[-1].vendor,
        as_of=shown[-1].as_of,
        records=records,
        watched=tuple(_watched(indicator)),
        stretches=tuple(_stretches(chart, indicator, points)),
        marks=tuple(_marks(chart, alerts)),
        language=chart.language,
    )


def _watched(indicator: Indicator) -> Iterator[Watched]:
    for rule in indicator.rules:
        if isinstance(rule, LevelRule):
            recovery = rules.recovery_level(rule)
            yield Watched(
                rule.id, rule.side, rule.level, recovery if recovery != rule.level else None
            )


def _stretches(chart: Chart, indicator: Indicator, points: Sequence[Point]) -> Iterator[Stretch]:
    for rule in indicator.rules:
        for each in episodes(rule, points):
            ended = each.ended if each.ended and each.ended <= chart.until else None
            if each.began <= chart.until and (ended is None or ended >= chart.since):
                yield Stretch(rule.id, max(each.began, chart.since), ended)


def _marks(chart: Chart, alerts: Sequence[Alert]) -> Iterator[Mark]:
    """The alerts on the number, oldest first."""
    for alert in reversed(alerts):
        is_shown = alert.kind in SHAPES and chart.since <= alert.day <= chart.until
        if alert.indicator == chart.indicator and is_shown:
            yield Mark(alert.rule, alert.kind, alert.day, alert.value)
