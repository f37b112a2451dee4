"""Threads are chats of their own, but a platform counts what it is sent by chats: one at a time."""

import pytest
from redis.asyncio import Redis

from bot.model import Chat
from bot.ports import Outcome, Settlement
from bot.stores.outbox import RedisOutbox
from tests.stores.examples import Desk, alert, chat, heard_by, ripen, take_all

WHOLE, SEVEN, EIGHT, NINE = (Chat("telegram", "-100", thread) for thread in ("", "7", "8", "9"))


async def all_join(desk: Desk, *chats: Chat, topic: str = "dominance") -> None:
    for each in chats:
        await desk.subscriptions.subscribe(each, [topic])


async def due_in(redis: Redis, chat: Chat) -> float:
    """Seconds until a chat is due."""
    seconds, microseconds = await redis.time()
    due = await redis.zscore("{nf}:telegram:due", chat.member)
    assert due is not None
    return due / 1000 - seconds - microseconds / 1e6


async def test_threads_hear_their_own_topics(desk: Desk) -> None:
    await all_join(desk, SEVEN, WHOLE)
    await all_join(desk, SEVEN, EIGHT, topic="season")
    await desk.commit(alert("d"), alert("s", "season"))
    assert sorted(await desk.drained()) == [
        ("-100", ["d"]), ("-100:7", ["d", "s"]), ("-100:8", ["s"]),
    ]  # fmt: skip


async def test_threads_are_suspended_one_by_one(desk: Desk) -> None:
    await all_join(desk, SEVEN, WHOLE)
    await desk.commit(alert("a"))
    (seven,) = await take_all(desk.outbox)
    await desk.settle(Outcome.SUSPENDED, seven, reason="thread closed")
    await desk.commit(alert("b"))
    assert [job for who, jobs in await desk.drained() for job in jobs if who == "-100"] == [
        "a", "b",
    ]  # fmt: skip
    assert await desk.subscriptions.resume(WHOLE) is None
    assert await desk.subscriptions.resume(SEVEN) is not None
    assert await desk.drained() == [("-100:7", ["a", "b"])]


async def test_one_thread_of_a_chat_is_written_to_at_a_time(desk: Desk) -> None:
    await all_join(desk, SEVEN, EIGHT, NINE, chat(5))
    await desk.commit(alert("a"))
    seven, five = await take_all(desk.outbox)
    assert (seven.chat, five.chat) == (SEVEN, chat(5))
    await desk.commit(alert("b"))
    await desk.tell("crossed", EIGHT)
    assert await take_all(desk.outbox) == []
    await desk.sent(five)
    assert [heard_by(each) for each in await take_all(desk.outbox)] == [("5", ["b"])]
    await desk.sent(seven)
    assert [who for who, _ in await desk.drained()] == ["-100:8", "-100:9", "-100:7"]


async def test_a_chat_rests_as_a_whole_and_no_longer_than_it_must(desk: Desk, redis: Redis) -> None:
    await all_join(desk, SEVEN, EIGHT)
    await desk.commit(alert("a"))
    (seven,) = await take_all(desk.outbox)
    await desk.settle(Outcome.SENT, seven, seconds=3)
    assert await take_all(desk.outbox) == []
    await all_join(desk, NINE)
    await desk.commit(alert("b"))
    assert await take_all(desk.outbox) == []
    for each in (SEVEN, EIGHT, NINE):
        assert await due_in(redis, each) == pytest.approx(3, abs=1)
    await ripen(redis, SEVEN.member, EIGHT.member, NINE.member)
    assert len(await take_all(desk.outbox)) == 1


@pytest.mark.parametrize("outcome", list(Outcome))
async def test_a_thread_goes_as_soon_as_the_one_before_is_settled(
    desk: Desk, outcome: Outcome
) -> None:
    await all_join(desk, SEVEN, EIGHT)
    await desk.commit(alert("a"))
    (seven,) = await take_all(desk.outbox)
    await desk.settle(outcome, seven)
    (eight,) = await take_all(desk.outbox)
    assert eight.chat == EIGHT, "It has waited for longer."


