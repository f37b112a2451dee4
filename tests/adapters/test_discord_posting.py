"""Alerts on their way to a Discord on loopback: what is posted, refused, and not even asked."""

import asyncio
import json
import logging
import re
import socket
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.discord import errors
from bot.adapters.discord.adapter import DiscordAdapter
from bot.adapters.discord.buckets import Buckets
from bot.adapters.discord.embeds import DESCRIPTION, embeds, escaped, units
from bot.adapters.discord.errors import LONGEST_S, span_s
from bot.adapters.discord.invalid import MOST, WITHIN_S, InvalidRequests
from bot.adapters.discord.pages import parts
from bot.http.wire import WireAnswer
from bot.model import Button, Chart, Chat, Message, Tone
from bot.ports import (
    ChatGone,
    DeliveryError,
    MessageGone,
    Photo,
    Rejected,
    RetryLater,
    UnknownRefusal,
)
from tests.adapters.fake_discord import FakeDiscord, Fault, shown

CHANNEL, ANOTHER = (
    Chat("discord", "6000000000000000001"),
    Chat("discord", "6000000000000000002"),
)
ALERT = Message("Bitcoin dominance fell below 55 %", ("It is 54.9 % now.",), "CoinGecko", Tone.GOOD)
SHOWN = "Bitcoin dominance fell below 55 %\nIt is 54.9 % now.\nCoinGecko"
KEY = "k3Y_-0123456789abcdefghij"


@pytest.fixture
async def fake() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord() as discord_on_loopback:
        yield discord_on_loopback


@asynccontextmanager
async def sending(
    fake: FakeDiscord, token: str | None = None, root: str | None = None
) -> AsyncIterator[DiscordAdapter]:
    adapter = DiscordAdapter(fake.token if token is None else token, root or fake.rest_url, ())
    try:
        yield adapter
    finally:
        await adapter.close()


async def deliver(
    adapter: DiscordAdapter, chat: Chat, messages: Sequence[Message] = (ALERT,), key: str = KEY
) -> float:
    rest_s = 0.0
    for number, part in enumerate(adapter.render(messages)):
        rest_s = await adapter.post(chat, part, f"{number}{key[1:]}" if number else key)
    return rest_s


async def refusal(adapter: DiscordAdapter, chat: Chat = CHANNEL, key: str = KEY) -> DeliveryError:
    with pytest.raises(DeliveryError) as raised:
        await deliver(adapter, chat, key=key)
    return raised.value


async def wait_asked(adapter: DiscordAdapter, chat: Chat = CHANNEL, key: str = KEY) -> RetryLater:
    error = await refusal(adapter, chat, key)
    assert isinstance(error, RetryLater), error
    return error


def posts(fake: FakeDiscord) -> int:
    return sum(path.endswith("/messages") for _, path in fake.requests)


# --- What is posted -------------------------------------------------------------------------------


async def test_an_alert_is_an_embed_that_pings_nobody(fake: FakeDiscord) -> None:
    async with sending(fake) as adapter:
        await deliver(adapter, CHANNEL)
    (posted,) = fake.messages
    assert (posted.channel, posted.nonce) == (CHANNEL.id, KEY)
    assert posted.text == SHOWN
    assert posted.payload["allowed_mentions"] == {"parse": []}
    assert posted.payload["enforce_nonce"] is True
    assert re.fullmatch(r"DiscordBot \(altseason-bot, \S+\)", posted.agent)
    # No login, no gateway: one request is all it takes.
    assert fake.requests == [("POST", f"/channels/{CHANNEL.id}/messages")]
    assert fake.identifies == []


async def test_many_posts_go_side_by_side(fake: FakeDiscord) -> None:
    async with sending(fake) as adapter, asyncio.TaskGroup() as tasks:
        for number in range(20):
            tasks.create_task(deliver(adapter, CHANNEL, key=f"key{number}"))
    assert len(fake.messages) == posts(fake) == 20


