"""Buttons on Telegram: how they are shown, and what becomes of a press."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import pytest

from bot.adapters.telegram import presses
from bot.adapters.telegram.buttons import Seal
from bot.model import Button, Chat, Message
from bot.ports import SILENCE
from tests.adapters.fake_telegram import TOKEN, Failure, FakeTelegram, Sent
from tests.adapters.telegram_bot import (
    ADA,
    BOB,
    GROUP,
    HELLO,
    TOPIC,
    Receptionist,
    connected,
    listening,
    send,
    shown,
)

WHY, CHART, SNOOZE = Button("Why", "/why 7"), Button("Chart", "/chart x"), Button("Snooze", "/mute")
ASKING = Message("An alert", ("A line.",), buttons=(WHY,))
PICKING = Message("Pick one", buttons=(Button("Dominance", "/subscribe dominance", replaces=True),))
CHANNEL = Chat("telegram", "-1009")


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as fake:
        yield fake


def labels(sent: Sent, telegram: FakeTelegram) -> list[list[str]]:
    hung = telegram.wall.messages[sent.chat_id, sent.number]
    return [[label for label, _ in row] for row in hung.keyboard]


def saying(*replies: Message | None) -> Callable[[Chat, str], Awaitable[Message | None]]:
    """Say one after the other, and the last for ever."""
    left = list(replies)

    async def reply(_chat: Chat, _text: str) -> Message | None:
        return left.pop(0) if len(left) > 1 else left[0]

    return reply


# --- How they are shown ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "rows"),
    [
        (["Why"], [["Why"]]),
        (["Why", "Chart", "Snooze"], [["Why", "Chart", "Snooze"]]),
        (["Why", "Chart", "Snooze", "Mute topic"], [["Why", "Chart"], ["Snooze", "Mute topic"]]),
        (["a", "b", "c", "d", "e"], [["a", "b"], ["c", "d", "e"]]),
        (["Mute a topic", "Why", "Chart"], [["Mute a topic"], ["Why", "Chart"]]),
        (["Until it recovers again", "1 day"], [["Until it recovers again"], ["1 day"]]),
        (
            ["Get the essentials", "Board", "All topics", "Settings", "Help"],
            [["Get the essentials"], ["Board", "All topics"], ["Settings", "Help"]],
        ),
        (["🚀🚀🚀🚀🚀🚀", "b", "c"], [["🚀🚀🚀🚀🚀🚀"], ["b", "c"]]),
        ([], []),
        (["", " ", "b"], [["b"]]),
    ],
)
async def test_rows_are_even_and_have_room_for_their_labels(
    telegram: FakeTelegram, names: Sequence[str], rows: list[list[str]]
) -> None:
    buttons = tuple(Button(name, f"/do {name}") for name in names)
    async with connected(telegram) as adapter:
        sent = await shown(telegram, adapter, Message("T", buttons=buttons))
    assert labels(sent, telegram) == rows


async def test_buttons_stand_on_the_last_part(telegram: FakeTelegram) -> None:
    async with connected(telegram) as adapter:
        await shown(telegram, adapter, Message("T", ("x" * 4000,) * 3, buttons=(WHY,)))
    assert [labels(sent, telegram) for sent in telegram.sent] == [[], [], [["Why"]]]


async def test_of_several_alerts_only_the_newest_has_buttons_that_would_be_mistaken(
    telegram: FakeTelegram,
) -> None:
    alert, board = Message("A", buttons=(WHY, CHART)), Message("B", buttons=(SNOOZE,))
    newest = Message("C", buttons=(Button("Why", "/why 9"), Button("Mute", "/mute x")))
    async with connected(telegram) as adapter:
        await send(adapter, ADA, alert, board, newest)
    (sent,) = telegram.sent
    assert labels(sent, telegram) == [["Snooze"], ["Why", "Mute"]]
    hung = telegram.wall.messages[sent.chat_id, sent.number]
    assert hung.buttons["Why"].endswith("+/why 9")


async def test_no_more_buttons_than_telegram_takes(
    telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    many = tuple(Button(f"{number}", f"/do {number}") for number in range(101))
    fits, too_long = Button("fits", "/" + "x" * 54), Button("too long", "/" + "é" * 27 + "x")
    async with connected(telegram) as adapter:
        await send(adapter, ADA, Message("T", buttons=(fits, too_long)), Message("U", buttons=many))
        await send(adapter, BOB, Message("T", buttons=(fits, too_long)))
    first, second = (labels(sent, telegram) for sent in telegram.sent)
    assert sum(map(len, first)) == 100
    assert second == [["fits"]]
    assert "too long for Telegram" in caplog.text


async def test_hostile_labels_and_commands_stay_words(telegram: FakeTelegram) -> None:
    label, command = '<b>@everyone","callback_data":"x', '/why "\\ \x00 \ud800 "}]'
    async with connected(telegram) as adapter:
        sent = await shown(
            telegram, adapter, Message("<b>@everyone", buttons=(Button(label, command),))
        )
    hung = telegram.wall.messages[sent.chat_id, sent.number]
    assert hung.buttons[label][9:] == command.replace("\ud800", "?")
    assert sent.plain == "<b>@\u2060everyone"


async def test_a_part_is_the_same_for_every_chat_and_its_buttons_are_not(
    telegram: FakeTelegram,
) -> None:
    general = Chat("telegram", TOPIC.id)
    async with connected(telegram) as adapter:
        (part,) = adapter.render([ASKING])
        for chat in (ADA, BOB, TOPIC, general, ADA):
            await adapter.post(chat, part, "k")
    data = [
        telegram.wall.messages[sent.chat_id, sent.number].buttons["Why"] for sent in telegram.sent
    ]
    assert len({each[:8] for each in data}) == 4
    assert {each[8:] for each in data} == {"+/why 7"}
    assert data[0] == data[4]
    assert Seal("123456:another").of(ADA) != Seal(TOKEN).of(ADA)


# --- Who may press --------------------------------------------------------------------------------


async def test_a_press_says_its_command_in_its_chat(telegram: FakeTelegram) -> None:
    receptionist = Receptionist()
    async with listening(telegram, receptionist) as adapter:
        sent = await shown(telegram, adapter, ASKING)
        query = await telegram.press(sent, "Why", language="de-AT")
        assert await telegram.wait_until_told(query) == ""
        answer = await telegram.wait_for(lambda s: "You said" in s.plain)
    assert answer.plain == "You said\n/why 7\n1001"
    (author,) = receptionist.authors
    assert (author.id, author.language, await author.may_change()) == ("1001", "de-AT", True)


async def test_a_press_in_a_topic_is_answered_there(telegram: FakeTelegram) -> None:
    async with listening(telegram, Receptionist()) as adapter:
        sent = await shown(telegram, adapter, ASKING, TOPIC)
        await telegram.press(sent, "Why", kind="supergroup")
        answer = await telegram.wait_for(lambda s: "You said" in s.plain)
    assert (answer.thread, answer.plain) == ("42", "You said\n/why 7\n-1007:42")


async def test_buttons_of_a_topic_that_is_gone_work_in_general(telegram: FakeTelegram) -> None:
    telegram.fail("sendMessage", Failure(400, "Bad Request: message thread not found"))
    async with listening(telegram, Receptionist()) as adapter:
        sent = await shown(telegram, adapter, ASKING, TOPIC)
        await telegram.press(sent, "Why", kind="supergroup")
        answer = await telegram.wait_for(lambda s: "You said" in s.plain)
    assert (answer.thread, answer.plain) == ("", "You said\n/why 7\n-1007")


@pytest.mark.parametrize(("status", "may"), [("administrator", True), ("member", False)])
@pytest.mark.parametrize(("chat", "kind"), [(GROUP, "supergroup"), (CHANNEL, "channel")])
async def test_who_presses_has_their_own_rights(
    telegram: FakeTelegram, chat: Chat, kind: str, status: str, *, may: bool
) -> None:
    telegram.standing[int(chat.id), 1002] = status
    receptionist = Receptionist()
    async with listening(telegram, receptionist) as adapter:
        sent = await shown(telegram, adapter, ASKING, chat)
        await telegram.wait_until_told(await telegram.press(sent, "Why", kind=kind, by=1002))
        (author,) = receptionist.authors
        assert await author.may_change() is may
    assert author.id == "1002"
    what = "channel" if kind == "channel" else "group"
    assert author.who_may == f"the admins of this {what}"


async def test_in_a_channel_only_admins_are_answered_aloud(telegram: FakeTelegram) -> None:
    telegram.standing[int(CHANNEL.id), 1002] = "administrator"
    at_length = Message("Why", ("because " * 40,))
    async with listening(telegram, Receptionist(saying(at_length))) as adapter:
        sent = await shown(telegram, adapter, ASKING, CHANNEL)
        stranger = await telegram.press(sent, "Why", kind="channel", by=1003)
        words = await telegram.wait_until_told(stranger)
        assert (words[:11], words[-1], len(words) <= 200) == ("Why\nbecause", "…", True)
        assert len(telegram.sent) == 1
        await telegram.press(sent, "Why", kind="channel", by=1002)
        await telegram.wait_for(lambda s: s.plain.startswith("Why\nbecause"))


async def test_whoever_cannot_be_looked_up_in_a_channel_is_a_stranger(
    telegram: FakeTelegram,
) -> None:
    telegram.fail("getChatMember", Failure(500))
    async with listening(telegram, Receptionist(saying(HELLO))) as adapter:
        sent = await shown(telegram, adapter, ASKING, CHANNEL)
        query = await telegram.press(sent, "Why", kind="channel")
        assert await telegram.wait_until_told(query) == "Hello\nA line.\nA footer."
    assert len(telegram.sent) == 1


# --- Data that is not ours ------------------------------------------------------------------------


async def test_data_from_another_chat_runs_nothing(telegram: FakeTelegram) -> None:
    receptionist = Receptionist()
    async with listening(telegram, receptionist) as adapter:
        elsewhere = await shown(telegram, adapter, ASKING, GROUP)
        stolen = telegram.wall.messages[elsewhere.chat_id, elsewhere.number].buttons["Why"]
        sent = await shown(telegram, adapter, ASKING)
        own = telegram.wall.messages[sent.chat_id, sent.number].buttons["Why"]
        for data in (stolen, own[:7], "x" + own[1:], "", "é" * 32, "+/why 7", "\ud83d" + own):
            clean = data.encode(errors="replace").decode()
            query = await telegram.press(sent, "Why", data=clean)
            assert "another chat" in await telegram.wait_until_told(query)
    assert receptionist.journal == []


async def test_data_of_a_topic_does_not_work_beside_it(telegram: FakeTelegram) -> None:
    receptionist = Receptionist()
    async with listening(telegram, receptionist) as adapter:
        topic = await shown(telegram, adapter, ASKING, TOPIC)
        stolen = telegram.wall.messages[topic.chat_id, topic.number].buttons["Why"]
        sent = await shown(telegram, adapter, ASKING, GROUP)
        query = await telegram.press(sent, "Why", kind="supergroup", data=stolen)
        assert "another chat" in await telegram.wait_until_told(query)
    assert receptionist.journal == []


async def test_a_press_without_a_message_is_answered(telegram: FakeTelegram) -> None:
    press = {"id": "p", "from": {"id": 1001, "is_bot": False, "first_name": "A"}}
    async with listening(telegram, Receptionist()):
        await telegram.push({"callback_query": press | {"chat_instance": "1", "data": "x"}})
        assert "type the command" in await telegram.wait_until_told("p")


async def test_a_button_may_be_pressed_long_after(telegram: FakeTelegram) -> None:
    async with listening(telegram, Receptionist()) as adapter:
        sent = await shown(telegram, adapter, PICKING)
        await telegram.press(sent, "Dominance", too_old=True)
        answer = await telegram.wait_for(lambda s: "You said" in s.plain)
        topic = await shown(telegram, adapter, PICKING, TOPIC)
        query = await telegram.press(topic, "Dominance", kind="supergroup", too_old=True)
        assert "too old" in await telegram.wait_until_told(query)
    assert answer.plain == "You said\n/subscribe dominance\n1001"
    assert telegram.count("editMessageText") == 0


# --- The answer to a press ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "words", "said"),
    [
        (Message("No", ("Not you.",), aside=True), "No\nNot you.", 0),
        (Message("", ("x" * 200,), aside=True), "x" * 200, 0),
        (Message("", ("x" * 201,), aside=True), "", 1),
        (Message("", ("🚀" * 101,), aside=True), "", 1),
        (Message("No", ("Not you.",)), "", 1),
        (Message("Pick", buttons=(WHY,), aside=True), "", 1),
        (SILENCE, "", 0),
        (None, "", 0),
    ],
)
async def test_what_concerns_the_presser_alone_is_shown_to_them_alone(
    telegram: FakeTelegram, reply: Message | None, words: str, said: int
) -> None:
    async with listening(telegram, Receptionist(saying(reply, HELLO))) as adapter:
        sent = await shown(telegram, adapter, ASKING, GROUP)
        query = await telegram.press(sent, "Why", kind="supergroup")
        assert await telegram.wait_until_told(query) == words
        await telegram.wait_until_heard(await telegram.say(1001, "/next"))
    assert len(telegram.sent) == 1 + said + 1


async def test_what_went_wrong_leaves_the_message_as_it_is(telegram: FakeTelegram) -> None:
    wrong = Message("That did not work", ("For very long reasons. " * 10,), aside=True)
    async with listening(telegram, Receptionist(saying(wrong))) as adapter:
        sent = await shown(telegram, adapter, PICKING)
        await telegram.press(sent, "Dominance")
        await telegram.wait_for(lambda s: "very long reasons" in s.plain)
    assert telegram.wall.messages[sent.chat_id, sent.number].plain == "Pick one"


async def test_a_button_that_replaces_puts_the_answer_in_its_place(telegram: FakeTelegram) -> None:
    receptionist = Receptionist(saying(PICKING, PICKING, Message("Done")))
    async with listening(telegram, receptionist) as adapter:
        sent = await shown(telegram, adapter, Message("Old", buttons=PICKING.buttons), TOPIC)
        hung = telegram.wall.messages[sent.chat_id, sent.number]
        for text, rows in (("Pick one", 1), ("Pick one", 1), ("Done", 0)):
            query = await telegram.press(sent, "Dominance", kind="supergroup", data=data_of(TOPIC))
            assert await telegram.wait_until_told(query) == ""
            await telegram.wait_until_heard(await telegram.push({}))
            assert (hung.plain, len(hung.keyboard)) == (text, rows)
    assert telegram.count("editMessageText") == 3
    assert len(telegram.sent) == 1


def data_of(chat: Chat) -> str:
    return f"{Seal(TOKEN).of(chat).decode()}=/subscribe dominance"


@pytest.mark.parametrize(
    "refusal",
    ["message to edit not found", "message can't be edited", "MESSAGE_ID_INVALID"],
)
async def test_an_answer_whose_place_is_gone_stands_alone(
    telegram: FakeTelegram, refusal: str
) -> None:
    telegram.fail("editMessageText", Failure(400, f"Bad Request: {refusal}"))
    async with listening(telegram, Receptionist()) as adapter:
        sent = await shown(telegram, adapter, PICKING)
        await telegram.press(sent, "Dominance")
        await telegram.wait_for(lambda s: "You said" in s.plain)


async def test_an_answer_in_several_parts_stands_alone(telegram: FakeTelegram) -> None:
    at_length = Message("Long", ("x" * 4000, "y" * 4000))
    async with listening(telegram, Receptionist(saying(at_length))) as adapter:
        sent = await shown(telegram, adapter, PICKING)
        await telegram.press(sent, "Dominance")
        await telegram.wait_for(lambda s: s.plain.startswith("y"))
    assert telegram.count("editMessageText") == 0


async def test_a_bug_is_told_to_whoever_pressed(
    telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    async def faulty(_chat: Chat, text: str) -> Message:
        raise ZeroDivisionError(text)

    async with listening(telegram, Receptionist(faulty)) as adapter:
        sent = await shown(telegram, adapter, ASKING)
        words = await telegram.wait_until_told(await telegram.press(sent, "Why"))
    assert "Something went wrong" in words
    assert sum(record.levelno == logging.ERROR for record in caplog.records) == 1


async def test_a_slow_answer_does_not_keep_the_button_busy(
    telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presses, "SPINNER_SECONDS", 0.05)
    ready = asyncio.Event()

    async def slow(_chat: Chat, _text: str) -> Message:
        await ready.wait()
        return Message("No", aside=True)

    async with listening(telegram, Receptionist(slow)) as adapter:
        sent = await shown(telegram, adapter, ASKING)
        query = await telegram.press(sent, "Why")
        assert await telegram.wait_until_told(query) == ""
        ready.set()
        await telegram.wait_for(lambda s: s.plain == "No")
    assert telegram.count("answerCallbackQuery") == 1


@pytest.mark.parametrize(
    "failure",
    [Failure(400, "Bad Request: query is too old and response timeout expired"), Failure(500)],
)
async def test_a_press_that_is_over_gets_its_answer_all_the_same(
    telegram: FakeTelegram, caplog: pytest.LogCaptureFixture, failure: Failure
) -> None:
    telegram.fail("answerCallbackQuery", failure)
    async with listening(telegram, Receptionist()) as adapter:
        sent = await shown(telegram, adapter, ASKING)
        await telegram.press(sent, "Why")
        await telegram.wait_for(lambda s: "You said" in s.plain)
    assert [r for r in caplog.records if r.levelno >= logging.WARNING] == []


async def test_a_press_cut_off_by_the_end_is_heard_again(telegram: FakeTelegram) -> None:
    begun = asyncio.Event()

    async def slow(_chat: Chat, _text: str) -> None:
        begun.set()
        await asyncio.sleep(3600)

    async with listening(telegram, Receptionist(slow)) as adapter:
        sent = await shown(telegram, adapter, ASKING)
        query = await telegram.press(sent, "Why")
        await asyncio.wait_for(begun.wait(), 5)
    async with listening(telegram, Receptionist()):
        assert await telegram.wait_until_told(query) == ""
        await telegram.wait_for(lambda s: "You said" in s.plain)


# --- What stays at hand ---------------------------------------------------------------------------


async def test_a_pinned_answer_is_pinned_and_told_of(telegram: FakeTelegram) -> None:
    board = Message("Board", ("Day 34",), pinned=True, buttons=(WHY,))
    receptionist = Receptionist(saying(board))
    async with listening(telegram, receptionist) as adapter:
        await telegram.wait_until_heard(
            await telegram.say(-1007, "/status", kind="supergroup", thread=42)
        )
        (sent,) = telegram.sent
        assert receptionist.journal[-1] == ("pinned", "-1007:42", str(sent.number))
        hung = telegram.wall.messages["-1007", sent.number]
        assert hung.pinned
        (part,) = adapter.render([Message("Board", ("Day 35",), buttons=(WHY,))])
        await adapter.edit(TOPIC, str(sent.number), part)
        await adapter.edit(TOPIC, str(sent.number), part)
    assert hung.plain == "Board\nDay 35"
    assert hung.buttons["Why"].startswith(Seal(TOKEN).of(TOPIC).decode())
    (pin,) = (form for method, form in telegram.calls if method == "pinChatMessage")
    assert pin["disable_notification"] == "true"


@pytest.mark.parametrize("failure", [Failure(400, "Bad Request: not enough rights"), Failure(502)])
async def test_a_group_that_lets_us_pin_nothing_has_its_board_all_the_same(
    telegram: FakeTelegram, caplog: pytest.LogCaptureFixture, failure: Failure
) -> None:
    telegram.fail("pinChatMessage", failure)
    receptionist = Receptionist(saying(Message("Board", pinned=True)))
    async with listening(telegram, receptionist):
        await telegram.wait_until_heard(await telegram.say(-1007, "/status", kind="supergroup"))
    assert receptionist.journal[-1][0] == "pinned"
    assert caplog.records == []


# --- Deep links and languages ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chat_id", "kind", "text"),
    [(1001, "private", "/start Pack-AbC_9"), (-5, "group", "/start@AltseasonTestBot Pack-AbC_9")],
)
async def test_a_deep_link_keeps_its_case(
    telegram: FakeTelegram, chat_id: int, kind: str, text: str
) -> None:
    receptionist = Receptionist()
    async with listening(telegram, receptionist):
        await telegram.wait_until_heard(
            await telegram.say(chat_id, text, kind=kind, language="pt-br")
        )
    assert receptionist.journal[0] == ("answer", str(chat_id), "/start Pack-AbC_9")
    assert receptionist.authors[0].language == "pt-br"


async def test_a_chat_in_whose_name_somebody_speaks_reads_no_language(
    telegram: FakeTelegram,
) -> None:
    receptionist = Receptionist()
    async with listening(telegram, receptionist):
        await telegram.say(-1007, "/status", kind="supergroup", voice=-1007, language="de")
        last = await telegram.say(-1009, "/status", kind="channel")
        await telegram.wait_until_heard(last)
    assert [author.language for author in receptionist.authors] == ["", ""]
