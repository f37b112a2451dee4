"""The menu of commands: to whom which are shown, in which language, and how seldom it is sent."""

import logging
from collections.abc import AsyncIterator

import pytest
from telegram import Bot

from bot import language
from bot.adapters.telegram import menu
from bot.adapters.telegram.menu import keep_menu
from bot.adapters.telegram.requests import Requests
from bot.adapters.telegram.token import Token
from bot.http.wire import Wire
from bot.ports import CommandCard, always_changes, changes_if_more_is_said
from tests.adapters.fake_telegram import TOKEN, Failure, FakeTelegram
from tests.adapters.telegram_bot import Receptionist, listening

SCOPES = ("default", "all_private_chats", "all_group_chats", "all_chat_administrators")
CARDS = (
    CommandCard("status", "Where it stands"),
    CommandCard("alerts", "x" * 300, changes=changes_if_more_is_said),
    CommandCard("stop", "Forget me", changes=always_changes),
)


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as fake:
        yield fake


@pytest.fixture
async def bot(telegram: FakeTelegram) -> AsyncIterator[Bot]:
    wire = Wire(telegram.url + Token(TOKEN).path, connections=1, answer_seconds=5.0)
    yield Bot(TOKEN, request=Requests(wire), get_updates_request=Requests(wire))
    await wire.close()


def names(telegram: FakeTelegram, scope: str, code: str = "") -> list[object]:
    return [command["command"] for command in telegram.menus[scope, code]]


async def test_members_of_a_group_see_what_they_may_say(telegram: FakeTelegram, bot: Bot) -> None:
    await keep_menu(bot, CARDS, Token(TOKEN))
    for scope in SCOPES:
        asking = ["status", "alerts"]
        expected = asking if scope == "all_group_chats" else [*asking, "stop"]
        assert names(telegram, scope) == expected
    descriptions = [command["description"] for command in telegram.menus["default", ""]]
    assert descriptions == ["Where it stands", "x" * 256, "Forget me"]


async def test_every_language_has_its_menu(
    telegram: FakeTelegram, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(language.LANGUAGES, "de", "Deutsch")
    await keep_menu(bot, CARDS, Token(TOKEN))
    codes = {code for _, code in telegram.menus}
    assert codes == {"", *language.LANGUAGES} - {"en"}
    assert names(telegram, "all_group_chats", "de") == ["status", "alerts"]


async def test_only_what_changed_is_sent(telegram: FakeTelegram, bot: Bot) -> None:
    await keep_menu(bot, CARDS, Token(TOKEN))
    sent = telegram.count("setMyCommands")
    await keep_menu(bot, CARDS, Token(TOKEN))
    assert telegram.count("setMyCommands") == sent
    telegram.menus["all_group_chats", ""] = []
    await keep_menu(bot, CARDS, Token(TOKEN))
    assert telegram.count("setMyCommands") == sent + 1
    assert names(telegram, "all_group_chats") == ["status", "alerts"]


async def test_no_more_commands_than_telegram_takes(telegram: FakeTelegram, bot: Bot) -> None:
    many = [CommandCard(f"c{number}", "x") for number in range(101)]
    await keep_menu(bot, many, Token(TOKEN))
    assert len(telegram.menus["default", ""]) == 100


@pytest.mark.parametrize("method", ["getMyCommands", "setMyCommands"])
@pytest.mark.parametrize(
    "failure",
    [
        Failure(400, f"Bad Request: BOT_COMMAND_INVALID {TOKEN}"),
        Failure(429, "Too Many Requests", {"retry_after": 7}),
        Failure(200, body="<html>"),
        Failure(404, "Not Found"),
        Failure(hang=True),
    ],
    ids=["refused", "flood", "proxy", "unknown", "hangs"],
)
async def test_what_fails_is_one_warning(
    telegram: FakeTelegram,
    bot: Bot,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    *,
    method: str,
    failure: Failure,
) -> None:
    monkeypatch.setattr(menu, "MENU_SECONDS", 0.2)
    telegram.fail(method, failure)
    await keep_menu(bot, CARDS, Token(TOKEN))
    (record,) = (each for each in caplog.records if each.name.startswith("bot"))
    assert record.levelno == logging.WARNING
    assert TOKEN not in record.getMessage()


async def test_nobody_waits_for_the_menu(telegram: FakeTelegram) -> None:
    telegram.fail("getMyCommands", Failure(hang=True))
    async with listening(telegram, Receptionist()):
        await telegram.wait_for_calls("getMyCommands", 1)
        await telegram.say(1001, "/status")
        await telegram.wait_for(lambda s: s.chat_id == "1001")
    assert telegram.menus == {}