async def test_what_a_chat_hears_together_is_one_message(fake: FakeDiscord) -> None:
    async with sending(fake) as adapter:
        await deliver(adapter, CHANNEL, [ALERT, Message("Second", tone=Tone.BAD), ALERT])
    (posted,) = fake.messages
    assert posted.text == f"{SHOWN}\nSecond\n{SHOWN}"
    assert [embed["title"] for embed in posted.embeds] == [ALERT.title, "Second", ALERT.title]
    assert len({embed["color"] for embed in posted.embeds}) == 2


async def test_a_message_holds_ten_embeds(fake: FakeDiscord) -> None:
    many = [Message(f"Alert {number}") for number in range(23)]
    async with sending(fake) as adapter:
        await deliver(adapter, CHANNEL, many)
    assert [len(posted.embeds) for posted in fake.messages] == [10, 10, 3]
    assert [line for each in fake.messages for line in each.text.split("\n")] == [
        message.title for message in many
    ]


async def test_a_long_alert_goes_in_parts_that_lose_no_line(fake: FakeDiscord) -> None:
    lines = tuple(f"{n} " + "x" * 90 for n in range(100))
    async with sending(fake) as adapter:
        for _ in range(2):
            await deliver(adapter, CHANNEL, [Message("Long", lines, "the end")])
    assert "\n".join(posted.text for posted in fake.messages) == "\n".join(
        ("Long", *lines, "the end")
    )
    assert len(fake.attempts) == 2 * len(fake.messages) == 4


@pytest.mark.parametrize("silent", [[], [Message("")], [Message(" \n", ("", " "), "\t")]])
async def test_what_says_nothing_is_not_sent(silent: list[Message]) -> None:
    adapter = DiscordAdapter("token", "http://127.0.0.1:1", ())
    with pytest.raises(Rejected):
        adapter.render(silent)
    assert len(adapter.render([*silent, ALERT])) == 1


@pytest.mark.parametrize("chat", ["", "abc", "-1", "../../users/@me", "٣", "1/../2"])
async def test_what_is_no_channel_is_never_asked_for(fake: FakeDiscord, chat: str) -> None:
    async with sending(fake) as adapter:
        with pytest.raises(Rejected):
            await deliver(adapter, Chat("discord", chat))
    assert fake.requests == []


async def test_closing_is_allowed_at_any_time(fake: FakeDiscord) -> None:
    async with sending(fake) as adapter:
        await adapter.close()
        await deliver(adapter, CHANNEL)
        await adapter.close()
        await adapter.close()


# --- Pictures -------------------------------------------------------------------------------------

CHART = Chart("btc_dominance", date(2026, 1, 1), date(2026, 3, 1), "Dominance falls from 60 to 55.")
PNG = b"\x89PNG\r\n\x1a\n--not really\x00a picture--\r\n"
PICTURED = replace(ALERT, chart=CHART, buttons=(Button("Why", "/why 1"),))
NO_FILE = {
    "too large": Fault(413, 40005),
    "too large for a proxy": Fault(413, text="<html>", content_type="text/html"),
    "no permission": Fault(403, 50013),
    "not this file": Fault(400, body={"code": 50035, "errors": {"attachments": {"0": {}}}}),
}


async def test_a_picture_goes_with_its_words(fake: FakeDiscord) -> None:
    async with sending(fake) as adapter:
        for part in adapter.render([PICTURED], {CHART: PNG}):
            assert isinstance(part, Photo)
            await adapter.post(CHANNEL, part, KEY)
    (posted,) = fake.messages
    assert posted.files == {"chart.png": PNG}
    assert (posted.nonce, posted.payload["enforce_nonce"]) == (KEY, True)
    described = {"id": 0, "filename": "chart.png", "description": CHART.alternative}
    assert posted.payload["attachments"] == [described]
    assert posted.embeds[0]["image"]["url"] == "attachment://chart.png"
    assert CHART.alternative in posted.text
    assert [button["label"] for button in posted.buttons] == ["Why"]


async def test_a_chart_that_was_not_drawn_is_not_spoken_of(fake: FakeDiscord) -> None:
    async with sending(fake) as adapter:
        await deliver(adapter, CHANNEL, [PICTURED])
    assert fake.messages[0].text == SHOWN


