"""Alerts to Telegram: what goes over the wire, and what each answer means for a delivery."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator

import pytest

from bot.adapters.telegram import adapter as module
from bot.adapters.telegram.floods import Floods
from bot.model import Chat, Message
from bot.ports import (
    ChatGone,
    ChatMoved,
    DeliveryError,
    Limits,
    PlatformRefused,
    Rejected,
    RetryLater,
    Unconfirmed,
    UnknownRefusal,
)
from tests.adapters.fake_telegram import TOKEN, Failure, FakeTelegram
from tests.adapters.telegram_bot import ADA, BOB, EVE, GROUP, HELLO, TOPIC, connected, send


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as fake:
        yield fake


async def failed(telegram: FakeTelegram, failure: Failure, chat: Chat = ADA) -> DeliveryError:
    telegram.fail("sendMessage", failure)
    async with connected(telegram) as adapter:
        with pytest.raises(DeliveryError) as caught:
            await send(adapter, chat, HELLO)
    return caught.value


def flood(seconds: float, chat: Chat) -> Failure:
    return Failure(429, "Too Many Requests", {"retry_after": seconds}, chat_id=chat.id)


# --- What goes over the wire ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chat", "named", "rest_seconds"),
    [
        (ADA, {"chat_id": "1001"}, 1.02),
        (GROUP, {"chat_id": "-1007"}, 3.06),
        (TOPIC, {"chat_id": "-1007", "message_thread_id": "42"}, 3.06),
    ],
)
async def test_a_message_and_the_rest_its_chat_gets(
    telegram: FakeTelegram, chat: Chat, named: dict[str, str], rest_seconds: float
) -> None:
    async with connected(telegram) as adapter:
        assert await send(adapter, chat, HELLO) == [rest_seconds]
    (sent,) = telegram.sent
    assert sent.form == named | {
        "text": "<b>Hello</b>\nA line.\n<i>A footer.</i>",
        "parse_mode": "HTML",
        "link_preview_options": '{"is_disabled": true}',
    }


async def test_free_and_paid_broadcasts(telegram: FakeTelegram) -> None:
    async with connected(telegram) as free, connected(telegram, paid=True) as paid:
        assert (free.limits, paid.limits) == (Limits(30.0, 16), Limits(1000.0, 256))
        await send(free, ADA, HELLO)
        await send(paid, BOB, HELLO)
    assert [s.form.get("allow_paid_broadcast") for s in telegram.sent] == [None, "true"]


async def test_a_part_is_the_same_for_every_chat(telegram: FakeTelegram) -> None:
    async with connected(telegram) as adapter:
        (part,) = adapter.render([HELLO])
        for chat in (ADA, BOB, TOPIC):
            await adapter.post(chat, part, "k")
    assert isinstance(part, bytes)
    assert json.loads(part).keys() == {"text", "parse_mode", "link_preview_options"}
    assert len({sent.text for sent in telegram.sent}) == 1


async def test_several_messages_arrive_as_one(telegram: FakeTelegram) -> None:
    async with connected(telegram) as adapter:
        await send(adapter, ADA, HELLO, Message("Two", ("b < c",), "end"))
    (sent,) = telegram.sent
    assert sent.plain == "Hello\nA line.\nA footer.\n\nTwo\nb < c\nend"


async def test_hostile_text_arrives_as_it_was_written(telegram: FakeTelegram) -> None:
    title = '<b>@everyone & "x"'
    line = "</i><a href='http://x'>&amp; &lt; \ud800 \x00\u202e."
    async with connected(telegram) as adapter:
        await send(adapter, ADA, Message(title, (line,), "<i>"))
    (sent,) = telegram.sent
    seen = f"{title}\n{line}\n<i>".replace("\ud800", "?").replace("\x00\u202e", "")
    assert sent.plain == seen.replace("@everyone", "@\u2060everyone")


async def test_a_long_message_arrives_whole_in_several(telegram: FakeTelegram) -> None:
    lines = tuple(f"{number}: {'₿' * 90} 🚀 & {'<' * 3}" for number in range(100))
    async with connected(telegram) as adapter:
        await send(adapter, ADA, Message("Long", lines, "end"))
    assert len(telegram.sent) == 3
    assert "\n".join(s.plain for s in telegram.sent) == "\n".join(("Long", *lines, "end"))


async def test_a_message_without_a_visible_character_is_our_fault(telegram: FakeTelegram) -> None:
    async with connected(telegram) as adapter:
        for messages in ([Message(" ", ("", "\n"))], []):
            with pytest.raises(Rejected):
                adapter.render(messages)


async def test_posts_one_after_the_other_share_a_connection(telegram: FakeTelegram) -> None:
    async with connected(telegram) as adapter:
        for _ in range(5):
            await send(adapter, ADA, HELLO)
        await adapter.check()
    assert len(telegram.sent) == 5
    assert len(telegram.connections) == 1


# --- What an answer means -------------------------------------------------------------------------

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
]
UNKNOWN = [
    (400, "Bad Request: something new"),
    (403, "Forbidden: something new"),
    (402, "Payment Required"),
    (409, "Conflict: whatever"),
    (413, "Request Entity Too Large"),
    (405, "chat not found"),
]
LATER = [
    Failure(500, "Internal Server Error"),
    Failure(503, "Service Unavailable"),
    Failure(302, body=""),
    Failure(400, body="<html>Bad Request</html>"),
    Failure(403, body="<html>bot was blocked by the user</html>"),
    Failure(403, body='{"error": "bot was blocked by the user"}'),
    Failure(200, body='{"ok": false}'),
    Failure(200, "Forbidden: bot was blocked by the user"),
]
PERHAPS = [
    Failure(502, "Bad Gateway"),
    Failure(502, body="<html>Bad Gateway</html>"),
    Failure(504, "Gateway Timeout"),
    Failure(504, body="<html>Gateway Time-out</html>"),
    Failure(500, body="<html>Internal Server Error</html>"),
    Failure(503, body="upstream connect error or disconnect/reset before headers"),
    Failure(520, body=""),
    Failure(200, body="<html>Sign in to the Wi-Fi</html>"),
    Failure(200, body=""),
    Failure(200, body="[" * 100_000),
    Failure(200, body='[{"ok": true}]'),
    Failure(200, body='{"ok": "true"}'),
    Failure(201, body="{}"),
    Failure(500, body='{"ok": true, "result": {}}'),
]


@pytest.mark.parametrize(("status", "description"), GONE)
async def test_a_chat_that_cannot_be_reached_is_gone(
    telegram: FakeTelegram, status: int, description: str
) -> None:
    error = await failed(telegram, Failure(status, description))
    assert type(error) is ChatGone
    assert str(error) == description.partition(": ")[2]


@pytest.mark.parametrize(("status", "description"), REJECTED)
async def test_a_message_telegram_refuses_is_our_fault(
    telegram: FakeTelegram, status: int, description: str
) -> None:
    assert type(await failed(telegram, Failure(status, description))) is Rejected


@pytest.mark.parametrize(("status", "description"), UNKNOWN)
async def test_a_refusal_in_unknown_words_is_no_suspension(
    telegram: FakeTelegram, status: int, description: str
) -> None:
    error = await failed(telegram, Failure(status, description))
    assert type(error) is UnknownRefusal
    assert str(error) in description


@pytest.mark.parametrize("failure", LATER, ids=lambda f: f"{f.status} {str(f.body)[:20]}")
async def test_trouble_that_may_pass_is_retried_later(
    telegram: FakeTelegram, failure: Failure
) -> None:
    error = await failed(telegram, failure)
    assert isinstance(error, RetryLater)
    assert error.seconds >= 1
    assert (error.counts, error.everything) == (True, False)


@pytest.mark.parametrize("failure", PERHAPS, ids=lambda f: f"{f.status} {str(f.body)[:20]}")
async def test_what_a_gateway_may_have_passed_on_is_unconfirmed(
    telegram: FakeTelegram, failure: Failure
) -> None:
    assert type(await failed(telegram, failure)) is Unconfirmed
    assert telegram.count("sendMessage") == 1


@pytest.mark.parametrize("body", ['{"ok":true,"result":{}}', ' {"result": 1, "ok": true}'])
async def test_ok_is_all_that_a_success_takes(telegram: FakeTelegram, body: str) -> None:
    telegram.fail("sendMessage", Failure(200, body=body))
    async with connected(telegram) as adapter:
        await send(adapter, ADA, HELLO)


@pytest.mark.parametrize(("status", "description"), [(401, "Unauthorized"), (404, "Not Found")])
async def test_a_refused_token_holds_up_everything_and_is_no_chats_fault(
    telegram: FakeTelegram, status: int, description: str
) -> None:
    error = await failed(telegram, Failure(status, description))
    assert isinstance(error, RetryLater)
    assert (error.seconds, error.counts, error.everything) == (60, False, True)


async def test_a_refused_token_is_logged_once_however_many_sends_it_fails(
    telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    async with connected(telegram, "123456:wrong") as adapter:
        for _ in range(3):
            with pytest.raises(RetryLater, match="TELEGRAM_BOT_TOKEN"):
                await send(adapter, ADA, HELLO)
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


async def test_a_token_refused_again_after_it_worked_is_logged_again(
    telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    async with connected(telegram) as adapter:
        for _ in range(2):
            telegram.fail("sendMessage", Failure(401, "Unauthorized"))
            with pytest.raises(RetryLater):
                await send(adapter, ADA, HELLO)
            await send(adapter, ADA, HELLO)
    first, second = (record.getMessage() for record in caplog.records)
    assert "@BotFather for" in first
    assert "the token it took before" in second


@pytest.mark.parametrize("token", [TOKEN, "12:a/b?c#d%41"])
async def test_no_error_holds_the_token(telegram: FakeTelegram, token: str) -> None:
    telegram.token = token
    words = f"odd: {telegram.url}/bot{token}/x"
    async with connected(telegram, token, answer_seconds=0.4) as adapter:
        await send(adapter, ADA, HELLO)
        for failure in (
            Failure(400, f"Bad Request: {words}"),
            Failure(403, f"Forbidden: {words.upper()}"),
            Failure(500, words),
            Failure(401, words),
            Failure(429, words),
            Failure(200, body=words),
            Failure(hang=True),
        ):
            telegram.fail("sendMessage", failure)
            await _fails_without(adapter.post(ADA, b'{"text":"x"}', "k"), token)
            telegram.fail("getMe", failure)
            await _fails_without(adapter.check(), token)
        await telegram.stop()
        await _fails_without(adapter.post(ADA, b'{"text":"x"}', "k"), token)
        await _fails_without(adapter.check(), token)


async def _fails_without(asked: object, token: str) -> None:
    assert asyncio.iscoroutine(asked)
    with pytest.raises(DeliveryError) as caught:
        await asked
    assert token.lower() not in str(caught.value).lower()
    assert caught.value.__context__ is None or caught.value.__suppress_context__


async def test_a_group_that_became_a_supergroup_has_moved(telegram: FakeTelegram) -> None:
    description = "Bad Request: group chat was upgraded to a supergroup chat"
    failure = Failure(400, description, {"migrate_to_chat_id": -100777})
    error = await failed(telegram, failure, Chat("telegram", "-77", "5"))
    assert isinstance(error, ChatMoved)
    assert error.to == Chat("telegram", "-100777")


@pytest.mark.parametrize("description", ["message thread not found", "TOPIC_DELETED"])
async def test_a_deleted_topic_falls_back_to_general(
    telegram: FakeTelegram, description: str
) -> None:
    telegram.fail("sendMessage", Failure(400, f"Bad Request: {description}"))
    async with connected(telegram) as adapter:
        assert await send(adapter, TOPIC, HELLO) == [3.06]
    assert [(s.chat_id, s.thread) for s in telegram.sent] == [("-1007", "")]


async def test_the_fallback_to_general_is_tried_once(telegram: FakeTelegram) -> None:
    failure = Failure(400, "Bad Request: message thread not found", times=None)
    assert type(await failed(telegram, failure, TOPIC)) is UnknownRefusal
    assert telegram.count("sendMessage") == 2


async def test_what_telegram_took_and_did_not_answer_is_unconfirmed(telegram: FakeTelegram) -> None:
    telegram.fail("sendMessage", Failure(hang=True))
    async with connected(telegram, answer_seconds=0.2) as adapter:
        with pytest.raises(Unconfirmed, match="no answer in time"):
            await send(adapter, ADA, HELLO)
    assert telegram.count("sendMessage") == 1


async def test_an_outage_in_the_middle_of_a_post_is_unconfirmed(telegram: FakeTelegram) -> None:
    telegram.fail("sendMessage", Failure(hang=True))
    async with connected(telegram, answer_seconds=20) as adapter:
        task = asyncio.create_task(send(adapter, ADA, HELLO))
        await telegram.wait_for_calls("sendMessage", 1)
        telegram.cut()
        with pytest.raises(Unconfirmed):
            await task


async def test_a_missing_network_is_retried_later(telegram: FakeTelegram) -> None:
    await telegram.stop()
    async with connected(telegram) as adapter:
        with pytest.raises(RetryLater) as caught:
            await send(adapter, ADA, HELLO)
        assert (caught.value.counts, caught.value.everything) == (True, False)
        await telegram.start()
        await send(adapter, ADA, HELLO)
    assert len(telegram.sent) == 1


# --- Floods ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("failure", "seconds"),
    [
        (Failure(429, "Too Many Requests", {"retry_after": 37}), 37),
        (Failure(429, "Too Many Requests", {"retry_after": 2.5}), 2.5),
        (Failure(429, "Too Many Requests"), 5),
        (Failure(429, "Too Many Requests", {"retry_after": -1}), 5),
        (Failure(429, "Too Many Requests", {"retry_after": "soon"}), 5),
        (Failure(429, "Too Many Requests", {"retry_after": 10**400}), 86_400),
        (Failure(429, body='{"parameters": {"retry_after": 1e999}}'), 5),
        (Failure(429, body='{"parameters": {"retry_after": NaN}}'), 5),
        (Failure(429, body="<html>slow down</html>"), 5),
    ],
)
@pytest.mark.parametrize("chat", [ADA, GROUP])
async def test_a_flood_limit_waits_as_long_as_asked_and_uses_up_no_attempt(
    telegram: FakeTelegram, failure: Failure, seconds: float, chat: Chat
) -> None:
    error = await failed(telegram, failure, chat)
    assert isinstance(error, RetryLater)
    assert (error.seconds, error.counts, error.everything) == (seconds, False, False)


async def test_a_second_chat_in_flood_makes_it_everybodys(telegram: FakeTelegram) -> None:
    everything = []
    async with connected(telegram) as adapter:
        for chat in (ADA, ADA, GROUP, BOB):
            telegram.fail("sendMessage", flood(30, chat))
            with pytest.raises(RetryLater) as caught:
                await send(adapter, chat, HELLO)
            everything.append(caught.value.everything)
        await send(adapter, EVE, HELLO)
    assert everything == [False, False, True, True]


def test_a_flood_that_is_over_no_longer_counts() -> None:
    now = 100.0
    floods = Floods(lambda: now)
    assert not floods.begin("1", 10)
    now = 104.9
    assert floods.begin("2", 10)
    now = 115.0
    assert not floods.begin("3", 5)
    assert not floods.begin("3", 5)
    assert floods.begin("1", 5)


def test_one_chats_long_flood_makes_no_later_one_everybodys() -> None:
    now = 0.0
    floods = Floods(lambda: now)
    assert not floods.begin("1", 3_600)
    now = 3_000.0
    # Somebody in it goes on typing, and replies do not wait for alerts.
    assert not floods.begin("1", 600)
    assert not floods.begin("2", 40)
    assert floods.begin("3", 40)


# --- A sign of life -------------------------------------------------------------------------------


async def test_a_platform_that_answers_is_alive(telegram: FakeTelegram) -> None:
    async with connected(telegram) as adapter:
        await adapter.check()
    assert [method for method, _ in telegram.calls] == ["getMe"]


@pytest.mark.parametrize(
    ("failure", "seconds"),
    [
        (Failure(500), 5),
        (Failure(502, body="<html>"), 5),
        (Failure(200, body="<html>"), 5),
        (Failure(429, "Too Many Requests", {"retry_after": 7}), 7),
    ],
)
async def test_a_platform_that_answers_nothing_proper_is_not(
    telegram: FakeTelegram, failure: Failure, seconds: float
) -> None:
    telegram.fail("getMe", failure)
    async with connected(telegram) as adapter:
        with pytest.raises(RetryLater) as caught:
            await adapter.check()
        await adapter.check()
    assert (caught.value.seconds, caught.value.everything) == (seconds, True)


async def test_a_token_that_never_worked_is_refused_for_good_and_another_for_a_while(
    telegram: FakeTelegram,
) -> None:
    async with connected(telegram, "123456:wrong") as adapter:
        with pytest.raises(PlatformRefused, match="TELEGRAM_BOT_TOKEN"):
            await adapter.check()
    async with connected(telegram) as adapter:
        await adapter.check()
        telegram.fail("getMe", Failure(401, "Unauthorized"))
        with pytest.raises(RetryLater) as caught:
            await adapter.check()
        await adapter.check()
    told = caught.value
    assert (told.seconds, told.everything, told.ours) == (60, True, True)


async def test_a_platform_that_is_away_or_hangs_is_not_alive(
    telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CHECK_SECONDS", 0.2)
    telegram.fail("getMe", Failure(hang=True))
    async with connected(telegram, answer_seconds=20) as adapter:
        with pytest.raises(RetryLater, match="no answer in time"):
            await adapter.check()
        await telegram.stop()
        with pytest.raises(RetryLater, match="Connection refused"):
            await adapter.check()
        await telegram.start()
        await adapter.check()
