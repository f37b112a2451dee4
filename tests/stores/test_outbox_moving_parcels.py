"""What is out, waits or is suspended while a chat gets a new id: nothing twice, nothing lost."""

from redis.asyncio import Redis

from bot.ports import Outcome, Resumed
from bot.stores.outbox import RedisOutbox
from tests.stores.examples import Desk, alert, chat, heard_by, ripen, take_all

GROUP = chat("-100")


async def test_what_arrived_under_the_old_id_is_not_sent_again(desk: Desk, redis: Redis) -> None:
    await desk.join(1)
    await desk.commit(alert("a"))
    (parcel,) = await take_all(desk.outbox)
    await desk.outbox.move(chat(1), chat(-10))
    await desk.outbox.move(chat(-10), GROUP)
    await desk.commit(alert("b"))
    assert await take_all(desk.outbox) == [], "Somebody has the parcel."
    await desk.settle(Outcome.SENT, parcel, seconds=3)
    assert await redis.hget("{nf}:telegram:job:a", "sent") == "1"
    await desk.sent(parcel)
    await ripen(redis, "-100")
    assert await desk.drained() == [("-100", ["b"])]
    assert await redis.exists("{nf}:telegram:line", "{nf}:telegram:away") == 0


async def test_tries_and_letters_of_a_parcel_stay_as_they_are(desk: Desk) -> None:
    await desk.join(1)
    await desk.commit(alert("b"))
    (parcel,) = await take_all(desk.outbox)
    await desk.outbox.move(chat(1), GROUP)
    await desk.commit(alert("c"))
    await desk.settle(Outcome.LATER, parcel)
    (again,) = await take_all(desk.outbox)
    assert (heard_by(again), again.attempts) == (("-100", ["b"]), 0)


async def test_moving_again_leaves_what_moved_with_its_sender(desk: Desk) -> None:
    await desk.join(1)
    await desk.commit(alert("a"))
    (parcel,) = await take_all(desk.outbox)
    for _ in range(2):
        await desk.outbox.move(chat(1), GROUP)
        assert await take_all(desk.outbox) == []
    await desk.sent(parcel)
    assert await desk.drained() == []


async def test_a_parcel_whose_sender_died_comes_back_under_the_new_id(
    desk: Desk, redis: Redis
) -> None:
    await desk.join(1, 2)
    await desk.commit(alert("a"))
    await take_all(desk.outbox)
    await desk.outbox.move(chat(1), GROUP)
    assert await desk.drained() == []
    await ripen(redis, "-100")
    (again,) = await take_all(desk.outbox)
    assert (heard_by(again), again.attempts) == (("-100", ["a"]), 1)
    await RedisOutbox(desk.client).reclaim(("telegram",))
    assert sorted(await desk.drained()) == [("-100", ["a"]), ("2", ["a"])]


async def test_that_the_old_id_takes_nothing_does_not_suspend_the_new_one(desk: Desk) -> None:
    await desk.join(1)
    await desk.commit(alert("a"))
    (parcel,) = await take_all(desk.outbox)
    await desk.outbox.move(chat(1), GROUP)
    await desk.settle(Outcome.SUSPENDED, parcel, reason="the group is gone")
    assert await desk.drained() == [("-100", ["a"])]


async def test_a_settlement_of_the_new_id_does_not_count_for_the_old_ones_parcel(
    desk: Desk,
) -> None:
    """Both were handed out at once, and bear the same lease."""
    await desk.join(1, 2)
    await desk.commit(alert("a"))
    one, two = await take_all(desk.outbox)
    assert one.lease == two.lease
    await desk.sent(two)
    await desk.outbox.move(chat(1), chat(2))
    await desk.sent(two)
    await desk.settle(Outcome.LATER, one)
    assert await desk.drained() == [("2", ["a"])]


async def test_a_lost_hand_out_does_not_give_what_moved_to_the_new_id(desk: Desk) -> None:
    await desk.join(1, 2)
    await desk.commit(alert("a"))
    one, two = await desk.outbox.take("telegram", 9, "sender:1")
    await desk.sent(two)
    await desk.outbox.move(chat(1), chat(2))
    assert await desk.outbox.take("telegram", 9, "sender:1") == []
    await desk.sent(one)
    assert await desk.drained() == []


