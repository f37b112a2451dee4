"""Who may change what a chat on Telegram hears."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from telegram import Bot

from bot.adapters.telegram.admins import Admins
from bot.adapters.telegram.requests import Requests
from bot.adapters.telegram.token import Token
from bot.http.wire import Wire
from bot.model import Chat, Message
from bot.ports import SILENCE, Author, CannotTell
from tests.adapters.fake_telegram import ADA, TOKEN, Failure, FakeTelegram
from tests.adapters.telegram_bot import Receptionist, listening

GROUP, CHANNEL, BOB = -1007, -1009, 1002


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as fake:
        yield fake


@pytest.fixture
async def wire(telegram: FakeTelegram) -> AsyncIterator[Wire]:
    wire = Wire(telegram.url + Token(TOKEN).path, connections=1, answer_seconds=5.0)
    yield wire
    await wire.close()


def admins_over(
    wire: Wire, *, remembered_seconds: float = 60.0, most_remembered: int = 10, ask: float = 2.0
) -> Admins:
    bot = Bot(TOKEN, request=Requests(wire), get_updates_request=Requests(wire))
    return Admins(
        bot,
        Token(TOKEN),
        remembered_seconds=remembered_seconds,
        most_remembered=most_remembered,
        ask_seconds=ask,
    )


class Asking(Receptionist):
    """Finds out of everybody at once whether they may."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[bool] = []

    async def answer(self, chat: Chat, text: str, author: Author) -> Message | None:
        self.found.append(await author.may_change())
        return await super().answer(chat, text, author)


async def said(
    telegram: FakeTelegram, chat: int, *, kind: str, by: int = ADA, voice: int | None = None
) -> tuple[Author, bool]:
    """The author of a command, and whether they may change what the chat hears."""
    asking = Asking()
    async with listening(telegram, asking):
        update = await telegram.say(chat, "/status", kind=kind, by=by, voice=voice)
        await telegram.wait_until_heard(update)
    (author,), (found,) = asking.authors, asking.found
    return author, found


# --- Who they are ---------------------------------------------------------------------------------


async def test_in_private_everyone_may_and_telegram_is_not_asked(telegram: FakeTelegram) -> None:
    author, may = await said(telegram, ADA, kind="private")
    assert (author.id, may) == ("1001", True)
    assert telegram.count("getChatMember") == 0


@pytest.mark.parametrize("kind", ["group", "supergroup"])
@pytest.mark.parametrize(
    ("status", "may"),
    [("creator", True), ("administrator", True), ("member", False), ("restricted", False),
     ("left", False), ("kicked", False)],
)  # fmt: skip
async def test_in_a_group_admins_may(
    telegram: FakeTelegram, kind: str, status: str, *, may: bool
) -> None:
    telegram.standing[GROUP, ADA] = status
    author, found = await said(telegram, GROUP, kind=kind)
    assert (author.id, found) == ("1001", may)
    assert author.who_may == "the admins of this group"
    asked = next(form for method, form in telegram.calls if method == "getChatMember")
    assert (asked["chat_id"], asked["user_id"]) == (str(GROUP), str(ADA))


async def test_whoever_writes_in_the_groups_own_name_is_an_admin(telegram: FakeTelegram) -> None:
    author, may = await said(telegram, GROUP, kind="supergroup", voice=GROUP)
    assert (author.id, may) == (str(GROUP), True)
    assert telegram.count("getChatMember") == 0


async def test_whoever_writes_in_a_channels_name_in_a_group_is_not(telegram: FakeTelegram) -> None:
    # The accounts that stand in for authors are admins of no group, but nobody asks about them.
    for account in (1087968824, 136817688):
        telegram.standing[GROUP, account] = "administrator"
    author, may = await said(telegram, GROUP, kind="supergroup", voice=CHANNEL)
    assert (author.id, may) == (str(CHANNEL), False)
    assert "in their own name" in author.who_may


async def test_posts_in_a_channel_come_from_its_admins(telegram: FakeTelegram) -> None:
    author, may = await said(telegram, CHANNEL, kind="channel")
    assert (author.id, may) == (str(CHANNEL), True)
    assert telegram.count("getChatMember") == 0


async def test_a_channels_post_needs_no_name_to_come_from_an_admin(telegram: FakeTelegram) -> None:
    asking = Asking()
    post = {"message_id": 1, "date": 1_780_000_000, "text": "/status"}
    chat = {"id": CHANNEL, "type": "channel", "title": "News"}
    async with listening(telegram, asking):
        await telegram.wait_until_heard(
            await telegram.push({"channel_post": post | {"chat": chat}})
        )
    assert [author.id for author in asking.authors] == [str(CHANNEL)]
    assert asking.found == [True]


