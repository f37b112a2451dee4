"""What the code imports, summed up by rooms."""

import sys
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import grimp

from tests.import_map.rooms import GROUND, ROOMS, ROOT, room_of, within

PACKAGES = ("bot", "handlers")
FEW = 5
"""Fewer imports than these need no arrow where a longer way leads to the same room."""

Arrows = dict[tuple[str, str], int]
"""(room that imports, room that is imported) -> by how many imports."""


@dataclass(frozen=True)
class Imports:
    """All that the picture shows beside the rooms' own words."""

    arrows: Arrows
    libraries: dict[str, tuple[str, ...]]
    """Room -> the libraries that its modules import themselves."""
    pure: frozenset[str]
    """Rooms whose every module the import rules keep away from the outside world."""


def read() -> Imports:
    """Read the code; raises Homeless for a module that is in no room."""
    graph = grimp.build_graph(*PACKAGES, include_external_packages=True, cache_dir=None)
    own = {each for each in graph.modules if not graph.is_module_squashed(each)} - {"bot"}
    arrows: Counter[tuple[str, str]] = Counter()
    libraries: dict[str, set[str]] = {each.name: set() for each in ROOMS}
    for module in own:
        here = room_of(module)
        for imported in graph.find_modules_directly_imported_by(module):
            if imported in own:
                arrows[here.name, room_of(imported).name] += 1
            elif imported not in sys.stdlib_module_names:
                libraries[here.name].add(imported)
    return Imports(
        {ends: count for ends, count in arrows.items() if ends[0] != ends[1]},
        {name: tuple(sorted(found)) for name, found in libraries.items()},
        frozenset(_pure(own)),
    )


def _pure(modules: Iterable[str]) -> set[str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (core,) = [each for each in contracts if each["name"] == "The core is pure"]
    kept = tuple(core["source_modules"])
    return {each.name for each in ROOMS} - {
        room_of(module).name for module in modules if not within(module, kept)
    }


def telling(arrows: Arrows) -> Arrows:
    """The arrows worth drawing.

    Left out are those to the ground, on which everything stands, and those of few imports between
    rooms that a way over others joins as well.
    """
    ground = {each.name for each in GROUND}
    above = {ends: count for ends, count in arrows.items() if ends[1] not in ground}
    return {
        (start, end): count
        for (start, end), count in above.items()
        if count >= FEW or not _leads_around(above, start, end)
    }


def _leads_around(arrows: Arrows, start: str, end: str) -> bool:
    seen, ahead = {start}, [other for first, other in arrows if first == start and other != end]
    while ahead:
        here = ahead.pop()
        if here == end:
            return True
        if here not in seen:
            seen.add(here)
            ahead += [other for first, other in arrows if first == here]
    return False
