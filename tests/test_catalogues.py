"""The catalogues hold what the code says, and nothing that could not be said."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from bot.language import ENGLISH, LANGUAGES

ROOT = Path(__file__).parents[1]
OTHERS = [code for code in LANGUAGES if code != ENGLISH]
COMPLETE = ("de",)
"""Languages without which no text comes in; the others may follow, and speak English until then."""
KEYWORDS = {"_": None, "N_": None, "counted": (1, 2)}
PLACEHOLDER = re.compile(r"\{(\w*)\}")


def catalogue(code: str) -> Catalog:
    with (ROOT / f"bot/languages/{code}.po").open("rb") as file:
        return read_po(file, locale=code)


def texts(code: str) -> Iterator[Message]:
    return (each for each in catalogue(code) if each.id)


def forms(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())


@cache
def said() -> frozenset[tuple[str, ...]]:
    """Every text that the code marks, with its plural where it has one."""
    found = set()
    for folder in ("bot", "handlers"):
        for _file, _line, text, *_rest in extract_from_dir(ROOT / folder, keywords=KEYWORDS):
            found.add(forms(text))
    return frozenset(found)


@pytest.mark.parametrize("code", OTHERS)
def test_a_catalogue_holds_what_the_code_says(code: str) -> None:
    held = {forms(each.id) for each in texts(code)}
    # Where one text is said both alone and counted, gettext's tools keep the counted one.
    alone = {each[0] for each in said()}
    assert {each[0] for each in held} == alone, "run make words"


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_names_what_its_text_names(code: str) -> None:
    for each in texts(code):
        known = {name for text in forms(each.id) for name in PLACEHOLDER.findall(text)}
        for translated in filter(None, forms(each.string)):
            named = set(PLACEHOLDER.findall(translated))
            assert named <= known, f"{code}: {translated}"
            if isinstance(each.id, str):
                assert named == known, f"{code}: {translated}"
            translated.format(**dict.fromkeys(known, "x"))


@pytest.mark.parametrize("code", OTHERS)
def test_a_counted_text_has_all_its_forms_or_none(code: str) -> None:
    wanted = catalogue(code).num_plurals
    for each in texts(code):
        if not isinstance(each.id, str):
            translated = list(filter(None, forms(each.string)))
            assert len(translated) in (0, wanted), f"{code}: {each.id[0]}"
            assert not translated or "{count}" not in each.id[1] or "{count}" in translated[-1]


@pytest.mark.parametrize("code", COMPLETE)
def test_a_complete_catalogue_leaves_nothing_in_english(code: str) -> None:
    unsaid = [each.id for each in texts(code) if not all(forms(each.string))]
    assert not unsaid, f"{code} lacks {unsaid}"


def test_nothing_is_translated_within_an_f_string() -> None:
    """Where gettext's tools would not find it."""
    for folder in ("bot", "handlers"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.JoinedStr):
                    assert not list(_marked(node)), f"{path.name}: {list(_marked(node))}"


def _marked(string: ast.JoinedStr) -> Iterator[str]:
    for node in ast.walk(string):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            literal = bool(node.args) and isinstance(node.args[0], (ast.Constant, ast.JoinedStr))
            if node.func.id in KEYWORDS and literal:
                yield ast.unparse(node)