async def test_a_greeting_is_asked_for_by_whoever_let_the_bot_in(telegram: FakeTelegram) -> None:
    asking = Asking()
    async with listening(telegram, asking):
        change = await telegram.change_membership(GROUP, "supergroup", "left", "member")
        await telegram.wait_until_heard(change)
    assert [author.id for author in asking.authors] == ["1001"]
    assert asking.found == [False]


async def test_asking_changes_nothing_and_costs_no_question(telegram: FakeTelegram) -> None:
    async with listening(telegram, Receptionist()):
        await telegram.say(GROUP, "/status", kind="supergroup")
        await telegram.wait_for(lambda sent: sent.chat_id == str(GROUP))
    assert telegram.count("getChatMember") == 0


async def test_silence_is_not_even_the_hint_that_something_was_no_command(
    telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    async def silent(chat: Chat, text: str) -> Message:
        return SILENCE

    async with listening(telegram, Receptionist(silent)):
        await telegram.wait_until_heard(await telegram.say(ADA, "hello"))
    assert telegram.sent == []
    assert caplog.text == ""


# --- Asking ---------------------------------------------------------------------------------------


async def test_an_answer_counts_for_a_while_and_for_one_person_in_one_group(
    telegram: FakeTelegram, wire: Wire
) -> None:
    telegram.standing[GROUP, ADA] = "administrator"
    admins = admins_over(wire, remembered_seconds=0.2)
    assert [await admins.include(GROUP, ADA) for _ in range(3)] == [True] * 3
    assert not await admins.include(GROUP, BOB)
    assert not await admins.include(CHANNEL, ADA)
    assert telegram.count("getChatMember") == 3
    telegram.standing[GROUP, ADA] = "member"
    async with asyncio.timeout(5):
        while await admins.include(GROUP, ADA):  # noqa: ASYNC110 - time sets no Event
            await asyncio.sleep(0.02)
    assert telegram.count("getChatMember") == 4


async def test_only_so_many_answers_are_remembered(telegram: FakeTelegram, wire: Wire) -> None:
    admins = admins_over(wire, most_remembered=2)
    for user in (1, 2, 3, 3, 2, 1):
        await admins.include(GROUP, user)
    assert telegram.count("getChatMember") == 4


async def test_where_members_are_hidden_the_list_of_admins_is_asked_for(
    telegram: FakeTelegram, wire: Wire
) -> None:
    telegram.discreet = True
    telegram.standing |= {
        (GROUP, ADA): "creator",
        (GROUP, BOB): "member",
        (CHANNEL, BOB): "creator",
    }
    admins = admins_over(wire)
    assert await admins.include(GROUP, ADA)
    assert not await admins.include(GROUP, BOB)


@pytest.mark.parametrize(
    "failure",
    [
        Failure(500, times=None),
        Failure(429, "Too Many Requests", {"retry_after": 30}, times=None),
        Failure(401, "Unauthorized", times=None),
        Failure(403, "Forbidden: bot was kicked from the supergroup chat", times=None),
        Failure(400, "Bad Request: chat not found", times=None),
        Failure(200, body="<html>", times=None),
        Failure(200, body='{"ok":true,"result":true}', times=None),
        Failure(200, body='{"ok":true,"result":{"status":"administrator"}}', times=None),
        Failure(500, f"no such path: /bot{TOKEN}/getChatMember", times=None),
        Failure(hang=True, times=None),
    ],
)
async def test_whoever_cannot_be_asked_about_may_not_and_is_asked_about_again(
    telegram: FakeTelegram, wire: Wire, failure: Failure
) -> None:
    telegram.standing[GROUP, ADA] = "administrator"
    for method in ("getChatMember", "getChatAdministrators"):
        telegram.fail(method, failure)
    admins = admins_over(wire, ask=0.3)
    began = time.monotonic()
    with pytest.raises(CannotTell) as unknown:
        await admins.include(GROUP, ADA)
    assert time.monotonic() - began < 2.0
    assert TOKEN not in str(unknown.value)
    for method in ("getChatMember", "getChatAdministrators"):
        telegram.heal(method)
    assert await admins.include(GROUP, ADA)


async def test_an_outage_is_no_permission_either(telegram: FakeTelegram, wire: Wire) -> None:
    await telegram.stop()
    with pytest.raises(CannotTell):
        await admins_over(wire).include(GROUP, ADA)
