"""Each recipe of the page, followed to the letter."""

import asyncio
import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.parts import find_sources
from tests.adapters.fake_discord import TOKEN as DISCORD_TOKEN
from tests.adapters.fake_discord import FakeDiscord
from tests.adapters.fake_telegram import TOKEN, FakeTelegram
from tests.e2e.process import PATIENCE_SECONDS, bot, run_to_end
from tests.e2e.world import CORE_ONLY, finished_sessions, market_below_record
from tests.providers.gateway import Gateway
from tests.providers.market import RUSSELL, Market
from tests.recipes.conftest import FILES, Copy

FAULTS = 10
"""At least so many ways of going wrong are tried on each feed."""
EVERY_FEED = {feed.name for source in find_sources() for feed in source.feeds}


def only(*feeds: str) -> dict[str, str]:
    """Settings that ask these feeds and no other one."""
    return {"SOURCES_OFF": ",".join(sorted(EVERY_FEED - set(feeds)))}


def test_the_page_has_the_four_recipes() -> None:
    folders = [path.rpartition("/")[0] for path in FILES]
    assert folders == [
        "bot/indicators", "bot/sources", "tests/providers/words", "bot/adapters", "handlers",
    ]  # fmt: skip


def test_the_recipes_are_written_as_everything_else_is(copy: Copy) -> None:
    for path in FILES:
        copy.add(path)
    copy.passes("ruff", "check", "--no-cache", *FILES)
    copy.passes("ruff", "format", "--no-cache", "--check", *FILES)


async def test_an_indicator_has_a_value_and_its_rule_fires(copy: Copy, tmp_path: Path) -> None:
    copy.add("bot/indicators/eth_dominance_change_30d.py")
    history = tmp_path / "history"
    history.mkdir()
    values = [11.0] * 31 + [13.5, 13.6, 11.2]
    rows = [f"{date(2024, 1, 1) + timedelta(n)},{value}" for n, value in enumerate(values)]
    (history / "eth_dominance.csv").write_text("\n".join(["date,value", *rows]), encoding="utf-8")
    code, out, log = await run_to_end(
        tmp_path / "data", copy.settings, "replay", str(history), "--json"
    )
    assert code == 0, log
    told = [json.loads(line) for line in out.splitlines()]
    assert [(each["rule"], each["kind"], each["as_of"]) for each in told] == [
        ("eth_awakens", "fired", "2024-02-02"), ("eth_awakens", "resolved", "2024-02-03"),
    ]  # fmt: skip
    assert told[0]["value"] == pytest.approx(2.6)

    async with Gateway() as gateway:
        settings = {"SOURCE_GATEWAY_URL": gateway.url, **copy.settings}
        settings |= only("coinmarketcap/global", "coinmarketcap_web/global")
        code, out, log = await run_to_end(tmp_path / "data", settings, "status")
    assert code == 0, log
    assert "Ethereum dominance, 30 days" in out


async def test_a_sources_numbers_arrive_under_its_name(copy: Copy, tmp_path: Path) -> None:
    copy.add("bot/sources/numbers.py")
    market = Market(told={("api.numbers.example", "eth_dominance"): 11.52})
    async with Gateway(market) as gateway:
        gateway.bodies["api.numbers.example"] = b'{"ethereum": "11.52", "at": 1700000000}'
        settings = {"SOURCE_GATEWAY_URL": gateway.url, **copy.settings, **only()}
        code, out, log = await run_to_end(tmp_path / "data", settings, "status", "--json")
    assert code == 0, log
    shown = json.loads(out)["indicators"]["eth_dominance"]
    assert (shown["value"], shown["vendor"]) == (11.52, "Numbers")


def test_a_sources_words_let_every_feed_be_tested(copy: Copy) -> None:
    copy.add("bot/sources/numbers.py")
    copy.add("tests/providers/words/numbers.py")
    done = copy.passes("pytest", "tests/sources/test_every_feed.py", "-vv", "-k", "numbers/shares")
    assert done.count("PASSED") >= FAULTS


async def test_a_platform_answers_and_hears_an_alert(copy: Copy, tmp_path: Path) -> None:
    copy.add("bot/adapters/mailbox.py")
    chat = tmp_path / "data" / "mailbox" / "7"
    chat.mkdir(parents=True)
    sessions = finished_sessions(300)
    market = market_below_record(sessions[:-2])
    async with Gateway(market) as gateway:
        settings = {
            "SOURCE_GATEWAY_URL": gateway.url, "POLL_SECONDS": "0.1", **CORE_ONLY, **copy.settings,
        }  # fmt: skip
        async with bot(tmp_path / "data", settings) as running:
            await running.log.says("loaded Russell 2000 from Yahoo: 298 days")
            (chat / "draft.txt").write_text("/subscribe breakout\n", encoding="utf-8")
            (chat / "draft.txt").rename(chat / "in.txt")
            await _until(lambda: "Subscribed: breakout" in _read(chat / "out.txt"))
            market.closes[RUSSELL] += [(sessions[-2], 2510.0), (sessions[-1], 2520.5)]
            await _until(lambda: "Russell 2000 breaks out" in _read(chat / "out.txt"))
            assert await running.stop() == 0
            assert "Traceback" not in running.log.text
    assert "/status: " in _read(chat.parent / "menu.txt")

    async def refused(*words: str) -> str:
        code, _, log = await run_to_end(tmp_path / "empty", copy.settings, "deliver", *words)
        assert code != 0
        return log

    assert "discord or mailbox or telegram" in await refused()
    assert "DATA_DIR holds no folder mailbox" in await refused("--platform", "mailbox")


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not holds():  # noqa: ASYNC110 - a file tells nobody when it is written
            await asyncio.sleep(0.05)


async def test_a_command_answers_and_stands_in_help_and_in_the_menus(
    copy: Copy, tmp_path: Path
) -> None:
    copy.add("handlers/oldest.py")
    async with Gateway() as gateway, FakeTelegram() as telegram, FakeDiscord() as discord:
        settings = {
            "SOURCE_GATEWAY_URL": gateway.url,
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_BASE_URL": telegram.url,
            "DISCORD_BOT_TOKEN": DISCORD_TOKEN,
            "DISCORD_API_BASE_URL": discord.rest_url,
            "DISCORD_GATEWAY_URL": discord.gateway_url,
            **copy.settings,
            **only("alternative_me/fear_greed"),
        }
        async with bot(tmp_path / "data", settings) as running:
            await running.log.says("loaded Fear & Greed Index from Alternative.me")
            await discord.wait_for(lambda: discord.commands, PATIENCE_SECONDS)
            await telegram.wait_until(lambda: telegram.menus, PATIENCE_SECONDS)
            await telegram.say(7, "/oldest")
            told = await telegram.wait_for(lambda sent: "oldest number" in sent.plain)
            assert "Fear & Greed Index, as Alternative.me told it at " in told.plain
            await telegram.say(7, "/help")
            told = await telegram.wait_for(lambda sent: "/subscribe" in sent.plain)
            assert "/oldest: The number that has waited longest for news" in told.plain
            assert await running.stop() == 0
    assert "oldest" in {each["name"] for each in discord.commands}
    for menu in telegram.menus.values():
        assert "oldest" in {each["command"] for each in menu}
