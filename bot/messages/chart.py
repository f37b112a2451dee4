"""A chart, and in words what it shows, for whoever cannot see it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

from bot import rules
from bot.language import _, counted, speaking, spoken
from bot.model import Chart, Indicator, LevelRule, Message, Point, Unit
from bot.wording import day_text, level_text, number


def chart_of(
    indicator: Indicator, points: Sequence[Point], since: date, until: date
) -> Chart | None:
    """The chart of a number over some days, in the language that is spoken; None without values."""
    shown = [point for point in points if since <= point.day <= until]
    if not shown:
        return None
    title = _("Chart of {title}.").format(title=_(indicator.title))
    words = " ".join([title, course_text(indicator, shown), *_crossings(indicator, shown)])
    return Chart(indicator.key, since, until, words, spoken())


def illustrated(message: Message, draw: Callable[[], Chart | None]) -> Message:
    """The message with what `draw` gives in its language, and each translation likewise."""
    translations = []
    for code, said in message.translations:
        with speaking(code):
            translations.append((code, replace(said, chart=draw())))
    return replace(message, chart=draw(), translations=tuple(translations))


def course_text(indicator: Indicator, shown: Sequence[Point]) -> str:
    """In a sentence, whose values these are, at least one, and between which they moved."""
    words = counted(
        "{count} value by {vendor}, {first_day}: {last}.",
        "{count} values by {vendor}, {first_day} to {last_day}: from {first} to {last}, lowest "
        "{lowest} on {lowest_day}, highest {highest} on {highest_day}.",
        len(shown),
    )
    return words.format(
        count=len(shown),
        vendor=shown[-1].vendor,
        **_said("first", shown[0], indicator.unit),
        **_said("last", shown[-1], indicator.unit),
        **_said("lowest", min(shown, key=_value), indicator.unit),
        **_said("highest", max(shown, key=_value), indicator.unit),
    )


def _said(name: str, point: Point, unit: Unit) -> dict[str, str]:
    return {name: number(point.value, unit), f"{name}_day": day_text(point.day)}


def _value(point: Point) -> float:
    return point.value


def _crossings(indicator: Indicator, shown: Sequence[Point]) -> list[str]:
    """How often each level is crossed, one way or the other."""
    lines = []
    for rule in (rule for rule in indicator.rules if isinstance(rule, LevelRule)):
        sides = [rules.beyond(rule, point.value) for point in shown]
        days = [
            point.day for (a, b), point in zip(pairwise(sides), shown[1:], strict=True) if a != b
        ]
        level = level_text(rule.level, indicator.unit)
        if not days:
            lines.append(_("It does not cross the level of {level}.").format(level=level))
            continue
        words = counted(
            "It crosses the level of {level} once, on {day}.",
            "It crosses the level of {level} {count} times, last on {day}.",
            len(days),
        )
        lines.append(words.format(level=level, count=len(days), day=day_text(days[-1])))
    return lines
