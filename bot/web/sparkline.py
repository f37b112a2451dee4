"""A number's course as a line the size of a word."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.model import Point
from bot.web.paths import Frame, Place, line

WIDTH, HEIGHT, MARGIN = 120, 28, 3
"""In its own units; the dot at the end needs the margin."""


@dataclass(frozen=True, slots=True)
class Sparkline:
    """What is drawn, and what it says to whoever cannot see it."""

    path: str
    end: Place
    words: str


def sparkline(points: Sequence[Point], since: date, until: date, words: str) -> Sparkline | None:
    """The values of some days, from the lowest to the highest; None where there are none."""
    shown = [point for point in points if since <= point.day <= until]
    if not shown:
        return None
    days, values = [point.day for point in shown], [point.value for point in shown]
    inner = Frame(
        since, until, min(values), max(values),
        width=WIDTH - 2 * MARGIN, height=HEIGHT - 2 * MARGIN, top=MARGIN,
    )  # fmt: skip
    places = [(across + MARGIN, down) for across, down in inner.places(days, values)]
    return Sparkline(line(days, places), places[-1], words)
