"""The chart of the page, laid out: what lies where, and what is written beside it.

Lines are in thousandths of the width, which is the reader's; heights are in pixels.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from bot.charts.scale import axis_text, day_ticks, heights
from bot.charts.sheet import Sheet
from bot.model import Kind, Unit
from bot.web.paths import Frame, line, stairs
from bot.wording import day_text, number

WIDTH, HEIGHT, TOP, BOTTOM = 1000, 340, 20, 40
MOST_LINES = 5
ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)
KINDS = {
    "last": "Last close",
    Kind.FIRED: "Broke its record",
    Kind.INVALIDATED: "The breakout failed",
    Kind.RECLAIMED: "The breakout came back",
    Kind.CORRECTED: "Corrected",
}
"""What is marked, and what it means."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A round value or day; `share` is its place across in percent, `down` in pixels."""

    words: tuple[str, ...]
    share: float = 0.0
    down: float = 0.0


@dataclass(frozen=True, slots=True)
class Placed:
    """An alert where it happened."""

    kind: str
    share: float
    down: float
    words: str


@dataclass(frozen=True, slots=True)
class Shade:
    """The days of an episode, in percent of the width."""

    share: float
    width: float


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the table that says the same as the drawing."""

    day: date
    """Its last one that is known."""
    close: str
    record: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything that is drawn, from back to front."""

    shades: tuple[Shade, ...]
    lines: tuple[Tick, ...]
    days: tuple[Tick, ...]
    record: str
    course: str
    end: Placed
    marks: tuple[Placed, ...]
    months: tuple[Month, ...]


def drawing(sheet: Sheet) -> Drawing:
    """Lay a sheet out."""
    shown = heights(sheet)
    room = HEIGHT - TOP - BOTTOM
    frame = Frame(sheet.since, sheet.until, shown.low, shown.high, WIDTH, room, TOP)
    records = frame.places(sheet.days, sheet.records) if sheet.records else []
    return Drawing(
        shades=tuple(_shades(sheet, frame)),
        lines=tuple(_lines(sheet.unit, frame)),
        days=tuple(_days(frame)),
        record=stairs(sheet.days, records) if records else "",
        course=line(sheet.days, frame.places(sheet.days, sheet.values)),
        end=_placed("last", sheet.days[-1], sheet.values[-1], frame, sheet.unit),
        marks=tuple(
            _placed(mark.kind, mark.day, mark.value, frame, sheet.unit) for mark in sheet.marks
        ),
        months=tuple(_months(sheet)),
    )


def _shades(sheet: Sheet, frame: Frame) -> Iterator[Shade]:
    for each in sheet.stretches:
        began, ended = frame.across(each.began), frame.across(each.ended or sheet.until)
        yield Shade(_share(began), _share(ended - began))


def _lines(unit: Unit, frame: Frame) -> Iterator[Tick]:
    values = round_values(frame.low, frame.high)
    step = values[1] - values[0] if len(values) > 1 else 1.0
    for value in values:
        yield Tick((axis_text(value, unit, step),), down=frame.down(value))


def round_values(low: float, high: float) -> list[float]:
    """Some round values between two others."""
    if not low < high:
        return [low]
    rough = (high - low) / MOST_LINES
    power = 10.0 ** math.floor(math.log10(rough))
    step = next((each * power for each in ROUND if each * power >= rough), ROUND[-1] * power)
    first = math.ceil(low / step)
    return [(first + n) * step for n in range(MOST_LINES + 1) if (first + n) * step <= high]


def _days(frame: Frame) -> Iterator[Tick]:
    for day, words in day_ticks(frame.since, frame.until):
        yield Tick(tuple(words.split("\n")), share=_share(frame.across(day)))


def _placed(what: str, day: date, value: float, frame: Frame, unit: Unit) -> Placed:
    words = f"{KINDS.get(what, what)} {day_text(day)}, {number(value, unit)}"
    return Placed(what, _share(frame.across(day)), round(frame.down(value), 1), words)


def _months(sheet: Sheet) -> Iterator[Month]:
    """The last close of each month, and the record that stood with it."""
    rows = zip(sheet.days, sheet.values, sheet.records or sheet.values, strict=True)
    for _month, group in groupby(rows, key=lambda row: (row[0].year, row[0].month)):
        *_earlier, (day, value, record) = group
        yield Month(day, number(value, sheet.unit), number(record, sheet.unit))


def _share(across: float) -> float:
    return round(100.0 * across / WIDTH, 2)
