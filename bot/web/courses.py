"""How the numbers have moved, as it is drawn: read from the store only when a day has ended."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.catalogue import SERIES
from bot.charts.sheet import Sheet
from bot.messages import chart_of, course_text
from bot.model import Alert, Cadence, Indicator, Point, Reading, Snapshot
from bot.past import StoredPast
from bot.pictures.composing import compose
from bot.web.sparkline import Sparkline, sparkline

LEADER = "russell_2000"
CHARTED = timedelta(days=2 * 365)
SPANS = {Cadence.WEDNESDAY: timedelta(days=364), Cadence.MONTH: timedelta(days=3 * 365)}
SPAN = timedelta(days=90)
"""How far back a sparkline looks, where its number's calendar is not named above."""
LONGEST_KEPT = timedelta(hours=1)
"""Days that are over change when another one ends; and rarely, when a value is revised."""
EMPTY_KEPT = timedelta(minutes=1)
"""A past that is not there yet may be loaded any minute."""


@dataclass(frozen=True, slots=True)
class Leader:
    """What the chart shows, and the same in words."""

    sheet: Sheet
    words: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """The courses of all numbers that have one."""

    sparklines: Mapping[str, Sparkline]
    """By indicator."""
    leader: Leader | None
    """The Russell 2000 with its record, its breakouts and its alerts."""


@dataclass(frozen=True, slots=True)
class _Kept:
    sparkline: Sparkline | None
    leader: Leader | None
    sign: tuple[object, ...]
    """What it is drawn anew for, once it is another."""
    until: datetime


class Courses:
    """Keeps what is drawn, and not the values: forty years of them take megabytes."""

    def __init__(self, past: StoredPast, indicators: Sequence[Indicator]) -> None:
        """Take what reads the past, and what is watched."""
        self._past = past
        self._indicators = indicators
        self._kept: dict[str, _Kept] = {}

    async def drawn(self, snapshot: Snapshot, alerts: Sequence[Alert]) -> Drawn:
        """The courses of all numbers that can be read now; raises StoreUnavailable."""
        now = snapshot.board.as_of
        readings = {each.indicator: each for each in snapshot.readings}
        newest = {each.indicator: each.id for each in reversed(alerts)}
        for each in self._indicators:
            if each.key not in readings:
                self._kept.pop(each.key, None)
                continue
            sign = (*_day(readings[each.key]), newest.get(each.key))
            kept = self._kept.get(each.key)
            if kept is None or kept.sign != sign or now >= kept.until:
                self._kept[each.key] = await self._draw(each, alerts, sign, now)
        sparklines = {key: kept.sparkline for key, kept in self._kept.items() if kept.sparkline}
        leader = self._kept.get(LEADER)
        return Drawn(sparklines, leader.leader if leader else None)

    async def _draw(
        self, indicator: Indicator, alerts: Sequence[Alert], sign: tuple[object, ...], now: datetime
    ) -> _Kept:
        today = now.date()
        since = today - SPANS.get(SERIES[indicator.series[0]].cadence, SPAN)
        leader = None
        if indicator.key == LEADER:
            # A record is nothing without all the past there is.
            points = await self._past.recent(indicator.key, date.min)
            leader = await asyncio.to_thread(_leader, indicator, points, alerts, today)
        else:
            points = await self._past.recent(indicator.key, since)
        shown = [point for point in points if point.day >= since]
        words = course_text(indicator, shown) if shown else ""
        until = now + (LONGEST_KEPT if shown else EMPTY_KEPT)
        return _Kept(sparkline(shown, since, today, words), leader, sign, until)


def _leader(
    indicator: Indicator, points: Sequence[Point], alerts: Sequence[Alert], today: date
) -> Leader | None:
    if not points:
        return None
    chart = chart_of(indicator, points, max(points[0].day, today - CHARTED), today)
    sheet = compose(chart, indicator, points, alerts) if chart else None
    return Leader(sheet, chart.alternative) if chart and sheet else None


def _day(reading: Reading) -> tuple[date, bool]:
    return reading.day, reading.final
