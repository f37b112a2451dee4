"""discord.py, unmodified, against a Discord on loopback."""

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager

import discord
import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.adapters.discord import PLATFORM
from bot.adapters.discord.adapter import DiscordAdapter
from bot.adapters.discord.embeds import DESCRIPTION, embeds, escaped, units
from bot.model import Chat, Message, Tone
from bot.ports import (
    ChatGone,
    CommandCard,
    DeliveryError,
    Option,
    PlatformRefused,
    Rejected,
    RetryLater,
)
from bot.settings import Settings
from tests.adapters.fake_discord import FakeDiscord, Fault

CARDS = (
    CommandCard("status", "What fired, what confirms, what is missing"),
    CommandCard(
        "subscribe", "Hear of a topic", Option("topic", "Which one", ("dominance", "season"))
    ),
)
CHANNEL = Chat("discord", "6000000000000000001")
ALERT = Message("Bitcoin dominance fell below 55 %", ("It is 54.9 % now.",), "CoinGecko", Tone.GOOD)
KEY = "k3Y_-0123456789abcdefghij"

Heard = list[tuple[Chat, str]]


@pytest.fixture
async def fake() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord() as discord_on_loopback:
        yield discord_on_loopback


@pytest.fixture(autouse=True)
def _addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    # Restored afterwards: they are class attributes of the library.
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)


