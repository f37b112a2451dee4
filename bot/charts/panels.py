"""One series over time, with its record and the levels that its rules watch."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from bot.charts.paint import FAINT, INK, colour, on_axis
from bot.charts.tracks import Span, Track
from bot.model import BreakoutRule, LevelRule, Rule, Series, Unit
from bot.wording import day_text, level_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LOGARITHMIC_FROM = timedelta(days=5 * 365)
"""Over a longer span equal distances are equal percentages, or the early years lie flat."""
LONGEST_GAP = timedelta(days=10)
"""Values further apart are not joined: what was not measured is not drawn."""
WORTH_SAYING = 0.15
"""A panel empty for this share of its width says since when there is data."""


def draw_panel(
    axes: "Axes", series: Series, shown: Track | None, rules: Sequence[Rule], span: Span
) -> None:
    """Draw a series; "no data" where nothing of it is known."""
    title = f"{series.title} ({series.unit})"
    if shown is None:
        axes.set_title(title)
        axes.set_yticks([])
        axes.text(0.5, 0.5, "no data", transform=axes.transAxes, color=FAINT, ha="center")
        return
    for rule in rules:
        if isinstance(rule, BreakoutRule):
            x, y = joined(shown.moments, shown.records)
            pale = (colour(rule.topic), 0.5)
            axes.plot(x, y, color=pale, drawstyle="steps-post", label="record close")
    x, y = joined(shown.moments, shown.values)
    axes.plot(x, y, color=INK, marker="." if len(y) == 1 else "", label=series.title)
    _draw_levels(axes, series.unit, [r.level for r in rules if isinstance(r, LevelRule)])
    if series.unit is Unit.POINTS:
        # Beside the title, where no line runs.
        axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, borderaxespad=0.0)
        is_long = span.length >= LOGARITHMIC_FROM
        title += ", logarithmic" if is_long else ""
        _count_points(axes, logarithmic=is_long)
    if series.unit is Unit.SCORE:
        axes.set_yticks([0.0, 25.0, 50.0, 75.0, 100.0])
    axes.set_title(title)
    _say_what_is_missing(axes, shown, span)


def joined(
    moments: Sequence[datetime], values: Sequence[float], longest_gap: timedelta = LONGEST_GAP
) -> tuple[list[float], list[float]]:
    """The points of a line that is broken where values are missing."""
    x, y = [on_axis(moments[0])], [values[0]]
    for (before, after), value in zip(pairwise(moments), values[1:], strict=True):
        if after - before > longest_gap:
            x.append(on_axis(before))
            y.append(math.nan)
        x.append(on_axis(after))
        y.append(value)
    return x, y


def _draw_levels(axes: "Axes", unit: Unit, levels: Sequence[float]) -> None:
    """The lines that rules watch, named at the right; the names of neighbours keep apart."""
    for level in levels:
        axes.axhline(level, color=FAINT, linestyle="--", linewidth=0.9)
        apart = "bottom" if level == max(levels) else "top"
        axes.annotate(
            level_text(level, unit), (1.0, level), (4.0, 0.0),
            xycoords=axes.get_yaxis_transform(), textcoords="offset points",
            va=apart if len(levels) > 1 else "center",
        )  # fmt: skip


def _count_points(axes: "Axes", *, logarithmic: bool) -> None:
    from matplotlib.ticker import LogLocator, NullLocator, StrMethodFormatter  # noqa: PLC0415

    if logarithmic:
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 1.5, 2.0, 3.0, 5.0, 7.0)))
        axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))


def _say_what_is_missing(axes: "Axes", shown: Track, span: Span) -> None:
    empty = shown.moments[0] - span.first
    if empty > span.length * WORTH_SAYING:
        axes.text(
            on_axis(span.first + empty / 2), 0.5, f"no data before {day_text(shown.first_day)}",
            transform=axes.get_xaxis_transform(), color=FAINT, ha="center", va="center",
            bbox={"facecolor": "white", "edgecolor": "none"},
        )  # fmt: skip
