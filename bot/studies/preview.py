"""What subscribing to a rule would have meant: how often it fired, for how long, how it flapped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from bot.model import Point, Rule
from bot.studies.episodes import episodes, firings

FLAP = timedelta(days=10)
"""A firing that ends within so many days has flapped back."""
DAYS_A_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Preview:
    """One rule over all daily values that are known."""

    rule: str
    vendor: str
    first: date
    last: date
    fired: tuple[date, ...]
    ended: int
    """Firings that are over; the others still last."""
    median_days: float | None
    """From firing to end, of those that are over; None without any."""
    flapped: int
    judged: int
    """Firings of which it is known whether they flapped back within ten days."""
    began_true: bool
    """It was true on the first day already, which is no firing."""

    @property
    def years(self) -> float:
        """How long the past is."""
        return (self.last - self.first).days / DAYS_A_YEAR


def preview(rule: Rule, points: Sequence[Point]) -> Preview | None:
    """The rule's own past; None without a single value."""
    if not points:
        return None
    last = points[-1].day
    found = episodes(rule, points)
    seen = [each for each in found if each.seen]
    lengths = [each.ended - each.began for each in seen if each.ended is not None]
    flapped = sum(length <= FLAP for length in lengths)
    lasting = sum((each.ended or last) - each.began > FLAP for each in seen)
    return Preview(
        rule=rule.id,
        vendor=points[-1].vendor,
        first=points[0].day,
        last=last,
        fired=firings(found),
        ended=len(lengths),
        median_days=median(length.days for length in lengths) if lengths else None,
        flapped=flapped,
        judged=flapped + lasting,
        began_true=len(seen) < len(found),
    )
