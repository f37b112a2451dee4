import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence

import pytest
from pydantic import SecretStr

from bot.adapters.telegram import PLATFORM, TelegramAdapter
from bot.language import LANGUAGES
from bot.model import Chat, Message
from bot.ports import Limits, PlatformRefused, StoreUnavailable, UnknownRefusal
from bot.settings import Settings
from tests.adapters.fake_telegram import TOKEN, USERNAME, Failure, FakeTelegram
from tests.adapters.telegram_bot import (
    ADA,
    BOB,
    CARDS,
    HELLO,
    Receptionist,
    connected,
    listening,
    send,
)


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as fake:
        yield fake


def settings(telegram: FakeTelegram, token: str | None = TOKEN, *, paid: bool = False) -> Settings:
    return Settings(
        _env_file=None,
        telegram_bot_token=SecretStr(token) if token else None,
        telegram_api_base_url=telegram.url,
        telegram_paid_broadcast=paid,
    )


def texts(caplog: pytest.LogCaptureFixture, level: int) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno == level]


# --- Commands -------------------------------------------------------------------------------------


async def test_a_command_is_answered_in_its_chat(telegram: FakeTelegram) -> None:
    async with listening(telegram, Receptionist()):
        await telegram.say(1001, "/status now")
        sent = await telegram.wait_for(lambda s: s.chat_id == "1001")
    assert sent.plain == "You said\n/status now\n1001"
    assert sent.thread == ""
    assert '"is_disabled": true' in sent.form["link_preview_options"]


async def test_a_command_in_a_topic_is_answered_in_that_topic(telegram: FakeTelegram) -> None:
    async with listening(telegram, Receptionist()):
        await telegram.say(-1007, "/status", kind="supergroup", thread=42)
        sent = await telegram.wait_for(lambda s: s.chat_id == "-1007")
    assert sent.thread == "42"
    assert sent.plain.endswith("-1007:42")


async def test_a_channel_post_is_a_command_too(telegram: FakeTelegram) -> None:
    async with listening(telegram, Receptionist()):
        await telegram.say(-1009, "/status", kind="channel")
        await telegram.wait_for(lambda s: s.chat_id == "-1009")


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("/status", "/status"),
        (f"/status@{USERNAME}", "/status"),
        (f"/status@{USERNAME.upper()} all", "/status all"),
        (f"/status@{USERNAME}\nall", "/status\nall"),
    ],
)
async def test_a_command_for_us_is_heard_without_our_name(
    telegram: FakeTelegram, text: str, heard: str
) -> None:
    async with listening(telegram, Receptionist()):
        await telegram.say(-5, text, kind="group")
        sent = await telegram.wait_for(lambda s: s.chat_id == "-5")
    assert sent.plain == f"You said\n{heard}\n-5"


async def test_what_is_not_for_us_in_a_group_gets_no_reply(telegram: FakeTelegram) -> None:
    async with listening(telegram, Receptionist()):
        await telegram.say(-5, "/status@OtherBot", kind="group")
        await telegram.say(-5, f"/status@{USERNAME}x", kind="group")
        await telegram.say(-5, "just talking", kind="group")
        await telegram.say(-5, "   ", kind="group")
        await telegram.push({"edited_message": _message(-5, "/status")})
        await telegram.push({"message": _message(-5, None)})
        last = await telegram.say(-5, "/status", kind="group")
        await telegram.wait_until_heard(last)
    assert [sent.plain for sent in telegram.sent] == ["You said\n/status\n-5"]


async def test_plain_talk_in_private_gets_a_hint(telegram: FakeTelegram) -> None:
    async with listening(telegram, Receptionist()):
        await telegram.say(1001, "hi there")
        sent = await telegram.wait_for(lambda s: s.chat_id == "1001")
    assert "/help" in sent.plain


@pytest.mark.parametrize("kind", ["group", "supergroup"])
async def test_a_group_that_takes_the_bot_in_is_greeted(telegram: FakeTelegram, kind: str) -> None:
    async with listening(telegram, Receptionist()):
        await telegram.change_membership(-5, kind, "kicked", "member")
        sent = await telegram.wait_for(lambda s: s.chat_id == "-5")
    assert "/start" in sent.plain


async def test_a_group_that_takes_the_bot_in_again_resumes_its_topics(
    telegram: FakeTelegram,
) -> None:
    receptionist = Receptionist()
    async with listening(telegram, receptionist):
        last = await telegram.change_membership(-5, "supergroup", "kicked", "member")
        await telegram.wait_until_heard(last)
    assert receptionist.journal == [("answer", "-5", "/start"), ("turn", "-5"), ("invited", "-5")]


