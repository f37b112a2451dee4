"""discord.py, unmodified, against a Discord on loopback."""

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import discord
import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route
from pydantic import SecretStr

from bot.adapters.discord import PLATFORM
from bot.adapters.discord.adapter import DiscordAdapter
from bot.adapters.discord.shards import BEGIN_EVERY_S, Shard, Turns
from bot.model import Chat, Message, Tone
from bot.ports import (
    SILENCE,
    Author,
    CommandCard,
    Option,
    PlatformRefused,
    RetryLater,
    StoreUnavailable,
    always_changes,
)
from bot.settings import Settings
from tests.adapters.fake_discord import EVERYTHING, PERSON, FakeDiscord, Fault
from tests.adapters.reception import Deaf

CARDS = (
    CommandCard("status", "What fired, what confirms, what is missing"),
    CommandCard(
        "subscribe", "Hear of a topic", (Option("topic", "Which one", ("dominance", "season")),)
    ),
)
CHANNEL = Chat("discord", "6000000000000000001")
ALERT = Message("Bitcoin dominance fell below 55 %", ("It is 54.9 % now.",), "CoinGecko", Tone.GOOD)
KEY = "k3Y_-0123456789abcdefghij"

Heard = list[tuple[Chat, str]]
Answer = Callable[[Chat, str], Awaitable[Message | None]]


async def silent(_chat: Chat, _text: str) -> Message | None:
    return ALERT


@dataclass
class Desk(Deaf):
    """Takes what Discord says; the reply to a command is the test's own."""

    reply: Answer = silent
    authors: list[Author] = field(default_factory=list)
    invitations: list[Sequence[Chat]] = field(default_factory=list)
    left_behind: list[Sequence[Chat]] = field(default_factory=list)
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    broken: bool = False

    async def answer(self, chat: Chat, text: str, author: Author) -> Message | None:
        self.authors.append(author)
        return await self.reply(chat, text)

    async def turn(self, chat: Chat) -> None:
        raise AssertionError("A reply on Discord needs no turn.")

    async def invited(self, chats: Sequence[Chat]) -> None:
        self.invitations.append(chats)
        self.heard.set()
        if self.broken:
            raise StoreUnavailable("Redis is away")

    async def left(self, chats: Sequence[Chat]) -> None:
        self.left_behind.append(chats)
        self.heard.set()
        if self.broken:
            raise StoreUnavailable("Redis is away")

    async def moved(self, old: Chat, new: Chat) -> None:
        raise AssertionError("Discord moves no chats.")


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
        for record in caplog.get_records("call")
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
    return DiscordAdapter(token, fake.rest_url, cards, pauses_s=(0.02, 0.05))


async def deliver(adapter: DiscordAdapter, key: str = KEY) -> None:
    for part in adapter.render([ALERT]):
        await adapter.post(CHANNEL, part, key)


@asynccontextmanager
async def listening(
    fake: FakeDiscord,
    answer: Answer = silent,
    cards: tuple[CommandCard, ...] = CARDS,
    desk: Desk | None = None,
) -> AsyncIterator[DiscordAdapter]:
    adapter = adapter_for(fake, cards=cards)
    task = asyncio.create_task(adapter.listen(desk or Desk(answer)))
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


async def test_identifies_without_privileged_intents_and_without_shards(fake: FakeDiscord) -> None:
    async with listening(fake):
        await fake.wait_for(lambda: fake.connected)
    assert "shard" not in fake.identifies[0]
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
    assert (subscribe["contexts"], subscribe["integration_types"]) == ([0, 1, 2], [0, 1])
    (option,) = subscribe["options"]
    assert (option["name"], option.get("required", False)) == ("topic", False)
    assert [choice["value"] for choice in option["choices"]] == ["dominance", "season"]

    renamed = (CARDS[0], CommandCard("subscribe", "Hear of another topic", CARDS[1].options))
    async with listening(fake, cards=renamed):
        await fake.wait_for(lambda: fake.connected)
    assert fake.syncs == 2


async def test_commands_stay_within_discords_limits(fake: FakeDiscord) -> None:
    many = Option("topic", "o" * 500, tuple(f"topic{n}" for n in range(26)))
    async with listening(fake, cards=(CommandCard("subscribe", "s" * 500, (many,)),)):
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
        await fake.wait_for(lambda: len(fake.replies) == 3)
    assert [each.kind for each in fake.replies] == ["callback", "edit", "followup"]
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


MANAGE_SERVER, ADMINISTRATOR = 1 << 5, 1 << 3


