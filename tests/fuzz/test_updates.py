"""What platforms bring: updates and interactions of any shape, behind which the next is heard."""

import copy
import json
from collections.abc import AsyncIterator
from itertools import product
from typing import Any

import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram import Bot, Update

from bot.adapters.telegram.admins import UNREADABLE
from bot.adapters.telegram.buttons import Seal
from bot.adapters.telegram.updates import Ears, hear
from bot.model import Chat
from tests.adapters import test_discord
from tests.adapters.fake_discord import FakeDiscord
from tests.adapters.fake_telegram import ADA, TOKEN, USERNAME, Failure, FakeTelegram
from tests.adapters.telegram_bot import Receptionist, listening
from tests.fuzz.target import Target, bent
from tests.sources.test_every_feed import anything, places, replaced

HERE = Chat("telegram", "-1007", "4")
PERSON = {"id": ADA, "is_bot": False, "first_name": "Ada", "language_code": "de"}
GROUP = {"id": -1007, "type": "supergroup", "title": "Group", "is_forum": True}
MESSAGE = {"message_id": 5, "date": 1_780_000_000, "chat": GROUP, "from": PERSON, "text": "/status",
           "message_thread_id": 4, "is_topic_message": True}  # fmt: skip
SEAL = Seal(TOKEN)
UPDATES: list[dict[str, Any]] = [
    {"update_id": 1, "message": MESSAGE},
    {"update_id": 2, "channel_post": {**MESSAGE, "sender_chat": GROUP}},
    {"update_id": 3, "message": {**MESSAGE, "migrate_to_chat_id": -1008}},
    {"update_id": 4, "callback_query": {"id": "9", "from": PERSON, "chat_instance": "1",
     "message": MESSAGE, "data": SEAL.of(HERE).decode() + "+/status"}},
    {"update_id": 5, "my_chat_member": {"chat": GROUP, "from": PERSON, "date": 1_780_000_000,
     "old_chat_member": {"user": PERSON, "status": "left"},
     "new_chat_member": {"user": PERSON, "status": "member"}}},
]  # fmt: skip


async def _nobody(group: int, user: int) -> bool:
    return False


BOT = Bot(TOKEN)
EARS = Ears(USERNAME, ("status",), _nobody, SEAL)


def said(update: Any) -> None:
    """What one update says; the library stumbles in ways that we know, and we do not."""
    try:
        read = Update.de_json(update, BOT)
    except UNREADABLE:
        return
    try:
        heard = hear([read], EARS)
    except UNREADABLE:
        # The library keeps whatever stood where it wanted a text or a number.
        return
    assert all(each.chat.platform == "telegram" for each in heard)


def read(data: bytes) -> None:
    """An update as bytes, where these are JSON at all."""
    try:
        update = json.loads(data)
    except (ValueError, RecursionError):
        return
    if isinstance(update, dict):
        said(update)


TARGET = Target("update", read, tuple(json.dumps(each).encode() for each in UPDATES))
TARGETS = [TARGET]


@settings(max_examples=60)
@given(bent(TARGET.seeds))
def test_any_bytes_say_something_or_nothing(data: bytes) -> None:
    TARGET.feed(data)


@settings(max_examples=50)
@given(st.data())
def test_an_update_with_anything_anywhere_says_something_or_nothing(data: st.DataObject) -> None:
    update = data.draw(st.sampled_from(UPDATES))
    path = data.draw(st.sampled_from(places(update)[1:]), label="path")
    said(replaced(copy.deepcopy(update), path, data.draw(anything, label="value")))


MALFORMED: tuple[dict[str, object], ...] = (
    {},
    {"message": None},
    {"message": []},
    {"message": {}},
    {"message": {**MESSAGE, "text": ["/status"]}},
    {"message": {**MESSAGE, "chat": {}}},
    {"message": {**MESSAGE, "date": 10**30}},
    {"message": {**MESSAGE, "date": "yesterday"}},
    {"message": {**MESSAGE, "entities": [{"type": "bot_command", "offset": -9, "length": 10**9}]}},
    {"message": {**MESSAGE, "from": "Ada"}},
    {"callback_query": {"id": "9", "from": PERSON, "data": "\ud800" * 64}},
    {"callback_query": {"id": "9", "from": None}},
    {"my_chat_member": {"chat": GROUP}},
)


async def test_behind_updates_that_nobody_can_read_the_next_is_heard() -> None:
    async with FakeTelegram() as telegram, listening(telegram, Receptionist()):
        for update in MALFORMED:
            await telegram.push(update)
        await telegram.say(ADA, "/still there")
        await telegram.wait_for(lambda sent: "/still there" in sent.plain)


@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000,
        '{"ok":true,"result":' + "[" * 100_000,
        '{"ok":true,"result":[{"update_id":Infinity}]}',
        '{"ok":true,"result":[{"update_id":1e999,"message":{}}]}',
        '{"ok":true,"result":[{"update_id":' + "9" * 5_000 + "}]}",
        '{"ok":true,"result":{"0":1}}',
        '{"ok":true}',
        "\ud800",
    ],
    ids=lambda each: each[:44],
)
async def test_behind_an_answer_that_nobody_can_read_the_next_update_is_heard(body: str) -> None:
    failure = Failure(200, body=body.encode(errors="replace").decode(), times=2)
    async with FakeTelegram() as telegram:
        telegram.fail("getUpdates", failure)
        async with listening(telegram, Receptionist()):
            await telegram.say(ADA, "/still there")
            await telegram.wait_for(lambda sent: "/still there" in sent.plain)


@pytest.fixture
async def discord_here(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeDiscord]:
    # Restored afterwards: they are class attributes of the library.
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)
    async with FakeDiscord() as running:
        yield running


async def test_behind_interactions_that_nobody_can_read_the_next_is_answered(
    discord_here: FakeDiscord,
) -> None:
    async with test_discord.listening(discord_here):
        for kind, data in product(
            (2, 3, 4), ({}, {"component_type": 2, "custom_id": "\u202e" * 90})
        ):
            await discord_here._interact(kind, data, {})
        # The library breaks off over this one, and comes again.
        await discord_here._interact(3, {"component_type": 2, "custom_id": ["x"]}, {})
        await discord_here.wait_for(lambda: not discord_here.connected)
        reply = await discord_here.answer_to(await discord_here.slash("status"))
    assert reply.text.startswith(test_discord.ALERT.title)
