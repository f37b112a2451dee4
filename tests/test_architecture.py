"""The shape of the project: plug-ins that are found, files that stay small."""

from pathlib import Path

from bot.parts import find_parts
from bot.topics import ESSENTIALS, TOPICS

ROOT = Path(__file__).parents[1]
LONGEST_FILE = 300
REASONS: dict[str, str] = {}


def _indicator_files() -> list[str]:
    return sorted(path.stem for path in (ROOT / "bot/indicators").glob("[!_]*.py"))


def test_every_plug_in_is_found() -> None:
    parts = find_parts()
    files = {path.stem for path in (ROOT / "bot/sources").glob("[!_]*.py")}
    assert len(parts.sources) == len({source.name for source in parts.sources}) == len(files)
    assert len(parts.indicators) == len(list((ROOT / "bot/indicators").glob("[!_]*.py")))
    assert [each.key for each in parts.indicators] == _indicator_files()
    assert set(parts.platform_names) >= {"console", "discord", "telegram"}
    assert {command.name for command in parts.commands} >= {
        "alert", "alerts", "board", "chart", "deliveries", "digest", "export", "help", "history",
        "import", "link", "mute", "pack", "preview", "privacy", "settings", "sources", "start",
        "status", "stop", "subscribe", "subscriptions", "theses", "track", "unalert", "unmute",
        "unsubscribe", "why",
    }  # fmt: skip


def test_every_rule_has_a_topic_people_can_subscribe_to() -> None:
    rules = [rule for indicator in find_parts().indicators for rule in indicator.rules]
    # A rule keeps its id: states are stored, and chats mute it, by that name.
    assert {rule.id for rule in rules} >= {
        "russell_breakout", "smallcap_streak", "smallcap_rally",
        "dominance_57", "dominance_55", "altseason", "bitcoin_season",
        "etf_inflow", "etf_outflow", "correlation",
        "fed_liquidity_up", "fed_liquidity_down",
        "stablecoin_growth_up", "stablecoin_growth_down",
        "whale_accumulation_up", "whale_accumulation_down",
        "holder_accumulation_up", "holder_accumulation_down", "leverage_flush",
        "inflation_3_up", "inflation_3_down", "inflation_2_up", "inflation_2_down",
        "token_dilution", "btc_stagnation",
    }  # fmt: skip
    assert {rule.topic for rule in rules} <= set(TOPICS)
    assert set(ESSENTIALS) <= set(TOPICS)


def test_every_indicators_series_has_a_source_of_first_rank() -> None:
    parts = find_parts()
    first = {s for feed in parts.feeds for s in feed.series if feed.rank_of(s) == 0}
    assert {s for indicator in parts.indicators for s in indicator.series} <= first


def test_files_stay_small() -> None:
    for folder in ("bot", "handlers"):
        for path in (ROOT / folder).rglob("*.py"):
            name = path.relative_to(ROOT).as_posix()
            lines = len(path.read_text(encoding="utf-8").splitlines())
            assert lines <= LONGEST_FILE or name in REASONS, f"{name} has {lines} lines"