@pytest.mark.parametrize(
    ("permissions", "guild", "may"),
    [
        (EVERYTHING, True, True),
        (MANAGE_SERVER, True, True),
        (ADMINISTRATOR, True, True),
        (EVERYTHING & ~MANAGE_SERVER & ~ADMINISTRATOR, True, False),
        (0, True, False),
        (0, False, True),
    ],
)
async def test_who_may_manage_a_server_may_change_what_it_hears(
    fake: FakeDiscord, permissions: int, *, guild: bool, may: bool
) -> None:
    desk = Desk()
    async with listening(fake, desk=desk):
        await fake.answer_to(await fake.slash("status", guild=guild, permissions=permissions))
    (author,) = desk.authors
    assert author.id == PERSON["id"]
    assert await author.may_change() is may
    assert "Manage Server" in author.who_may


async def test_commands_that_change_something_are_shown_to_those_who_may(fake: FakeDiscord) -> None:
    changing = (CARDS[0], replace(CARDS[1], changes=always_changes))
    for _ in range(2):
        async with listening(fake, cards=changing):
            await fake.wait_for(lambda: fake.connected)
        await fake.wait_for(lambda: not fake.connected)
    shown_to = {each["name"]: each["default_member_permissions"] for each in fake.commands}
    assert shown_to == {"status": None, "subscribe": str(MANAGE_SERVER)}
    assert fake.syncs == 1
    async with listening(fake):
        await fake.wait_for(lambda: fake.connected)
    assert fake.syncs == 2
    assert {each["default_member_permissions"] for each in fake.commands} == {None}


async def test_silence_leaves_nothing_in_the_channel(fake: FakeDiscord) -> None:
    async def answer(_chat: Chat, _text: str) -> Message | None:
        return SILENCE

    async with listening(fake, answer):
        await fake.slash("status")
        await fake.wait_for(lambda: len(fake.replies) == 2)
    assert [each.kind for each in fake.replies] == ["callback", "delete"]


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
    task = asyncio.create_task(adapter.listen(Desk(answer)))
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
    await adapter.close()
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
            await deliver(adapter)
        async with asyncio.timeout(5):
            while "out of reach" not in caplog.text:  # noqa: ASYNC110 # a log wakes nobody
                await asyncio.sleep(0.01)
        await fake.start()
        await fake.answer_to(await fake.slash("status"))
        await deliver(adapter)
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
        await deliver(adapter)
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
    adapter = adapter_for(fake, token)
    with pytest.raises(PlatformRefused, match="DISCORD_BOT_TOKEN") as refused:
        async with asyncio.timeout(5):
            await adapter.listen(Desk())
    with pytest.raises(RetryLater) as later:
        await deliver(adapter)
    assert later.value.seconds == 60
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
    fake.refusing = True
    adapter = adapter_for(fake)
    with pytest.raises(PlatformRefused, match="DISCORD_BOT_TOKEN"):
        async with asyncio.timeout(5):
            await adapter.listen(Desk())
    await adapter.close()