async def test_each_message_shows_one_picture(fake: FakeDiscord) -> None:
    other = replace(CHART, indicator="total3", alternative="x" * 5000)
    charts = {CHART: PNG, other: PNG[::-1]}
    told = [ALERT, PICTURED, ALERT, replace(ALERT, chart=other), ALERT]
    async with sending(fake) as adapter:
        for number, part in enumerate(adapter.render(told, charts)):
            await adapter.post(CHANNEL, part, str(number))
    assert [len(posted.embeds) for posted in fake.messages] == [3, 2]
    assert [posted.files for posted in fake.messages] == [
        {"chart.png": PNG},
        {"chart.png": PNG[::-1]},
    ]
    assert len(fake.messages[1].payload["attachments"][0]["description"]) == 1024


@pytest.mark.parametrize("fault", NO_FILE.values(), ids=NO_FILE)
async def test_a_refused_picture_is_left_out(fake: FakeDiscord, fault: Fault) -> None:
    fake.fail(CHANNEL.id, fault)
    async with sending(fake) as adapter:
        await adapter.post(CHANNEL, adapter.render([PICTURED], {CHART: PNG})[0], KEY)
    (posted,) = fake.messages
    assert posted.nonce == KEY
    assert posted.text.startswith(SHOWN.removesuffix("\nCoinGecko"))
    assert ("image" in posted.embeds[0], posted.files) == (False, {})
    assert [each["custom_id"][8:] for each in posted.buttons] == ["+/why 1"]


@pytest.mark.parametrize(
    ("faults", "kind"),
    [
        ([Fault(403, 50013), Fault(403, 50013)], ChatGone),
        ([Fault(400, 50035)], Rejected),
        ([Fault(403, 50001)], ChatGone),
        ([Fault.rate_limit(7)], RetryLater),
    ],
)
async def test_what_is_not_the_pictures_fault_is_not_tried_without_it(
    fake: FakeDiscord, faults: list[Fault], kind: type[DeliveryError]
) -> None:
    fake.fail(CHANNEL.id, *faults)
    async with sending(fake) as adapter:
        with pytest.raises(kind):
            await adapter.post(CHANNEL, adapter.render([PICTURED], {CHART: PNG})[0], KEY)
    assert len(fake.attempts) == len(faults)
    assert fake.messages == []


# --- Edits ----------------------------------------------------------------------------------------


async def test_a_message_is_edited_in_place(fake: FakeDiscord) -> None:
    async with sending(fake) as adapter:
        await deliver(adapter, CHANNEL)
        posted = fake.messages[0].id
        await adapter.edit(CHANNEL, posted, adapter.render([PICTURED], {CHART: PNG})[0])
        await adapter.edit(CHANNEL, posted, adapter.render([replace(ALERT, footer="")])[0])
    pictured, plain = fake.edits
    assert (pictured.id, pictured.files) == (posted, {"chart.png": PNG})
    assert len(pictured.buttons) == 1
    # What was there goes only if it is said so.
    assert (plain.payload["attachments"], plain.payload["components"]) == ([], [])
    assert plain.text == SHOWN.removesuffix("\nCoinGecko")
    assert "nonce" not in pictured.payload


@pytest.mark.parametrize("fault", [Fault(404, 10008), Fault(403, 50005)])
async def test_a_message_that_cannot_be_edited_is_gone(fake: FakeDiscord, fault: Fault) -> None:
    async with sending(fake) as adapter:
        await deliver(adapter, CHANNEL)
        fake.fail_path(f"/messages/{fake.messages[0].id}", fault)
        for message in (fake.messages[0].id, "123"):
            with pytest.raises(MessageGone):
                await adapter.edit(CHANNEL, message, adapter.render([ALERT])[0])
        for nonsense in ("", "../1", "x"):
            with pytest.raises(Rejected):
                await adapter.edit(CHANNEL, nonsense, adapter.render([ALERT])[0])


