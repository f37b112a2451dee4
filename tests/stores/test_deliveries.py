"""What is on its way to one chat, as the store knows it."""

import pytest
from redis.asyncio import Redis

from bot.model import Chat
from bot.ports import ChatDelivery, Outcome
from bot.stores.connect import Client
from bot.stores.deliveries import RedisDeliveries
from tests.stores.examples import Desk, alert, chat, dumped, ripen, take_all

SUSPENDED = "{nf}:telegram:suspended"


@pytest.fixture
def deliveries(store_client: Client) -> RedisDeliveries:
    return RedisDeliveries(store_client)


async def test_a_chat_nobody_knows_has_nothing(deliveries: RedisDeliveries) -> None:
    assert await deliveries.of(chat(1)) == ChatDelivery()


async def test_what_a_walk_still_brings_is_counted(desk: Desk, deliveries: RedisDeliveries) -> None:
    await desk.join(1, 2)
    await desk.commit(alert("a"), alert("b"), alert("s", "season"))
    assert await deliveries.of(chat(2)) == ChatDelivery(waiting=2)
    assert await deliveries.of(Chat("discord", "2")) == ChatDelivery()
    await desk.drained()
    assert await deliveries.of(chat(2)) == ChatDelivery()


async def test_what_is_being_sent_is_told_and_what_comes_behind_it(
    desk: Desk, deliveries: RedisDeliveries
) -> None:
    await desk.join(1)
    await desk.commit(alert("a"))
    (parcel,) = await take_all(desk.outbox)
    await desk.commit(alert("b"))
    assert await deliveries.of(chat(1)) == ChatDelivery(waiting=2, being_sent=1)
    await desk.sent(parcel)
    assert (await deliveries.of(chat(1))).waiting == 1


async def test_a_lease_that_is_over_is_no_sending(
    desk: Desk, deliveries: RedisDeliveries, redis: Redis
) -> None:
    await desk.join(1)
    await desk.commit(alert("a"))
    await take_all(desk.outbox)
    await ripen(redis, "1")
    assert await deliveries.of(chat(1)) == ChatDelivery(waiting=1, next_in_seconds=0.0)


async def test_a_try_that_went_wrong_says_when_the_next_one_is(
    desk: Desk, deliveries: RedisDeliveries
) -> None:
    await desk.join(1)
    await desk.commit(alert("a"))
    (parcel,) = await take_all(desk.outbox)
    failed = Outcome.LATER
    await desk.settle(failed, type(parcel)(parcel.chat, parcel.letters, parcel.lease, 2, 1),
                      seconds=90)  # fmt: skip
    found = await deliveries.of(chat(1))
    assert (found.waiting, found.being_sent, found.tries) == (1, 0, 3)
    assert found.next_in_seconds == pytest.approx(90, abs=5)


async def test_a_rest_is_told(desk: Desk, deliveries: RedisDeliveries) -> None:
    await desk.join(1)
    await desk.commit(alert("a"))
    await desk.settle(Outcome.SENT, *await take_all(desk.outbox), seconds=60)
    found = await deliveries.of(chat(1))
    assert found.waiting == 0
    assert found.rests_seconds == pytest.approx(60, abs=5)


async def test_a_suspension_is_told_with_all_that_fired_since(
    desk: Desk, deliveries: RedisDeliveries, redis: Redis
) -> None:
    await desk.join(1)
    await desk.join(2, topic="season")
    await desk.commit(alert("a"))
    await desk.settle(Outcome.SUSPENDED, *await take_all(desk.outbox), reason="kicked")
    await desk.commit(alert("b"), alert("s", "season"))
    await desk.drained()
    found = await deliveries.of(chat(1))
    assert found.suspended is not None
    assert found.suspended.reason == "kicked"
    seconds, _ = await redis.time()
    assert found.suspended.since is not None
    assert found.suspended.since.timestamp() == pytest.approx(seconds, abs=10)
    resumed = await desk.subscriptions.resume(chat(1))
    assert resumed is not None
    assert found.waiting == resumed.missed == 2


@pytest.mark.parametrize("reason", ["blocked", "403", '"quoted"', "{", "null", "[]"])
async def test_a_suspension_that_an_earlier_version_wrote_is_read(
    deliveries: RedisDeliveries, redis: Redis, reason: str
) -> None:
    await redis.hset(SUSPENDED, "1", reason)
    found = (await deliveries.of(chat(1))).suspended
    assert found is not None
    assert (found.reason, found.since) == (reason, None)


async def test_letters_given_up_are_counted_for_their_chat_alone(
    desk: Desk, deliveries: RedisDeliveries
) -> None:
    thread = Chat("telegram", "1", "7")
    await desk.join(1, 11)
    await desk.subscriptions.subscribe(thread, ["dominance"])
    await desk.commit(alert("a"), alert("b"))
    # The threads of one chat are written to one after the other.
    for _ in range(2):
        await desk.settle(Outcome.DEAD, *await take_all(desk.outbox), reason="Bad Request")
    for each in (chat(1), chat(11), thread):
        assert await deliveries.of(each) == ChatDelivery(given_up=2)


async def test_what_is_too_old_to_tell_waits_no_more(
    desk: Desk, deliveries: RedisDeliveries, redis: Redis
) -> None:
    await desk.join(1)
    await desk.commit(alert("a"))
    await redis.hset("{nf}:telegram:job:a", "end_at", 1)
    assert await deliveries.of(chat(1)) == ChatDelivery()


async def test_a_topic_that_was_left_waits_no_more(desk: Desk, deliveries: RedisDeliveries) -> None:
    await desk.join(1)
    await desk.join(1, topic="season")
    await desk.commit(alert("a"), alert("s", "season"))
    await desk.settle(Outcome.LATER, *await take_all(desk.outbox), seconds=60)
    assert (await deliveries.of(chat(1))).waiting == 2
    await desk.subscriptions.unsubscribe(chat(1), ["season"])
    assert (await deliveries.of(chat(1))).waiting == 1


async def test_to_look_changes_nothing(
    desk: Desk, deliveries: RedisDeliveries, redis: Redis
) -> None:
    await desk.join(1, 2)
    await desk.commit(alert("a"))
    await take_all(desk.outbox, limit=1)
    await desk.tell("own", chat(2))
    before = await dumped(redis)
    assert (await deliveries.of(chat(2))).waiting == 2
    assert await dumped(redis) == before
