"""Inflation from a monthly price index, month matched with month.

The index of October 2025 was never collected. A month measured against it has no inflation, and
the last month that has one says so.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot.calendar import NEVER_PUBLISHED
from bot.formulas.words import month_text
from bot.model import Measure, Point

MONTHS_A_YEAR = 12
QUARTER_MONTHS = 3


def year_on_year(prices: Sequence[Point]) -> list[Measure]:
    """The percent change against the same month a year earlier."""
    return _inflation(prices, MONTHS_A_YEAR)


def quarter_annualised(prices: Sequence[Point]) -> list[Measure]:
    """The percent change against three months earlier, as if it went on for a year."""
    return _inflation(prices, QUARTER_MONTHS)


def _inflation(prices: Sequence[Point], months: int) -> list[Measure]:
    by_month = {_month(price.day): price.value for price in prices}
    power = MONTHS_A_YEAR // months
    measures = []
    for price in prices:
        base = by_month.get(_month(price.day) - months)
        if base is not None:
            measures.append(Measure(price.day, 100.0 * ((price.value / base) ** power - 1.0)))
    if measures and measures[-1].day != prices[-1].day:
        measures[-1] = replace(measures[-1], note=_why_none(prices[-1].day, months))
    return measures


def _month(day: date) -> int:
    return day.year * MONTHS_A_YEAR + day.month - 1


def _why_none(day: date, months: int) -> str:
    year, month = divmod(_month(day) - months, MONTHS_A_YEAR)
    base = date(year, month + 1, 1)
    reason = "was never published" if base in NEVER_PUBLISHED else "is missing"
    return f"{month_text(day)} has none: {month_text(base)} {reason}"
