"""Who polls and what waits for whom, as the store says it."""

import json

import pytest
from redis.asyncio import Redis

from bot.model import Chat
from bot.ports import Outcome, Queue
from bot.stores.keys import Lane
from bot.stores.lease import RedisLease
from bot.stores.signs import RedisSigns
from tests.stores.examples import LEADER, Desk, alert, chat, take_all

DUE, READY = "{nf}:telegram:due", "{nf}:telegram:ready"


@pytest.fixture
def signs(desk: Desk) -> RedisSigns:
    return RedisSigns(desk.client)


async def aged(redis: Redis, job: str, seconds: float) -> None:
    """Let an alert be made so long ago."""
    name = f"{{nf}}:telegram:job:{job}"
    await redis.pexpire(name, await redis.pttl(name) - round(1000 * seconds))


async def test_the_leader_is_named_for_as_long_as_its_lease_lasts(
    desk: Desk, signs: RedisSigns
) -> None:
    assert await signs.leader() is None
    assert await desk.lease.acquire(LEADER)
    leader = await signs.leader()
    assert leader is not None
    assert (leader.holder, 10 < leader.left_seconds <= 15) == (LEADER, True)
    await desk.lease.release(LEADER)
    assert await signs.leader() is None


async def test_nothing_waits_where_nothing_was_said(signs: RedisSigns) -> None:
    assert await signs.queue("telegram") == Queue()


async def test_an_alert_that_no_sender_took_waits_since_it_was_made(
    desk: Desk, signs: RedisSigns, redis: Redis
) -> None:
    await desk.join(1, 2, 3)
    await desk.commit(alert("old"), alert("new"))
    await aged(redis, "old", 100)
    await aged(redis, "new", 10)
    queue = await signs.queue("telegram")
    assert queue.waited_seconds == pytest.approx(100, abs=5)
    assert (queue.jobs, queue.chats, queue.due, queue.audience) == (2, 0, 0, 3)
    await desk.drained()
    assert await signs.queue("telegram") == Queue()


async def test_what_is_being_sent_or_waits_for_its_next_try_is_not_due(
    desk: Desk, signs: RedisSigns, redis: Redis
) -> None:
    await desk.join(1, 2)
    await desk.commit(alert("one"))
    first, second = await take_all(desk.outbox)
    queue = await signs.queue("telegram")
    assert (queue.chats, queue.due, queue.waited_seconds) == (2, 0, 0.0)
    await desk.sent(first)
    await desk.settle(Outcome.LATER, second, seconds=60.0)
    assert (await signs.queue("telegram")).due == 0
    await redis.zincrby(DUE, -90_000, second.chat.member)
    queue = await signs.queue("telegram")
    assert (queue.chats, queue.due) == (1, 1)
    assert queue.waited_seconds == pytest.approx(30, abs=5), "It was due half a minute ago."


async def test_an_own_alert_waits_since_it_was_made_though_it_is_due_by_its_number(
    desk: Desk, signs: RedisSigns, redis: Redis
) -> None:
    await desk.tell("mine", chat(7))
    await aged(redis, "own:telegram:7:mine", 50)
    queue = await signs.queue("telegram")
    assert (queue.due, queue.jobs) == (1, 0)
    assert queue.waited_seconds == pytest.approx(50, abs=5)


async def test_the_clock_of_whoever_made_an_alert_says_nothing_of_its_wait(
    desk: Desk, signs: RedisSigns, redis: Redis
) -> None:
    await desk.join(1)
    await desk.commit(alert("one"))
    await redis.hset("{nf}:telegram:job:one", "created", "0")
    assert (await signs.queue("telegram")).waited_seconds < 5
    await aged(redis, "one", -3600)
    assert (await signs.queue("telegram")).waited_seconds == 0.0


async def test_what_is_told_for_another_chat_waits_no_longer_for_it(
    desk: Desk, signs: RedisSigns, redis: Redis
) -> None:
    await desk.tell("mine", chat(7))
    own, relayed = "own:telegram:7:mine", "relay:own:telegram:7:mine:7"
    await redis.rename(f"{{nf}}:telegram:job:{own}", f"{{nf}}:telegram:job:{relayed}")
    line = str(await redis.hget("{nf}:telegram:line", "7"))
    await redis.hset("{nf}:telegram:line", "7", line.replace(own, relayed))
    await aged(redis, relayed, 9_000)
    queue = await signs.queue("telegram")
    assert (queue.due, queue.waited_seconds) == (1, 0.0)


async def test_a_job_that_is_forgotten_says_nothing(
    desk: Desk, signs: RedisSigns, redis: Redis
) -> None:
    await desk.join(1)
    await desk.commit(alert("one"))
    await redis.delete("{nf}:telegram:job:one")
    assert (await signs.queue("telegram")).jobs == 1


async def test_who_is_suspended_or_given_up_or_held_is_counted(
    desk: Desk, signs: RedisSigns, redis: Redis
) -> None:
    await desk.join(1, 2)
    await desk.commit(alert("one"))
    first, second = await take_all(desk.outbox)
    await desk.settle(Outcome.SUSPENDED, first)
    await desk.settle(Outcome.DEAD, second, reason="no")
    await redis.hset("{nf}:telegram:held", "3", json.dumps([["one", 1, ""]]))
    queue = await signs.queue("telegram")
    assert (queue.suspended, queue.dead, queue.held, queue.due) == (1, 1, 1, 0)
    month_ms = 31 * 86_400_000
    await redis.zincrby("{nf}:telegram:dead:at", -month_ms, "one|2")
    assert (await signs.queue("telegram")).dead == 0, "It is too old to be sent again."


async def test_a_platform_is_listened_to_while_somebody_has_its_lease(
    desk: Desk, signs: RedisSigns
) -> None:
    lease = RedisLease(desk.client, Lane("telegram").lead)
    assert await lease.acquire("somebody")
    assert (await signs.queue("telegram")).listened
    assert not (await signs.queue("discord")).listened


async def test_looking_changes_nothing(desk: Desk, signs: RedisSigns, redis: Redis) -> None:
    await desk.join(1, 2)
    await desk.subscriptions.subscribe(Chat("telegram", "-100", "7"), ["dominance"])
    await desk.commit(alert("one"))
    await desk.tell("mine", chat(7))
    changes = (await redis.info("persistence"))["rdb_changes_since_last_save"]
    await signs.queue("telegram")
    await signs.leader()
    assert (await redis.info("persistence"))["rdb_changes_since_last_save"] == changes