async def test_edits_that_come_too_fast_hold_up_no_alert(fake: FakeDiscord) -> None:
    async with sending(fake) as adapter:
        await deliver(adapter, CHANNEL)
        fake.fail_path(f"/messages/{fake.messages[0].id}", Fault.rate_limit(9))
        with pytest.raises(RetryLater) as raised:
            await adapter.edit(CHANNEL, fake.messages[0].id, adapter.render([ALERT])[0])
        assert raised.value.seconds == 9
        await deliver(adapter, CHANNEL, key="next")
    assert len(fake.messages) == 2


# --- What comes back ------------------------------------------------------------------------------

GONE, BUG, UNKNOWN = (ChatGone, None, 0), (Rejected, None, 0), (UnknownRefusal, None, 0)
BUSY, TROUBLE = (RetryLater, False, 10), (RetryLater, True, 1)
HTML = "text/html"
REFUSALS: dict[str, tuple[Fault, tuple[type[DeliveryError], bool | None, float]]] = {
    "unknown channel": (Fault(404, 10003), GONE),
    "unknown server": (Fault(404, 10004), GONE),
    "missing access": (Fault(403, 50001), GONE),
    "missing permissions": (Fault(403, 50013), GONE),
    "person refuses": (Fault(403, 50007), GONE),
    "no common server": (Fault(403, 50278), GONE),
    "archived thread": (Fault(400, 50083), GONE),
    "locked thread": (Fault(400, 160005), GONE),
    "invalid form": (Fault(400, 50035), BUG),
    "another 400": (Fault(400, 50006), BUG),
    "a page with 400": (Fault(400, text="<html>", content_type=HTML), UNKNOWN),
    "direct messages too fast": (Fault(400, 40003), BUSY),
    "channel write limit": (Fault(403, 20028), BUSY),
    "server write limit": (Fault(403, 20029), BUSY),
    "write limit behind a proxy": (Fault(403, 20028, headers={"X": "y"}), BUSY),
    "403 without a code": (Fault(403), UNKNOWN),
    "403 with a code we do not know": (Fault(403, 40333), UNKNOWN),
    "404 without a code": (Fault(404), UNKNOWN),
    "405": (Fault(405), UNKNOWN),
    "a code that is none": (Fault(403, body={"code": [10003], "message": {}}), UNKNOWN),
    "a page with 403": (Fault(403, text="<html>", content_type=HTML), UNKNOWN),
    "JSON that is no object": (Fault(403, text="[10003]", content_type="text/plain"), UNKNOWN),
    "broken": (Fault(500), TROUBLE),
    "unavailable": (Fault(503), TROUBLE),
    "a page with 502": (Fault(502, text="<html>", content_type=HTML), TROUBLE),
    "a page with 200": (Fault(200, text="<html>", content_type=HTML), TROUBLE),
    "another's JSON with 200": (Fault(200, body={"hello": 1}), TROUBLE),
    "redirected": (Fault(302, headers={"Location": "/login"}), TROUBLE),
    "dropped connection": (Fault(drop=True), TROUBLE),
}


@pytest.mark.parametrize(("fault", "expected"), REFUSALS.values(), ids=REFUSALS)
async def test_each_refusal_says_what_to_do_next(
    fake: FakeDiscord, fault: Fault, expected: tuple[type[DeliveryError], bool | None, float]
) -> None:
    fake.fail(CHANNEL.id, fault)
    async with sending(fake) as adapter:
        error = await refusal(adapter)
        kind, counts, at_least_s = expected
        assert type(error) is kind
        if isinstance(error, RetryLater):
            assert (error.counts, error.everything) == (counts, False)
            assert error.seconds >= at_least_s
        assert str(error)
        assert fake.messages == []
        await deliver(adapter, CHANNEL, key="next")
    assert [posted.nonce for posted in fake.messages] == ["next"]