async def test_the_token_is_in_no_log(fake: FakeDiscord, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with listening(fake) as adapter:
        await fake.answer_to(await fake.slash("status"))
        await deliver(adapter)
    assert "POST" in caplog.text
    assert fake.token not in caplog.text


# --- Invitations ----------------------------------------------------------------------------------


def place(number: int, kind: int, **more: object) -> dict[str, object]:
    return {
        "id": str(6_000_000_000_000_000_000 + number),
        "type": kind,
        "name": f"place-{number}",
        "position": number,
        "permission_overwrites": [],
        **more,
    }


TEXT, VOICE, GROUP, NEWS, THREAD = 0, 2, 4, 5, 11
CHANNELS = [
    place(1, TEXT),
    place(2, GROUP),
    place(3, NEWS),
    place(4, VOICE, bitrate=64_000, user_limit=0),
]
THREADS = [
    place(
        5,
        THREAD,
        parent_id="6000000000000000001",
        owner_id="4000000000000000002",
        guild_id="4000000000000000003",
        message_count=0,
        member_count=1,
        thread_metadata={
            "archived": False,
            "auto_archive_duration": 1440,
            "archive_timestamp": "2026-08-01T00:00:00+00:00",
            "locked": False,
        },
    )
]


async def test_a_server_that_lets_us_in_resumes_its_channels(fake: FakeDiscord) -> None:
    desk = Desk()
    async with listening(fake, desk=desk), asyncio.timeout(5):
        await fake.answer_to(await fake.slash("status"))
        await fake.guild_appears(CHANNELS, THREADS, joined=True)
        await desk.heard.wait()
    (chats,) = desk.invitations
    assert sorted(chat.id[-1] for chat in chats) == ["1", "3", "4", "5"]
    assert {chat.platform for chat in chats} == {"discord"}


async def test_a_server_that_is_only_there_again_invites_nobody(fake: FakeDiscord) -> None:
    desk = Desk()
    async with listening(fake, desk=desk), asyncio.timeout(5):
        await fake.answer_to(await fake.slash("status"))
        await fake.guild_appears(CHANNELS, joined=False)
        await fake.guild_fails()
        await fake.guild_appears(CHANNELS, joined=False)
        # Events come in order, so these were heard when the command is answered.
        await fake.answer_to(await fake.slash("status"))
        assert desk.invitations == []
        await fake.guild_appears(CHANNELS[:1], joined=True)
        await desk.heard.wait()
    assert len(desk.invitations) == 1


async def test_an_invitation_that_cannot_be_noted_is_said_and_nothing_more(
    fake: FakeDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    desk = Desk(broken=True)
    async with listening(fake, desk=desk), asyncio.timeout(5):
        await fake.answer_to(await fake.slash("status"))
        await fake.guild_appears(CHANNELS, joined=True)
        await desk.heard.wait()
        await fake.answer_to(await fake.slash("status"))
    assert "Redis is away" in caplog.text


async def test_a_server_that_puts_us_out_is_forgotten_with_all_its_channels(
    fake: FakeDiscord,
) -> None:
    desk = Desk()
    async with listening(fake, desk=desk), asyncio.timeout(5):
        await fake.answer_to(await fake.slash("status"))
        await fake.guild_appears(CHANNELS, THREADS, joined=False)
        await fake.guild_fails()
        await fake.answer_to(await fake.slash("status"))
        assert desk.left_behind == []  # An outage of the server is no farewell.
        await fake.guild_goes()
        await desk.heard.wait()
    (chats,) = desk.left_behind
    assert sorted(chat.id[-1] for chat in chats) == ["1", "3", "4", "5"]
    assert {chat.platform for chat in chats} == {"discord"}


async def test_a_channel_that_is_deleted_is_forgotten_and_so_are_its_threads(
    fake: FakeDiscord,
) -> None:
    desk = Desk()
    async with listening(fake, desk=desk), asyncio.timeout(5):
        await fake.answer_to(await fake.slash("status"))
        await fake.guild_appears(CHANNELS, THREADS, joined=False)
        parent = next(each for each in CHANNELS if each["id"] == THREADS[0]["parent_id"])
        await fake.channel_goes(parent)
        await fake.thread_goes("9999")
        await fake.answer_to(await fake.slash("status"))
    assert [[chat.id for chat in chats] for chats in desk.left_behind] == [
        [parent["id"]],
        *([each["id"]] for each in THREADS if each["parent_id"] == parent["id"]),
        ["9999"],
    ]


async def test_a_farewell_that_cannot_be_noted_is_said_and_nothing_more(
    fake: FakeDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    desk = Desk(broken=True)
    async with listening(fake, desk=desk), asyncio.timeout(5):
        await fake.answer_to(await fake.slash("status"))
        await fake.guild_appears(CHANNELS, joined=False)
        await fake.guild_goes()
        await desk.heard.wait()
        await fake.answer_to(await fake.slash("status"))
    assert "Redis is away" in caplog.text


# --- Shards ---------------------------------------------------------------------------------------


def want(fake: FakeDiscord, shards: int, **starts: int) -> None:
    fake.plan["shards"] = shards
    fake.plan["session_start_limit"].update(starts)


async def test_shards_are_used_as_soon_as_discord_wants_them(fake: FakeDiscord) -> None:
    heard: Heard = []

    async def answer(chat: Chat, text: str) -> Message | None:
        heard.append((chat, text))
        return ALERT

    want(fake, 2, max_concurrency=2)
    async with listening(fake, answer):
        await fake.wait_for(lambda: fake.shards == [0, 1])
        for shard in (0, 1):
            interaction = await fake.slash("status", channel_id=f"600000000{shard}", shard=shard)
            assert ALERT.title in (await fake.answer_to(interaction)).text
        direct = await fake.slash("subscribe", {"topic": "season"}, guild=False)
        await fake.answer_to(direct)
    assert sorted(identify["shard"] for identify in fake.identifies) == [[0, 2], [1, 2]]
    assert [text for _, text in heard] == ["/status", "/status", "/subscribe season"]
    assert [chat.id for chat, _ in heard[:2]] == ["6000000000", "6000000001"]
    assert fake.syncs == 1
    await fake.wait_for(lambda: not fake.connected)


async def test_one_shards_drop_is_resumed_without_a_word(
    fake: FakeDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot")
    want(fake, 2, max_concurrency=2)
    async with listening(fake):
        await fake.wait_for(lambda: fake.shards == [0, 1])
        await fake.drop_gateway(1)
        await fake.wait_for(lambda: fake.shards == [0, 1])
        await fake.answer_to(await fake.slash("status", shard=1))
    assert (len(fake.identifies), fake.resumes) == (2, 1)
    assert "out of reach" not in caplog.text


async def test_an_outage_of_all_shards_is_said_once_and_ends_with_the_last(
    fake: FakeDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot")
    want(fake, 2, max_concurrency=2)
    async with listening(fake):
        await fake.wait_for(lambda: fake.shards == [0, 1])
        await fake.stop()
        async with asyncio.timeout(5):
            while "out of reach" not in caplog.text:  # noqa: ASYNC110 # a log wakes nobody
                await asyncio.sleep(0.01)
        fake.slow[1] = asyncio.Event()
        await fake.start()
        await fake.answer_to(await fake.slash("status"))
        assert "is back" not in caplog.text
        fake.slow[1].set()
        for shard in (0, 1):
            await fake.answer_to(await fake.slash("status", shard=shard))
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("bot.")]
    assert sum("out of reach" in line for line in ours) == 1
    assert sum("is back" in line for line in ours) == 1


async def test_a_bot_that_has_grown_too_large_gets_its_shards(fake: FakeDiscord) -> None:
    async with listening(fake):
        await fake.wait_for(lambda: fake.connected)
        want(fake, 2, max_concurrency=2)
        await fake.close_gateways(4011)
        await fake.wait_for(lambda: fake.shards == [0, 1])
        await fake.answer_to(await fake.slash("status", shard=1))
    assert "shard" not in fake.identifies[0]


@pytest.mark.parametrize("code", [4012, 4013, 4014])
@pytest.mark.parametrize("shards", [1, 2])
async def test_a_final_refusal_ends_all_shards(fake: FakeDiscord, code: int, shards: int) -> None:
    want(fake, shards, max_concurrency=2)
    adapter = adapter_for(fake)
    listen = asyncio.create_task(adapter.listen(Desk()))
    await fake.wait_for(lambda: len(fake.shards) == shards)
    await fake.close_gateways(code)
    with pytest.raises(PlatformRefused):
        await asyncio.wait_for(listen, 5)
    await fake.wait_for(lambda: not fake.connected)
    await adapter.close()


async def test_shards_of_one_class_begin_apart_from_each_other() -> None:
    began: dict[int, float] = {}
    turns = Turns(2, every_s=0.2)

    async def begin(number: int) -> None:
        await turns.take(Shard(number, 4))
        began[number] = time.monotonic()

    start = time.monotonic()
    async with asyncio.TaskGroup() as tasks:
        for number in range(4):
            tasks.create_task(begin(number))
    assert max(began[0], began[1]) - start < 0.1
    assert min(began[2] - began[0], began[3] - began[1]) >= 0.19
    assert BEGIN_EVERY_S == 5.0


async def test_sessions_that_are_used_up_are_waited_for(
    fake: FakeDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    want(fake, 1, remaining=0, reset_after=300)
    async with listening(fake):
        await fake.wait_for(lambda: ("GET", "/gateway/bot") in fake.requests)
        began = time.monotonic()
        want(fake, 1, remaining=1000)
        await fake.answer_to(await fake.slash("status"))
        assert time.monotonic() - began >= 0.25
    assert caplog.text.count("no more sessions today") == 1
    assert fake.requests[0] == ("GET", "/gateway/bot")


async def test_waiting_for_sessions_ends_at_once(fake: FakeDiscord) -> None:
    want(fake, 2, remaining=1, reset_after=86_400_000)
    async with listening(fake):
        await fake.wait_for(lambda: ("GET", "/gateway/bot") in fake.requests)
        began = time.monotonic()
    assert time.monotonic() - began < 1.0
    assert fake.identifies == []


async def test_a_server_that_knows_no_plan_has_one_shard(fake: FakeDiscord) -> None:
    want(fake, 2)
    fake.fail_path("/gateway/bot", Fault(404))
    async with listening(fake):
        await fake.answer_to(await fake.slash("status"))
    assert "shard" not in fake.identifies[0]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(503),
        Fault(403),
        Fault.rate_limit(3600),
        Fault(200, text="<html>Welcome to the hotel</html>", content_type="text/html"),
        Fault(200, body={"message": "hello"}),
        Fault(drop=True),
    ],
    ids=["unavailable", "forbidden", "rate limit", "portal", "another's JSON", "dropped"],
)
async def test_trouble_with_the_plan_is_outlived_and_guesses_nothing(
    fake: FakeDiscord, caplog: pytest.LogCaptureFixture, fault: Fault
) -> None:
    want(fake, 2, max_concurrency=2)
    fake.fail_path("/gateway/bot", fault, fault)
    async with listening(fake):
        await fake.wait_for(lambda: fake.shards == [0, 1])
    assert sorted(identify["shard"] for identify in fake.identifies) == [[0, 2], [1, 2]]
    assert caplog.text.count("out of reach") == 1
