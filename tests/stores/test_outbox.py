import asyncio
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from bot.model import Chat
from bot.ports import Parcel
from bot.stores.connect import Client
from bot.stores.outbox import RedisOutbox
from tests.stores.examples import (
    Desk,
    alert,
    chat,
    ids,
    take_all,
)
from tests.stores.processes import until

LEASE_SECONDS = 0.2
DAY = 24 * 60 * 60


@pytest.fixture
def brief(store_client: Client) -> Desk:
    """Stores whose outbox leases parcels for a moment only."""
    return Desk(store_client, RedisOutbox(store_client, lease=timedelta(seconds=LEASE_SECONDS)))


async def take_again(desk: Desk) -> list[Parcel]:
    """What comes back, once something does."""
    taken: list[Parcel] = []

    async def some() -> bool:
        taken.extend(await take_all(desk.outbox))
        return bool(taken)

    await until(some)
    return taken


async def counter(redis: Redis, name: str, job: str = "job") -> int:
    return int(await redis.hget(f"{{nf}}:telegram:job:{job}", name) or 0)


async def test_recipients_come_in_the_order_of_joining(desk: Desk) -> None:
    await desk.join(5, 3, 9, 1)
    await desk.commit(alert())
    assert ids(await desk.outbox.take("telegram", 2)) == ["5", "3"]
    assert ids(await desk.outbox.take("telegram", 2)) == ["9", "1"]
    assert await desk.outbox.take("telegram", 2) == []


async def test_a_parcel_carries_the_message_and_its_chat(desk: Desk) -> None:
    thread = Chat("discord", "42", "7")
    await desk.subscriptions.subscribe(thread, ["dominance"])
    await desk.commit(alert("job"))
    assert await desk.outbox.take("telegram", 9) == []
    assert await desk.outbox.take("discord", 9) == [Parcel("job", thread, alert("job").message, 0)]


async def test_older_alerts_reach_a_chat_first(desk: Desk) -> None:
    await desk.join(1, 2)
    await desk.commit(alert("z"), alert("a"))
    await desk.commit(alert("m"))
    taken = await take_all(desk.outbox)
    assert [(p.job, p.chat.id) for p in taken] == [
        (job, number) for job in ("z", "a", "m") for number in ("1", "2")
    ]


@pytest.mark.parametrize("limit", [0, -1])
async def test_nothing_is_taken_when_nothing_is_asked_for(desk: Desk, limit: int) -> None:
    await desk.join(1)
    await desk.commit(alert())
    assert await desk.outbox.take("telegram", limit) == ()


async def test_a_chat_that_joined_later_gets_nothing_old(desk: Desk) -> None:
    await desk.join(1)
    await desk.commit(alert())
    await desk.join(2)
    assert ids(await take_all(desk.outbox)) == ["1"]


async def test_a_chat_that_leaves_during_a_broadcast_gets_nothing_more(brief: Desk) -> None:
    await brief.join(1, 2, 3, 4)
    await brief.commit(alert())
    one, two = await brief.outbox.take("telegram", 2)
    await brief.outbox.postpone(one, 0, counts=True)
    await brief.outbox.acknowledge(two)
    for number in (1, 3):
        await brief.subscriptions.unsubscribe(chat(number), ["dominance"])
    assert ids(await take_all(brief.outbox)) == ["4"]


async def test_a_chat_that_left_and_joined_again_waits_for_the_next_alert(desk: Desk) -> None:
    await desk.join(1, 2)
    await desk.commit(alert("first"))
    one, _ = await take_all(desk.outbox)
    await desk.outbox.postpone(one, 0, counts=True)
    await desk.subscriptions.unsubscribe(chat(1), ["dominance"])
    await desk.join(1)
    assert await take_all(desk.outbox) == []
    await desk.commit(alert("second"))
    assert ids(await take_all(desk.outbox)) == ["2", "1"]


async def test_a_parcel_nobody_settles_comes_back_once_its_lease_ends(
    brief: Desk, redis: Redis
) -> None:
    await brief.join(1, 2)
    await brief.commit(alert())
    started = time.monotonic()
    one, two = await take_all(brief.outbox)
    await brief.outbox.acknowledge(one)
    assert await take_all(brief.outbox) == []

    (again,) = await take_again(brief)
    assert time.monotonic() - started >= LEASE_SECONDS - 0.005
    assert (again.chat, again.attempts) == (two.chat, 1)
    await brief.outbox.acknowledge(again)
    assert await redis.exists("{nf}:telegram:fly", "{nf}:telegram:att") == 0


async def test_what_arrived_is_counted_once(desk: Desk, redis: Redis) -> None:
    await desk.join(1, 2)
    await desk.commit(alert("job"))
    one, two = await take_all(desk.outbox)
    for parcel in (one, one, two):
        await desk.outbox.acknowledge(parcel)
    assert await counter(redis, "sent") == 2
    assert await redis.zcard("{nf}:telegram:fly") == 0