LIMITS: dict[str, tuple[Fault, float, bool]] = {
    "user": (Fault.rate_limit(99.5), 99.5, False),
    "shared": (Fault.rate_limit(99, scope="shared"), 99, False),
    "global by its scope": (Fault.rate_limit(33, scope="global"), 33, True),
    "global by its body": (Fault.rate_limit(33, everywhere=True), 33, True),
    "shield": (Fault.rate_limit(77, via=False), 77, True),
    "a page": (
        Fault(429, headers={"Via": "1", "Retry-After": "55"}, content_type=HTML, text="<html>"),
        55,
        True,
    ),
    "unreadable": (Fault(429, headers={"Via": "1", "Retry-After": "soon"}), 60, False),
    "negative": (Fault(429, headers={"Via": "1", "Retry-After": "-5"}), 60, False),
    "endless": (
        Fault(429, headers={"Via": "1"}, body={"retry_after": float("inf")}),
        LONGEST_S,
        False,
    ),
    "no number": (
        Fault(429, headers={"Via": "1", "Retry-After": "7"}, body={"retry_after": float("nan")}),
        7,
        False,
    ),
}


@pytest.mark.parametrize(("fault", "seconds", "everything"), LIMITS.values(), ids=LIMITS)
async def test_a_rate_limit_holds_back_whom_it_names(
    fake: FakeDiscord, fault: Fault, seconds: float, *, everything: bool
) -> None:
    fake.fail(CHANNEL.id, fault)
    async with sending(fake) as adapter:
        error = await wait_asked(adapter)
        assert (error.seconds, error.counts, error.everything) == (seconds, False, everything)
        again = await wait_asked(adapter)
        assert seconds - 5 < again.seconds <= seconds
        assert (again.counts, again.everything) == (False, everything)
        assert posts(fake) == 1
        if everything:
            assert (await wait_asked(adapter, ANOTHER)).everything
            with pytest.raises(RetryLater):
                await adapter.check()
            assert len(fake.requests) == 1
        else:
            await deliver(adapter, ANOTHER)


@pytest.mark.parametrize("everywhere", [True, False])
async def test_after_a_short_rate_limit_delivery_goes_on(
    fake: FakeDiscord, *, everywhere: bool
) -> None:
    fake.fail(CHANNEL.id, Fault.rate_limit(0.2, everywhere=everywhere))
    async with sending(fake) as adapter:
        began = time.monotonic()
        await asyncio.sleep((await wait_asked(adapter)).seconds)
        await deliver(adapter, CHANNEL)
        assert time.monotonic() - began >= 0.2
    assert len(fake.messages) == 1


async def test_a_retry_after_a_dropped_connection_is_not_a_second_message(
    fake: FakeDiscord,
) -> None:
    fake.fail(CHANNEL.id, Fault(drop=True, stored=True))
    async with sending(fake) as adapter:
        assert (await wait_asked(adapter)).counts
        await deliver(adapter, CHANNEL)
    assert [attempt.nonce for attempt in fake.attempts] == [KEY, KEY]
    assert len(fake.messages) == 1


async def test_nobody_at_the_other_end_is_tried_again(fake: FakeDiscord) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        root = f"http://127.0.0.1:{unused.getsockname()[1]}/api/v10"
        async with sending(fake, root=root) as adapter:
            error = await wait_asked(adapter)
            assert (error.counts, error.everything) == (True, False)
            assert "127.0.0.1" not in str(error)
            with pytest.raises(RetryLater):
                await adapter.check()


async def test_a_reason_quotes_discord_and_no_page(fake: FakeDiscord) -> None:
    body = {"message": "Invalid\nForm Body", "code": 50035, "errors": {"embeds": "x" * 5000}}
    fake.fail(CHANNEL.id, Fault(400, body=body))
    fake.fail(ANOTHER.id, Fault(403, text=f"Bot {fake.token}", content_type=HTML))
    async with sending(fake) as adapter:
        said = str(await refusal(adapter))
        assert said.startswith('HTTP 400 (50035) Invalid Form Body: {"embeds": "xxx')
        assert len(said) < 300
        assert fake.token not in str(await refusal(adapter, ANOTHER))


# --- The token ------------------------------------------------------------------------------------