async def test_what_waits_under_both_ids_is_told_in_order(desk: Desk, redis: Redis) -> None:
    await desk.join(1, topic="season")
    await desk.join(2)
    for number in range(3):
        await desk.commit(alert(f"s{number}", "season"))
        await desk.commit(alert(f"d{number}"))
        if number == 0:
            first = await take_all(desk.outbox)
        else:
            assert await take_all(desk.outbox) == []
    await desk.sent(*first)
    await redis.zadd("{nf}:telegram:due", {"1": 1e15, "2": 1e15})
    await desk.outbox.move(chat(1), chat(2))
    await ripen(redis, "2")
    assert await desk.drained() == [("2", ["s1", "d1", "s2", "d2"])]


async def test_what_is_out_under_the_old_id_goes_before_what_waits_for_the_new_one(
    desk: Desk, redis: Redis
) -> None:
    await desk.join(2)
    await desk.join(1, topic="season")
    await desk.commit(alert("d"))
    await desk.settle(Outcome.SENT, *await take_all(desk.outbox), seconds=3600)
    await desk.commit(alert("e"))
    await desk.commit(alert("s", "season"))
    (one,) = await take_all(desk.outbox)
    assert heard_by(one) == ("1", ["s"])
    await desk.outbox.move(chat(1), chat(2))
    await redis.delete("{nf}:telegram:rest")
    assert await take_all(desk.outbox) == []
    await desk.sent(one)
    assert await desk.drained() == [("2", ["e"])]


async def test_what_is_out_under_the_new_id_stays_so_and_the_rest_keeps_its_order(
    desk: Desk,
) -> None:
    await desk.join(2)
    await desk.commit(alert("d"))
    (two,) = await take_all(desk.outbox)
    await desk.join(1, topic="season")
    for number in range(2):
        await desk.commit(alert(f"s{number}", "season"))
        if number == 0:
            (one,) = await take_all(desk.outbox)
        await desk.commit(alert(f"e{number}"))
        assert await take_all(desk.outbox) == []
    await desk.outbox.move(chat(1), chat(2))
    assert await take_all(desk.outbox) == []
    await desk.settle(Outcome.LATER, two)
    await desk.sent(one)
    assert await desk.drained() == [("2", ["d"]), ("2", ["s0", "e0", "s1", "e1"])]


# --- Suspensions ----------------------------------------------------------------------------------


async def suspend(desk: Desk, number: int) -> None:
    """An alert arrives everywhere but in this chat."""
    parcels = await take_all(desk.outbox)
    for each in parcels:
        lost = each.chat == chat(number)
        await desk.settle(Outcome.SUSPENDED if lost else Outcome.SENT, each, reason="gone")


async def test_a_chat_that_spoke_under_its_new_id_is_not_suspended_there(desk: Desk) -> None:
    await desk.join(1, 2)
    await desk.commit(alert("a"))
    await suspend(desk, 1)
    await desk.commit(alert("b"))
    await desk.drained()
    await desk.join(-100, topic="season")
    await desk.commit(alert("s", "season"))
    assert await desk.drained() == [("-100", ["s"])]
    await desk.outbox.move(chat(1), GROUP)
    assert await desk.subscriptions.resume(GROUP) is None
    assert await desk.drained() == [("-100", ["a", "b"])]
    await desk.commit(alert("c"), alert("t", "season"))
    assert sorted(await desk.drained()) == [("-100", ["c", "t"]), ("2", ["c"])]


async def test_what_the_new_id_heard_itself_is_not_told_as_missed_by_the_old(desk: Desk) -> None:
    await desk.join(1)
    await desk.commit(alert("a"))
    await suspend(desk, 1)
    await desk.commit(alert("b"))
    await desk.drained()
    await desk.join(2)
    await desk.commit(alert("c"))
    assert await desk.drained() == [("2", ["c"])]
    await desk.commit(alert("d"))
    await desk.outbox.move(chat(1), chat(2))
    assert await desk.drained() == [("2", ["a", "b", "d"])]


async def test_both_ids_suspended_miss_nothing(desk: Desk) -> None:
    await desk.join(1, 3)
    await desk.commit(alert("a"))
    await suspend(desk, 1)
    await desk.commit(alert("b"))
    await desk.drained()
    await desk.join(2, topic="season")
    await desk.commit(alert("s", "season"))
    await suspend(desk, 2)
    await desk.commit(alert("c"), alert("t", "season"))
    await desk.drained()
    await desk.outbox.move(chat(1), chat(2))
    assert await desk.drained() == []
    assert await desk.subscriptions.resume(chat(2)) == Resumed("gone", 5)
    assert await desk.drained() == [("2", ["a", "b", "s", "c", "t"])]
