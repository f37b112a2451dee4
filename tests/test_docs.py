"""What the documents point at is there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli import main

ROOT = Path(__file__).parents[1]
PAGES = sorted([*(ROOT / "docs").glob("*.md"), *ROOT.glob("*.md")])
LINK = re.compile(r"\]\((?!https?:)([^)#]+)[^)]*\)|srcset=\"([^\"]+)\"|src=\"([^\"]+)\"")
NAMED = re.compile(r"`((?:bot|handlers|tests|docs|benchmarks)/[\w./-]*)`")
MAKE = re.compile(r"`make ([a-z]+)`|^ {4}make ([a-z]+)", re.MULTILINE)


def _first(pattern: re.Pattern[str], page: Path) -> Iterator[str]:
    for found in pattern.finditer(page.read_text(encoding="utf-8")):
        yield next(filter(None, found.groups()))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_paths_lead_somewhere(page: Path) -> None:
    for target in _first(LINK, page):
        assert (page.parent / target).exists(), target
    added = set(re.findall(r"^`([\w./]+)`:$", page.read_text(encoding="utf-8"), re.MULTILINE))
    for path in _first(NAMED, page):
        assert path in added or (ROOT / path).exists(), path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_target_that_is_named_is_there(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in _first(MAKE, page):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_the_readme_shows_what_is_typed(capsys: pytest.CaptureFixture[str]) -> None:
    """Each `python -m bot` command there is one that the program knows."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    with pytest.raises(SystemExit):
        main(["--help"])
    known = capsys.readouterr().out
    for name in set(re.findall(r"python -m bot ([a-z]+)", readme)):
        assert re.search(rf"^ +{name}\b", known, re.MULTILINE), name
