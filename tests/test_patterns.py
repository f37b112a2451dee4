"""Regular expressions: the work of each grows no faster than the text it is shown."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import bot
import handlers
from tests.pattern_growth import Growth, growth

ROOT = Path(__file__).parents[1]
SEARCHING = {"search", "split", "findall", "finditer", "sub", "subn"}
BUILT_LATER = {
    "bot/season.py": "words of our own list, each escaped, one after the other",
    "bot/adapters/telegram/token.py": "the token itself, escaped",
}
"""Files with a pattern that is put together as the program runs."""


def modules() -> Iterator[ModuleType]:
    for package in (bot, handlers):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith(("__main__", "tether", "worker")):
                yield importlib.import_module(found.name)


def compiled() -> dict[str, re.Pattern[str]]:
    """Every pattern that a module holds, by where it is written down."""
    return {
        f"{module.__name__}.{name}": value
        for module in modules()
        for name, value in vars(module).items()
        if isinstance(value, re.Pattern)
    }


def calls() -> Iterator[tuple[str, ast.Call, str, str]]:
    """Every call of a method, with its file, what it is called of, and the method."""
    for folder in ("bot", "handlers"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                    of = node.func.value.id if isinstance(node.func.value, ast.Name) else ""
                    yield path.relative_to(ROOT).as_posix(), node, of, node.func.attr


PATTERNS = compiled()
SEARCHED = {of for _, _, of, method in calls() if method in SEARCHING}
INLINE = {
    f"{file}:{node.lineno}": (re.compile(node.args[0].value), method in SEARCHING)
    for file, node, of, method in calls()
    if of == "re" and method != "compile" and isinstance(node.args[0], ast.Constant)
    if isinstance(node.args[0].value, str)
}


def test_every_pattern_is_found() -> None:
    """One that is made anywhere else than at the top of a module would escape these tests."""
    made = {}
    for file, node, of, method in calls():
        if of == "re" and method not in ("escape", "Match"):
            made[f"{file}:{node.lineno}"] = (file, node, method)
    top = {
        f"{path.relative_to(ROOT).as_posix()}:{node.value.lineno}"
        for folder in ("bot", "handlers")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Call)
    }
    elsewhere = {file for place, (file, _, _) in made.items() if place not in {*top, *INLINE}}
    assert elsewhere == BUILT_LATER.keys()
    assert len(PATTERNS) > 30


@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_is_linear(name: str) -> None:
    searched = name.rpartition(".")[2] in SEARCHED
    assert growth(PATTERNS[name], searched=searched) is Growth.LINEAR


@pytest.mark.parametrize("place", INLINE)
def test_a_pattern_within_a_call_is_linear(place: str) -> None:
    pattern, searched = INLINE[place]
    assert growth(pattern, searched=searched) is Growth.LINEAR


@pytest.mark.parametrize(
    ("pattern", "found", "searched"),
    [
        (r"[a-z]+\s*=\s*[0-9]{1,6}", Growth.LINEAR, Growth.POLYNOMIAL),
        (r"<[^<>]*>", Growth.LINEAR, Growth.LINEAR),
        (r"[a-z]+", Growth.LINEAR, Growth.LINEAR),
        (r"[a-z]+\b", Growth.LINEAR, Growth.POLYNOMIAL),
        (r"(?:is\s+|are\s+)*up", Growth.LINEAR, Growth.POLYNOMIAL),
        (r"(a+)+b", Growth.EXPONENTIAL, Growth.EXPONENTIAL),
        (r"(a*)*b", Growth.EXPONENTIAL, Growth.EXPONENTIAL),
        (r"(a|a)*b", Growth.EXPONENTIAL, Growth.EXPONENTIAL),
        (r"(?:a|ab|b)*c", Growth.EXPONENTIAL, Growth.EXPONENTIAL),
        (r"(?:\s*\w+)*!", Growth.EXPONENTIAL, Growth.EXPONENTIAL),
        (r"(?:\w+\s)*!", Growth.LINEAR, Growth.POLYNOMIAL),
        (r"(?i)(?:Kx|kx)*!", Growth.EXPONENTIAL, Growth.EXPONENTIAL),
        (r"a*a*b", Growth.POLYNOMIAL, Growth.POLYNOMIAL),
        (r"\d+\d{0,99}x", Growth.POLYNOMIAL, Growth.POLYNOMIAL),
        (r"\s*,?\s*x", Growth.POLYNOMIAL, Growth.POLYNOMIAL),
        (r"\s*(?:,\s*)?x", Growth.LINEAR, Growth.POLYNOMIAL),
    ],
)
def test_growth_is_seen(pattern: str, found: Growth, searched: Growth) -> None:
    assert growth(re.compile(pattern), searched=False) is found
    assert growth(re.compile(pattern), searched=True) is searched