async def test_other_changes_of_membership_are_silent(telegram: FakeTelegram) -> None:
    receptionist = Receptionist()
    async with listening(telegram, receptionist):
        for chat_id, kind, old, new in (
            (-5, "group", "member", "kicked"),
            (-5, "group", "member", "left"),
            (-5, "group", "member", "administrator"),
            (-5, "supergroup", "member", "restricted:mute"),
            (-5, "supergroup", "left", "restricted:mute"),
            (-9, "channel", "left", "member"),
            (-9, "channel", "left", "administrator:mute"),
            (-9, "channel", "administrator", "administrator:mute"),
            (1001, "private", "member", "kicked"),
        ):
            last = await telegram.change_membership(chat_id, kind, old, new)
        await telegram.wait_until_heard(last)
    assert telegram.sent == []
    assert receptionist.journal == []


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("private", "kicked", "member"),
        ("channel", "left", "administrator"),
        ("channel", "kicked", "administrator"),
        ("channel", "administrator:mute", "administrator"),
        ("supergroup", "restricted:mute", "restricted"),
        ("supergroup", "restricted:mute", "member"),
        ("supergroup", "restricted:mute", "administrator"),
        ("supergroup", "left", "restricted"),
    ],
)
async def test_a_chat_that_lets_us_write_again_is_an_invitation(
    telegram: FakeTelegram, kind: str, old: str, new: str
) -> None:
    receptionist = Receptionist()
    async with listening(telegram, receptionist):
        await telegram.wait_until_heard(await telegram.change_membership(77, kind, old, new))
    assert receptionist.journal == [("invited", "77")]
    assert telegram.sent == []


async def test_a_group_that_moves_is_told_between_what_is_said_before_and_after(
    telegram: FakeTelegram,
) -> None:
    async def slowly(chat: Chat, _: str) -> None:
        await asyncio.sleep(0.05)
        receptionist.journal.append(("answered", chat.member))

    receptionist = Receptionist(slowly)
    await telegram.say(-77, "/status", kind="group")
    await telegram.migrate(-77, -100777)
    last = await telegram.say(-100777, "/status", kind="supergroup")
    async with listening(telegram, receptionist):
        await telegram.wait_until_heard(last)
    assert receptionist.journal == [
        ("answer", "-77", "/status"),
        ("answered", "-77"),
        ("moved", "-77", "-100777"),
        ("answer", "-100777", "/status"),
        ("answered", "-100777"),
    ]


