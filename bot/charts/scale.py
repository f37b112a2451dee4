"""Which values and days a picture's axes span, and what is written along them."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.charts.sheet import Sheet
from bot.language import ENGLISH, _, spoken
from bot.model import Unit
from bot.wording import SCALES, level_text, number

LOGARITHMIC_FROM_DAYS = 5 * 365
"""Over a longer span equal distances are equal percentages, or the early years lie flat."""
LOGARITHMIC_RATIO = 3.0
REACH = 1.0
"""A line further from the values than they span would press them flat: an arrow points to it."""
MARGIN = 0.07
MOST_DECIMALS = 4
MOST_TICKS = 6
DAY_STEPS, MONTH_STEPS, YEAR_STEPS = (1, 2, 4, 7, 14), (1, 2, 3, 6), (1, 2, 5, 10, 20)
LONGEST_IN_DAYS, LONGEST_IN_MONTHS = 75, 3 * 365
SUFFIXES = {Unit.PCT: " %", Unit.PP: " pp"}
SIGNED = (Unit.PP, Unit.CORRELATION, Unit.DEVIATIONS, Unit.USD_BN_A_MONTH)
BRIEF = (
    Unit.POINTS, Unit.PCT, Unit.PP, Unit.SCORE, Unit.CORRELATION, Unit.TRUTH,
)  # fmt: skip
"""Units in which a value is short as people write it."""
WHOLE = {Unit.SCORE: (0.0, 100.0), Unit.TRUTH: (0.0, 1.0)}


@dataclass(frozen=True, slots=True)
class Heights:
    """From the lowest value that has room to the highest."""

    low: float
    high: float
    logarithmic: bool = False

    def hold(self, value: float) -> bool:
        """Whether there is room for a value."""
        return self.low <= value <= self.high


def heights(sheet: Sheet) -> Heights:
    """Room for all values, and for the lines that are near them."""
    seen = (*sheet.values, *(mark.value for mark in sheet.marks))
    low, high = WHOLE.get(sheet.unit, (min(seen), max(seen)))
    low, high = min(low, *seen), max(high, *seen)
    reach = REACH * (high - low) or abs(high) / 10 or 1.0
    lines = [each.level for each in sheet.watched] + [*sheet.records[-1:]]
    lines += [each.recovery for each in sheet.watched if each.recovery is not None]
    near = [line for line in lines if low - reach <= line <= high + reach]
    low, high = min(low, *near, low), max(high, *near, high)
    long = (sheet.until - sheet.since).days >= LOGARITHMIC_FROM_DAYS
    if long and low > 0 and high / low >= LOGARITHMIC_RATIO:
        room = (high / low) ** MARGIN
        return Heights(low / room, high * room, logarithmic=True)
    room = MARGIN * (high - low) or abs(high) / 20 or 1.0
    return Heights(low - room, high + room)


def axis_text(value: float, unit: Unit, step: float) -> str:
    """A round value as it stands beside the axis; `step` is how far it is to the next one."""
    if unit is Unit.TRUTH:
        return number(value, unit)
    scale, name = next(((s, n) for s, n in SCALES if abs(value) >= s), (1.0, "{number}"))
    if unit is Unit.POINTS:
        scale, name = 1.0, "{number}"
    sign = "+" if unit in SIGNED and value > 0 else ""
    shown = _(name).format(number=_figure(value / scale, _digits(step / scale)))
    return f"{sign}{shown}{SUFFIXES.get(unit, '')}"


def edge_text(value: float, unit: Unit) -> str:
    """A value as it stands at the end of its line, where there is room for a few signs."""
    if unit in BRIEF:
        return level_text(value, unit) if value == round(value) else number(value, unit)
    scale = next((scale for scale, _name in SCALES if abs(value) >= scale), 1.0)
    shown = float(f"{value / scale:.3g}")
    return axis_text(value, unit, (shown % 1.0 or 1.0) * scale)


def _digits(step: float) -> int:
    """So many decimals tell values apart that lie such a step from each other."""
    return next(
        (d for d in range(MOST_DECIMALS) if math.isclose(round(step, d), step)), MOST_DECIMALS
    )


def _figure(value: float, digits: int) -> str:
    if spoken() == ENGLISH:
        return f"{value:,.{digits}f}"
    from babel.numbers import format_decimal  # noqa: PLC0415 - English does without.

    places = f".{'0' * digits}" if digits else ""
    return format_decimal(value, format=f"#,##0{places}", locale=spoken())


def day_ticks(since: date, until: date) -> list[tuple[date, str]]:
    """Some round days of the period, with what is written below each."""
    length = (until - since).days
    if length <= LONGEST_IN_DAYS:
        step = _step(length, DAY_STEPS)
        days = [since + timedelta(days=n) for n in range(length % step // 2, length + 1, step)]
        return [(day, _day_and_month(day)) for day in days]
    if length <= LONGEST_IN_MONTHS:
        step = _step(length / 30.4, MONTH_STEPS)
        days = [day for day in _firsts_of_months(since, until) if (day.month - 1) % step == 0]
        return [
            (day, _month(day, with_year=n == 0 or day.month == 1)) for n, day in enumerate(days)
        ]
    step = _step(length / 365.25, YEAR_STEPS)
    years = [year for year in range(since.year + 1, until.year + 1) if year % step == 0]
    return [(date(year, 1, 1), str(year)) for year in years]


def _step(length: float, steps: Sequence[int]) -> int:
    return next((step for step in steps if length / step <= MOST_TICKS), steps[-1])


def _firsts_of_months(since: date, until: date) -> Iterator[date]:
    day = since.replace(day=1)
    while day <= until:
        if day >= since:
            yield day
        day = (day + timedelta(days=31)).replace(day=1)


def _month(day: date, *, with_year: bool) -> str:
    name = f"{day:%b}" if spoken() == ENGLISH else _babel_day(day, "LLL")
    return f"{name}\n{day.year}" if with_year else name


def _day_and_month(day: date) -> str:
    return f"{day.day} {day:%b}" if spoken() == ENGLISH else _babel_day(day, "d MMM")


def _babel_day(day: date, pattern: str) -> str:
    from babel.dates import format_date  # noqa: PLC0415 - English does without.

    return format_date(day, pattern, locale=spoken())
