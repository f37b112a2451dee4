"""Two vendors of one number that part by more than they usually do: a state of its own."""

from datetime import datetime, timedelta

from bot.book import Book
from bot.catalogue import SERIES
from bot.model import Cadence, Observation, Series
from bot.wording import gap, moment_text, number

SAME_TIME = timedelta(minutes=30)
"""Samples taken further apart in time may differ because the market moved."""


def apart(book: Book, series: str, vendor: str, other: str, now: datetime) -> str | None:
    """A sentence if they have drifted apart, empty if not, None if it cannot be told now."""
    known = SERIES[series]
    one, two = book.latest(series, vendor), book.latest(series, other)
    if known.apart is None or one is None or two is None or not _comparable(known, one, two):
        return None
    usual = book.usual_distance(series, vendor, other, now)
    if usual is None:
        return None
    distance = one.value - two.value
    if abs(distance - usual) <= known.apart.of(one.value):
        return ""
    return (
        f"{vendor} and {other} have drifted apart on {known.title}: "
        f"{number(one.value, known.unit)} (as of {moment_text(one.as_of)}) against "
        f"{number(two.value, known.unit)} (as of {moment_text(two.as_of)}); "
        f"their usual distance is {gap(usual, known.unit)}."
    )


def _comparable(series: Series, one: Observation, two: Observation) -> bool:
    if series.cadence is Cadence.UTC_DAY and not (one.final and two.final):
        return abs(one.as_of - two.as_of) <= SAME_TIME
    return one.day == two.day and one.final and two.final