async def test_attempts_count_unless_the_platform_asked_us_to_wait(desk: Desk) -> None:
    await desk.join(1)
    await desk.commit(alert())
    (parcel,) = await take_all(desk.outbox)
    seen = [parcel.attempts]
    for counts in (False, True, False, False, True):
        await desk.outbox.postpone(parcel, 0, counts=counts)
        (parcel,) = await take_all(desk.outbox)
        seen.append(parcel.attempts)
    assert seen == [0, 0, 1, 1, 1, 2]


async def test_a_postponed_parcel_waits_its_time_and_comes_before_new_ones(desk: Desk) -> None:
    await desk.join(1, 2, 3)
    await desk.commit(alert())
    one, two = await desk.outbox.take("telegram", 2)
    await desk.outbox.postpone(one, 0, counts=True)
    await desk.outbox.postpone(two, 3600, counts=True)
    assert ids(await take_all(desk.outbox)) == ["1", "3"]
    assert await take_all(desk.outbox) == []


async def test_a_settled_parcel_cannot_be_postponed_back_to_life(desk: Desk, redis: Redis) -> None:
    await desk.join(1)
    await desk.commit(alert())
    (parcel,) = await take_all(desk.outbox)
    await desk.outbox.acknowledge(parcel)
    await desk.outbox.postpone(parcel, 0, counts=True)
    assert await take_all(desk.outbox) == []
    assert await redis.exists("{nf}:telegram:att") == 0


async def test_a_dropped_parcel_is_noted_and_the_chat_hears_the_next(
    desk: Desk, redis: Redis
) -> None:
    await desk.join(1)
    await desk.commit(alert("job"))
    (parcel,) = await take_all(desk.outbox)
    await desk.outbox.drop(parcel, "message too long")
    await desk.outbox.drop(parcel, "message too long")
    assert await redis.lrange("{nf}:telegram:dropped", 0, -1) == [
        '{"job": "job", "chat": "1", "reason": "message too long"}'
    ]
    assert await counter(redis, "dropped") == 1
    await desk.commit(alert("next"))
    assert ids(await take_all(desk.outbox)) == ["1"]


async def test_waiting_parcels_of_a_suspended_chat_are_let_go(desk: Desk, redis: Redis) -> None:
    await desk.join(1)
    await desk.commit(alert("a"), alert("b"))
    first, second = await take_all(desk.outbox)
    await desk.outbox.postpone(second, 0, counts=True)
    await desk.outbox.suspend(first, "blocked")
    assert await take_all(desk.outbox) == []
    assert await redis.exists("{nf}:telegram:fly", "{nf}:telegram:att") == 0


async def test_a_late_suspension_does_not_silence_a_chat_that_spoke_again(desk: Desk) -> None:
    await desk.join(1)
    await desk.commit(alert("a"))
    (parcel,) = await take_all(desk.outbox)
    await desk.outbox.suspend(parcel, "blocked")
    await desk.subscriptions.resume(chat(1))
    await desk.outbox.suspend(parcel, "blocked")
    await desk.commit(alert("b"))
    assert ids(await take_all(desk.outbox)) == ["1"]


async def test_many_suspended_chats_do_not_hide_the_others(desk: Desk, redis: Redis) -> None:
    await desk.join(*range(30))
    await redis.hset("{nf}:telegram:suspended", mapping={str(n): "blocked" for n in range(25)})
    await desk.commit(alert())
    assert ids(await desk.outbox.take("telegram", 3)) == ["25", "26", "27"]


async def test_a_moved_chat_keeps_its_place_and_its_parcels(desk: Desk) -> None:
    await desk.join(1, 2)
    await desk.subscriptions.subscribe(chat(1), ["season"])
    await desk.commit(alert("a"), alert("b"))
    first, _, second, _ = await take_all(desk.outbox)
    await desk.outbox.postpone(second, 0, counts=True)
    await desk.outbox.move(first, chat("-100"))

    assert await desk.subscriptions.topics(chat(1)) == frozenset()
    assert await desk.subscriptions.topics(chat("-100")) == {"dominance", "season"}
    again = await take_all(desk.outbox)
    assert [(p.job, p.chat.id, p.attempts) for p in again] == [("a", "-100", 0), ("b", "-100", 1)]
    await desk.commit(alert("c"))
    assert ids(await take_all(desk.outbox)) == ["-100", "2"]


async def test_moving_twice_moves_once(desk: Desk) -> None:
    await desk.join(1)
    await desk.commit(alert("a"), alert("b"))
    first, second = await take_all(desk.outbox)
    for parcel in (first, first, second):
        await desk.outbox.move(parcel, chat(2))
    taken = await take_all(desk.outbox)
    assert [(p.job, p.chat.id) for p in taken] == [("a", "2"), ("b", "2")]
    assert await take_all(desk.outbox) == []


async def test_a_chat_that_moves_on_and_on_is_still_found(desk: Desk) -> None:
    await desk.join(1)
    await desk.commit(alert("a"), alert("b"))
    first, second = await take_all(desk.outbox)
    await desk.outbox.postpone(replace(second, attempts=2), 0, counts=True)
    for to in (2, 3):
        await desk.outbox.move(first, chat(to))
        first = replace(first, chat=chat(to))
    taken = await take_all(desk.outbox)
    assert [(p.job, p.chat.id, p.attempts) for p in taken] == [("a", "3", 0), ("b", "3", 3)]


