"""What is handed out: to whom, in which order, and to one sender at a time."""

import asyncio
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from bot.model import Chat
from bot.ports import Letter, Outcome, Parcel
from bot.stores.connect import Client
from bot.stores.outbox import MOST_SETTLED, RedisOutbox
from tests.stores.examples import NOW, Desk, alert, chat, heard_by, ids, take_all
from tests.stores.processes import until


async def test_recipients_come_in_the_order_of_joining(desk: Desk) -> None:
    await desk.join(5, 3, 9, 1)
    await desk.commit(alert())
    assert ids(await take_all(desk.outbox, limit=2)) == ["5", "3"]
    assert ids(await take_all(desk.outbox, limit=2)) == ["9", "1"]
    assert await take_all(desk.outbox, limit=2) == []


async def test_a_parcel_carries_its_chat_and_the_messages(desk: Desk) -> None:
    thread = Chat("discord", "42", "7")
    await desk.subscriptions.subscribe(thread, ["dominance"])
    await desk.commit(alert("job"))
    assert await take_all(desk.outbox) == []
    (parcel,) = await take_all(desk.outbox, "discord")
    assert (parcel.chat, parcel.attempts, parcel.unsure) == (thread, 0, 0)
    letter = Letter("job", alert("job").message, NOW, outdated=False, topic="dominance")
    assert parcel.letters == (letter,)


async def test_a_chat_hears_all_that_waits_for_it_together_oldest_first(desk: Desk) -> None:
    await desk.join(1, 2)
    await desk.join(2, 3, topic="season")
    await desk.commit(alert("z"), alert("a"))
    await desk.commit(alert("m", "season"))
    assert [heard_by(each) for each in await take_all(desk.outbox)] == [
        ("1", ["z", "a"]), ("2", ["z", "a", "m"]), ("3", ["m"]),
    ]  # fmt: skip


async def test_no_more_than_a_message_can_hold_goes_together(desk: Desk) -> None:
    await desk.join(1)
    names = [f"alert{number:02}" for number in range(45)]
    await desk.commit(*map(alert, names))
    heard = await desk.drained()
    assert [who for who, _ in heard] == ["1", "1", "1"]
    assert [jobs for _, jobs in heard] == [names[:20], names[20:40], names[40:]]


@pytest.mark.parametrize("limit", [0, -1])
async def test_nothing_is_taken_when_nothing_is_asked_for(desk: Desk, limit: int) -> None:
    await desk.join(1)
    await desk.commit(alert())
    assert await take_all(desk.outbox, limit=limit) == ()


async def test_a_repeated_wish_gets_the_same_parcels(desk: Desk) -> None:
    await desk.join(1, 2, 3, 4)
    await desk.commit(alert())
    first = await desk.outbox.take("telegram", 2, "sender:1")
    assert ids(first) == ["1", "2"]
    assert await desk.outbox.take("telegram", 2, "sender:1") == first
    assert ids(await desk.outbox.take("telegram", 2, "other:1")) == ["3", "4"]
    assert await desk.outbox.take("telegram", 2, "sender:1") == first
    await desk.sent(first[0])
    assert await desk.outbox.take("telegram", 2, "sender:1") == first[1:]
    assert await desk.outbox.take("telegram", 2, "sender:2") == []


async def test_a_chat_with_a_parcel_out_gets_no_second_one(desk: Desk) -> None:
    await desk.join(1, 2)
    await desk.commit(alert("a"))
    one, two = await take_all(desk.outbox)
    await desk.commit(alert("b"), alert("c"))
    await desk.sent(two)
    assert [heard_by(each) for each in await take_all(desk.outbox)] == [("2", ["b", "c"])]
    await desk.settle(Outcome.LATER, one)
    assert [heard_by(each) for each in await take_all(desk.outbox)] == [("1", ["a"])]


async def test_what_was_tried_together_is_tried_together_again(desk: Desk) -> None:
    await desk.join(1)
    await desk.commit(alert("a"), alert("b"))
    (parcel,) = await take_all(desk.outbox)
    await desk.commit(alert("c"))
    await desk.settle(Outcome.LATER, parcel)
    assert await desk.drained() == [("1", ["a", "b"]), ("1", ["c"])]


async def test_late_news_let_fresh_news_go_first(desk: Desk, redis: Redis) -> None:
    await desk.join(1, 2, 3)
    await desk.commit(alert("digest", late=True))
    assert [heard_by(each) for each in await take_all(desk.outbox, limit=1)] == [("1", ["digest"])]
    await desk.commit(alert("fresh"))
    heard = [heard_by(each) for each in await take_all(desk.outbox, limit=2)]
    assert heard == [("2", ["fresh"]), ("3", ["fresh"])]