async def test_a_revoked_token_stops_all_requests(
    fake: FakeDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    async with sending(fake) as adapter:
        await deliver(adapter, CHANNEL, key="before")
        fake.token = "another"
        for key, chat in (("one", CHANNEL), ("two", CHANNEL), ("three", ANOTHER)):
            error = await wait_asked(adapter, chat, key)
            assert 50 < error.seconds <= 60
            assert (error.counts, error.everything) == (False, True)
        with pytest.raises(RetryLater, match="DISCORD_BOT_TOKEN"):
            await adapter.check()
    assert len(fake.requests) == 2
    assert caplog.text.count("DISCORD_BOT_TOKEN") == 1


async def test_a_refused_token_is_said_once_until_it_works_again(
    fake: FakeDiscord, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(errors, "TOKEN_PAUSE_S", 0.01)
    right = fake.token
    async with sending(fake) as adapter:
        for said in (1, 2):
            fake.token = "another"
            for _ in range(3):
                await asyncio.sleep((await wait_asked(adapter)).seconds)
            assert caplog.text.count("DISCORD_BOT_TOKEN") == said
            fake.token = right
            await deliver(adapter, CHANNEL, key=f"key{said}")
    assert len(fake.messages) == 2


async def test_several_refusals_of_the_token_at_once_are_said_once(
    fake: FakeDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    async with sending(fake, "not-the-token-7f3a") as adapter:
        errors = await asyncio.gather(*(wait_asked(adapter, key=f"key{n}") for n in range(8)))
    assert all(error.everything for error in errors)
    assert caplog.text.count("DISCORD_BOT_TOKEN") == 1
    assert "7f3a" not in caplog.text


@pytest.mark.parametrize("token", ["bro ken\n7f3a", "tökén-7f3a", "7f3a\r\nX: y"])
async def test_a_token_that_fits_no_header_is_never_shown(
    fake: FakeDiscord, caplog: pytest.LogCaptureFixture, token: str
) -> None:
    caplog.set_level(logging.DEBUG)
    async with sending(fake, token) as adapter:
        error = await wait_asked(adapter)
        assert error.everything
        with pytest.raises(RetryLater):
            await adapter.check()
    assert fake.requests == []
    assert caplog.text.count("DISCORD_BOT_TOKEN") == 1
    assert "7f3a" not in f"{caplog.text}{error}"


# --- A sign of life -------------------------------------------------------------------------------


async def test_a_sign_of_life_harms_nobody(fake: FakeDiscord) -> None:
    async with sending(fake) as adapter:
        await adapter.check()
    assert fake.requests == [("GET", "/users/@me")]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(500),
        Fault(403),
        Fault(404, 10003),
        Fault(400, 50035),
        Fault.rate_limit(5),
        Fault(200, text="<html>", content_type=HTML),
        Fault(drop=True),
    ],
)
async def test_no_sign_of_life_is_asked_for_again_later(fake: FakeDiscord, fault: Fault) -> None:
    # The HTTP library itself asks once more where a connection is lost before any answer.
    fake.fail_path("/users/@me", fault)
    async with sending(fake) as adapter:
        with pytest.raises(RetryLater):
            await adapter.check()
        await adapter.check()
        await deliver(adapter, CHANNEL)


# --- A channel's bucket ---------------------------------------------------------------------------


async def test_a_channel_is_sent_to_as_fast_as_its_bucket_allows(fake: FakeDiscord) -> None:
    fake.bucket = (5, 0.5)
    began = time.monotonic()
    rests = []
    async with sending(fake) as adapter:
        for number in range(12):
            rests.append(await deliver(adapter, CHANNEL, key=f"key{number}"))
            await asyncio.sleep(rests[-1])
    took_s = time.monotonic() - began
    # A single 429 would show as an error here.
    assert len(fake.messages) == posts(fake) == 12
    assert rests[:3] == [0.0, 0.0, 0.0]
    assert 1.0 <= took_s < 3.0


async def test_an_empty_bucket_is_not_asked_and_stops_nobody_else(fake: FakeDiscord) -> None:
    fake.bucket = (1, 0.4)
    async with sending(fake) as adapter:
        rest_s = await deliver(adapter, CHANNEL, key="one")
        assert 0.3 < rest_s <= 0.4
        error = await wait_asked(adapter, key="two")
        assert 0 < error.seconds <= rest_s
        assert (error.counts, error.everything) == (False, False)
        assert posts(fake) == 1
        await deliver(adapter, ANOTHER, key="three")
        await asyncio.sleep(error.seconds)
        await deliver(adapter, CHANNEL, key="two")
    assert len(fake.messages) == 3


async def test_without_headers_a_channel_rests_a_second(fake: FakeDiscord) -> None:
    async with sending(fake) as adapter:
        assert await deliver(adapter, CHANNEL, key="one") == 1.02
        assert await deliver(adapter, CHANNEL, key="two") == 1.02


@pytest.mark.parametrize(
    ("remaining", "reset", "rest_s"),
    [
        ("4", "5", 0.0),
        ("2", "5", 0.0),
        ("1", "5", 2.5),
        ("0", "5", 5.0),
        ("0", "nan", 1.02),
        ("soon", "5", 1.02),
        ("", "", 1.02),
        ("-1", "5", 1.02),
        ("0", "inf", LONGEST_S),
    ],
)
def test_the_rest_follows_what_is_told(remaining: str, reset: str, rest_s: float) -> None:
    headers = {"X-RateLimit-Remaining": remaining, "X-RateLimit-Reset-After": reset}
    learnt = Buckets()
    assert learnt.learn("1", headers) == rest_s
    assert (learnt.wait_s("1") > 0) is (remaining == "0" and reset != "nan")


def test_channels_that_have_room_again_are_forgotten() -> None:
    now = 1000.0
    learnt = Buckets(lambda: now)
    for number in range(5000):
        learnt.empty(str(number), 5.0)
        now += 0.02
    assert len(learnt._empty_until) <= 1024
    assert learnt.wait_s("4999") > 0


@given(st.one_of(st.text(max_size=8), st.floats(), st.integers(), st.none(), st.booleans()))
def test_a_span_is_never_senseless(value: object) -> None:
    seconds = span_s(value)
    assert seconds is None or 0 <= seconds <= LONGEST_S


# --- The ban for invalid requests -----------------------------------------------------------------


async def test_the_ban_for_invalid_requests_is_not_approached(
    fake: FakeDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    shared = [Fault.rate_limit(0, scope="shared")] * 20
    fake.fail(CHANNEL.id, *shared, *[Fault(403, 50001)] * (2 * MOST))
    async with sending(fake) as adapter:
        (part,) = adapter.render([ALERT])

        async def refused(times: int) -> int:
            gone = 0
            for _ in range(times):
                with pytest.raises((ChatGone, RetryLater)) as raised:
                    await adapter.post(CHANNEL, part, KEY)
                gone += raised.type is ChatGone
            return gone

        assert await refused(len(shared)) == 0
        assert sum(await asyncio.gather(*(refused(MOST // 10) for _ in range(10)))) == MOST
        asked = len(fake.requests)
        assert asked == MOST + len(shared)
        for chat in (CHANNEL, ANOTHER):
            error = await wait_asked(adapter, chat)
            assert (error.counts, error.everything) == (False, True)
            assert WITHIN_S - 30 < error.seconds <= WITHIN_S
        with pytest.raises(RetryLater):
            await adapter.check()
        assert len(fake.requests) == asked
    assert caplog.text.count("ban this address") == 1


def test_invalid_requests_are_forgotten_after_ten_minutes(
    caplog: pytest.LogCaptureFixture,
) -> None:
    now = 0.0
    counted = InvalidRequests(lambda: now)
    for number in range(MOST):
        assert counted.wait_s() == 0.0
        now = number / 10
        counted.note(WireAnswer(429, {}, b""))
    assert counted.wait_s() == pytest.approx(WITHIN_S - now)
    now = WITHIN_S - 0.01
    assert counted.wait_s() == pytest.approx(0.01)
    now = WITHIN_S + 0.01
    assert counted.wait_s() == 0.0
    # One more, and it is the same episode still: no second warning.
    counted.note(WireAnswer(403, {}, b""))
    assert counted.wait_s() > 0
    assert caplog.text.count("ban this address") == 1
    now = 3 * WITHIN_S
    assert counted.wait_s() == 0.0
    for _ in range(MOST):
        counted.note(WireAnswer(401, {}, b""))
    assert counted.wait_s() == WITHIN_S
    assert caplog.text.count("ban this address") == 2


@pytest.mark.parametrize(
    ("status", "headers", "counts"),
    [
        (401, {}, True),
        (403, {}, True),
        (429, {}, True),
        (429, {"X-RateLimit-Scope": "global"}, True),
        (429, {"X-RateLimit-Scope": "shared"}, False),
        (404, {}, False),
        (500, {}, False),
        (200, {}, False),
    ],
)
def test_only_what_discord_counts_is_counted(
    status: int, headers: dict[str, str], *, counts: bool
) -> None:
    counted = InvalidRequests(lambda: 0.0)
    for _ in range(MOST):
        counted.note(WireAnswer(status, headers, b""))
    assert (counted.wait_s() > 0) is counts


# --- Embeds ---------------------------------------------------------------------------------------


@given(
    st.text(max_size=600),
    st.lists(st.text(st.sampled_from("a *_\\<[#>-|`~😀ä\n"), max_size=6000), max_size=5),
    st.text(max_size=3000),
)
def test_embeds_stay_within_limits_and_lose_no_line(
    title: str, lines: list[str], footer: str
) -> None:
    found = embeds(Message(title, tuple(lines), footer))
    for embed in found:
        description = embed.description or ""
        assert units(embed.title or "") <= 256
        assert units(description) <= DESCRIPTION
        assert units((embed.title or "") + description + (embed.footer.text or "")) <= 6000
    shown = "".join((embed.description or "").replace("\n", "") for embed in found)
    assert shown.replace("\\", "") == "".join(lines).replace("\n", "").replace("\\", "")


@given(
    st.lists(
        st.builds(
            Message,
            st.text(max_size=300),
            st.lists(st.text(st.sampled_from("a *😀ä\n"), max_size=3000), max_size=3).map(tuple),
            st.text(max_size=300),
        ),
        max_size=25,
    )
)
def test_parts_stay_within_limits_and_lose_no_embed(messages: list[Message]) -> None:
    made = [embed.to_dict() for message in messages for embed in embeds(message)]
    wanted = [embed for embed in json.loads(json.dumps(made)) if shown([embed]).strip()]
    seen = []
    for part in parts([*messages, ALERT]):
        assert isinstance(part, bytes)
        body = json.loads(part)
        assert set(body) == {"embeds", "allowed_mentions", "components"}
        assert 1 <= len(body["embeds"]) <= 10
        assert units(shown(body["embeds"]).replace("\n", "")) <= 6000
        seen += body["embeds"]
    assert wanted == seen[:-1]


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("**bold** _i_ `c` ~~s~~ ||p||", r"\*\*bold\*\* \_i\_ \`c\` \~\~s\~\~ \|\|p\|\|"),
        ("[a](http://x.y) [b](http://x.y)", r"\[a](http://x.y) \[b](http://x.y)"),
        ("<@123> <#1> <t:1:R> <https://x.y>", r"\<@123> \<\#1> \<t:1:R> \<https://x.y>"),
        ("# shout", r"\# shout"),
        ("- row", r"\- row"),
        ("back\\slash", r"back\\slash"),
        ("see https://x.y/a_b_c now", "see https://x.y/a_b_c now"),
    ],
)
def test_text_from_outside_is_shown_as_written(hostile: str, shown: str) -> None:
    assert escaped(hostile) == shown


async def test_hostile_text_arrives_and_does_no_harm(fake: FakeDiscord) -> None:
    hostile = "@everyone \ud800 \x00 \u202e </b> {0} %s " + "[" * 5000
    async with sending(fake) as adapter:
        await deliver(adapter, CHANNEL, [Message(hostile, (hostile,), hostile)])
    assert fake.messages
    assert all(posted.payload["allowed_mentions"] == {"parse": []} for posted in fake.messages)
