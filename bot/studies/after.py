"""What came after a rule's firings, followed and put into words: the number of cases first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from bot.formulas.changes import in_percent, in_units
from bot.language import _, counted
from bot.model import Indicator, Point, Rule
from bot.studies import track
from bot.studies.episodes import FEW, episodes, firings
from bot.studies.track import Daily, Outcome, Spread
from bot.wording import day_text, figure, percent, points

LISTED = 4
"""Up to so many changes are named one by one instead of by their median."""


@dataclass(frozen=True, slots=True)
class Measured:
    """How the changes of a measure are written."""

    form: str
    unit: Callable[[float, str], str]

    def text(self, change: float) -> str:
        """One change with its unit."""
        return self.unit(change, self.form)


ROTATION = Measured("+z.0f", percent)
"""Of TOTAL3 in units of Bitcoin."""
SHARE = Measured("+z.1f", points)
"""Of Bitcoin dominance."""


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
    told = counted(
        "{rule} ({vendor}): n = {n} of {count} firings",
        "{rule} ({vendor}): n = {n} of {count} firings",
        len(seen.fired),
    ).format(rule=seen.rule, vendor=seen.vendor, n=seen.n, count=len(seen.fired))
    if len(days) < len(seen.fired):
        before = _("{told}, {count} of them before {day}")
        unseen = len(seen.fired) - len(days)
        told = before.format(told=told, count=unseen, day=day_text(seen.since))
    if seen.n == 0:
        return [_("{told}: there is nothing to follow.").format(told=told)]
    said = [f"{told}."]
    if seen.n < FEW:
        said.append(_("Fewer than {count} are stories, not a rate.").format(count=FEW))
    if len(days) <= LISTED:
        said.append(_("Told on {days}.").format(days=", ".join(map(day_text, days))))
    return [" ".join(said), *map(_after, seen.rotation, seen.dominance)]


def _after(rotation: Outcome, dominance: Outcome) -> str:
    counts = {len(rotation.after), len(dominance.after)}
    waiting = max(rotation.not_over, dominance.not_over)
    line = horizon_line(
        rotation.days, _values(rotation.after, ROTATION), _values(dominance.after, SHARE), counts
    )
    if not waiting:
        return line
    not_over = counted("{count} not over yet", "{count} not over yet", waiting)
    return f"{line}, {not_over.format(count=waiting)}"


def horizon_line(days: int, rotation: str, dominance: str, counts: set[int]) -> str:
    """What two measures did within so many days, and in how many cases."""
    line = _("{count} days: TOTAL3/BTC {rotation}, dominance {dominance}; {cases}").format(
        count=days, rotation=rotation, dominance=dominance, cases=_cases(counts)
    )
    return f"  {line}"


def _values(changes: Sequence[float], measure: Measured) -> str:
    """Each change where they are few, else their median and the middle half."""
    if not changes:
        return _("unknown")
    found = track.spread(changes)
    if found is None or len(changes) <= LISTED:
        *first, last = changes
        return ", ".join([*(figure(each, measure.form) for each in first), measure.text(last)])
    return spread_text(found, measure)


def spread_text(found: Spread | None, measure: Measured) -> str:
    """A median with the middle half around it."""
    if found is None:
        return _("unknown")
    return _("{median} ({low} to {high})").format(
        median=measure.text(found.median),
        low=figure(found.low, measure.form),
        high=figure(found.high, measure.form),
    )


def _cases(counts: set[int]) -> str:
    """The number of cases, or its range where measures differ in it."""
    least, most = (figure(count, ",") for count in (min(counts), max(counts)))
    if least == most:
        return f"n {least}"
    return _("n {least} to {most}").format(least=least, most=most)
