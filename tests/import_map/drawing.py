"""The picture as SVG, for a light page and for a dark one."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from tests.import_map.imports import FEW, Imports, telling
from tests.import_map.layout import (
    HEADING,
    LINE,
    MARGIN,
    WIDTH,
    Box,
    Point,
    Way,
    boxes,
    ways,
)

SANS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
MONO = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
LEGEND_HEIGHT = 58.0
LEGEND_CHARACTER = 6.1
THICKNESS = ((20, 5.0), (10, 3.4), (FEW, 2.2), (0, 1.2))
"""So many imports at least, and how thick their arrow is.

In steps, so that not every new import makes another picture.
"""


@dataclass(frozen=True)
class Look:
    """The colours of one picture."""

    page: str
    ground: str
    ink: str
    soft: str
    arrow: str
    pure: str
    pure_edge: str
    outer: str
    outer_edge: str
    library: str


LIGHT = Look(
    page="#ffffff", ground="#f3f4f6", ink="#1f2328", soft="#59636e", arrow="#8c96a0",
    pure="#e6f4ea", pure_edge="#2da44e", outer="#eaf2fd", outer_edge="#4a86cf", library="#9a4b00",
)  # fmt: skip
DARK = Look(
    page="#0d1117", ground="#171c24", ink="#f0f6fc", soft="#a0a8b1", arrow="#6e7681",
    pure="#10281a", pure_edge="#3fb950", outer="#12203a", outer_edge="#4f8fdc", library="#e3a35c",
)  # fmt: skip


def draw(imports: Imports, look: Look) -> str:
    """The whole picture; the same imports give the same text."""
    rows, arrows = boxes(imports), telling(imports.arrows)
    ground, bottom = rows[-1][0].top, rows[-1][0].bottom
    height = bottom + LEGEND_HEIGHT
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {height:g}" '
        f'font-family="{SANS}" fill="{look.ink}">',
        "<title>The rooms of altseason-bot, and who imports from whom</title>",
        f'<rect width="{WIDTH:g}" height="{height:g}" rx="8" fill="{look.page}"/>',
        f'<rect x="{MARGIN:g}" y="{ground - 10:g}" width="{WIDTH - 2 * MARGIN:g}" '
        f'height="{bottom - ground + 20:g}" rx="10" fill="{look.ground}"/>',
        *(_arrow(way, _thick(arrows[ends]), look) for ends, way in ways(rows, arrows).items()),
        *(line for row in rows for box in row for line in _room(box, imports, look)),
        *_legend(bottom + 32, look),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _thick(count: int) -> float:
    return next(width for least, width in THICKNESS if count >= least)


def _arrow(way: Way, width: float, look: Look) -> str:
    """A line that leaves and arrives upright, with a head at its end."""
    x, y = way[-1]
    head = 4 + 1.6 * width
    wing = 0.55 * head
    line = _line((*way[:-1], (x, y - head)))
    return (
        f'<path d="{line}" fill="none" stroke="{look.arrow}" stroke-width="{width:g}"/>'
        f'<path d="M{x:.1f} {y:.1f}l{-wing:.1f} {-head:.1f}h{2 * wing:.1f}z" fill="{look.arrow}"/>'
    )


def _line(way: Way) -> str:
    (x, y), *_ = way
    return "".join((f"M{x:.1f} {y:.1f}", *(_bow(*ends) for ends in pairwise(way))))


def _bow(start: Point, end: Point) -> str:
    (x, y), (to_x, to_y) = start, end
    bend = 0.55 * (to_y - y)
    return f"C{x:.1f} {y + bend:.1f} {to_x:.1f} {to_y - bend:.1f} {to_x:.1f} {to_y:.1f}"


def _room(box: Box, imports: Imports, look: Look) -> Iterator[str]:
    room = box.room
    is_pure = room.name in imports.pure
    fill, edge = (look.pure, look.pure_edge) if is_pure else (look.outer, look.outer_edge)
    yield (
        f'<rect x="{box.left:.1f}" y="{box.top:.1f}" width="{box.width:.1f}" '
        f'height="{box.height:.1f}" rx="7" fill="{fill}" stroke="{edge}" stroke-width="1.3"/>'
    )
    yield _text(box.middle, box.top + 20, room.name, 'font-size="14.5" font-weight="600"')
    yield _text(box.middle, box.top + 36, room.what, f'font-size="11" fill="{look.soft}"')
    for number, line in enumerate(box.files):
        y = box.top + HEADING + LINE * (number + 1)
        yield _text(box.middle, y, line, f'font-family="{MONO}" font-size="10"')
    if libraries := imports.libraries[room.name]:
        style = f'font-size="10.5" font-style="italic" fill="{look.library}"'
        yield _text(box.middle, box.bottom - 8, " · ".join(libraries), style)


def _text(x: float, y: float, said: str, style: str, anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {style}>{escape(said)}</text>'


def _legend(y: float, look: Look) -> Iterator[str]:
    style = f'font-size="11.5" fill="{look.soft}"'
    x = MARGIN + 4
    for fill, edge, said in (
        (look.pure, look.pure_edge, "pure: reaches no network, no Redis, no chat library"),
        (look.outer, look.outer_edge, "touches the outside"),
    ):
        mark = f'width="16" height="12" rx="3" fill="{fill}" stroke="{edge}"'
        yield f'<rect x="{x:.1f}" y="{y - 10:.1f}" {mark}/>'
        yield _text(x + 22, y, said, style, "start")
        x += 34 + LEGEND_CHARACTER * len(said)
    library = f'font-size="11.5" font-style="italic" fill="{look.library}"'
    yield _text(x, y, "a library it imports", library, "start")
    x += 140
    for least, width in reversed(THICKNESS):
        stroke = f'stroke="{look.arrow}" stroke-width="{width:g}"'
        yield f'<path d="M{x:.1f} {y - 4:.1f}h26" {stroke}/>'
        said = f"{least} or more imports" if least == THICKNESS[0][0] else str(least or 1)
        yield _text(x + 32, y, said, style, "start")
        x += 46 + LEGEND_CHARACTER * len(said)
    told = (
        "All stand on the last row, to which no arrow is drawn. Fewer than "
        f"{FEW} imports have none where a longer way leads to the same room."
    )
    yield _text(MARGIN + 4, y + 19, told, style, "start")
