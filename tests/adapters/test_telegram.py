import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from telegram.error import TimedOut

from bot.adapters.telegram import PLATFORM, TelegramAdapter
from bot.adapters.telegram.errors import failure
from bot.adapters.telegram.markup import MESSAGE_UNITS, render
from bot.model import Chat, Message
from bot.ports import (
    Answer,
    ChatGone,
    ChatMoved,
    CommandCard,
    DeliveryError,
    PlatformRefused,
    Rejected,
    RetryLater,
    Unconfirmed,
)
from bot.settings import Settings
from tests.adapters.fake_telegram import TOKEN, USERNAME, Failure, FakeTelegram, readable

CARDS = (CommandCard("status", "Where the rotation stands"), CommandCard("help", "What I can do"))
HELLO = Message("Hello", ("A line.",), "A footer.")
ADA = Chat("telegram", "1001")
TOPIC = Chat("telegram", "-1007", "42")


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as fake:
        yield fake


@contextlib.asynccontextmanager
async def connected(telegram: FakeTelegram, token: str = TOKEN) -> AsyncIterator[TelegramAdapter]:
    adapter = TelegramAdapter(
        token, telegram.url, CARDS, answer_seconds=2.0, first_pause_seconds=0.05
    )
    try:
        yield adapter
    finally:
        await adapter.close()


@contextlib.asynccontextmanager
async def listening(telegram: FakeTelegram, answer: Answer) -> AsyncIterator[TelegramAdapter]:
    async with connected(telegram) as adapter, asyncio.TaskGroup() as group:
        task = group.create_task(adapter.listen(answer))
        try:
            yield adapter
        finally:
            task.cancel()


async def echo(chat: Chat, text: str) -> Message | None:
    return Message("You said", (text,), chat.member) if text.startswith("/") else None


def settings(telegram: FakeTelegram, token: str | None = TOKEN) -> Settings:
    return Settings(
        _env_file=None,
        telegram_bot_token=SecretStr(token) if token else None,
        telegram_api_base_url=telegram.url,
    )


def texts(caplog: pytest.LogCaptureFixture, level: int) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno == level]


# --- Commands -------------------------------------------------------------------------------------


async def test_a_command_is_answered_in_its_chat(telegram: FakeTelegram) -> None:
    async with listening(telegram, echo):
        await telegram.say(1001, "/status now")
        sent = await telegram.wait_for(lambda s: s.chat_id == "1001")
    assert sent.plain == "You said\n/status now\n1001"
    assert sent.thread == ""
    assert '"is_disabled": true' in sent.form["link_preview_options"]


async def test_a_command_in_a_topic_is_answered_in_that_topic(telegram: FakeTelegram) -> None:
    async with listening(telegram, echo):
        await telegram.say(-1007, "/status", kind="supergroup", thread=42)
        sent = await telegram.wait_for(lambda s: s.chat_id == "-1007")
    assert sent.thread == "42"
    assert sent.plain.endswith("-1007:42")


async def test_a_channel_post_is_a_command_too(telegram: FakeTelegram) -> None:
    async with listening(telegram, echo):
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
    async with listening(telegram, echo):
        await telegram.say(-5, text, kind="group")
        sent = await telegram.wait_for(lambda s: s.chat_id == "-5")
    assert sent.plain == f"You said\n{heard}\n-5"


async def test_what_is_not_for_us_in_a_group_gets_no_reply(telegram: FakeTelegram) -> None:
    async with listening(telegram, echo):
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
    async with listening(telegram, echo):
        await telegram.say(1001, "hi there")
        sent = await telegram.wait_for(lambda s: s.chat_id == "1001")
    assert "/help" in sent.plain


@pytest.mark.parametrize("kind", ["group", "supergroup"])
async def test_a_group_that_takes_the_bot_in_is_greeted(telegram: FakeTelegram, kind: str) -> None:
    async with listening(telegram, echo):
        await telegram.change_membership(-5, kind, "kicked", "member")
        sent = await telegram.wait_for(lambda s: s.chat_id == "-5")
    assert "/start" in sent.plain


