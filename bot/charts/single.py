"""The picture of one number: readable on a phone, on a light and on a dark background.

It brings its own white card, and is drawn about two and a half times as large as a phone shows it.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from itertools import pairwise
from statistics import median_low
from typing import TYPE_CHECKING

from bot.charts.marks import OPENING
from bot.charts.paint import INK, RULE_COLOURS, SOFT, WHITE, image, on_axis, our_style
from bot.charts.panels import LONGEST_GAP, joined
from bot.charts.scale import Heights, axis_text, day_ticks, edge_text, heights
from bot.charts.sheet import Sheet
from bot.language import N_, _, speaking
from bot.model import Kind, Side, Unit
from bot.wording import moment_text, number

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, HEIGHT, DOTS_PER_INCH = 1000, 625, 100.0
TITLE_SIZE, SOURCE_SIZE, LABEL_SIZE, LEGEND_SIZE = 23.0, 16.0, 16.0, 15.0
LEFT, RIGHT, TOP, BOTTOM = 0.115, 0.855, 0.82, 0.215
"""The axes' edges, as shares of the picture."""
MOST_SIGNS_ACROSS = 74
"""Of a line in SOURCE_SIZE; a longer one is written smaller."""
MOST_SIGNS_BESIDE = 9
LABELS_APART = 27.0
"""Between two labels on the right edge, in dots."""
FEW, MANY = 45, 1_500
"""So few values are marked one by one, of so many the line is thinner."""
RECORD = RULE_COLOURS[0]
SHAPES = {
    Kind.FIRED: ("o", N_("fired")),
    Kind.RESOLVED: ("o", N_("resolved")),
    Kind.INVALIDATED: ("X", N_("failed")),
    Kind.RECLAIMED: ("D", N_("came back")),
    Kind.CORRECTED: ("s", N_("corrected")),
}
"""Kinds that are marked, each with its shape, and what it says."""
MARK_AREA, SHADE = 110.0, 0.14


def png(sheet: Sheet) -> bytes:
    """The picture, WIDTH x HEIGHT."""
    return image(single(sheet), "png")


