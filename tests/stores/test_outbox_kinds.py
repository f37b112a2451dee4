"""The outbox works alike on every kind of Redis."""

from bot.ports import Outcome, Resumed
from bot.stores.connect import Client
from bot.stores.outbox import RedisOutbox
from tests.stores.examples import Desk, alert, chat, heard_by, take_all


async def test_from_the_commit_to_the_last_chat(any_redis: Client) -> None:
    desk = Desk(any_redis)
    await desk.join(1, 2, 3)
    await desk.join(3, 4, topic="season")
    await desk.commit(alert("a"), alert("s", "season"))
    await desk.tell("crossed", chat(9))
    first = await desk.outbox.take("telegram", 3, "another:1")
    assert await desk.outbox.take("telegram", 3, "another:1") == first
    assert [heard_by(each) for each in first] == [
        ("9", ["own:telegram:9:crossed"]), ("1", ["a"]), ("2", ["a"]),
    ]  # fmt: skip
    await desk.settle(Outcome.LATER, first[1])
    await desk.sent(first[0], first[2])
    await desk.outbox.wait("telegram")
    assert await desk.drained() == [("1", ["a"]), ("3", ["a", "s"]), ("4", ["s"])]


async def test_chats_that_fail_and_come_back(any_redis: Client) -> None:
    desk = Desk(any_redis)
    await desk.join(1, 2, 3, 4)
    await desk.commit(alert("a"), alert("b"))
    one, two, three, four = await take_all(desk.outbox)
    await desk.settle(Outcome.SUSPENDED, one, reason="blocked")
    await desk.settle(Outcome.DEAD, two, reason="odd")
    await desk.settle(Outcome.ALONE, three)
    await desk.outbox.move(four.chat, chat("-100"))
    await RedisOutbox(any_redis).reclaim(("telegram",))
    heard = await desk.drained()
    assert sorted(heard) == [("-100", ["a", "b"]), ("3", ["a"]), ("3", ["b"])]
    assert await desk.subscriptions.resume(chat(1)) == Resumed("blocked", 2)
    assert await desk.drained() == [("1", ["a", "b"])]
    listed = await desk.dead_letters.listed("telegram", 9)
    assert {(each.job, each.chat, each.reason) for each in listed} == {
        ("a", chat(2), "odd"), ("b", chat(2), "odd"),
    }  # fmt: skip
    assert await desk.dead_letters.redrive("telegram") == 2
    assert await desk.drained() == [("2", ["a", "b"])]


async def test_senders_share_turns(any_redis: Client) -> None:
    desk = Desk(any_redis)
    assert (await desk.outbox.turns("telegram", 2, 60.0)).wait_seconds == 0
    assert 110 < (await desk.outbox.turns("telegram", 1, 60.0)).wait_seconds <= 120
    await desk.outbox.pause("telegram", 600)
    assert 590 < (await desk.outbox.turns("telegram", 1, 60.0)).wait_seconds <= 600