@pytest.fixture(autouse=True)
def _nothing_left_unhandled(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No task of the library's or ours may end with an error that nobody took."""
    yield
    unhandled = [
        record
        for record in caplog.records
        if record.name.startswith(("asyncio", "discord")) and record.levelno >= logging.ERROR
    ]
    assert unhandled == []


def adapter_for(
    fake: FakeDiscord, token: str | None = None, cards: tuple[CommandCard, ...] = CARDS
) -> DiscordAdapter:
    token = fake.token if token is None else token
    settings = Settings(
        _env_file=None,
        discord_bot_token=SecretStr(token),
        discord_api_base_url=fake.rest_url,
        discord_gateway_url=fake.gateway_url,
    )
    assert PLATFORM.build(settings, cards) is not None
    return DiscordAdapter(token, cards, pauses_s=(0.02, 0.05))


@asynccontextmanager
async def sending(fake: FakeDiscord, token: str | None = None) -> AsyncIterator[DiscordAdapter]:
    adapter = adapter_for(fake, token)
    try:
        yield adapter
    finally:
        await adapter.close()


@asynccontextmanager
async def listening(
    fake: FakeDiscord,
    answer: Callable[[Chat, str], Awaitable[Message | None]] | None = None,
    cards: tuple[CommandCard, ...] = CARDS,
) -> AsyncIterator[DiscordAdapter]:
    async def silent(_chat: Chat, _text: str) -> Message | None:
        return ALERT

    adapter = adapter_for(fake, cards=cards)
    task = asyncio.create_task(adapter.listen(answer or silent))
    try:
        yield adapter
    finally:
        task.cancel()
        await asyncio.wait([task], timeout=5)
        assert task.cancelled(), task
        await adapter.close()


# --- Starting -------------------------------------------------------------------------------------


def test_without_a_token_discord_stays_off() -> None:
    assert PLATFORM.name == "discord"
    assert PLATFORM.build(Settings(_env_file=None, discord_bot_token=None), CARDS) is None


def test_default_addresses_leave_the_library_as_it_is() -> None:
    rest, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    settings = Settings(_env_file=None, discord_bot_token=SecretStr("x"))
    assert PLATFORM.build(settings, CARDS) is not None
    assert (rest, gateway) == (Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY)


async def test_identifies_without_privileged_intents(fake: FakeDiscord) -> None:
    async with listening(fake):
        await fake.wait_for(lambda: fake.connected)
    assert [identify["intents"] for identify in fake.identifies] == [
        discord.Intents(guilds=True).value
    ]


async def test_commands_are_told_once_and_again_only_when_they_change(fake: FakeDiscord) -> None:
    for _ in range(2):
        async with listening(fake):
            await fake.wait_for(lambda: fake.connected)
        await fake.wait_for(lambda: not fake.connected)
    assert fake.syncs == 1
    subscribe = next(command for command in fake.commands if command["name"] == "subscribe")
    assert (subscribe["contexts"], subscribe["integration_types"]) == ([0, 1], [0])
    (option,) = subscribe["options"]
    assert (option["name"], option.get("required", False)) == ("topic", False)
    assert [choice["value"] for choice in option["choices"]] == ["dominance", "season"]

    renamed = (CARDS[0], CommandCard("subscribe", "Hear of another topic", CARDS[1].option))
    async with listening(fake, cards=renamed):
        await fake.wait_for(lambda: fake.connected)
    assert fake.syncs == 2


async def test_commands_stay_within_discords_limits(fake: FakeDiscord) -> None:
    many = Option("topic", "o" * 500, tuple(f"topic{n}" for n in range(26)))
    async with listening(fake, cards=(CommandCard("subscribe", "s" * 500, many),)):
        await fake.wait_for(lambda: fake.connected)
    (command,) = fake.commands
    assert len(command["description"]) == 100
    assert "choices" not in command["options"][0]


async def test_a_refused_list_of_commands_leaves_the_rest_working(
    fake: FakeDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    fake.fail_path("/commands", Fault(403, 20012, "not yours"))
    async with listening(fake):
        await fake.wait_for(lambda: fake.connected)
    assert "did not take the list of commands" in caplog.text


# --- Commands -------------------------------------------------------------------------------------


@pytest.mark.parametrize("guild", [True, False])
async def test_a_slash_command_is_answered_in_its_channel(
    fake: FakeDiscord, *, guild: bool
) -> None:
    heard: Heard = []

    async def answer(chat: Chat, text: str) -> Message | None:
        heard.append((chat, text))
        return ALERT

    async with listening(fake, answer):
        interaction = await fake.slash("subscribe", {"topic": "dominance"}, CHANNEL.id, guild=guild)
        reply = await fake.answer_to(interaction)
    assert heard == [(CHANNEL, "/subscribe dominance")]
    assert reply.text == "Bitcoin dominance fell below 55 %\nIt is 54.9 % now.\nCoinGecko"
    assert [each.kind for each in fake.replies] == ["callback", "edit"]
    assert reply.payload["embeds"][0]["color"] == discord.Colour.green().value


async def test_a_command_without_its_option_is_the_bare_command(fake: FakeDiscord) -> None:
    heard: Heard = []

    async def answer(chat: Chat, text: str) -> Message | None:
        heard.append((chat, text))
        return None

    async with listening(fake, answer):
        for name in ("subscribe", "status"):
            assert (await fake.answer_to(await fake.slash(name))).text
    assert [text for _, text in heard] == ["/subscribe", "/status"]


async def test_a_slow_answer_is_acknowledged_at_once(fake: FakeDiscord) -> None:
    ready = asyncio.Event()

    async def answer(_chat: Chat, _text: str) -> Message | None:
        await ready.wait()
        return ALERT

    async with listening(fake, answer):
        interaction = await fake.slash("status")
        await fake.wait_for(lambda: fake.replies)
        assert [each.kind for each in fake.replies] == ["callback"]
        ready.set()
        assert (await fake.answer_to(interaction)).text


async def test_a_long_answer_follows_in_parts(fake: FakeDiscord) -> None:
    lines = tuple(f"{n} " + "x" * 90 for n in range(100))

    async def answer(_chat: Chat, _text: str) -> Message | None:
        return Message("Long", lines)

    async with listening(fake, answer):
        await fake.slash("status")
        await fake.wait_for(lambda: len(fake.replies) == 4)
    assert [each.kind for each in fake.replies] == ["callback", "edit", "followup", "followup"]
    shown = "\n".join(each.text for each in fake.replies if each.text)
    assert shown == "\n".join(("Long", *lines))


async def test_a_broken_command_apologises_and_the_next_one_works(
    fake: FakeDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    async def answer(_chat: Chat, text: str) -> Message | None:
        if text == "/status":
            raise ZeroDivisionError
        return ALERT

    async with listening(fake, answer):
        assert "went wrong" in (await fake.answer_to(await fake.slash("status"))).text
        assert ALERT.title in (await fake.answer_to(await fake.slash("subscribe"))).text
    assert "/status failed" in caplog.text


async def test_a_command_that_is_gone_is_answered(fake: FakeDiscord) -> None:
    async with listening(fake):
        assert "has changed" in (await fake.answer_to(await fake.slash("forgotten"))).text


async def test_a_command_whose_time_is_over_is_not_carried_out(fake: FakeDiscord) -> None:
    heard: Heard = []

    async def answer(chat: Chat, text: str) -> Message | None:
        heard.append((chat, text))
        return ALERT

    fake.fail_path("/callback", Fault(404, 10062, "Unknown interaction"))
    async with listening(fake, answer):
        await fake.slash("status")
        await fake.answer_to(await fake.slash("subscribe"))
    assert [text for _, text in heard] == ["/subscribe"]


async def test_cancelling_is_quick_and_leaves_nothing_behind(fake: FakeDiscord) -> None:
    asked, stopped = asyncio.Event(), asyncio.Event()

    async def answer(_chat: Chat, _text: str) -> Message | None:
        asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()
        return None

    before = asyncio.all_tasks()
    adapter = adapter_for(fake)
    task = asyncio.create_task(adapter.listen(answer))
    await fake.slash("status")
    async with asyncio.timeout(5):
        await asked.wait()
    began = time.monotonic()
    task.cancel()
    await asyncio.wait([task], timeout=5)
    assert task.cancelled()
    assert time.monotonic() - began < 1.0
    assert stopped.is_set()
    await fake.wait_for(lambda: not fake.connected)
    ours = {left for left in asyncio.all_tasks() - before if "aiohttp/web" not in repr(left)}
    assert ours == set()
    for thread in threading.enumerate():
        if thread.name.startswith("keep-alive-handler"):
            thread.join(2)
            assert not thread.is_alive()


# --- Outages --------------------------------------------------------------------------------------


async def test_a_network_that_comes_later_is_waited_for(
    fake: FakeDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot")
    await fake.stop()
    async with listening(fake) as adapter:
        with pytest.raises(RetryLater):
            await adapter.send(CHANNEL, ALERT, KEY)
        async with asyncio.timeout(5):
            while "out of reach" not in caplog.text:  # noqa: ASYNC110 # a log wakes nobody
                await asyncio.sleep(0.01)
        await fake.start()
        await fake.answer_to(await fake.slash("status"))
        await adapter.send(CHANNEL, ALERT, KEY)
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("bot.")]
    assert sum("out of reach" in line for line in ours) == 1
    assert sum("is back" in line for line in ours) == 1
    assert len(fake.messages) == 1


async def test_a_dropped_gateway_is_resumed_without_a_word(
    fake: FakeDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot")
    async with listening(fake):
        await fake.wait_for(lambda: fake.connected)
        await fake.drop_gateways()
        await fake.wait_for(lambda: fake.connected)
        await fake.answer_to(await fake.slash("status"))
    assert (len(fake.identifies), fake.resumes) == (1, 1)
    assert "out of reach" not in caplog.text


async def test_a_gateway_that_keeps_dropping_us_is_given_a_pause(
    fake: FakeDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot")
    async with listening(fake):
        for _ in range(5):
            await fake.wait_for(lambda: fake.connected)
            await fake.drop_gateways()
        await fake.wait_for(lambda: len(fake.identifies) == 2)
        await fake.answer_to(await fake.slash("status"))
    assert "out of reach" in caplog.text


async def test_a_frame_that_cannot_be_unpacked_is_an_outage(
    fake: FakeDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    async with listening(fake):
        await fake.wait_for(lambda: fake.connected)
        await fake.send_garbage()
        await fake.wait_for(lambda: len(fake.identifies) == 2)
        await fake.answer_to(await fake.slash("status"))
    assert caplog.text.count("out of reach") == 1


async def test_a_gateway_that_hangs_up_before_hello_is_tried_again(fake: FakeDiscord) -> None:
    fake.greeting = False
    async with listening(fake) as adapter:
        await fake.wait_for(lambda: fake.requests.count(("GET", "/users/@me")) >= 3)
        await adapter.send(CHANNEL, ALERT, KEY)
        fake.greeting = True
        await fake.answer_to(await fake.slash("status"))


async def test_a_gateway_that_stops_saying_hello_is_not_hammered(fake: FakeDiscord) -> None:
    async with listening(fake):
        await fake.wait_for(lambda: fake.connected)
        fake.greeting, fake.visits = False, 0
        await fake.drop_gateways()
        logins = fake.requests.count(("GET", "/users/@me"))
        await fake.wait_for(lambda: fake.requests.count(("GET", "/users/@me")) > logins)
        assert fake.visits <= 8
        fake.greeting = True
        await fake.answer_to(await fake.slash("status"))


async def test_cancelling_does_not_wait_for_a_silent_gateway(fake: FakeDiscord) -> None:
    async with listening(fake):
        await fake.wait_for(lambda: fake.connected)
        fake.silence_gateways()
        began = time.monotonic()
    assert time.monotonic() - began < 1.0


@pytest.mark.parametrize(
    "fault",
    [
        Fault(503),
        Fault.rate_limit(3600),
        Fault(429, 0, "slow down", headers={}, content_type="text/html"),
        Fault(200, text="<html>Welcome to the hotel</html>", content_type="text/html"),
        Fault(drop=True),
    ],
    ids=["unavailable", "rate limit", "shield", "portal", "dropped"],
)
async def test_trouble_at_login_is_outlived(fake: FakeDiscord, fault: Fault) -> None:
    fake.fail_path("/users/@me", fault, fault)
    async with listening(fake):
        await fake.answer_to(await fake.slash("status"))


# --- The token ------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["not-the-token-7f3a", "bro ken\n7f3a", "tökén-7f3a"])
async def test_a_wrong_token_is_said_without_showing_it(
    fake: FakeDiscord, caplog: pytest.LogCaptureFixture, token: str
) -> None:
    caplog.set_level(logging.DEBUG)

    async def answer(_chat: Chat, _text: str) -> Message | None:
        return None

    adapter = adapter_for(fake, token)
    with pytest.raises(PlatformRefused, match="DISCORD_BOT_TOKEN") as refused:
        async with asyncio.timeout(5):
            await adapter.listen(answer)
    with pytest.raises(RetryLater) as later:
        await adapter.send(CHANNEL, ALERT, KEY)
    assert later.value.seconds >= 600
    await adapter.close()
    assert "7f3a" not in f"{caplog.text}{refused.value}{refused.value.__cause__}{later.value}"


@pytest.mark.parametrize("code", [4004, 1001])
async def test_a_token_refused_after_it_worked_is_an_outage(
    fake: FakeDiscord, caplog: pytest.LogCaptureFixture, code: int
) -> None:
    caplog.set_level(logging.INFO, "bot")
    async with listening(fake):
        await fake.wait_for(lambda: fake.connected)
        fake.fail_path("/users/@me", Fault(401), Fault(401), Fault(401))
        fake.greeting = code == 4004
        await fake.close_gateways(code)
        await fake.wait_for(lambda: fake.requests.count(("GET", "/users/@me")) >= 3)
        fake.greeting = True
        await fake.wait_for(lambda: fake.requests.count(("GET", "/users/@me")) >= 5)
        await fake.answer_to(await fake.slash("status"))
    assert caplog.text.count("out of reach") == 1
    assert caplog.text.count("is back") == 1


async def test_a_token_the_gateway_never_took_is_refused(fake: FakeDiscord) -> None:
    async def answer(_chat: Chat, _text: str) -> Message | None:
        return None

    fake.refusing = True
    with pytest.raises(PlatformRefused, match="DISCORD_BOT_TOKEN"):
        async with asyncio.timeout(5):
            await adapter_for(fake).listen(answer)


async def test_the_token_is_in_no_log(fake: FakeDiscord, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with listening(fake) as adapter:
        await fake.answer_to(await fake.slash("status"))
        await adapter.send(CHANNEL, ALERT, KEY)
    assert "POST" in caplog.text
    assert fake.token not in caplog.text


async def test_a_revoked_token_stops_all_requests(
    fake: FakeDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    async with sending(fake) as adapter:
        await adapter.send(CHANNEL, ALERT, "before")
        fake.token = "another"
        for key in ("one", "two"):
            with pytest.raises(RetryLater) as later:
                await adapter.send(CHANNEL, ALERT, key)
            assert later.value.seconds > 600
    assert sum(path.endswith("/messages") for _, path in fake.requests) == 2
    assert caplog.text.count("DISCORD_BOT_TOKEN") == 1


# --- Sending --------------------------------------------------------------------------------------


async def test_an_alert_is_an_embed_that_pings_nobody(fake: FakeDiscord) -> None:
    async with sending(fake) as adapter:
        await adapter.send(CHANNEL, ALERT, KEY)
    (posted,) = fake.messages
    assert (posted.channel, posted.nonce) == (CHANNEL.id, KEY)
    assert posted.text == "Bitcoin dominance fell below 55 %\nIt is 54.9 % now.\nCoinGecko"
    assert posted.payload["allowed_mentions"] == {"parse": []}
    assert fake.identifies == []


GONE, BUG = (ChatGone, None, 0), (Rejected, None, 0)
HTML = "text/html"
REFUSALS: dict[str, tuple[Fault, tuple[type[DeliveryError], bool | None, float]]] = {
    "unknown channel": (Fault(404, 10003), GONE),
    "unknown server": (Fault(404, 10004), GONE),
    "missing access": (Fault(403, 50001), GONE),
    "missing permissions": (Fault(403, 50013), GONE),
    "person refuses": (Fault(403, 50007), GONE),
    "no common server": (Fault(403, 50278), GONE),
    "invalid form": (Fault(400, 50035), BUG),
    "another 400": (Fault(400, 50006), BUG),
    "direct messages too fast": (Fault(400, 40003), (RetryLater, False, 10)),
    "channel write limit": (Fault(403, 20028), (RetryLater, False, 10)),
    "server write limit": (Fault(403, 20029), (RetryLater, False, 10)),
    "403 without a code": (Fault(403), (RetryLater, True, 600)),
    "403 with a code we do not know": (Fault(403, 40333), (RetryLater, True, 600)),
    "404 without a code": (Fault(404), (RetryLater, True, 600)),
    "405": (Fault(405), (RetryLater, True, 600)),
    "unavailable": (Fault(503), (RetryLater, True, 1)),
    "a page with 403": (Fault(403, text="<html>", content_type=HTML), (RetryLater, True, 600)),
    "a page with 200": (Fault(200, text="<html>", content_type=HTML), (RetryLater, True, 1)),
    "long rate limit": (Fault.rate_limit(99), (RetryLater, False, 99)),
    "shield's rate limit": (Fault.rate_limit(77, via=False), (RetryLater, False, 77)),
    "unreadable rate limit": (
        Fault(429, headers={"Retry-After": "soon"}),
        (RetryLater, False, 10),
    ),
    "dropped connection": (Fault(drop=True), (RetryLater, True, 1)),
}


@pytest.mark.parametrize(("fault", "expected"), REFUSALS.values(), ids=REFUSALS)
async def test_each_refusal_says_what_to_do_next(
    fake: FakeDiscord,
    fault: Fault,
    expected: tuple[type[DeliveryError], bool | None, float],
) -> None:
    fake.fail(CHANNEL.id, fault)
    async with sending(fake) as adapter:
        with pytest.raises(DeliveryError) as raised:
            await adapter.send(CHANNEL, ALERT, KEY)
        kind, counts, at_least_s = expected
        assert type(raised.value) is kind
        if isinstance(raised.value, RetryLater):
            assert raised.value.counts is counts
            assert raised.value.seconds >= at_least_s
        assert str(raised.value)
        assert fake.messages == []
        await adapter.send(CHANNEL, ALERT, "next")
    assert [posted.nonce for posted in fake.messages] == ["next"]


async def test_a_retry_after_a_dropped_connection_is_not_a_second_message(
    fake: FakeDiscord,
) -> None:
    fake.fail(CHANNEL.id, Fault(drop=True, stored=True))
    async with sending(fake) as adapter:
        with pytest.raises(RetryLater):
            await adapter.send(CHANNEL, ALERT, KEY)
        await adapter.send(CHANNEL, ALERT, KEY)
    assert [attempt.nonce for attempt in fake.attempts] == [KEY, KEY]
    assert len(fake.messages) == 1


async def test_a_short_rate_limit_is_waited_for(fake: FakeDiscord) -> None:
    fake.fail(CHANNEL.id, Fault.rate_limit(0.2))
    async with sending(fake) as adapter:
        began = time.monotonic()
        await adapter.send(CHANNEL, ALERT, KEY)
        assert time.monotonic() - began >= 0.2
    assert len(fake.messages) == 1


async def test_a_long_alert_goes_in_parts_each_with_its_own_nonce(fake: FakeDiscord) -> None:
    lines = tuple(f"{n} " + "x" * 90 for n in range(100))
    async with sending(fake) as adapter:
        for _ in range(2):
            await adapter.send(CHANNEL, Message("Long", lines, "the end"), KEY)
    assert "\n".join(posted.text for posted in fake.messages) == "\n".join(
        ("Long", *lines, "the end")
    )
    nonces = [posted.nonce for posted in fake.messages]
    assert nonces[0] == KEY
    assert len(set(nonces)) == len(nonces) == 3
    assert len(fake.attempts) == 6


@pytest.mark.parametrize("chat", ["", "abc", "-1", "../../users/@me"])
async def test_what_is_no_channel_is_never_asked_for(fake: FakeDiscord, chat: str) -> None:
    async with sending(fake) as adapter:
        with pytest.raises(Rejected):
            await adapter.send(Chat("discord", chat), ALERT, KEY)
    assert fake.requests == []


async def test_closing_is_allowed_at_any_time(fake: FakeDiscord) -> None:
    adapter = adapter_for(fake)
    await adapter.close()
    await adapter.send(CHANNEL, ALERT, KEY)
    await adapter.close()
    await adapter.close()


async def test_many_sends_share_one_login(fake: FakeDiscord) -> None:
    async with sending(fake) as adapter:
        await asyncio.gather(*(adapter.send(CHANNEL, ALERT, f"key{n}") for n in range(20)))
    assert fake.requests.count(("GET", "/users/@me")) == 1
    assert len(fake.messages) == 20


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
        await adapter.send(CHANNEL, Message(hostile, (hostile,), hostile), KEY)
    assert fake.messages
    assert all(posted.payload["allowed_mentions"] == {"parse": []} for posted in fake.messages)