async def test_other_changes_of_membership_are_silent(telegram: FakeTelegram) -> None:
    async with listening(telegram, echo):
        await telegram.change_membership(-5, "group", "member", "kicked")
        await telegram.change_membership(-5, "group", "member", "left")
        await telegram.change_membership(-9, "channel", "left", "member")
        last = await telegram.change_membership(1001, "private", "kicked", "member")
        await telegram.wait_until_heard(last)
    assert telegram.sent == []


async def test_each_chat_is_answered_in_order(telegram: FakeTelegram) -> None:
    for number in range(5):
        await telegram.say(1, f"/a{number}")
        await telegram.say(2, f"/b{number}")
    async with listening(telegram, echo):
        await telegram.wait_for(lambda s: "/a4" in s.plain)
        await telegram.wait_for(lambda s: "/b4" in s.plain)
    for chat, letter in (("1", "a"), ("2", "b")):
        heard = [s.plain.split("\n")[1] for s in telegram.sent if s.chat_id == chat]
        assert heard == [f"/{letter}{number}" for number in range(5)]


async def test_the_menu_is_set_and_the_polls_name_their_updates(telegram: FakeTelegram) -> None:
    async with listening(telegram, echo):
        await telegram.wait_for_calls("getUpdates", 1)
    assert [(entry["command"], entry["description"]) for entry in telegram.menu] == [
        ("status", "Where the rotation stands"),
        ("help", "What I can do"),
    ]
    poll = next(form for method, form in telegram.calls if method == "getUpdates")
    assert poll["allowed_updates"] == '["message", "channel_post", "my_chat_member"]'
    forget = next(form for method, form in telegram.calls if method == "deleteWebhook")
    assert forget.get("drop_pending_updates", "False").lower() == "false"