async def test_a_store_that_is_away_stops_no_later_command(
    telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    class Forgetful(Receptionist):
        async def invited(self, chats: Sequence[Chat]) -> None:
            raise StoreUnavailable(str(len(chats)))

    await telegram.change_membership(1001, "private", "kicked", "member")
    async with listening(telegram, Forgetful()):
        await telegram.say(1001, "/status")
        await telegram.wait_for(lambda s: s.chat_id == "1001")
    assert len(texts(caplog, logging.ERROR)) == 1


async def test_every_part_of_a_reply_waits_for_its_turn(telegram: FakeTelegram) -> None:
    async def at_length(chat: Chat, text: str) -> Message:
        return Message(text, tuple("x" * 4000 for _ in range(3)))

    receptionist = Receptionist(at_length)
    async with listening(telegram, receptionist):
        await telegram.wait_until_heard(await telegram.say(1001, "/status"))
    assert receptionist.journal == [("answer", "1001", "/status"), *[("turn", "1001")] * 3]
    assert len(telegram.sent) == 3


async def test_a_reply_waits_for_its_turn(telegram: FakeTelegram) -> None:
    free = asyncio.Event()

    class Busy(Receptionist):
        async def turn(self, chat: Chat) -> None:
            await super().turn(chat)
            await free.wait()

    receptionist = Busy()
    async with listening(telegram, receptionist):
        await telegram.say(1001, "/status")
        await _until(lambda: bool(receptionist.of("turn")))
        assert telegram.count("sendMessage") == 0
        free.set()
        await telegram.wait_for(lambda s: s.chat_id == "1001")


async def test_no_reply_is_paid_for(telegram: FakeTelegram) -> None:
    async with listening(telegram, Receptionist(), paid=True) as adapter:
        await telegram.say(1001, "/status")
        await telegram.wait_for(lambda s: s.chat_id == "1001")
        await send(adapter, BOB, HELLO)
    assert [s.form.get("allow_paid_broadcast") for s in telegram.sent] == [None, "true"]


@pytest.mark.parametrize(
    ("waits", "sent", "tries"), [([0.1], 1, 2), ([0.1, 0.1], 0, 2), ([5.5], 0, 1)]
)
async def test_a_reply_held_up_for_seconds_is_tried_once_more(
    telegram: FakeTelegram,
    caplog: pytest.LogCaptureFixture,
    waits: list[float],
    sent: int,
    tries: int,
) -> None:
    for seconds in waits:
        telegram.fail("sendMessage", Failure(429, "", {"retry_after": seconds}))
    receptionist = Receptionist()
    async with listening(telegram, receptionist):
        await telegram.wait_until_heard(await telegram.say(1001, "/status"))
    assert (len(telegram.sent), telegram.count("sendMessage")) == (sent, tries)
    assert len(receptionist.of("turn")) == tries
    assert len(texts(caplog, logging.WARNING)) == 1 - sent


async def test_a_reply_that_failed_otherwise_is_not_sent_again(
    telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    telegram.fail("sendMessage", Failure(500))
    async with listening(telegram, Receptionist()):
        await telegram.wait_until_heard(await telegram.say(1001, "/status"))
    assert telegram.count("sendMessage") == 1
    assert len(texts(caplog, logging.WARNING)) == 1


async def test_each_chat_is_answered_in_order(telegram: FakeTelegram) -> None:
    for number in range(5):
        await telegram.say(1, f"/a{number}")
        await telegram.say(2, f"/b{number}")
    async with listening(telegram, Receptionist()):
        await telegram.wait_for(lambda s: "/a4" in s.plain)
        await telegram.wait_for(lambda s: "/b4" in s.plain)
    for chat, letter in (("1", "a"), ("2", "b")):
        heard = [s.plain.split("\n")[1] for s in telegram.sent if s.chat_id == chat]
        assert heard == [f"/{letter}{number}" for number in range(5)]


async def test_the_polls_name_their_updates(telegram: FakeTelegram) -> None:
    async with listening(telegram, Receptionist()):
        await telegram.wait_for_calls("getUpdates", 1)
    poll = next(form for method, form in telegram.calls if method == "getUpdates")
    assert json.loads(poll["allowed_updates"]) == [
        "message", "channel_post", "my_chat_member", "callback_query",
    ]  # fmt: skip
    forget = next(form for method, form in telegram.calls if method == "deleteWebhook")
    assert forget.get("drop_pending_updates", "False").lower() == "false"


async def test_a_refused_menu_is_only_a_warning(
    telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    telegram.fail("setMyCommands", Failure(400, "Bad Request: BOT_COMMAND_INVALID"))
    async with listening(telegram, Receptionist()):
        await telegram.say(1001, "/status")
        await telegram.wait_for(lambda s: s.chat_id == "1001")
    assert len(texts(caplog, logging.WARNING)) == 1


async def test_a_failing_reply_does_not_stop_the_next(
    telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    telegram.fail(
        "sendMessage", Failure(403, "Forbidden: bot was blocked by the user", chat_id="1")
    )
    async with listening(telegram, Receptionist()):
        await telegram.say(1, "/status")
        await telegram.say(1, "/again")
        await telegram.wait_for(lambda s: "/again" in s.plain)
    (warning,) = texts(caplog, logging.WARNING)
    assert "bot was blocked by the user" in warning


async def test_a_command_with_a_bug_does_not_silence_the_bot(
    telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    async def faulty(chat: Chat, text: str) -> Message:
        return Message(str(1 / (0 if text == "/bug" else 1)), (chat.id,))

    async with listening(telegram, Receptionist(faulty)):
        bug = await telegram.say(1, "/bug")
        await telegram.say(1, "/fine")
        await telegram.wait_for(lambda s: s.chat_id == "1")
        await telegram.wait_until_heard(bug)
    assert len(texts(caplog, logging.ERROR)) == 1


async def test_a_command_cut_off_by_the_end_is_heard_again(telegram: FakeTelegram) -> None:
    begun = asyncio.Event()

    async def slow(chat: Chat, text: str) -> Message | None:
        begun.set()
        await asyncio.sleep(3600)
        return None

    async with listening(telegram, Receptionist(slow)):
        await telegram.say(1001, "/subscribe")
        await asyncio.wait_for(begun.wait(), 5)
    async with listening(telegram, Receptionist()):
        await telegram.wait_for(lambda s: "/subscribe" in s.plain)


# --- Outages --------------------------------------------------------------------------------------


async def test_a_network_missing_at_the_start_is_waited_for(
    telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot")
    await telegram.stop()
    async with listening(telegram, Receptionist()):
        await _until(lambda: bool(texts(caplog, logging.WARNING)))
        await asyncio.sleep(0.3)  # several more tries fail meanwhile
        await telegram.start()
        await telegram.say(1001, "/status")
        await telegram.wait_for(lambda s: s.chat_id == "1001")
    (warning,) = texts(caplog, logging.WARNING)
    assert "cannot be reached" in warning
    assert texts(caplog, logging.INFO) == [
        f"Listening on Telegram as @{USERNAME}.",
        "Telegram can be reached again.",
    ]


@pytest.mark.parametrize(
    "failure",
    [
        Failure(502, "Bad Gateway", times=3),
        Failure(502, body="<html>Bad Gateway</html>", times=3),
        Failure(200, body="<html>Sign in to the Wi-Fi</html>", times=3),
        Failure(200, body='{"ok": false}', times=3),
        Failure(404, body="no such page", times=3),
    ],
    ids=["502", "502-html", "captive-portal", "no-result", "proxy-404"],
)
async def test_an_outage_is_told_once_and_its_end_once(
    telegram: FakeTelegram, caplog: pytest.LogCaptureFixture, failure: Failure
) -> None:
    caplog.set_level(logging.INFO, "bot")
    async with listening(telegram, Receptionist()):
        await telegram.wait_for_calls("getUpdates", 1)
        telegram.fail("getUpdates", failure)
        await telegram.say(1001, "/before")
        await telegram.wait_for(lambda s: "/before" in s.plain)
        await telegram.wait_for_calls("getUpdates", 5)
        await telegram.say(1001, "/after")
        await telegram.wait_for(lambda s: "/after" in s.plain)
    assert len(texts(caplog, logging.WARNING)) == 1
    assert texts(caplog, logging.INFO).count("Telegram can be reached again.") == 1
    assert [s.plain.split("\n")[1] for s in telegram.sent] == ["/before", "/after"]


async def test_an_outage_in_the_middle_of_a_poll_is_survived(
    telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot")
    async with listening(telegram, Receptionist()):
        await telegram.wait_for_calls("getUpdates", 1)
        await telegram.wait_for_calls("setMyCommands", 4 * len(LANGUAGES))
        await telegram.stop()
        await _until(lambda: bool(texts(caplog, logging.WARNING)))
        await telegram.start()
        await telegram.say(1001, "/status")
        await telegram.wait_for(lambda s: s.chat_id == "1001")
    assert len(texts(caplog, logging.WARNING)) == 1
    assert "Telegram can be reached again." in texts(caplog, logging.INFO)


async def test_a_second_poller_is_told_of_once(
    telegram: FakeTelegram, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.adapters.telegram.polling.CONFLICT_PAUSE_SECONDS", 0.05)
    conflict = "Conflict: terminated by other getUpdates request"
    telegram.fail("getUpdates", Failure(409, conflict, times=3))
    async with listening(telegram, Receptionist()):
        await telegram.say(1001, "/status")
        await telegram.wait_for(lambda s: s.chat_id == "1001")
    (warning,) = texts(caplog, logging.WARNING)
    assert "another process" in warning


@pytest.mark.parametrize("status", [401, 404])
async def test_a_wrong_token_is_refused_and_never_shown(
    telegram: FakeTelegram, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    caplog.set_level(logging.DEBUG)
    telegram.fail("getMe", Failure(status, "Unauthorized"))
    adapter = PLATFORM.build(settings(telegram), CARDS)
    assert isinstance(adapter, TelegramAdapter)
    with pytest.raises(PlatformRefused, match="TELEGRAM_BOT_TOKEN") as refusal:
        await adapter.listen(Receptionist())
    await adapter.close()
    assert TOKEN not in caplog.text
    assert TOKEN not in str(refusal.value)


@pytest.mark.parametrize("status", [401, 404])
async def test_a_token_refused_after_it_worked_is_an_outage(
    telegram: FakeTelegram, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    caplog.set_level(logging.INFO, "bot")
    async with listening(telegram, Receptionist()):
        await telegram.wait_for_calls("getUpdates", 1)
        for method in ("getMe", "getUpdates"):
            telegram.fail(method, Failure(status, "Unauthorized", times=None))
        await telegram.say(1001, "/before")
        await telegram.wait_for(lambda s: "/before" in s.plain)
        await telegram.wait_for_calls("getUpdates", 6)
        for method in ("getMe", "getUpdates"):
            telegram.heal(method)
        await telegram.say(1001, "/after")
        await telegram.wait_for(lambda s: "/after" in s.plain)
    (warning,) = texts(caplog, logging.WARNING)
    assert "the token it took before" in warning
    assert texts(caplog, logging.INFO).count("Telegram can be reached again.") == 1


async def test_a_token_that_sent_is_not_taken_for_wrong_by_the_listener(
    telegram: FakeTelegram,
) -> None:
    telegram.fail("getMe", Failure(404, "Not Found", times=2))
    async with connected(telegram) as adapter:
        await send(adapter, ADA, HELLO)
        task = asyncio.create_task(adapter.listen(Receptionist()))
        await telegram.say(1001, "/status")
        await telegram.wait_for(lambda s: "/status" in s.plain)
        task.cancel()
        await asyncio.wait([task])


async def test_no_log_of_a_working_day_holds_the_token(
    telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    adapter = PLATFORM.build(settings(telegram), CARDS)
    assert isinstance(adapter, TelegramAdapter)
    telegram.fail("getUpdates", Failure(500, f"no such path: /bot{TOKEN}/getUpdates"))
    async with asyncio.TaskGroup() as group:
        task = group.create_task(adapter.listen(Receptionist()))
        await telegram.say(1001, "/status")
        await telegram.wait_for(lambda s: s.chat_id == "1001")
        telegram.fail("sendMessage", Failure(400, f"Bad Request: odd /bot{TOKEN}/x"))
        with pytest.raises(UnknownRefusal) as rejected:
            await send(adapter, ADA, HELLO)
        task.cancel()
    await adapter.close()
    assert "cannot be reached" in caplog.text
    assert "<token>" in str(rejected.value)
    assert TOKEN not in caplog.text + str(rejected.value)
    assert rejected.value.__context__ is None


@pytest.mark.parametrize("method", ["getMe", "getUpdates", "setMyCommands", "sendMessage"])
async def test_the_end_is_quick_even_when_telegram_hangs(
    telegram: FakeTelegram, method: str
) -> None:
    telegram.fail(method, Failure(hang=True, times=None))
    before = asyncio.all_tasks()
    adapter = TelegramAdapter(TOKEN, telegram.url, CARDS)
    task = asyncio.create_task(adapter.listen(Receptionist()))
    if method == "sendMessage":
        await telegram.say(1001, "/status")
    await telegram.wait_for_calls(method, 1)
    begun = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await adapter.close()
    await adapter.close()
    assert time.monotonic() - begun < 2
    of_the_fake = "aiohttp"
    assert [t for t in asyncio.all_tasks() - before if of_the_fake not in repr(t)] == []


async def test_closing_before_listening_is_harmless(telegram: FakeTelegram) -> None:
    adapter = TelegramAdapter(TOKEN, telegram.url, CARDS)
    await adapter.close()
    await adapter.close()


def test_no_token_no_adapter(telegram: FakeTelegram) -> None:
    assert PLATFORM.build(settings(telegram, None), CARDS) is None


async def test_paid_broadcasts_are_a_setting(telegram: FakeTelegram) -> None:
    free, paid = (
        PLATFORM.build(settings(telegram, paid=choice), CARDS) for choice in (False, True)
    )
    assert free is not None
    assert paid is not None
    assert (free.limits, paid.limits) == (Limits(30.0, 16), Limits(1000.0, 256))


def _message(chat_id: int, text: str | None) -> dict[str, object]:
    message: dict[str, object] = {
        "message_id": 1,
        "date": 1_780_000_000,
        "chat": {"id": chat_id, "type": "group", "title": "Traders"},
    }
    return message | ({"text": text} if text is not None else {})


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - a log sets no Event
            await asyncio.sleep(0.01)


async def test_an_update_nobody_can_read_hides_none_that_come_after_it(
    telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    await telegram.say(1001, "/first")
    await telegram.push({"message": {"message_id": 1}})
    await telegram.say(1001, "/second")
    async with listening(telegram, Receptionist()):
        await telegram.wait_for(lambda s: "/second" in s.plain)
    assert [s.plain.splitlines()[1] for s in telegram.sent] == ["/first", "/second"]
    assert caplog.text.count("cannot be read and is left out") == 1
