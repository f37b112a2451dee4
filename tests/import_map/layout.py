"""Where everything stands: boxes in rows, and ways between them that cross no box."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from tests.import_map.imports import Arrows, Imports
from tests.import_map.rooms import GROUND, ROWS, Room, files

WIDTH = 1128.0
MARGIN = 12.0
COLUMN = (WIDTH - 2 * MARGIN) / 8
BETWEEN_BOXES = 20.0
BETWEEN_ROWS = 60.0
ABOVE_GROUND = 46.0
HEADING, LINE, LIBRARIES, FOOT = 40.0, 13.0, 17.0, 9.0
"""Heights of what stands in a box: its name and what it is for, a line of files, its libraries."""
FILES_CHARACTER = 6.1
"""How wide a character of the files' names is, in the widest of the fonts."""
LANE = 8.0
"""Between two ways through the same gap."""
USED = 0.72
"""How much of a box's edge arrows may touch."""

Ends = tuple[str, str]
Point = tuple[float, float]
Way = Sequence[Point]
"""From the lower edge of a box, through gaps in the rows between, to the upper edge of another."""


@dataclass(frozen=True)
class Box:
    """A room on the picture."""

    room: Room
    left: float
    top: float
    width: float
    height: float
    files: tuple[str, ...]
    """In lines."""

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height

    @property
    def middle(self) -> float:
        return self.left + self.width / 2


Rows = Sequence[Sequence[Box]]


def boxes(imports: Imports) -> Rows:
    """Every room's box, row by row; the ground is the last."""
    placed, top = [], MARGIN
    for rooms in (*ROWS, GROUND):
        if rooms is GROUND:
            top += ABOVE_GROUND - BETWEEN_ROWS
        height = max(_height(room, imports) for room in rooms)
        placed.append([_box(room, top, height) for room in rooms])
        top += height + BETWEEN_ROWS
    return placed


def _box(room: Room, top: float, height: float) -> Box:
    left = MARGIN + room.column * COLUMN - _width(room) / 2
    return Box(room, left, top, _width(room), height, tuple(_lines(room)))


def _width(room: Room) -> float:
    return room.columns * COLUMN - BETWEEN_BOXES


def _lines(room: Room) -> list[str]:
    characters = int((_width(room) - 8) / FILES_CHARACTER)
    return wrap(" ".join(files(room)), characters, break_on_hyphens=False)


def _height(room: Room, imports: Imports) -> float:
    libraries = LIBRARIES if imports.libraries[room.name] else 0
    return HEADING + LINE * len(_lines(room)) + libraries + FOOT


def ways(rows: Rows, arrows: Arrows) -> dict[Ends, Way]:
    """How each arrow goes."""
    placed = {box.room.name: box for row in rows for box in row}
    between = _lanes(rows, {ends: _gaps(rows, *(placed[end] for end in ends)) for ends in arrows})
    leaving: dict[str, list[tuple[float, Ends]]] = defaultdict(list)
    arriving: dict[str, list[tuple[float, Ends]]] = defaultdict(list)
    for ends, points in between.items():
        start, end = (placed[name] for name in ends)
        leaving[start.room.name].append((points[0][0] if points else end.middle, ends))
        arriving[end.room.name].append((points[-1][0] if points else start.middle, ends))
    first = {ends: x for name, some in leaving.items() for ends, x in _spread(placed[name], some)}
    last = {ends: x for name, some in arriving.items() for ends, x in _spread(placed[name], some)}
    return {
        (start, end): (
            (first[start, end], placed[start].bottom),
            *points,
            (last[start, end], placed[end].top),
        )
        for (start, end), points in between.items()
    }


def _spread(box: Box, towards: Sequence[tuple[float, Ends]]) -> list[tuple[Ends, float]]:
    """A place on the box's edge for each arrow, in the order of where they go or come from."""
    step = box.width * USED / len(towards)
    left = box.middle - step * (len(towards) - 1) / 2
    return [(ends, left + step * number) for number, (_, ends) in enumerate(sorted(towards))]


def _gaps(rows: Rows, start: Box, end: Box) -> list[tuple[int, float]]:
    """The rows between the two boxes, each with the middle of the gap nearest to a straight way."""
    found, x, y = [], start.middle, start.bottom
    for number, row in enumerate(rows):
        if start.top < row[0].top < end.top:
            straight = x + (end.middle - x) * (row[0].top - y) / (end.top - y)
            x, y = min(_openings(row), key=lambda gap: abs(gap - straight)), row[0].bottom
            found.append((number, x))
    return found


def _openings(row: Sequence[Box]) -> list[float]:
    """Where a way can pass a row: between two boxes, or here and there where there is none."""
    placed = sorted(row, key=lambda box: box.left)
    edges = [0.0, *(x for box in placed for x in (box.left, box.right)), WIDTH]
    found = []
    for left, right in zip(edges[::2], edges[1::2], strict=True):
        count = max(1, round((right - left) / COLUMN * 2))
        found += [left + (right - left) * (n + 0.5) / count for n in range(count)]
    return found


def _lanes(rows: Rows, gaps: dict[Ends, list[tuple[int, float]]]) -> dict[Ends, list[Point]]:
    """The points between, side by side where several ways pass one gap."""
    middles = {box.room.name: box.middle for row in rows for box in row}
    users: dict[tuple[int, float], list[Ends]] = defaultdict(list)
    for ends in sorted(gaps, key=lambda ends: (middles[ends[0]] + middles[ends[1]], ends)):
        for gap in gaps[ends]:
            users[gap].append(ends)
    points: dict[Ends, list[Point]] = {ends: [] for ends in sorted(gaps)}
    for (number, middle), some in sorted(users.items()):
        row = rows[number][0]
        for lane, ends in enumerate(some):
            x = middle + LANE * (lane - (len(some) - 1) / 2)
            points[ends] += [(x, row.top), (x, row.bottom)]
    return points