async def test_a_refused_menu_is_only_a_warning(
    telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    telegram.fail("setMyCommands", Failure(400, "Bad Request: BOT_COMMAND_INVALID"))
    async with listening(telegram, echo):
        await telegram.say(1001, "/status")
        await telegram.wait_for(lambda s: s.chat_id == "1001")
    assert len(texts(caplog, logging.WARNING)) == 1


async def test_a_failing_reply_does_not_stop_the_next(
    telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    telegram.fail(
        "sendMessage", Failure(403, "Forbidden: bot was blocked by the user", chat_id="1")
    )
    async with listening(telegram, echo):
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

    async with listening(telegram, faulty):
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

    async with listening(telegram, slow):
        await telegram.say(1001, "/subscribe")
        await asyncio.wait_for(begun.wait(), 5)
    async with listening(telegram, echo):
        await telegram.wait_for(lambda s: "/subscribe" in s.plain)


# --- Outages --------------------------------------------------------------------------------------


async def test_a_network_missing_at_the_start_is_waited_for(
    telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot")
    await telegram.stop()
    async with listening(telegram, echo):
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
    async with listening(telegram, echo):
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
    async with listening(telegram, echo):
        await telegram.wait_for_calls("getUpdates", 1)
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
    monkeypatch.setattr("bot.adapters.telegram.adapter.CONFLICT_PAUSE_SECONDS", 0.05)
    conflict = "Conflict: terminated by other getUpdates request"
    telegram.fail("getUpdates", Failure(409, conflict, times=3))
    async with listening(telegram, echo):
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
        await adapter.listen(echo)
    await adapter.close()
    assert TOKEN not in caplog.text
    assert TOKEN not in str(refusal.value)


@pytest.mark.parametrize("status", [401, 404])
async def test_a_token_refused_after_it_worked_is_an_outage(
    telegram: FakeTelegram, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    caplog.set_level(logging.INFO, "bot")
    async with listening(telegram, echo):
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
        await adapter.send(ADA, HELLO, "k")
        task = asyncio.create_task(adapter.listen(echo))
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
        task = group.create_task(adapter.listen(echo))
        await telegram.say(1001, "/status")
        await telegram.wait_for(lambda s: s.chat_id == "1001")
        telegram.fail("sendMessage", Failure(400, f"Bad Request: odd /bot{TOKEN}/x"))
        with pytest.raises(Rejected) as rejected:
            await adapter.send(ADA, HELLO, "k")
        task.cancel()
    await adapter.close()
    assert "cannot be reached" in caplog.text
    assert "<token>" in str(rejected.value)
    assert TOKEN not in caplog.text + str(rejected.value)
    assert rejected.value.__suppress_context__


@pytest.mark.parametrize("method", ["getMe", "getUpdates", "setMyCommands", "sendMessage"])
async def test_the_end_is_quick_even_when_telegram_hangs(
    telegram: FakeTelegram, method: str
) -> None:
    telegram.fail(method, Failure(hang=True, times=None))
    before = asyncio.all_tasks()
    adapter = TelegramAdapter(TOKEN, telegram.url, CARDS)
    task = asyncio.create_task(adapter.listen(echo))
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


# --- Sending --------------------------------------------------------------------------------------

GONE = [
    (403, "Forbidden: bot was blocked by the user"),
    (403, "Forbidden: user is deactivated"),
    (403, "Forbidden: bot can't initiate conversation with a user"),
    (403, "Forbidden: bot was kicked from the supergroup chat"),
    (403, "Forbidden: bot is not a member of the channel chat"),
    (400, "Bad Request: chat not found"),
    (400, "Bad Request: PEER_ID_INVALID"),
    (400, "Bad Request: group is deactivated"),
    (400, "Bad Request: CHANNEL_PRIVATE"),
    (400, "Bad Request: have no rights to send a message"),
    (400, "Bad Request: CHAT_WRITE_FORBIDDEN"),
    (400, "Bad Request: not enough rights to send text messages to the chat"),
    (400, "Bad Request: TOPIC_CLOSED"),
]
REJECTED = [
    (400, "Bad Request: can't parse entities: unsupported start tag"),
    (400, "Bad Request: message is too long"),
    (400, "Bad Request: message text is empty"),
    (400, "Bad Request: something new"),
]
LATER = [
    (403, "Forbidden: something new", 600.0),
    (409, "Conflict: whatever", 1.0),
    (413, "Request Entity Too Large", 1.0),
    (500, "Internal Server Error", 1.0),
    (502, "Bad Gateway", 1.0),
    (503, "Service Unavailable", 1.0),
    (401, "Unauthorized", 60.0),
    (404, "Not Found", 60.0),
]


async def failed(telegram: FakeTelegram, failure: Failure, chat: Chat = ADA) -> DeliveryError:
    telegram.fail("sendMessage", failure)
    async with connected(telegram) as adapter:
        with pytest.raises(DeliveryError) as caught:
            await adapter.send(chat, HELLO, "k")
    return caught.value


@pytest.mark.parametrize(("status", "description"), GONE)
async def test_a_chat_that_cannot_be_reached_is_gone(
    telegram: FakeTelegram, status: int, description: str
) -> None:
    error = await failed(telegram, Failure(status, description))
    assert type(error) is ChatGone
    assert str(error).lower() in description.lower()


@pytest.mark.parametrize(("status", "description"), REJECTED)
async def test_a_message_telegram_refuses_is_our_fault(
    telegram: FakeTelegram, status: int, description: str
) -> None:
    assert type(await failed(telegram, Failure(status, description))) is Rejected


@pytest.mark.parametrize(("status", "description", "at_least"), LATER)
async def test_trouble_that_may_pass_is_retried_later(
    telegram: FakeTelegram, status: int, description: str, at_least: float
) -> None:
    error = await failed(telegram, Failure(status, description))
    assert isinstance(error, RetryLater)
    assert error.seconds >= at_least


async def test_a_refused_token_is_logged_once_however_many_sends_it_fails(
    telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    async with connected(telegram, "123456:wrong") as adapter:
        for _ in range(3):
            with pytest.raises(RetryLater, match="TELEGRAM_BOT_TOKEN"):
                await adapter.send(ADA, HELLO, "k")
    assert len(caplog.records) == 1


@pytest.mark.parametrize(
    ("failure", "seconds"),
    [
        (Failure(429, "Too Many Requests", {"retry_after": 37}), 37),
        (Failure(429, "Too Many Requests", {"retry_after": 2.5}), 2.5),
        (Failure(429, "Too Many Requests"), 5),
        (Failure(429, "Too Many Requests", {"retry_after": -1}), 5),
        (Failure(429, "Too Many Requests", {"retry_after": 10**400}), 5),
        (Failure(429, body="<html>slow down</html>"), 5),
    ],
)
async def test_a_flood_limit_waits_as_long_as_asked_and_uses_up_no_attempt(
    telegram: FakeTelegram, failure: Failure, seconds: float
) -> None:
    error = await failed(telegram, failure)
    assert isinstance(error, RetryLater)
    assert (error.seconds, error.counts) == (seconds, False)


async def test_a_group_that_became_a_supergroup_has_moved(telegram: FakeTelegram) -> None:
    description = "Bad Request: group chat was upgraded to a supergroup chat"
    failure = Failure(400, description, {"migrate_to_chat_id": -100777})
    error = await failed(telegram, failure, Chat("telegram", "-77"))
    assert isinstance(error, ChatMoved)
    assert error.to == Chat("telegram", "-100777")


async def test_a_deleted_topic_falls_back_to_general(telegram: FakeTelegram) -> None:
    telegram.fail("sendMessage", Failure(400, "Bad Request: message thread not found"))
    async with connected(telegram) as adapter:
        await adapter.send(TOPIC, HELLO, "k")
    assert [(s.chat_id, s.thread) for s in telegram.sent] == [("-1007", "")]


async def test_the_fallback_to_general_is_tried_once(telegram: FakeTelegram) -> None:
    failure = Failure(400, "Bad Request: message thread not found", times=None)
    assert type(await failed(telegram, failure, TOPIC)) is Rejected
    assert telegram.count("sendMessage") == 2


async def test_a_message_without_a_visible_character_is_our_fault(telegram: FakeTelegram) -> None:
    async with connected(telegram) as adapter:
        with pytest.raises(Rejected):
            await adapter.send(ADA, Message(" ", ("", "\n")), "k")
    assert telegram.sent == []


async def test_what_telegram_took_and_did_not_answer_is_unconfirmed(telegram: FakeTelegram) -> None:
    telegram.fail("sendMessage", Failure(hang=True))
    adapter = TelegramAdapter(TOKEN, telegram.url, answer_seconds=0.2)
    with pytest.raises(Unconfirmed, match="Timed out"):
        await adapter.send(ADA, HELLO, "k")
    await adapter.close()
    assert telegram.count("sendMessage") == 1


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [
        (httpx.ReadTimeout, Unconfirmed),
        (httpx.WriteTimeout, Unconfirmed),
        (httpx.ConnectTimeout, RetryLater),
        (httpx.PoolTimeout, RetryLater),
    ],
)
def test_only_a_time_out_after_the_request_left_is_unconfirmed(
    cause: type[httpx.TimeoutException], outcome: type[DeliveryError]
) -> None:
    error = TimedOut()
    error.__cause__ = cause("")
    assert type(failure(error, ADA, "Timed out")) is outcome


@pytest.mark.parametrize("body", ["<html>", '{"ok": false}', '{"ok": true, "result": {}}'])
async def test_an_unreadable_answer_is_retried_later(telegram: FakeTelegram, body: str) -> None:
    assert isinstance(await failed(telegram, Failure(200, body=body)), RetryLater)


async def test_a_missing_network_is_retried_later(telegram: FakeTelegram) -> None:
    await telegram.stop()
    async with connected(telegram) as adapter:
        with pytest.raises(RetryLater):
            await adapter.send(ADA, HELLO, "k")
        await telegram.start()
        await adapter.send(ADA, HELLO, "k")
    assert len(telegram.sent) == 1


async def test_hostile_text_arrives_as_it_was_written(telegram: FakeTelegram) -> None:
    title = '<b>@everyone & "x"'
    line = "</i><a href='http://x'>&amp; &lt; \ud800 \x00"
    async with connected(telegram) as adapter:
        await adapter.send(ADA, Message(title, (line,), "<i>"), "k")
    (sent,) = telegram.sent
    assert sent.plain == f"{title}\n{line}\n<i>".replace("\ud800", "?")


async def test_a_long_message_arrives_whole_in_several(telegram: FakeTelegram) -> None:
    lines = tuple(f"{number}: {'₿' * 90} 🚀" for number in range(100))
    async with connected(telegram) as adapter:
        await adapter.send(ADA, Message("Long", lines, "end"), "k")
    assert len(telegram.sent) == 3
    assert "\n".join(s.plain for s in telegram.sent) == "\n".join(("Long", *lines, "end"))


# --- Rendering ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        (Message("T"), ["<b>T</b>"]),
        (Message("T", ("a", "", "b")), ["<b>T</b>\na\n\nb"]),
        (Message("T", ("a & b",), "f"), ["<b>T</b>\na &amp; b\n<i>f</i>"]),
        (Message("two\nlines"), ["<b>two</b>\n<b>lines</b>"]),
        (Message("", ("x" * 4096, "y")), ["x" * 4096, "y"]),
        (Message("", ("x" * 4094, "y")), ["x" * 4094 + "\ny"]),
        (Message("", ("x" * 4095, "y")), ["x" * 4095, "y"]),
        (Message("", ("x" * 4090 + " word",)), ["x" * 4090 + " word"]),
        (Message("", ("x" * 4090 + " words and",)), ["x" * 4090 + " ", "words and"]),
        (Message("", ("🚀" * 2049,)), ["🚀" * 2048, "🚀"]),
        (Message("", ("x" * 4093 + "&y",)), ["x" * 4093, "&amp;y"]),
        (Message("b" * 4090), [f"<b>{'b' * 4089}</b>", "<b>b</b>"]),
        (Message(" ", ("",)), []),
    ],
)
def test_golden_renderings(message: Message, parts: Sequence[str]) -> None:
    assert list(render(message)) == list(parts)


anything = st.text(st.characters() | st.sampled_from("<>&\n 🚀;"))
long_words = st.builds(
    lambda text, times: text * times, anything, st.integers(min_value=1, max_value=3000)
).filter(lambda text: len(text) < 20_000)


@given(anything, st.lists(anything | long_words, max_size=6), anything)
def test_every_part_fits_and_is_valid_and_nothing_is_lost(
    title: str, lines: list[str], footer: str
) -> None:
    parts = list(render(Message(title, tuple(lines), footer)))
    assert all(len(part.encode("utf-16-le")) // 2 <= MESSAGE_UNITS for part in parts)
    read = "".join(readable(part) for part in parts)
    written = "".join((title, *lines, footer)).encode(errors="replace").decode()
    assert "".join(read.split()) == "".join(written.split())


def test_no_token_no_adapter(telegram: FakeTelegram) -> None:
    assert PLATFORM.build(settings(telegram, None), CARDS) is None


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
    async with listening(telegram, echo):
        await telegram.wait_for(lambda s: "/second" in s.plain)
    assert [s.plain.splitlines()[1] for s in telegram.sent] == ["/first", "/second"]
    assert caplog.text.count("cannot be read and is left out") == 1