async def test_a_parcel_nobody_settles_comes_back_once_its_lease_ends(
    store_client: Client, redis: Redis
) -> None:
    brief = Desk(store_client, RedisOutbox(store_client, lease=timedelta(seconds=0.2)))
    await brief.join(1, 2)
    await brief.commit(alert())
    one, two = await take_all(brief.outbox)
    lease_end = await redis.zscore("{nf}:telegram:due", "2")
    await brief.sent(one)
    assert await take_all(brief.outbox) == []

    again: list[Parcel] = []

    async def comes_back() -> bool:
        again.extend(await take_all(brief.outbox))
        return bool(again)

    await until(comes_back)
    seconds, microseconds = await redis.time()
    assert lease_end is not None
    assert seconds * 1000 + microseconds / 1000 >= lease_end
    assert [(each.chat, each.attempts) for each in again] == [(two.chat, 1)]
    assert again[0].letters == two.letters


async def test_many_senders_never_share_a_chat(desk: Desk) -> None:
    await desk.join(*range(200))
    await desk.commit(alert("a"), alert("b"))

    async def sender(name: str) -> list[str]:
        mine: list[str] = []
        for wish in range(200):
            parcels = await desk.outbox.take("telegram", 7, f"{name}:{wish}")
            if not parcels:
                return mine
            mine += ids(parcels)
            await asyncio.gather(*(desk.sent(parcel) for parcel in parcels))
        raise AssertionError("It never ends.")

    taken = await asyncio.gather(*(sender(name) for name in "abcd"))
    assert sorted(int(number) for mine in taken for number in mine) == list(range(200))


async def test_parcels_of_a_dead_sender_can_be_had_back_at_once(desk: Desk) -> None:
    await desk.join(*range(300))
    await desk.commit(alert())
    assert len(await take_all(desk.outbox, limit=300)) == 300
    assert await take_all(desk.outbox) == []
    await RedisOutbox(desk.client).reclaim(("telegram", "discord"))
    back = await take_all(desk.outbox, limit=300)
    assert sorted(map(int, ids(back))) == list(range(300))
    assert {each.attempts for each in back} == {0}, "Nobody tried in vain."


async def test_what_waits_for_its_time_is_not_reclaimed(desk: Desk) -> None:
    await desk.join(1)
    await desk.commit(alert())
    await desk.settle(Outcome.LATER, *await take_all(desk.outbox), seconds=3600)
    await RedisOutbox(desk.client).reclaim(("telegram",))
    assert await take_all(desk.outbox) == []


async def test_a_damaged_message_does_not_hold_up_the_others(desk: Desk, redis: Redis) -> None:
    await desk.join(1, 2)
    await desk.join(3, topic="season")
    await desk.commit(alert("bad"), alert("good"), alert("other", "season"))
    await redis.hset("{nf}:telegram:job:bad", "body", "{")
    heard = []
    for _ in range(3):
        parcels = await take_all(desk.outbox)
        heard += [heard_by(each) for each in parcels]
        if parcels:
            await desk.sent(*parcels)
    assert sorted(heard) == [("1", ["good"]), ("2", ["good"]), ("3", ["other"])]
    assert await redis.hget("{nf}:telegram:job:bad", "dead") == "2"
    dead = await desk.dead_letters.listed("telegram", 9)
    assert {(each.job, each.chat.id) for each in dead} == {("bad", "1"), ("bad", "2")}
    assert all("message of job bad cannot be read" in each.reason for each in dead)


async def test_more_settlements_than_one_call_takes(desk: Desk, redis: Redis) -> None:
    count = 2 * MOST_SETTLED + 1
    await desk.join(*range(count))
    await desk.commit(alert("job"))
    await desk.sent(*await take_all(desk.outbox, limit=count))
    assert await redis.hget("{nf}:telegram:job:job", "sent") == str(count)


async def test_waiting_ends_when_an_alert_comes(desk: Desk) -> None:
    await desk.join(1)
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        waiting = group.create_task(desk.outbox.wait("telegram"))
        idle = group.create_task(desk.outbox.wait("discord"))
        await desk.commit(alert())
        await waiting
        assert not idle.done()
    assert ids(await take_all(desk.outbox)) == ["1"]


async def test_a_cancelled_wait_leaves_the_client_usable(desk: Desk) -> None:
    await desk.join(1)
    for _ in range(20):
        waiting = asyncio.create_task(desk.outbox.wait("telegram"))
        await asyncio.sleep(0)
        waiting.cancel()
        assert await desk.subscriptions.topics(chat(1)) == {"dominance"}
