"""Values too far from the one before to be used: held until another sample or vendor confirms."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from math import sqrt

from bot.book import Book
from bot.calendar import next_day
from bot.catalogue import SERIES
from bot.model import Bound, Cadence, Observation, Series
from bot.wording import moment_text, number

SAME_TIME = timedelta(minutes=30)
MOST_STEPS = 100
SECOND_SAMPLE = timedelta(minutes=10)
"""A look taken sooner may be the same mistake, served from the same cache."""

Key = tuple[str, str]
"""A series and its vendor."""


@dataclass(frozen=True, slots=True)
class _Doubt:
    observation: Observation
    before: float
    """The value from which it would have been too long a step."""


class Doubts:
    """What is held back of each vendor's series."""

    def __init__(self) -> None:
        """Begin without any doubt."""
        self._held: dict[Key, list[_Doubt]] = {}

    def sift(self, book: Book, observations: Iterable[Observation]) -> list[Observation]:
        """Those that can be used now, with those of before that they confirm; the rest is held."""
        ordered = sorted(observations, key=lambda o: (o.series, o.vendor, o.day, o.as_of))
        usable: list[Observation] = []
        for key, group in groupby(ordered, key=lambda o: (o.series, o.vendor)):
            usable += self._sift(book, key, list(group))
        return usable

    def notice(self, series: str, vendor: str) -> str:
        """What is held of a vendor's series, as a sentence; empty if nothing is."""
        held = self._held.get((series, vendor))
        if not held:
            return ""
        known, newest = SERIES[series], held[-1]
        value = number(newest.observation.value, known.unit)
        return (
            f"Held back: {vendor}'s {known.title} of {value} "
            f"(as of {moment_text(newest.observation.as_of)}), too far from "
            f"{number(newest.before, known.unit)} to be used before something confirms it."
        )

    def _sift(self, book: Book, key: Key, observations: list[Observation]) -> list[Observation]:
        series = SERIES.get(key[0])
        if series is None or series.step is None:
            return observations
        usable: list[Observation] = []
        last = _before(book, key, observations[0])
        for each in observations:
            if last is None or _near(series, last, each):
                self._forget_older(key, each)
            elif _agrees_elsewhere(book, series, each):
                self._held.pop(key, None)
            else:
                confirmed = self._confirmed_by(book, series, last, each)
                if confirmed is None:
                    self._hold(series, key, each, last.value)
                    continue
                usable += [held for held in confirmed if held.day != each.day]
            usable.append(each)
            last = each
        return usable

    def _forget_older(self, key: Key, accepted: Observation) -> None:
        """A newer value that is near the old ones refutes what was held."""
        held = [d for d in self._held.get(key, ()) if d.observation.as_of > accepted.as_of]
        if held:
            self._held[key] = held
        else:
            self._held.pop(key, None)

    def _confirmed_by(
        self, book: Book, series: Series, last: Observation, second: Observation
    ) -> list[Observation] | None:
        """What was held and is confirmed by this second look; None if nothing is."""
        key = (second.series, second.vendor)
        confirmed = [
            doubt.observation
            for doubt in self._held.get(key, ())
            if _near(series, doubt.observation, second)
            and _is_second_look(series, last, doubt.observation, second)
            and (
                second.day > doubt.observation.day or not _contradicted(book, series, last, second)
            )
        ]
        if not confirmed:
            return None
        del self._held[key]
        return confirmed

    def _hold(self, series: Series, key: Key, observation: Observation, before: float) -> None:
        """Keep the first look at a value: the second must come some time after it."""
        held = [d for d in self._held.get(key, ()) if d.observation.day != observation.day]
        same_day = [d for d in self._held.get(key, ()) if d.observation.day == observation.day]
        if same_day and _near(series, same_day[0].observation, observation):
            return
        self._held[key] = [*held, _Doubt(observation, before)]


def _before(book: Book, key: Key, observation: Observation) -> Observation | None:
    """The accepted value that a new one is a step away from: its own day's, else the one before."""
    return book.on_or_before(*key, observation.day)


def _near(series: Series, last: Observation, new: Observation) -> bool:
    """Whether such steps happen; over n steps a value wanders about sqrt(n) times as far."""
    return series.step is None or _within(series.step, last, new)


def _within(bound: Bound, last: Observation, new: Observation) -> bool:
    steps = _steps(SERIES[new.series].cadence, last.day, new.day)
    return abs(new.value - last.value) <= bound.of(last.value) * sqrt(steps)


def _steps(cadence: Cadence, first: date, last: date) -> int:
    """How many values of this cadence lie between two days, at least one."""
    if abs((last - first).days) <= 1:
        return 1
    steps, day = 1, next_day(cadence, min(first, last))
    while day < max(first, last) and steps < MOST_STEPS:
        day = next_day(cadence, day)
        steps += 1
    return steps


def _is_second_look(
    series: Series, last: Observation, first: Observation, second: Observation
) -> bool:
    """Whether the two looks are independent enough for so long a step."""
    if second.day > first.day:
        return True
    if series.far is not None and not _within(series.far, last, second):
        return False
    if series.cadence is Cadence.UTC_DAY and second.observed_at.date() > second.day:
        # The day is over, and the vendor stands by what it said of it.
        return second.observed_at > first.observed_at
    looked = second.as_of if series.cadence is Cadence.UTC_DAY else second.observed_at
    looked_first = first.as_of if series.cadence is Cadence.UTC_DAY else first.observed_at
    return looked - looked_first >= SECOND_SAMPLE


def _agrees_elsewhere(book: Book, series: Series, new: Observation) -> bool:
    """Whether another vendor has the same day about there, on the scale of this one."""
    return any(abs(other - new.value) <= _step(series, new) for other in _others(book, series, new))


def _contradicted(book: Book, series: Series, last: Observation, new: Observation) -> bool:
    """Whether another vendor has the same day about where this one was before."""
    return any(
        abs(other - last.value) <= _step(series, last) for other in _others(book, series, new)
    )


def _step(series: Series, seen: Observation) -> float:
    return 0.0 if series.step is None else series.step.of(seen.value)


def _others(book: Book, series: Series, new: Observation) -> Iterator[float]:
    """What other vendors say of the same day, on the scale of this one; none from before a jump.

    Of a sampled series only what was sampled about when this one was.
    """
    for vendor in book.vendors(series.key):
        other = book.latest(series.key, vendor)
        if vendor == new.vendor or other is None or other.day != new.day:
            continue
        if series.cadence is Cadence.UTC_DAY and abs(other.as_of - new.as_of) > SAME_TIME:
            continue
        usual = book.usual_distance(series.key, new.vendor, vendor, new.observed_at) or 0.0
        yield other.value + usual
