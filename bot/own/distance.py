"""How near a rule is to firing: what its conditions read now, and how far that has to move."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.model import Condition, Indicator, KeptRule, Point, Reading, Window
from bot.own import watch
from bot.own.windows import SLACK_DAYS, over


@dataclass(frozen=True, slots=True)
class Present:
    """What a condition reads now.

    `counts` is False of a value that is late or stands in for its vendor's: no rule looks at it.
    """

    condition: Condition
    value: float
    vendor: str
    as_of: datetime
    final: bool
    counts: bool

    @property
    def holds(self) -> bool:
        """Whether the condition is true, as far as can be told."""
        return self.counts and watch.holds(self.condition, self.value)

    @property
    def distance(self) -> float:
        """What the value still has to move, in its unit and with its sign."""
        return self.condition.level - self.value

    @property
    def relative_distance(self) -> float:
        """The distance as a share of the larger of value and level; 0 where it holds."""
        if self.holds:
            return 0.0
        return abs(self.distance) / (max(abs(self.value), abs(self.condition.level)) or 1.0)


@dataclass(frozen=True, slots=True)
class Standing:
    """A chat's rule beside what each of its conditions reads now."""

    kept: KeptRule
    presents: tuple[Present | None, ...]

    @property
    def relative_distance(self) -> float | None:
        """That of the condition farthest from being true; None while one cannot be told."""
        known = [each for each in self.presents if each is not None and each.counts]
        if len(known) < len(self.presents):
            return None
        return max(each.relative_distance for each in known)


def present(
    condition: Condition,
    indicator: Indicator,
    reading: Reading | None,
    past: Sequence[Point],
) -> Present | None:
    """What the condition reads now, or None while it has no value.

    `past` holds the indicator's final daily values, oldest first; only a change needs it.
    """
    if reading is None:
        return None
    value: float | None = reading.value
    if condition.window is not None:
        value = _change(condition.window, indicator, reading, past)
    if value is None:
        return None
    return Present(
        condition,
        value,
        reading.vendor,
        reading.as_of,
        reading.final,
        counts=not (reading.late or reading.degraded),
    )


def presents(
    conditions: Iterable[Condition],
    indicators: Mapping[str, Indicator],
    readings: Mapping[str, Reading],
    pasts: Mapping[str, Sequence[Point]],
) -> dict[Condition, Present | None]:
    """What each condition reads now; readings and pasts by indicator."""
    return {
        each: present(
            each,
            indicators[each.indicator],
            readings.get(each.indicator),
            pasts.get(each.indicator, ()),
        )
        for each in conditions
        if each.indicator in indicators
    }


def nearest_first(
    kept: Sequence[KeptRule], presents: Mapping[Condition, Present | None]
) -> list[Standing]:
    """The rules that fire, then the others by their distance, and last those without a value."""
    standings = [
        Standing(each, tuple(presents.get(condition) for condition in each.rule.conditions))
        for each in kept
    ]
    return sorted(standings, key=_order)


def _order(standing: Standing) -> tuple[bool, float, int]:
    far = standing.relative_distance
    if standing.kept.firing:
        return False, -1.0, standing.kept.number
    return far is None, far or 0.0, standing.kept.number


def _change(
    window: Window, indicator: Indicator, reading: Reading, past: Sequence[Point]
) -> float | None:
    """The change up to the reading; a fallback's value is never set against another vendor's."""
    before = [each for each in past[-(window.amount + SLACK_DAYS + 2) :] if each.day < reading.day]
    if reading.degraded or not before:
        return None
    newest = Point(reading.day, reading.value, reading.vendor, reading.as_of)
    changes = over(window, [*before, newest], indicator.unit)
    return changes[-1].value if changes and changes[-1].day == reading.day else None
