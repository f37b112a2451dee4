"""How often one thing was followed by another, beside how often any day was."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.model import Point
from bot.studies.episodes import Episode


@dataclass(frozen=True, slots=True)
class Tally:
    """Days whose window is over, how many of them were followed, and those left out."""

    n: int
    hits: int
    during: int
    """Days on which what was to follow was already there."""
    unknown: int
    """Days before the first or too near the last one known: nobody can say."""

    @property
    def share(self) -> float | None:
        """The share that was followed; None of no days."""
        return self.hits / self.n if self.n else None


@dataclass(frozen=True, slots=True)
class Season:
    """The days of which it is known whether a rule's episode was on, and when one began."""

    days: Sequence[date]
    found: Sequence[Episode]

    @classmethod
    def of(cls, points: Sequence[Point], found: Sequence[Episode]) -> "Season":
        """The days of these values, and the episodes that they made."""
        return cls([point.day for point in points], found)

    def is_on(self, day: date) -> bool:
        """Whether an episode was on at the end of a day."""
        place = bisect_right(self.found, day, key=lambda each: each.began)
        last = self.found[place - 1] if place else None
        return last is not None and (last.ended is None or day < last.ended)

    def reaches(self, first: date, last: date) -> bool:
        """Whether both days lie within what is known."""
        return bool(self.days) and self.days[0] <= first and last <= self.days[-1]

    def next(self, day: date, within: timedelta) -> date | None:
        """The first day after `day`, and within so long, on which somebody saw it begin."""
        onsets = (each.began for each in self.found if each.seen)
        return next((onset for onset in onsets if day < onset <= day + within), None)

    def tally(self, days: Iterable[date], within: timedelta) -> Tally:
        """How many of these days it followed."""
        n = hits = during = unknown = 0
        for day in days:
            if not self.reaches(day, day + within):
                unknown += 1
            elif self.is_on(day):
                during += 1
            else:
                n += 1
                hits += self.next(day, within) is not None
        return Tally(n, hits, during, unknown)

    def base(self, within: timedelta) -> Tally:
        """How many of all days it followed."""
        return self.tally(self.days, within)
