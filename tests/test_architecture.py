"""The shape of the project: plug-ins that are found, files that stay small."""

from pathlib import Path

from bot.parts import find_parts
from bot.topics import ESSENTIALS, TOPICS

ROOT = Path(__file__).parents[1]
LONGEST_FILE = 300
REASONS: dict[str, str] = {}


def _plug_ins(folder: str) -> list[str]:
    """Files, and folders that are packages; a name that Python keeps for itself ends in `_`."""
    paths = (path for path in (ROOT / folder).glob("[!_]*") if path.suffix in (".py", ""))
    return sorted(path.stem.removesuffix("_") for path in paths)


def test_every_plug_in_is_found() -> None:
    parts = find_parts()
    assert len({source.name for source in parts.sources}) == len(_plug_ins("bot/sources"))
    assert [each.key for each in parts.indicators] == _plug_ins("bot/indicators")
    assert sorted(parts.platform_names) == _plug_ins("bot/adapters")
    assert sorted(each.name for each in parts.commands) == _plug_ins("handlers")


def test_what_people_rely_on_stays() -> None:
    """What is added is its own file's business; what is taken away, people and chats miss."""
    parts = find_parts()
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
