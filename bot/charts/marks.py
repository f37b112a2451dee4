"""A mark for each alert: its topic's colour, filled where something begins."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.charts.paint import FAINT, colour, in_order, on_axis
from bot.model import Alert, Kind

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.path import Path

OPENING = frozenset({Kind.FIRED, Kind.RECLAIMED, Kind.STALE, Kind.LATE})
"""Kinds that begin something; the others end or correct it."""
DOT, TICK = 32.0, 80.0
"""Areas, in square points."""


def mark(axes: "Axes", placed: Sequence[tuple[Alert, float]], tick: "Path | None" = None) -> None:
    """Mark each alert at the height given: with a dot, or with the tick."""
    for topic in in_order({alert.topic for alert, _ in placed}):
        for opens in (False, True):
            points = [
                (on_axis(alert.decided_at), height)
                for alert, height in placed
                if alert.topic == topic and (alert.kind in OPENING) is opens
            ]
            axes.scatter(
                [x for x, _ in points], [y for _, y in points], TICK if tick else DOT,
                marker=tick or "o", facecolors=colour(topic) if opens else "white",
                edgecolors="white" if opens and not tick else colour(topic),
                linewidths=0.6 if opens else 1.3, zorder=4.0,
                label=f"{topic} {'begins' if opens else 'ends'}",
            )  # fmt: skip


def draw_strip(axes: "Axes", lanes: Sequence[str], alerts: Sequence[Alert]) -> None:
    """A row a topic, the first at the top, with a tick for each of its alerts."""
    from matplotlib.path import Path  # noqa: PLC0415 - slow to load, and rarely wanted.

    heights = {topic: -float(place) for place, topic in enumerate(lanes)}
    upright = Path([(-1, -4), (1, -4), (1, 4), (-1, 4), (-1, -4)], closed=True)
    mark(axes, [(alert, heights[alert.topic]) for alert in alerts], upright)
    axes.set_title("Other alerts")
    axes.set_ylim(0.3 - len(lanes), 0.7)
    axes.set_yticks(list(heights.values()), lanes)
    axes.tick_params(axis="y", length=0)
    for label, topic in zip(axes.get_yticklabels(), lanes, strict=True):
        label.set_color(colour(topic))


def name_marks(drawn: "Figure", topics: set[str]) -> None:
    """Say below what colours and fillings mean; the strip's rows bear their own names."""
    from matplotlib.lines import Line2D  # noqa: PLC0415 - slow to load, and rarely wanted.

    def example(words: str, edge: str, fill: str) -> Line2D:
        return Line2D(
            [], [], linestyle="", marker="o", markersize=7.0,
            color=edge, markerfacecolor=fill, label=words,
        )  # fmt: skip

    known = [example(topic, colour(topic), colour(topic)) for topic in in_order(topics)]
    filled, hollow = (
        example("begins", FAINT, FAINT),
        example("ends, or is corrected", FAINT, "white"),
    )
    drawn.legend(handles=[*known, filled, hollow], loc="outside lower center", ncols=len(known) + 2)
