"""/deliveries, over a real store; and how each thing it may find is worded."""

from datetime import UTC, datetime

import pytest

from bot.messages import plain
from bot.model import Chat
from bot.ports import ChatDelivery, Outcome, Suspension
from bot.stores.connect import Client
from bot.stores.outbox import RedisOutbox
from handlers.deliveries import message
from tests.handlers.past import CHAT, Desk
from tests.stores import examples
from tests.stores.examples import alert, take_all

SINCE = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (ChatDelivery(), "Nothing waits for this chat\nYou hear season; all that fired"),
        (ChatDelivery(waiting=1, being_sent=1), "An alert waits for this chat\nIt is being sent"),
        (ChatDelivery(waiting=3, being_sent=1), "3 alerts wait for this chat\nOne of them is"),
        (ChatDelivery(waiting=3, being_sent=2), "2 of them are being sent right now."),
        (ChatDelivery(waiting=1), "A sender is on its way along all chats"),
        (ChatDelivery(waiting=1, next_in_seconds=0.2), "The next try is any moment."),
        (ChatDelivery(waiting=1, next_in_seconds=118.5), "The next try is in 119 s."),
        (ChatDelivery(waiting=1, next_in_seconds=121), "The next try is in 3 min."),
        (ChatDelivery(waiting=1, next_in_seconds=8000), "The next try is in 3 h."),
        (ChatDelivery(waiting=1, next_in_seconds=90_001), "The next try is in 26 h."),
        (ChatDelivery(waiting=1, tries=1), "Once the sending went wrong; I go on trying."),
        (ChatDelivery(waiting=1, tries=4), "4 times the sending went wrong"),
        (ChatDelivery(waiting=1, rests_seconds=2.5), "nothing more comes for 3 s."),
        (ChatDelivery(given_up=1), "Nothing waits for this chat\nAn alert was given up"),
        (ChatDelivery(given_up=7), "7 alerts were given up"),
        (ChatDelivery(waiting=2, suspended=Suspension("blocked", SINCE)),
         "wait for this chat\nI stopped writing here at 2026-03-02 12:00 UTC: blocked."),
        (ChatDelivery(suspended=Suspension("403", None)), "I stopped writing here: 403. Any"),
    ],
)  # fmt: skip
def test_what_may_be_found_is_said(found: ChatDelivery, said: str) -> None:
    assert said in plain(message(found, frozenset({"season"})))


def test_a_pause_after_which_nothing_comes_is_not_worth_a_word() -> None:
    said = plain(message(ChatDelivery(rests_seconds=60), frozenset({"season"})))
    assert "all that fired has been sent" in said
    assert "You hear no topic" in plain(message(ChatDelivery(), frozenset()))


async def test_a_chat_sees_its_own_share_alone(store_client: Client) -> None:
    desk, stores = Desk(store_client), examples.Desk(store_client)
    assert "You hear no topic; /subscribe starts." in await desk.ask("/deliveries")
    await desk.ask("/subscribe dominance")
    await stores.subscriptions.subscribe(Chat("console", "other"), ["dominance"])
    assert "You hear dominance; all that fired has been sent." in await desk.ask("/deliveries")
    await desk.tell(alert("a"))
    assert (await desk.ask("/deliveries")).startswith("An alert waits for this chat\nA sender is")
    outbox = RedisOutbox(store_client)
    parcels = await take_all(outbox, "console")
    assert "It is being sent right now." in await desk.ask("/deliveries")
    (mine,) = [each for each in parcels if each.chat == CHAT]
    await stores.settle(Outcome.SUSPENDED, mine, reason="the chat is gone")
    # Whoever asks can be reached: the question itself ends the suspension.
    said = (await desk.ask("/deliveries")).splitlines()
    assert said[0] == "An alert waits for this chat"
    assert said[1].startswith("I had stopped writing here (the chat is gone).")
    assert said[2] == "One alert that you missed is on the way."
    assert said[3] == "The next try is any moment."
