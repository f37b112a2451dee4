"""OPERATOR_CHAT names a chat that can hear something, or the start ends with one sentence."""

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from bot import settings
from bot.adapters import Platform
from bot.app import wall_clock
from bot.app.operator_side import operator_chat, operator_posts
from bot.model import Chat
from bot.parts import find_parts
from bot.settings import WrongSetting
from bot.stores import open_stores
from tests.adapters.fake_telegram import TOKEN
from tests.e2e.process import bot, run_to_end


@pytest.mark.parametrize("platform", ["slack", "console"])
async def test_a_platform_that_cannot_be_stops_the_start(tmp_path: Path, platform: str) -> None:
    wanted = {"OPERATOR_CHAT": f"{platform}:1", "TELEGRAM_BOT_TOKEN": TOKEN}
    code, _, said = await run_to_end(tmp_path / "data", wanted, "run")
    assert code == 78
    assert said == f"OPERATOR_CHAT names {platform}, which is not discord or telegram.\n"


def test_it_is_a_chat_of_a_platform(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    parts = find_parts()
    assert operator_chat(settings.load(), parts) is None
    chosen = settings.load(operator_chat="telegram:-100123")
    assert operator_chat(chosen, parts) == Chat("telegram", "-100123")
    with pytest.raises(WrongSetting, match="names slack"):
        operator_chat(settings.load(operator_chat="slack:1"), parts)


async def test_a_platform_that_was_plugged_in_will_do(
    caplog: pytest.LogCaptureFixture, redis_url: str
) -> None:
    found = find_parts()
    chosen = settings.load(operator_chat="irc:1", redis_url=redis_url)
    set_up = Platform("irc", found.platforms[0].build)
    bare = Platform("irc", lambda *_: None, missing="IRC_NICK is not set")
    async with open_stores(chosen, (), wall_clock) as stores:
        for irc, said in ((set_up, ""), (bare, "on irc, and here IRC_NICK is not set: it hears")):
            parts = replace(found, platforms=(*found.platforms, irc))
            assert operator_posts(chosen, parts, stores, wall_clock)
            assert said in caplog.text
            assert bool(said) == bool(caplog.text)


async def test_without_a_token_for_its_platform_the_start_warns(tmp_path: Path) -> None:
    wanted = {"OPERATOR_CHAT": "discord:1", "SOURCE_GATEWAY_URL": "http://127.0.0.1:9"}
    async with bot(tmp_path / "data", wanted) as running:
        await running.log.says("OPERATOR_CHAT is on discord, and here DISCORD_BOT_TOKEN is not set")
        await running.log.says("ready in")
        assert await running.stop() == 0
