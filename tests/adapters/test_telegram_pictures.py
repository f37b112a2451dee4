"""Pictures on Telegram: what they go with, how often they are uploaded, and what refuses them."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date

import pytest

from bot.adapters.telegram import photos, saying
from bot.adapters.telegram.photos import Photos
from bot.http.wire import WireAnswer
from bot.model import Button, Chart, Chat, Message
from bot.ports import (
    ChatGone,
    ChatMoved,
    DeliveryError,
    MessageGone,
    Photo,
    Rejected,
    RetryLater,
    Unconfirmed,
    UnknownRefusal,
)
from tests.adapters.fake_telegram import Failure, FakeTelegram
from tests.adapters.telegram_bot import (
    ADA,
    BOB,
    EVE,
    GROUP,
    HELLO,
    TOPIC,
    Receptionist,
    connected,
    listening,
    shown,
)

CHART = Chart("russell_2000", date(2024, 11, 1), date(2025, 11, 1), "A line that ends above 2442.")
PNG = b"\x89PNG\r\n\x1a\n\x00--a picture\r\n" + bytes(range(256)) * 780
PICTURES = {CHART: PNG}
BUTTONS = (Button("Why", "/why 7"),)
ALERT = Message("An <alert>", ("A & B",), "Yahoo", buttons=BUTTONS, chart=CHART)
LONG = replace(ALERT, lines=("x" * 1024,))


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as fake:
        yield fake


# --- What a picture goes with ---------------------------------------------------------------------


async def test_a_short_message_is_its_pictures_caption(telegram: FakeTelegram) -> None:
    async with connected(telegram) as adapter:
        sent = await shown(telegram, adapter, ALERT, TOPIC, PICTURES)
    assert len(telegram.sent) == 1
    assert sent.plain == "An <alert>\nA & B\nYahoo\nA line that ends above 2442."
    assert sent.text.endswith("<i>A line that ends above 2442.</i>")
    assert telegram.wall.files[sent.photo] == PNG
    hung = telegram.wall.messages[sent.chat_id, sent.number]
    assert (hung.thread, hung.buttons["Why"][8:]) == ("42", "+/why 7")


@pytest.mark.parametrize(("room", "parts"), [(0, 1), (1, 2)])
async def test_a_caption_is_as_long_as_telegram_takes(
    telegram: FakeTelegram, room: int, parts: int
) -> None:
    rest = 1024 - len("T\n\n") - len(CHART.alternative) + room
    message = Message("T", ("🚀" * (rest // 2) + "x" * (rest % 2),), chart=CHART)
    async with connected(telegram) as adapter:
        await shown(telegram, adapter, message, ADA, PICTURES)
    assert len(telegram.sent) == parts


async def test_a_long_message_goes_before_its_picture(telegram: FakeTelegram) -> None:
    async with connected(telegram) as adapter:
        await shown(telegram, adapter, LONG, ADA, PICTURES)
    text, picture = telegram.sent
    assert (text.photo, picture.plain) == ("", CHART.alternative)
    assert telegram.wall.messages["1001", text.number].keyboard
    assert not telegram.wall.messages["1001", picture.number].keyboard


async def test_a_bundle_shows_the_newest_picture_there_is(telegram: FakeTelegram) -> None:
    newer, newest = replace(CHART, indicator="b", alternative="B"), replace(CHART, indicator="c")
    bundle = [ALERT, replace(ALERT, chart=newer), replace(ALERT, chart=newest), HELLO]
    async with connected(telegram) as adapter:
        parts = adapter.render(bundle, {CHART: PNG, newer: PNG + b"b"})
    assert [part.chart for part in parts if isinstance(part, Photo)] == [newer]
    assert len(parts) == 2


async def test_without_its_picture_a_message_says_all(telegram: FakeTelegram) -> None:
    other = replace(CHART, language="de")
    async with connected(telegram) as adapter:
        assert all(isinstance(part, bytes) for part in adapter.render([ALERT], {other: PNG}))
        with pytest.raises(Rejected):
            adapter.render([])


@pytest.mark.parametrize("alternative", ["@everyone <b>" * 200, "🚀" * 600, "a\n" * 600, ""])
async def test_any_words_for_a_picture_fit(telegram: FakeTelegram, alternative: str) -> None:
    chart = replace(CHART, alternative=alternative)
    async with connected(telegram) as adapter:
        await shown(telegram, adapter, replace(LONG, chart=chart), ADA, {chart: PNG})
        await shown(telegram, adapter, replace(ALERT, chart=chart), ADA, {chart: PNG})
    assert [bool(sent.photo) for sent in telegram.sent][:2] == [False, True]
    assert len(telegram.sent[1].plain) >= min(len(alternative), 256)


async def test_paid_pictures_say_so(telegram: FakeTelegram) -> None:
    async with connected(telegram, paid=True) as adapter:
        first = await shown(telegram, adapter, ALERT, ADA, PICTURES)
        second = await shown(telegram, adapter, ALERT, BOB, PICTURES)
    assert {s.form["allow_paid_broadcast"] for s in (first, second)} == {"true"}


# --- Uploads --------------------------------------------------------------------------------------


async def test_a_picture_is_uploaded_once_however_many_see_it(telegram: FakeTelegram) -> None:
    async with connected(telegram) as adapter:
        (part,) = adapter.render([ALERT], PICTURES)
        await asyncio.gather(*(adapter.post(chat, part, "k") for chat in (ADA, BOB, EVE, GROUP)))
        rest = await adapter.post(TOPIC, part, "k")
    assert rest == 3.06
    assert telegram.wall.uploads == 1
    assert len({sent.photo for sent in telegram.sent}) == 1
    assert len({sent.text for sent in telegram.sent}) == 1
    assert len(telegram.sent) == telegram.count("sendPhoto") == 5


async def test_a_picture_that_looks_otherwise_is_another(telegram: FakeTelegram) -> None:
    async with connected(telegram) as adapter:
        first = await shown(telegram, adapter, ALERT, ADA, PICTURES)
        second = await shown(telegram, adapter, ALERT, ADA, {CHART: PNG + b"redrawn"})
    assert telegram.wall.files[second.photo] == PNG + b"redrawn"
    assert first.photo != second.photo


async def test_whoever_waits_uploads_when_the_first_could_not(telegram: FakeTelegram) -> None:
    telegram.fail("sendPhoto", Failure(403, "Forbidden: bot was blocked by the user"))
    async with connected(telegram) as adapter:
        (part,) = adapter.render([ALERT], PICTURES)
        posts = [adapter.post(chat, part, "k") for chat in (ADA, BOB, EVE)]
        results = await asyncio.gather(*posts, return_exceptions=True)
    assert [type(result) for result in results] == [ChatGone, float, float]
    assert (telegram.wall.uploads, telegram.count("sendPhoto")) == (1, 3)


async def test_whoever_waits_too_long_for_an_upload_comes_again(
    telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photos, "UPLOAD_WAIT_SECONDS", 0.05)
    telegram.fail("sendPhoto", Failure(hang=True))
    async with connected(telegram, answer_seconds=0.4) as adapter:
        (part,) = adapter.render([ALERT], PICTURES)
        posts = [adapter.post(chat, part, "k") for chat in (ADA, BOB)]
        hung, waited = await asyncio.gather(*posts, return_exceptions=True)
        await adapter.post(BOB, part, "k")
    assert isinstance(hung, Unconfirmed)
    assert isinstance(waited, RetryLater)
    assert waited.counts is False


@pytest.mark.parametrize(
    "refusal",
    ["wrong file identifier/HTTP URL specified", "wrong remote file identifier specified: x",
     "FILE_REFERENCE_EXPIRED"],
)  # fmt: skip
async def test_a_name_that_telegram_forgot_is_uploaded_again(
    telegram: FakeTelegram, refusal: str
) -> None:
    async with connected(telegram) as adapter:
        (part,) = adapter.render([ALERT], PICTURES)
        await adapter.post(ADA, part, "k")
        telegram.wall.files.clear()
        telegram.wall.unknown_file = refusal
        posts = [adapter.post(chat, part, "k") for chat in (BOB, EVE)]
        await asyncio.gather(*posts)
        await adapter.post(GROUP, part, "k")
    assert telegram.wall.uploads == 2
    assert len(telegram.sent) == 4


async def test_only_so_many_names_are_kept() -> None:
    known = Photos(most_known=2)
    asked: list[str] = []
    for which in "abcba":

        async def ask(name: str | None, which: str = which) -> WireAnswer:
            asked.append(name or f"upload {which}")
            shown = {"message_id": 1, "photo": [{"file_id": f"name of {which}"}]}
            return WireAnswer(200, {}, json.dumps({"ok": True, "result": shown}).encode())

        await known.show(Photo(b"{}", replace(CHART, indicator=which), PNG), ask)
    assert asked == ["upload a", "upload b", "upload c", "name of b", "upload a"]


# --- What refuses them ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("refusal", "uploads"),
    [("PHOTO_INVALID_DIMENSIONS", 1), ("IMAGE_PROCESS_FAILED", 1),
     ("not enough rights to send photos to the chat", 2), ("CHAT_SEND_PHOTOS_FORBIDDEN", 2)],
)  # fmt: skip
async def test_words_go_alone_where_telegram_takes_no_picture(
    telegram: FakeTelegram, refusal: str, uploads: int
) -> None:
    telegram.fail("sendPhoto", Failure(400, f"Bad Request: {refusal}", times=None))
    async with connected(telegram) as adapter:
        for chat in (TOPIC, ADA):
            sent = await shown(telegram, adapter, ALERT, chat, PICTURES)
            hung = telegram.wall.messages[sent.chat_id, sent.number]
            assert hung.plain == "An <alert>\nA & B\nYahoo\nA line that ends above 2442."
            assert hung.buttons["Why"][8:] == "+/why 7"
    assert telegram.sent[0].thread == "42"
    assert telegram.count("sendPhoto") == uploads


async def test_a_picture_too_large_for_a_proxy_is_left_out(telegram: FakeTelegram) -> None:
    telegram.fail("sendPhoto", Failure(413, "Request Entity Too Large"))
    async with connected(telegram) as adapter:
        sent = await shown(telegram, adapter, ALERT, ADA, PICTURES)
    assert sent.photo == ""


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (Failure(429, "Too Many Requests", {"retry_after": 7}), RetryLater),
        (Failure(400, "group upgraded", {"migrate_to_chat_id": -100}), ChatMoved),
        (Failure(403, "Forbidden: bot was kicked from the group chat"), ChatGone),
        (Failure(400, "Bad Request: not enough rights to send text messages"), ChatGone),
        (Failure(400, "Bad Request: message caption is too long"), Rejected),
        (Failure(400, "Bad Request: something new"), UnknownRefusal),
        (Failure(502, "Bad Gateway"), Unconfirmed),
        (Failure(401, "Unauthorized"), RetryLater),
    ],
)
@pytest.mark.parametrize("known", [False, True])
async def test_a_pictures_refusal_means_what_a_texts_does(
    telegram: FakeTelegram, failure: Failure, kind: type[DeliveryError], *, known: bool
) -> None:
    async with connected(telegram) as adapter:
        if known:
            await shown(telegram, adapter, ALERT, BOB, PICTURES)
        telegram.fail("sendPhoto", failure)
        with pytest.raises(DeliveryError) as caught:
            await shown(telegram, adapter, ALERT, ADA, PICTURES)
    assert type(caught.value) is kind
    assert telegram.count("sendMessage") == 0


async def test_a_picture_for_a_topic_that_is_gone_goes_to_general(telegram: FakeTelegram) -> None:
    telegram.fail("sendPhoto", Failure(400, "Bad Request: message thread not found"))
    async with connected(telegram) as adapter:
        sent = await shown(telegram, adapter, ALERT, TOPIC, PICTURES)
    assert (sent.thread, bool(sent.photo)) == ("", True)


# --- Pictures in answers --------------------------------------------------------------------------


async def answer(_chat: Chat, text: str) -> Message:
    return replace(ALERT, title=text, buttons=(Button("1 year", "/chart x 1y", replaces=True),))


async def test_an_answer_is_drawn_and_redrawn_in_its_place(telegram: FakeTelegram) -> None:
    receptionist = Receptionist(answer, PICTURES)
    async with listening(telegram, receptionist):
        await telegram.say(1001, "/chart x")
        sent = await telegram.wait_for(lambda s: bool(s.photo))
        for drawn in ({CHART: PNG + b"2"}, PICTURES, {}):
            receptionist.drawings = drawn
            await telegram.wait_until_told(await telegram.press(sent, "1 year"))
            await telegram.wait_until_heard(await telegram.push({}))
            hung = telegram.wall.messages["1001", sent.number]
            assert hung.plain.startswith("/chart x 1y\n")
    assert telegram.wall.files[hung.photo] == PNG
    assert telegram.count("editMessageCaption") == 1
    assert (telegram.wall.uploads, len(telegram.sent)) == (2, 1)


async def test_a_text_may_become_a_picture(telegram: FakeTelegram) -> None:
    receptionist = Receptionist(answer)
    async with listening(telegram, receptionist):
        await telegram.say(1001, "/chart x")
        sent = await telegram.wait_for(lambda s: s.plain.startswith("/chart"))
        receptionist.drawings = PICTURES
        await telegram.wait_until_told(await telegram.press(sent, "1 year"))
        await telegram.wait_until_heard(await telegram.push({}))
    assert telegram.wall.messages["1001", sent.number].photo


async def test_an_answer_does_not_wait_for_ever_for_its_picture(
    telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Slow(Receptionist):
        async def drawn(self, chart: Chart) -> bytes | None:
            await asyncio.sleep(3600)
            return PICTURES[chart]

    monkeypatch.setattr(saying, "DRAWING_SECONDS", 0.05)
    async with listening(telegram, Slow(answer)):
        await telegram.say(1001, "/chart x")
        sent = await telegram.wait_for(lambda s: s.plain.startswith("/chart"))
    assert sent.photo == ""


# --- Edits ----------------------------------------------------------------------------------------


async def test_a_pictures_words_are_edited(telegram: FakeTelegram) -> None:
    async with connected(telegram) as adapter:
        sent = await shown(telegram, adapter, ALERT, ADA, PICTURES)
        for _ in range(2):
            await adapter.edit(ADA, str(sent.number), adapter.render([HELLO])[0])
        hung = telegram.wall.messages["1001", sent.number]
        assert (hung.plain, hung.photo) == ("Hello\nA line.\nA footer.", sent.photo)
        with pytest.raises(MessageGone, match="too long"):
            await adapter.edit(ADA, str(sent.number), adapter.render([LONG])[0])
        with pytest.raises(MessageGone, match="not found"):
            await adapter.edit(BOB, str(sent.number), adapter.render([HELLO])[0])


async def test_an_edit_without_the_right_to_pictures_edits_the_words(
    telegram: FakeTelegram,
) -> None:
    telegram.fail("editMessageMedia", Failure(400, "Bad Request: CHAT_SEND_PHOTOS_FORBIDDEN"))
    async with connected(telegram) as adapter:
        sent = await shown(telegram, adapter, HELLO)
        await adapter.edit(ADA, str(sent.number), adapter.render([ALERT], PICTURES)[0])
    assert telegram.wall.messages["1001", sent.number].plain.startswith("An <alert>\n")


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (Failure(429, "Too Many Requests", {"retry_after": 7}), RetryLater),
        (Failure(403, "Forbidden: bot was kicked from the group chat"), ChatGone),
        (Failure(400, "Bad Request: message can't be edited"), MessageGone),
        (Failure(hang=True), Unconfirmed),
    ],
)
async def test_an_edits_refusal_means_what_a_posts_does(
    telegram: FakeTelegram, failure: Failure, kind: type[DeliveryError]
) -> None:
    telegram.fail("editMessageText", failure)
    async with connected(telegram, answer_seconds=0.3) as adapter:
        with pytest.raises(DeliveryError) as caught:
            await adapter.edit(ADA, "1", adapter.render([HELLO])[0])
    assert type(caught.value) is kind


async def test_no_error_about_a_picture_names_the_token(
    telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "bot")
    telegram.fail("sendPhoto", Failure(400, f"Bad Request: odd /bot{telegram.token}/sendX"))
    async with connected(telegram) as adapter:
        with pytest.raises(UnknownRefusal) as caught:
            await shown(telegram, adapter, ALERT, ADA, PICTURES)
        telegram.fail("pinChatMessage", Failure(400, f"odd /bot{telegram.token}/"))
        await adapter._posting.pin(ADA, "7")
    assert "not pinned" in caplog.text
    assert telegram.token not in str(caught.value) + caplog.text