async def test_a_platform_that_says_wait_is_heeded_in_all_threads(desk: Desk, redis: Redis) -> None:
    await all_join(desk, SEVEN, EIGHT)
    await desk.commit(alert("a"))
    (seven,) = await take_all(desk.outbox)
    await desk.settle(Outcome.LATER, seven, seconds=3600)
    await redis.zadd("{nf}:telegram:due", {EIGHT.member: 1})
    assert await take_all(desk.outbox) == []
    assert await due_in(redis, EIGHT) == pytest.approx(3600, abs=5)


async def test_a_doubt_about_one_thread_stops_no_other(desk: Desk, redis: Redis) -> None:
    await all_join(desk, SEVEN, EIGHT)
    await desk.commit(alert("a"))
    (seven,) = await take_all(desk.outbox)
    doubt = Settlement(seven, Outcome.LATER, 1800, "no answer", unsure=1)
    await desk.outbox.settle("telegram", [doubt])
    assert await desk.drained() == [("-100:8", ["a"])]
    assert await due_in(redis, SEVEN) == pytest.approx(1800, abs=5)


async def test_whoever_delivers_is_woken_for_a_thread_that_waited(desk: Desk, redis: Redis) -> None:
    await all_join(desk, SEVEN, EIGHT)
    await desk.commit(alert("a"))
    (seven,) = await take_all(desk.outbox)
    await redis.delete("{nf}:wake:telegram")
    await desk.sent(seven)
    assert await redis.llen("{nf}:wake:telegram") == 1


async def test_threads_take_turns(desk: Desk) -> None:
    await all_join(desk, SEVEN, EIGHT, NINE)
    names = [f"alert{number:02}" for number in range(60)]
    await desk.commit(*map(alert, names))
    heard = await desk.drained()
    assert [who[-1] for who, _ in heard] == ["7", "8", "9"] * 3
    for thread in (SEVEN, EIGHT, NINE):
        assert [job for who, jobs in heard if who == thread.member for job in jobs] == names


async def test_a_thread_does_not_wait_for_a_sender_that_died(desk: Desk, redis: Redis) -> None:
    await all_join(desk, SEVEN, EIGHT)
    await desk.commit(alert("a"))
    await take_all(desk.outbox)
    assert await take_all(desk.outbox) == []
    assert await due_in(redis, EIGHT) == pytest.approx(60, abs=5)
    await ripen(redis, SEVEN.member, EIGHT.member)
    assert len(await take_all(desk.outbox)) == 1, "The lease ran out."
    await RedisOutbox(desk.client).reclaim(("telegram",))
    assert [who for who, _ in await desk.drained()] in (
        ["-100:7", "-100:8"], ["-100:8", "-100:7"],
    )  # fmt: skip


async def test_a_thread_goes_on_when_the_one_before_it_moved_or_left(desk: Desk) -> None:
    await all_join(desk, SEVEN, EIGHT, NINE)
    await desk.commit(alert("a"))
    await take_all(desk.outbox)
    assert await take_all(desk.outbox) == []
    await desk.outbox.move(SEVEN, Chat("telegram", "-200", "7"))
    (eight,) = await take_all(desk.outbox)
    assert eight.chat == EIGHT
    await desk.subscriptions.unsubscribe(EIGHT, ["dominance"])
    await desk.settle(Outcome.LATER, eight)
    assert await desk.drained() == [("-100:9", ["a"])]


async def test_many_threads_that_wait_hide_nobody(desk: Desk) -> None:
    await all_join(desk, *(Chat("telegram", "-100", str(thread)) for thread in range(50)))
    await desk.commit(alert("a"))
    (first,) = await take_all(desk.outbox)
    await desk.join(1)
    await desk.commit(alert("b"))
    (one,) = await take_all(desk.outbox)
    await desk.settle(Outcome.LATER, one)
    await desk.sent(first)
    taken = await take_all(desk.outbox, limit=2)
    assert {each.chat.id for each in taken} == {"-100", "1"}


async def test_nothing_about_threads_is_left_when_all_is_told(desk: Desk, redis: Redis) -> None:
    await all_join(desk, SEVEN, EIGHT, NINE)
    await desk.commit(alert("a"))
    await desk.drained()
    assert await redis.exists("{nf}:telegram:away", "{nf}:telegram:line", "{nf}:telegram:due") == 0
