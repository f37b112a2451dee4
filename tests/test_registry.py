"""Plug-ins are found by where they stand; one that is broken is told in one sentence."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import bot.adapters
import bot.indicators
import bot.sources
import handlers
from bot.parts import find_indicators, find_parts, find_platform_names, find_sources
from bot.registry import BrokenPlugin, plugin_names

HEAD = """
from bot.model import Indicator, LevelRule, Side, Unit

def rule(id, topic="season", indicator="gold"):
    return LevelRule(
        id=id, topic=topic, indicator=indicator, side=Side.ABOVE, level=1.0, band=1.0,
        meaning="", resolved_meaning="",
    )

def indicator(key="gold", series="btc_price", *rules):
    return Indicator(key=key, title="Gold", unit=Unit.USD, series=(series,), rules=rules)

INDICATOR = """


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder whose modules count as plug-ins of every kind; they are forgotten afterwards."""
    packages = (bot.indicators, bot.sources, bot.adapters, handlers)
    for package in packages:
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    yield tmp_path
    for package in packages:
        _forget(package, tmp_path)


def _forget(package: ModuleType, folder: Path) -> None:
    for path in folder.glob("*.py"):
        sys.modules.pop(f"{package.__name__}.{path.stem}", None)
        vars(package).pop(path.stem, None)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "bot/indicators/gold must define INDICATOR: Indicator."),
        ("INDICATOR = 5", "bot/indicators/gold must define INDICATOR: Indicator."),
        ("import gold_prices", "bot/indicators/gold cannot be loaded (gold.py:1): "
         "ModuleNotFoundError: No module named 'gold_prices'."),
        ("\nINDICATOR = 1 / 0", "bot/indicators/gold cannot be loaded (gold.py:2): "
         "ZeroDivisionError: division by zero."),
        ("INDICATOR = (", "bot/indicators/gold cannot be loaded: "
         "SyntaxError: '(' was never closed (gold.py, line 1)."),
        ("raise ValueError", "bot/indicators/gold cannot be loaded (gold.py:1): ValueError."),
        (HEAD + "indicator('fear_greed')",
         "There must be one indicator fear_greed, and there are 2."),
        (HEAD + "indicator('gold', 'gold')",
         "The indicator gold names gold, which is not in bot/catalogue."),
        (HEAD + "indicator('gold', 'btc_price', rule('altseason'))",
         "There must be one rule altseason, and there are 2."),
        (HEAD + "indicator('gold', 'btc_price', rule('glitters', topic='metals'))",
         "The rule glitters names metals, which is not in bot/topics.py."),
        (HEAD + "indicator('gold', 'btc_price', rule('glitters', indicator='silver'))",
         "The rule glitters names silver, which is not in the same file."),
    ],
)  # fmt: skip
def test_a_broken_indicator_is_one_sentence(folder: Path, text: str, sentence: str) -> None:
    (folder / "gold.py").write_text(text, encoding="utf-8")
    with pytest.raises(BrokenPlugin) as broken:
        find_indicators()
    assert str(broken.value) == sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("SOURCE = None", "bot/sources/mine must define SOURCE: Source."),
        ("from bot.sources.bitbo import SOURCE",
         "There must be one source Bitbo, and there are 2."),
        ("from dataclasses import replace\nfrom bot.sources.bitbo import SOURCE as A\n"
         "SOURCE = replace(A, name='Mine')",
         "There must be one feed bitbo/etf_flow, and there are 2."),
        ("from dataclasses import replace\nfrom bot.sources.bitbo import SOURCE as A\n"
         "SOURCE = replace(A, name='Mine', "
         "feeds=(replace(A.feeds[0], name='mine', series=('gold',)),))",
         "The feed mine names gold, which is not in bot/catalogue."),
    ],
)  # fmt: skip
def test_a_broken_source_is_one_sentence(folder: Path, text: str, sentence: str) -> None:
    (folder / "mine.py").write_text(text, encoding="utf-8")
    with pytest.raises(BrokenPlugin) as broken:
        find_sources()
    assert str(broken.value) == sentence


def test_a_platform_bears_the_name_of_its_module(folder: Path) -> None:
    text = "from bot.adapters import Platform\nPLATFORM = Platform('irc', lambda *_: None)"
    (folder / "pager.py").write_text(text, encoding="utf-8")
    with pytest.raises(BrokenPlugin, match=r"^bot/adapters/pager must offer a platform of this"):
        find_parts()


def test_what_begins_with_an_underscore_is_no_plug_in(folder: Path) -> None:
    (folder / "_shared.py").write_text("1 / 0", encoding="utf-8")
    (folder / "notes.txt").write_text("not a module", encoding="utf-8")
    assert find_indicators()
    assert "_shared" not in plugin_names(bot.indicators)


def test_platforms_are_named_without_loading_their_libraries(folder: Path) -> None:
    (folder / "pager.py").write_text("1 / 0", encoding="utf-8")
    assert find_platform_names() == ("console", "discord", "telegram", "pager")