async def test_a_chat_that_moves_and_comes_back_is_still_found(desk: Desk) -> None:
    await desk.join(1)
    await desk.commit(alert("a"), alert("b"))
    first, second = await take_all(desk.outbox)
    await desk.outbox.postpone(second, 0, counts=True)
    await desk.outbox.move(first, chat(2))
    await desk.outbox.move(replace(first, chat=chat(2)), chat(1))
    taken = await take_all(desk.outbox)
    assert sorted((p.job, p.chat.id) for p in taken) == [("a", "1"), ("b", "1")]


async def test_a_chat_that_moves_onto_a_known_one_loses_nothing_and_hears_once(
    desk: Desk, redis: Redis
) -> None:
    await desk.join(1, 2, 3)
    await desk.commit(alert("a"), alert("b"))
    old_a, middle, known = await desk.outbox.take("telegram", 3)
    (old_b, *_) = await take_all(desk.outbox)
    await desk.outbox.postpone(old_b, 0, counts=True)
    await desk.outbox.move(old_a, known.chat)
    assert await take_all(desk.outbox) == [], "The known chat already has both."
    assert await redis.zrange("{nf}:telegram:sub:dominance", 0, -1) == ["3", "2"]
    await desk.commit(alert("c"))
    assert ids(await take_all(desk.outbox)) == ["3", middle.chat.id]


async def test_a_suspension_does_not_outlive_a_move(desk: Desk, redis: Redis) -> None:
    await desk.join(1)
    await desk.commit(alert("a"), alert("b"))
    first, second = await take_all(desk.outbox)
    await desk.outbox.suspend(first, "deactivated")
    await desk.outbox.move(second, chat(2))
    assert await redis.exists("{nf}:telegram:suspended") == 0
    assert ids(await take_all(desk.outbox)) == ["2"]


async def test_a_move_to_the_same_chat_loses_nothing(desk: Desk) -> None:
    await desk.join(1)
    await desk.commit(alert())
    (parcel,) = await take_all(desk.outbox)
    await desk.outbox.move(parcel, chat(1))
    assert ids(await take_all(desk.outbox)) == ["1"]


async def test_old_alerts_are_not_sent_but_counted(desk: Desk, redis: Redis) -> None:
    await desk.join(1, 2, 3)
    await desk.commit(alert("job"))
    (one,) = await desk.outbox.take("telegram", 1)
    await desk.outbox.postpone(one, 0, counts=True)
    assert await counter(redis, "ttl_at") == pytest.approx((time.time() + DAY) * 1000, abs=60_000)

    await redis.hset("{nf}:telegram:job:job", "ttl_at", round(time.time() * 1000) - 1000)
    assert await take_all(desk.outbox) == []
    assert await counter(redis, "expired") == 3
    assert await redis.exists("{nf}:telegram:fly", "{nf}:telegram:ready") == 0


async def test_parcels_whose_job_is_forgotten_are_removed(desk: Desk, redis: Redis) -> None:
    await desk.join(1, 2)
    await desk.commit(alert("job"))
    one, two = await desk.outbox.take("telegram", 2)
    await desk.outbox.postpone(one, 0, counts=True)
    await redis.delete("{nf}:telegram:job:job")
    await desk.outbox.acknowledge(two)
    assert await take_all(desk.outbox) == []
    keys = ("fly", "att", "ready", "job:job")
    assert await redis.exists(*(f"{{nf}}:telegram:{key}" for key in keys)) == 0


async def test_a_damaged_message_does_not_hold_up_the_others(desk: Desk, redis: Redis) -> None:
    await desk.join(1)
    await desk.commit(alert("bad"), alert("good"))
    await redis.hset("{nf}:telegram:job:bad", "body", "{")
    assert [p.job for p in await take_all(desk.outbox)] == ["good"]
    assert await counter(redis, "dropped", "bad") == 1


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


async def test_many_senders_never_share_a_parcel(desk: Desk) -> None:
    await desk.join(*range(200))
    await desk.commit(alert())

    async def sender() -> list[str]:
        mine: list[str] = []
        while parcels := await desk.outbox.take("telegram", 7):
            mine += ids(parcels)
            await asyncio.gather(*(desk.outbox.acknowledge(parcel) for parcel in parcels))
        return mine

    taken = [
        number for mine in await asyncio.gather(*(sender() for _ in range(4))) for number in mine
    ]
    assert sorted(taken, key=int) == [str(n) for n in range(200)]


async def test_parcels_of_a_dead_sender_can_be_had_back_at_once(
    desk: Desk, store_client: Client
) -> None:
    await desk.join(1, 2)
    await desk.commit(alert())
    assert ids(await take_all(desk.outbox)) == ["1", "2"]
    assert await take_all(desk.outbox) == []
    await RedisOutbox(store_client).reclaim(("telegram", "discord"))
    assert sorted(ids(await take_all(desk.outbox))) == ["1", "2"]
