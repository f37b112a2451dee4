"""From /start to topics chosen with buttons, over a real store."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.adapters.console import AT_THE_KEYBOARD
from bot.commands import Command, Request, Services
from bot.messages.buttons import LONGEST_COMMAND_BYTES
from bot.model import Chat, Message
from bot.parts import find_parts
from bot.router import Router
from bot.stores.boards import RedisBoards
from bot.stores.connect import Client
from bot.stores.subscriptions import RedisSubscriptions
from bot.topics import ESSENTIALS, TOPICS
from handlers import help as help_command
from handlers import start
from tests.handlers.past import CHAT, Desk
from tests.test_commands import NOW, Memory, services

PRIVATE = Chat("telegram", "7002")


@pytest.fixture
def desk(store_client: Client) -> Desk:
    return Desk(store_client)


@pytest.fixture
def subscriptions(store_client: Client) -> RedisSubscriptions:
    return RedisSubscriptions(store_client)


def pressed(message: Message, label: str) -> str:
    """What the button of this label says."""
    (command,) = [each.command for each in message.buttons if each.label == label]
    return command


async def test_one_tap_leads_from_the_greeting_to_the_essentials(
    desk: Desk, subscriptions: RedisSubscriptions
) -> None:
    hello = await desk.answer("/start")
    assert [each.label for each in hello.buttons][:3] == [
        "Get the essentials",
        "Board",
        "All topics",
    ]
    answer = await desk.answer(pressed(hello, "Get the essentials"))
    assert await subscriptions.topics(CHAT) == frozenset(ESSENTIALS)
    assert {each.label for each in answer.buttons} == {
        *(f"✓ {topic}" for topic in ESSENTIALS),
        *(f"+ {topic}" for topic in TOPICS if topic not in ESSENTIALS),
    }
    again = await desk.answer("/start")
    assert again.lines[-1].startswith("You hear: breakout, dominance, health, phase, season.")


async def test_topics_are_switched_in_place(desk: Desk, subscriptions: RedisSubscriptions) -> None:
    shown = await desk.answer("/subscriptions")
    shown = await desk.answer(pressed(shown, "+ etf"))
    shown = await desk.answer(pressed(shown, "+ whales"))
    shown = await desk.answer(pressed(shown, "✓ etf"))
    assert await subscriptions.topics(CHAT) == {"whales"}
    assert all(each.replaces for each in shown.buttons)
    assert pressed(shown, "✓ whales") == "/unsubscribe whales"


async def test_unsubscribe_alone_removes_nothing_and_lets_choose(
    desk: Desk, subscriptions: RedisSubscriptions
) -> None:
    await desk.ask("/subscribe dominance season")
    picker = await desk.answer("/unsubscribe")
    assert picker.title == "Which topics shall I stop?"
    assert [each.label for each in picker.buttons] == ["dominance", "season", "All of them"]
    assert await subscriptions.topics(CHAT) == {"dominance", "season"}
    await desk.ask(pressed(picker, "season"))
    assert await subscriptions.topics(CHAT) == {"dominance"}
    await desk.ask(pressed(picker, "All of them"))
    assert await subscriptions.topics(CHAT) == frozenset()
    nothing = await desk.answer("/unsubscribe")
    assert nothing.title == "Nothing to do"


@pytest.mark.parametrize(
    "text",
    ["/start t_dominance", "/start dominance", "/start@somebot t_DOMINANCE", "/START Dominance"],
)
async def test_a_link_to_a_topic_subscribes_it_and_says_so(
    desk: Desk, subscriptions: RedisSubscriptions, text: str
) -> None:
    said = await desk.answer(text, PRIVATE)
    assert said.title == "Subscribed: dominance"
    assert await subscriptions.topics(PRIVATE) == {"dominance"}


@pytest.mark.parametrize("text", ["/start p_risk-off", "/start risk-off", "/start P_Risk-Off"])
async def test_a_link_to_a_pack_shows_it_and_adds_nothing(
    desk: Desk, subscriptions: RedisSubscriptions, text: str
) -> None:
    said = await desk.answer(text, PRIVATE)
    assert said.title == "Pack risk-off"
    assert pressed(said, "Add") == "/pack add risk-off"
    assert await subscriptions.topics(PRIVATE) == frozenset()


async def test_a_link_with_a_code_keeps_its_case(desk: Desk) -> None:
    await desk.ask("/alert btc_dominance below 53.7", PRIVATE)
    shared = await desk.answer("/pack share", PRIVATE)
    code = shared.lines[0]
    assert code != code.lower()
    said = await desk.answer(f"/start p_{code}")
    assert "– btc_dominance below 53.7" in said.lines


@pytest.mark.parametrize("payload", ["t_nonsense", "x_1", "<b>@everyone", "link", "тест"])
async def test_an_unknown_payload_is_greeted_and_told(
    desk: Desk, subscriptions: RedisSubscriptions, payload: str
) -> None:
    said = await desk.answer(f"/start {payload}", PRIVATE)
    assert said.title == "Hello, I am altseason-bot"
    assert said.lines[0] == (
        f"The link that brought you here asks for {payload}, which I do not know."
    )
    assert await subscriptions.topics(PRIVATE) == frozenset()


async def test_a_link_to_another_platforms_chat_is_the_command_that_links() -> None:
    heard: list[Request] = []

    async def link(request: Request, services: Services) -> Message:
        heard.append(request)
        return Message("Linked")

    linking = Command("link", "", link)
    telling = Router([start.COMMAND, linking], services(Memory(), linking), lambda: NOW)
    said = await telling.answer(CHAT, "/start link_AbC23xyz", AT_THE_KEYBOARD)
    assert said == Message("Linked")
    (request,) = heard
    assert (request.arguments, request.typed) == (("abc23xyz",), ("AbC23xyz",))


def test_who_follows_a_link_changes_something_only_by_topics_and_links() -> None:
    changing = [("dominance",), ("t_season",), ("link_x",)]
    assert all(start.changes(words) for words in changing)
    asking: Sequence[tuple[str, ...]] = [(), ("p_risk-off",), ("risk-off",), ("t_none",), ("p_1x",)]
    assert not any(start.changes(words) for words in asking)


# --- Help -----------------------------------------------------------------------------------------


async def test_help_is_in_the_order_of_what_people_want(desk: Desk) -> None:
    said = await desk.ask("/help")
    known = {each.name for each in find_parts().commands}
    places = [
        said.index(f"\n{heading}\n/{next(name for name in group if name in known)}")
        for heading, group in help_command.GROUPS.items()
        if known.intersection(group)
    ]
    assert places == sorted(places)
    assert ("\nMore\n" in said) == bool(known - help_command.EXAMPLES.keys())
    assert all(f"\n{topic}: " in said for topic in TOPICS)


async def test_help_lists_each_command_once(desk: Desk) -> None:
    listed = [line.split()[0].rstrip(":") for line in (await desk.answer("/help")).lines if line]
    for command in find_parts().commands:
        assert listed.count(f"/{command.name}") == 1, command.name


async def test_each_command_is_explained_with_an_example_that_works(desk: Desk) -> None:
    for command in find_parts().commands:
        explained = await desk.answer(f"/help {command.name}")
        assert explained.title.startswith(f"/{command.name}")
        example = help_command.EXAMPLES.get(command.name, f"/{command.name}")
        assert f"Example: {example}" in explained.lines
        assert example.split()[0] == f"/{command.name}"
        for button in explained.buttons:
            assert button.command == example
            assert len(button.command.encode()) <= LONGEST_COMMAND_BYTES
            assert not command.changes(tuple(example.split()[1:]))
        tried = await desk.answer(example)
        assert tried.title != "Something went wrong on my side"
        assert not tried.title.startswith("There is no command")


# --- The board ------------------------------------------------------------------------------------


async def test_the_board_can_be_asked_for_to_stay(desk: Desk, store_client: Client) -> None:
    board = await desk.answer("/board")
    pinned = await desk.answer("/board PIN")
    assert not board.pinned
    assert pinned == replace(board, pinned=True)
    assert pressed(board, "Refresh") == "/board"
    none = await desk.answer("/board unpin")
    assert none.title == "There is no board that I keep up to date here"
    await RedisBoards(store_client).pin(CHAT, "70")
    assert (await desk.answer("/board unpin")).title == "The board stays as it is"
    assert await RedisBoards(store_client).pinned(CHAT.platform) == []
    assert "/board pin keeps it up to date" in await desk.ask("/board please")


# --- Status ---------------------------------------------------------------------------------------


async def test_the_status_completes_what_is_typed(store_client: Client) -> None:
    desk = Desk(store_client)
    found = await desk.suggest("status", "indicator", "domin")
    assert found[0].startswith("btc_dominance")
    assert "eth_dominance" in found
    assert await desk.suggest("status", "indicator", "xyz") == []
