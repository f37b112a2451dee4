"""From a text to a reply, without any platform or store."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import pytest

from bot.commands import Command, Request, Services
from bot.messages import plain
from bot.model import (
    DEFAULT_PREFERENCES,
    Alert,
    Board,
    Chat,
    FeedHealth,
    KeptRule,
    Message,
    OwnRule,
    Phase,
    Point,
    Preferences,
    Snapshot,
)
from bot.parts import find_parts
from bot.ports import (
    Author,
    Belongings,
    CannotTell,
    ChatDelivery,
    Link,
    NoSuchRule,
    PinnedBoard,
    Resumed,
    StoreUnavailable,
    TooManyRules,
    always,
)
from bot.router import Router
from bot.topics import ESSENTIALS, TOPICS

CHAT = Chat("console", "console")
ANYONE = Author("1", always)
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Memory:
    """Subscriptions of the chats in this process."""

    def __init__(self) -> None:
        self.heard: dict[Chat, set[str]] = {}
        self.gone: dict[Chat, Resumed] = {}

    async def topics(self, chat: Chat) -> frozenset[str]:
        return frozenset(self.heard.get(chat, ()))

    async def subscribe(self, chat: Chat, topics: Sequence[str]) -> frozenset[str]:
        new = frozenset(topics) - await self.topics(chat)
        self.heard.setdefault(chat, set()).update(topics)
        return new

    async def unsubscribe(self, chat: Chat, topics: Sequence[str]) -> frozenset[str]:
        gone = frozenset(topics) & await self.topics(chat)
        self.heard.get(chat, set()).difference_update(topics)
        return gone

    async def suspended(self, chats: Sequence[Chat]) -> Sequence[Chat]:
        return [chat for chat in chats if chat in self.gone]

    async def resume(self, chat: Chat) -> Resumed | None:
        return self.gone.pop(chat, None)


class Quiet:
    """An outlook on which nothing is known."""

    async def snapshot(self, now: datetime) -> Snapshot:
        return Snapshot(Board(Phase.UNKNOWN, (), now), ())


class Unknown:
    """A past of which nothing is stored."""

    async def points(
        self, indicator: str, *, not_before: datetime | None = None
    ) -> Sequence[Point]:
        return ()


class Nothing:
    """Nothing was ever told, and nothing is on its way."""

    async def recent_alerts(self) -> Sequence[Alert]:
        return ()

    async def health(self) -> Mapping[str, FeedHealth]:
        return {}

    async def of(self, chat: Chat) -> ChatDelivery:
        return ChatDelivery()


class NoRules:
    """Chats that made no rules of their own, and cannot."""

    async def kept(self, chat: Chat) -> Sequence[KeptRule]:
        return ()

    async def keep(
        self, chat: Chat, rule: OwnRule, *, holds: Sequence[bool], limit: int
    ) -> KeptRule:
        raise TooManyRules

    async def change(
        self, chat: Chat, number: int, rule: OwnRule, *, holds: Sequence[bool]
    ) -> KeptRule:
        raise NoSuchRule

    async def forget(self, chat: Chat, number: int) -> OwnRule:
        raise NoSuchRule


class Unset:
    """Chats that set nothing, and cannot."""

    async def of(self, chat: Chat) -> Preferences:
        return DEFAULT_PREFERENCES

    async def change(self, chat: Chat, change: Callable[[Preferences], Preferences]) -> Preferences:
        raise StoreUnavailable("gone")


class Bare:
    """Chats in which no board is pinned."""

    async def pin(self, chat: Chat, message: str) -> None:
        raise StoreUnavailable("gone")

    async def unpin(self, chat: Chat) -> bool:
        return False

    async def pinned(self, platform: str) -> Sequence[tuple[Chat, PinnedBoard]]:
        return ()

    async def note(self, chat: Chat, before: PinnedBoard, after: PinnedBoard | None) -> None:
        raise StoreUnavailable("gone")


class Unlinked:
    """Links that nobody can make."""

    async def of(self, chat: Chat) -> Link | None:
        return None

    async def offer(self, chat: Chat) -> str:
        raise StoreUnavailable("gone")

    async def accept(self, chat: Chat, code: str) -> Chat:
        raise StoreUnavailable("gone")

    async def remove(self, chat: Chat) -> Chat | None:
        return None


class Loose:
    """Nothing is held back."""

    async def release(self, chat: Chat) -> int:
        return 0

    async def held(self, chat: Chat) -> int:
        return 0


class Blank:
    """A store that holds nothing of any chat."""

    async def belongings(self, chat: Chat) -> Belongings:
        return Belongings(0, 0, 0, 0)

    async def forget(self, chat: Chat) -> Belongings:
        return await self.belongings(chat)


async def _fails(request: Request, services: Services) -> Message:
    raise StoreUnavailable("gone")


async def _has_a_bug(request: Request, services: Services) -> Message:
    raise ZeroDivisionError


def services(memory: Memory, *commands: Command) -> Services:
    return Services(
        subscriptions=memory,
        outlook=Quiet(),
        past=Unknown(),
        own=NoRules(),
        records=Nothing(),
        deliveries=Nothing(),
        forgetting=Blank(),
        preferences=Unset(),
        holding=Loose(),
        boards=Bare(),
        links=Unlinked(),
        topics=TOPICS,
        commands=commands,
    )


def router(memory: Memory, *more: Command, allowed: Sequence[str] = ()) -> Router:
    commands = (*find_parts().commands, *more)
    return Router(commands, services(memory, *commands), lambda: NOW, allowed=allowed)


async def ask(text: str, memory: Memory | None = None) -> str:
    reply = await router(memory or Memory()).answer(CHAT, text, ANYONE)
    assert reply is not None
    return plain(reply)


@pytest.mark.parametrize("text", ["", "   ", "hello", "/", "/ subscribe"])
async def test_what_is_no_command_gets_no_reply(text: str) -> None:
    assert await router(Memory()).answer(CHAT, text, ANYONE) is None


async def test_an_unknown_command_gets_the_nearest_and_the_list() -> None:
    reply = await ask("/subscibe dominance")
    assert "Did you mean /subscribe?" in reply
    for name in ("start", "help", "subscribe", "unsubscribe", "subscriptions", "status"):
        assert f"/{name}" in reply


async def test_an_unknown_topic_gets_the_nearest_and_the_list_and_changes_nothing() -> None:
    memory = Memory()
    reply = await ask("/subscribe breakout domminance", memory)
    assert "Did you mean dominance?" in reply
    assert all(topic in reply for topic in TOPICS)
    assert memory.heard == {}


async def test_subscribe_without_a_topic_means_the_essentials() -> None:
    memory = Memory()
    assert "breakout, dominance, season, phase, health" in await ask("/subscribe", memory)
    assert memory.heard[CHAT] == set(ESSENTIALS)
    assert "Nothing new" in await ask("/Subscribe@somebot", memory)


async def test_subscribe_and_unsubscribe_take_several_topics() -> None:
    memory = Memory()
    await ask("/subscribe dominance,SEASON", memory)
    assert memory.heard[CHAT] == {"dominance", "season"}
    assert "You still hear: season." in await ask("/unsubscribe dominance", memory)
    assert "You hear nothing now" in await ask("/unsubscribe all", memory)
    assert "Nothing to do" in await ask("/unsubscribe all", memory)
    await ask("/subscribe ALL", memory)
    assert memory.heard[CHAT] == set(TOPICS)


async def test_subscriptions_lists_what_is_heard_and_what_is_not() -> None:
    memory = Memory()
    assert "You hear nothing yet" in await ask("/subscriptions", memory)
    await ask("/subscribe season", memory)
    reply = await ask("/subscriptions", memory)
    assert reply.startswith("You hear\nseason: ")
    assert "Not subscribed: breakout, strength, dominance, etf," in reply


async def test_start_greets() -> None:
    assert "/subscribe gets you the essentials" in await ask("/start")


@pytest.mark.parametrize(
    "text",
    ["/start", "/help", "/status", "/subscribe", "/subscriptions", "/unsubscribe season", "/what",
     "/subscribe nonsense", "/fails", "/buggy"],
)  # fmt: skip
async def test_any_command_brings_a_suspended_chat_back_and_says_so_once(text: str) -> None:
    memory = Memory()
    memory.heard[CHAT] = {"season"}
    memory.gone[CHAT] = Resumed("the bot was blocked", 0)
    faulty = router(memory, Command("fails", "", _fails), Command("buggy", "", _has_a_bug))
    reply = await faulty.answer(CHAT, text, ANYONE)
    assert reply is not None
    back = reply.lines[0]
    assert back == "I had stopped writing here (the bot was blocked). Alerts come again from now."
    assert memory.gone == {}
    again = await faulty.answer(CHAT, text, ANYONE)
    assert again is not None
    assert back not in again.lines


@pytest.mark.parametrize(
    ("missed", "line"),
    [
        (1, "One alert that you missed is on the way."),
        (3, "The 3 alerts that you missed are on the way."),
    ],
)
async def test_a_chat_that_comes_back_is_told_that_it_missed_something(
    missed: int, line: str
) -> None:
    memory = Memory()
    memory.gone[CHAT] = Resumed("the bot was blocked", missed)
    reply = await router(memory).answer(CHAT, "/start", ANYONE)
    assert reply is not None
    assert reply.lines[1] == line


@pytest.mark.parametrize("text", ["/stop", "/stop yes", "/stop maybe"])
async def test_a_farewell_brings_nobody_back(text: str) -> None:
    memory = Memory()
    memory.gone[CHAT] = Resumed("the bot was blocked", 3)
    reply = await router(memory).answer(CHAT, text, ANYONE)
    assert reply is not None
    assert not any("come again" in line for line in reply.lines)
    assert memory.gone


async def test_what_is_no_command_brings_nobody_back() -> None:
    memory = Memory()
    memory.gone[CHAT] = Resumed("the bot was blocked", 0)
    assert await router(memory).answer(CHAT, "hello", ANYONE) is None
    assert memory.gone


async def test_a_store_lost_before_the_command_runs_is_told() -> None:
    class Lost(Memory):
        async def resume(self, chat: Chat) -> Resumed | None:
            raise StoreUnavailable("gone")

    assert "cannot reach my memory" in await ask("/status", Lost())


async def test_help_lists_every_command_and_explains_one() -> None:
    reply = await ask("/help")
    assert "/subscribe [topic…]: Hear alerts" in reply
    assert (await ask("/help /status")).startswith("/status [indicator]\n")
    assert "Did you mean /status?" in await ask("/help statsu")


async def test_a_lost_store_is_told_and_a_bug_ends_nothing() -> None:
    broken = router(Memory(), Command("fails", "", _fails), Command("buggy", "", _has_a_bug))
    reply = await broken.answer(CHAT, "/fails", ANYONE)
    assert reply is not None
    assert "cannot reach my memory" in reply.title
    assert reply.aside
    assert "cannot reach my memory" in reply.title
    assert reply.aside
    reply = await broken.answer(CHAT, "/buggy", ANYONE)
    assert reply is not None
    assert "Something went wrong on my side" in reply.title
    assert reply.aside


@pytest.mark.parametrize("text", ["/help.", "/help; status", "/HELP!", "/help@bot: status"])
async def test_a_mark_behind_a_name_is_none_of_it(text: str) -> None:
    assert "There is no command" not in await ask(text)


async def test_whatever_is_asked_for_is_said_back_shortly() -> None:
    reply = await ask(f"/status {'😀' * 2000}")
    assert "I have no number called “😀" in reply
    assert len(reply) < 200


# --- Who may -------------------------------------------------------------------------------------


class Untouched(Memory):
    """Fails the test as soon as anything is read or written."""

    def __getattribute__(self, name: str) -> object:
        raise AssertionError(name)


async def _never() -> bool:
    return False


async def _unknown() -> bool:
    raise CannotTell("no answer in time")


MEMBER = Author("2", _never, "the admins of this group")
CHANGING = {
    command.name for command in find_parts().commands if command.changes(("dominance", "1d"))
}
ASKING = {command.name for command in find_parts().commands} - CHANGING


def test_the_commands_that_change_a_chat_are_known() -> None:
    assert {
        "alert",
        "board",
        "import",
        "link",
        "mute",
        "settings",
        "start",
        "stop",
        "subscribe",
        "unalert",
        "unmute",
        "unsubscribe",
    } == CHANGING


@pytest.mark.parametrize("name", sorted(CHANGING))
async def test_who_may_not_change_a_chat_is_told_who_may(name: str) -> None:
    memory = Memory()
    memory.heard[CHAT] = {"season"}
    reply = await router(memory).answer(CHAT, f"/{name.upper()}@somebot dominance 1d", MEMBER)
    assert reply is not None
    (sentence,) = reply.lines
    assert sentence.startswith("Only the admins of this group change what I tell and keep here; ")
    named = {word.strip("/,.") for word in sentence.split() if word.startswith("/")}
    assert named
    assert named <= ASKING
    assert memory.heard == {CHAT: {"season"}}


@pytest.mark.parametrize("name", sorted(ASKING))
async def test_everyone_may_ask_and_nobody_is_asked_who_they_are(name: str) -> None:
    async def asked() -> bool:
        raise AssertionError

    reply = await router(Memory()).answer(CHAT, f"/{name}", Author("2", asked))
    assert reply is not None
    assert reply.title != "Something went wrong on my side"
    assert reply.title != "That is not for everyone here"


async def test_while_nobody_says_who_may_nobody_does(caplog: pytest.LogCaptureFixture) -> None:
    memory = Memory()
    unsure = Author("2", _unknown, "the admins of this group")
    reply = await router(memory).answer(CHAT, "/subscribe", unsure)
    assert reply is not None
    assert "try again" in plain(reply)
    assert memory.heard == {}
    assert "no answer in time" in caplog.text


async def test_a_refused_command_brings_a_suspended_chat_back_all_the_same() -> None:
    memory = Memory()
    memory.gone[CHAT] = Resumed("the bot was kicked", 0)
    reply = await router(memory).answer(CHAT, "/unsubscribe all", MEMBER)
    assert reply is not None
    assert reply.lines[0].startswith("I had stopped writing here")
    assert len(reply.lines) == 2
    assert memory.gone == {}


@pytest.mark.parametrize("text", ["/subscribe", "/status", "/start", "/nonsense", "/alert 1"])
async def test_a_chat_that_is_not_allowed_is_told_so_and_nothing_is_read_or_stored(
    text: str,
) -> None:
    other = Chat("telegram", "-5", "42")
    only_one = router(Untouched(), allowed=["telegram:-7", "discord:-5"])
    reply = await only_one.answer(other, text, ANYONE)
    assert reply is not None
    (sentence,) = reply.lines
    assert "telegram:-5;" in sentence
    assert await only_one.answer(other, "hello", ANYONE) is None


async def test_an_allowed_chat_is_served_in_all_its_topics() -> None:
    memory = Memory()
    topic = Chat("telegram", "-5", "42")
    assert await router(memory, allowed=["telegram:-5"]).answer(topic, "/subscribe season", ANYONE)
    assert memory.heard == {topic: {"season"}}


async def test_a_chat_that_is_allowed_no_more_can_still_end_what_it_hears() -> None:
    memory = Memory()
    memory.heard[CHAT] = {"season"}
    closed = router(memory, allowed=["telegram:-5"])
    assert await closed.answer(CHAT, "/unsubscribe all", ANYONE)
    assert memory.heard == {CHAT: set()}