def single(sheet: Sheet) -> "Figure":
    """Draw one number with its levels, its episodes and its alerts."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow to load, and rarely wanted.

    with speaking(sheet.language), our_style():
        size = (WIDTH / DOTS_PER_INCH, HEIGHT / DOTS_PER_INCH)
        drawn = Figure(figsize=size, dpi=DOTS_PER_INCH, facecolor=WHITE)
        axes = drawn.add_axes((LEFT, BOTTOM, RIGHT - LEFT, TOP - BOTTOM))
        shown = heights(sheet)
        _draw_values(axes, sheet, shown)
        _draw_days(axes, sheet)
        _draw_heights(axes, sheet.unit, shown)
        _label_right(axes, sheet, shown)
        _head(drawn, sheet)
        drawn.legend(
            handles=_legend(sheet), loc="lower left", bbox_to_anchor=(0.02, 0.0), ncols=4,
            fontsize=LEGEND_SIZE, handletextpad=0.4, columnspacing=1.2, borderaxespad=0.3,
        )  # fmt: skip
    return drawn


def _x(day: date) -> float:
    return on_axis(datetime.combine(day, time(), UTC))


def _colours(sheet: Sheet) -> dict[str, str]:
    return {rule: RULE_COLOURS[n % len(RULE_COLOURS)] for n, rule in enumerate(sheet.rules)}


def _draw_values(axes: "Axes", sheet: Sheet, shown: Heights) -> None:
    colours = _colours(sheet)
    for stretch in sheet.stretches:
        first, last = _x(stretch.began), _x(stretch.ended or sheet.until)
        low, high = _shaded(stretch.rule, sheet, shown)
        face = (colours[stretch.rule], SHADE)
        axes.fill([first, last, last, first], [low, low, high, high], color=face, linewidth=0)
    for each in sheet.watched:
        axes.axhline(each.level, color=colours[each.rule], linestyle="--", linewidth=2.0)
        if each.recovery is not None:
            axes.axhline(each.recovery, color=colours[each.rule], linestyle=":", linewidth=1.6)
    if shown.low < 0 < shown.high:
        axes.axhline(0.0, color=SOFT, linewidth=1.2)
    moments = [datetime.combine(day, time(), UTC) for day in sheet.days]
    steps = [after - before for before, after in pairwise(moments)]
    gap = max(LONGEST_GAP, 3 * median_low(steps)) if steps else LONGEST_GAP
    if sheet.records:
        axes.plot(
            *joined(moments, sheet.records, gap), color=RECORD, linewidth=1.6,
            drawstyle="steps-post",
        )  # fmt: skip
    few = len(moments) <= FEW
    axes.plot(
        *joined(moments, sheet.values, gap), color=INK,
        linewidth=2.4 if len(moments) < MANY else 1.4, marker="." if few else "",
        markersize=9.0,
    )  # fmt: skip
    axes.plot(_x(sheet.days[-1]), sheet.values[-1], color=INK, marker="o", markersize=9.0)
    for mark in sheet.marks:
        opens = mark.kind in OPENING
        axes.scatter(
            [_x(mark.day)], [mark.value], MARK_AREA, marker=SHAPES[mark.kind][0],
            facecolors=colours[mark.rule] if opens else WHITE,
            edgecolors=WHITE if opens else colours[mark.rule], linewidths=1.0 if opens else 2.4,
            zorder=5.0,
        )  # fmt: skip


def _shaded(rule: str, sheet: Sheet, shown: Heights) -> tuple[float, float]:
    """Where a rule's episodes are shaded: from its level to the next on its side, or to the edge.

    The colours of two rules that fire at once would add up to a third.
    """
    own = next((each for each in sheet.watched if each.rule == rule), None)
    if own is None:
        return shown.low, shown.high
    others = [each.level for each in sheet.watched if each.side is own.side]
    if own.side is Side.BELOW:
        return max((each for each in others if each < own.level), default=shown.low), own.level
    return own.level, min((each for each in others if each > own.level), default=shown.high)


def _draw_days(axes: "Axes", sheet: Sheet) -> None:
    margin = max(0.5, (sheet.until - sheet.since).days / 100)
    axes.set_xlim(_x(sheet.since) - margin, _x(sheet.until) + margin)
    ticks = day_ticks(sheet.since, sheet.until)
    axes.set_xticks([_x(day) for day, _text in ticks], [text for _day, text in ticks])
    axes.tick_params(axis="both", labelsize=LABEL_SIZE, length=0)


def _draw_heights(axes: "Axes", unit: Unit, shown: Heights) -> None:
    from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator  # noqa: PLC0415

    axes.set_ylim(shown.low, shown.high)
    if shown.logarithmic:
        axes.set_yscale("log")
        axes.yaxis.set_minor_locator(NullLocator())
        axes.set_ylim(shown.low, shown.high)
        ticks = LogLocator(subs=(1.0, 2.0, 5.0)).tick_values(shown.low, shown.high)
    else:
        ticks = MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]).tick_values(shown.low, shown.high)
    if unit is Unit.SCORE:
        ticks = [0.0, 25.0, 50.0, 75.0, 100.0]
    if unit is Unit.TRUTH:
        ticks = [0.0, 1.0]
    held = [float(tick) for tick in ticks if shown.hold(tick)]
    steps = [after - before for before, after in pairwise(held)] or [1.0]
    axes.set_yticks(held, [axis_text(tick, unit, min(steps)) for tick in held])


def _label_right(axes: "Axes", sheet: Sheet, shown: Heights) -> None:
    """Name the last value and every line at the right edge, each as near as the others let it."""
    colours = _colours(sheet)
    wanted = [(sheet.values[-1], edge_text(sheet.values[-1], sheet.unit), INK, "bold")]
    levels = {each.level: colours[each.rule] for each in reversed(sheet.watched)}
    for level, colour in levels.items():
        wanted.append((level, edge_text(level, sheet.unit), colour, "normal"))
    placed = sorted(
        (axes.transData.transform((0.0, _within(height, shown)))[1], height, *rest)
        for height, *rest in wanted
    )
    ends = axes.get_window_extent()
    for at, (_dots, height, said, colour, weight) in zip(
        apart([each[0] for each in placed], ends.y0, ends.y1), placed, strict=True
    ):
        arrow = "" if shown.hold(height) else ("↑ " if height > shown.high else "↓ ")
        axes.annotate(
            f"{arrow}{said}", (ends.x1 + 8.0, at), xycoords="figure pixels", color=colour,
            fontsize=LABEL_SIZE * min(1.0, MOST_SIGNS_BESIDE / len(said)), fontweight=weight,
            va="center", annotation_clip=False,
        )  # fmt: skip


def _within(height: float, shown: Heights) -> float:
    return min(max(height, shown.low), shown.high)


def apart(wanted: Sequence[float], low: float, high: float) -> list[float]:
    """Places near those wanted, in their order, LABELS_APART from each other.

    They keep between the ends as long as there is room for all.
    """
    placed: list[float] = []
    for place in wanted:
        placed.append(max(place, placed[-1] + LABELS_APART) if placed else max(place, low))
    highest = high
    for index in reversed(range(len(placed))):
        placed[index] = min(placed[index], highest)
        highest = placed[index] - LABELS_APART
    return placed


def _head(drawn: "Figure", sheet: Sheet) -> None:
    title = _(sheet.title)
    source = _("{value} by {vendor}, as of {moment}").format(
        value=number(sheet.values[-1], sheet.unit),
        vendor=sheet.vendor,
        moment=moment_text(sheet.as_of),
    )
    for words, height, size, colour, weight in (
        (title, 0.945, TITLE_SIZE, INK, "bold"),
        (source, 0.872, SOURCE_SIZE, SOFT, "normal"),
    ):
        room = MOST_SIGNS_ACROSS * SOURCE_SIZE / size
        drawn.text(
            0.025, height, words, color=colour, fontsize=size * min(1.0, room / len(words)),
            fontweight=weight, va="center",
        )  # fmt: skip


def _legend(sheet: Sheet) -> "list[Artist]":
    """What colours and shapes mean, as far as they are seen."""
    from matplotlib.lines import Line2D  # noqa: PLC0415 - slow to load, and rarely wanted.
    from matplotlib.patches import Patch  # noqa: PLC0415

    colours = _colours(sheet)
    entries: list[Artist] = []
    if sheet.records:
        entries.append(Line2D([], [], color=RECORD, linewidth=1.8, label=_("record")))
    shaded = {stretch.rule for stretch in sheet.stretches}
    lined = {each.rule for each in sheet.watched}
    for rule in (rule for rule in sheet.rules if rule in shaded | lined):
        face, edge = (colours[rule], SHADE) if rule in shaded else WHITE, colours[rule]
        entries.append(Patch(facecolor=face, edgecolor=edge, linestyle="--", label=rule))
    for kind in dict.fromkeys(mark.kind for mark in sheet.marks):
        shape, words = SHAPES[kind]
        face = SOFT if kind in OPENING else WHITE
        example = Line2D([], [], linestyle="", marker=shape, label=_(words), color=SOFT)
        example.set(markersize=10.0, markerfacecolor=face, markeredgewidth=2.0)
        entries.append(example)
    return entries
