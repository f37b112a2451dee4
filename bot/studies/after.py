"""What came after a rule's firings, followed and put into words: the number of cases first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.formulas.changes import in_percent, in_units
from bot.model import Indicator, Point, Rule
from bot.studies import track
from bot.studies.episodes import FEW, episodes, firings
from bot.studies.track import Daily, Outcome, Spread
from bot.wording import day_text

LISTED = 4
"""Up to so many changes are named one by one instead of by their median."""


@dataclass(frozen=True, slots=True)
class Followed:
    """One rule's firings and what came after."""

    rule: str
    vendor: str
    """Whose values it fired by."""
    fired: tuple[date, ...]
    since: date
    """The first day on which the rule and what came after are known."""
    rotation: tuple[Outcome, ...]
    dominance: tuple[Outcome, ...]

    @property
    def n(self) -> int:
        """For how many firings at least one window is over."""
        return max(len(each.after) for each in (*self.rotation, *self.dominance))


def follow(
    rule: Rule,
    indicator: Indicator,
    points: Sequence[Point],
    rotation: Daily | None,
    dominance: Daily | None,
    *,
    before: date | None = None,
) -> Followed | None:
    """Follow a rule's firings, or only those before a day; None where nothing is stored of it.

    One of `rotation` and `dominance` must be known.
    """
    if not points:
        return None
    found = [day for day in firings(episodes(rule, points)) if before is None or day < before]
    fired = tuple(track.told_on(indicator, day) for day in found)
    first = points[0].day
    starts = [each.first for each in (rotation, dominance) if each is not None]
    return Followed(
        rule.id,
        points[-1].vendor,
        fired,
        max(first, min(starts)),
        track.outcomes(fired, first, rotation, in_percent),
        track.outcomes(fired, first, dominance, in_units),
    )


def firing_lines(seen: Followed) -> list[str]:
    """How many firings there were, and what came after them at each horizon."""
    days = [day for day in seen.fired if day >= seen.since]
    told = f"{seen.rule} ({seen.vendor}): n = {seen.n} of {len(seen.fired)} firings"
    if len(days) < len(seen.fired):
        told += f", {len(seen.fired) - len(days)} of them before {day_text(seen.since)}"
    if seen.n == 0:
        return [f"{told}: there is nothing to follow."]
    if seen.n < FEW:
        told += f". Fewer than {FEW} are stories, not a rate"
    if len(days) <= LISTED:
        told += f". Told on {', '.join(map(day_text, days))}"
    return [f"{told}.", *map(_after, seen.rotation, seen.dominance)]


def _after(rotation: Outcome, dominance: Outcome) -> str:
    counts = {len(rotation.after), len(dominance.after)}
    waiting = max(rotation.not_over, dominance.not_over)
    wait = f", {waiting} not over yet" if waiting else ""
    return (
        f"  {rotation.days} days: TOTAL3/BTC {_values(rotation.after, '+z.0f', ' %')}, "
        f"dominance {_values(dominance.after, '+z.1f', ' pp')}; {count_text(counts)}{wait}"
    )


def _values(changes: Sequence[float], form: str, unit: str) -> str:
    """Each change where they are few, else their median and the middle half."""
    if not changes:
        return "unknown"
    found = track.spread(changes)
    if found is None or len(changes) <= LISTED:
        return f"{', '.join(format(each, form) for each in changes)}{unit}"
    return spread_text(found, form, unit)


def spread_text(found: Spread | None, form: str, unit: str) -> str:
    """A median with the middle half around it."""
    if found is None:
        return "unknown"
    low, middle, high = (format(each, form) for each in (found.low, found.median, found.high))
    return f"{middle}{unit} ({low} to {high})"


def count_text(counts: set[int]) -> str:
    """The number of cases, or its range where measures differ in it."""
    return f"n {' to '.join(f'{count:,}' for count in sorted(counts))}"
