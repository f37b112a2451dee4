"""What time makes of alerts that nobody could deliver, and what is left behind at the end."""

import time
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from bot.ports import Outcome
from bot.stores import codec
from bot.stores.journal import RedisJournal
from bot.stores.outbox import LEASE
from tests.stores.examples import (
    LEADER,
    NOW,
    PLATFORMS,
    Desk,
    alert,
    chat,
    heard_by,
    ids,
    ripen,
    take_all,
)

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
JOB = "{nf}:telegram:job:job"
LASTING = {"sub", "chat", "epoch"}
"""What a platform's keys may be that never expire, once everything is told."""


async def ages(redis: Redis, job: str, *, told: bool = False) -> None:
    """Let an alert be no longer news; with `told`, no longer to be told either."""
    past = round(time.time() * 1000) - 1000
    await redis.hset(f"{{nf}}:telegram:job:{job}", "ttl_at", past)
    if told:
        await redis.hset(f"{{nf}}:telegram:job:{job}", "end_at", past)


async def counted(redis: Redis, name: str) -> int:
    return int(await redis.hget(JOB, name) or 0)


@pytest.mark.parametrize(
    ("news", "told_days"),
    [(timedelta(hours=6), 7), (timedelta(hours=1), 7), (timedelta(days=9), 9)],
)
async def test_a_job_knows_its_lifetimes(
    desk: Desk, redis: Redis, news: timedelta, told_days: int
) -> None:
    await desk.join(1)
    assert await desk.lease.acquire(LEADER)
    journal = RedisJournal(desk.client, PLATFORMS, news=news)
    await journal.commit([], [alert("job")], leader=LEADER, now=NOW)
    seconds, _ = await redis.time()
    ttl_at, end_at = [int(text or 0) for text in await redis.hmget(JOB, ["ttl_at", "end_at"])]
    assert ttl_at - seconds * 1000 == pytest.approx(news / timedelta(milliseconds=1), abs=10_000)
    assert end_at - seconds * 1000 == pytest.approx(told_days * DAY_MS, abs=10_000)
    assert await redis.pttl(JOB) == pytest.approx(30 * DAY_MS, abs=10_000)


async def test_what_is_no_longer_news_is_marked_so_wherever_it_waited(
    desk: Desk, redis: Redis
) -> None:
    await desk.join(1, 2)
    await desk.commit(alert("old"))
    (one,) = await take_all(desk.outbox, limit=1)
    await desk.settle(Outcome.LATER, one)
    await desk.commit(alert("new"))
    await ages(redis, "old")
    parcels = await take_all(desk.outbox)
    assert [[letter.outdated for letter in each.letters] for each in parcels] == [
        [True], [True, False],
    ]  # fmt: skip
    assert {letter.fired_at for each in parcels for letter in each.letters} == {NOW}


async def test_what_is_too_old_to_tell_is_counted_and_leaves_nothing(
    desk: Desk, redis: Redis
) -> None:
    await desk.join(1, 2, 3)
    await desk.commit(alert("job"))
    (one,) = await take_all(desk.outbox, limit=1)
    await desk.settle(Outcome.LATER, one)
    await ages(redis, "job", told=True)
    assert await take_all(desk.outbox) == []
    assert await counted(redis, "expired") == 3
    keys = ("line", "due", "ready")
    assert await redis.exists(*(f"{{nf}}:telegram:{key}" for key in keys)) == 0


async def test_what_was_tried_together_goes_on_without_what_is_too_old(
    desk: Desk, redis: Redis
) -> None:
    await desk.join(1)
    await desk.commit(alert("old"), alert("new"))
    (parcel,) = await take_all(desk.outbox)
    await desk.commit(alert("newer"))
    await desk.settle(Outcome.LATER, parcel)
    await ages(redis, "old", told=True)
    assert await desk.drained() == [("1", ["new"]), ("1", ["newer"])]


async def test_what_is_too_old_is_not_told_to_a_chat_that_resumes(desk: Desk, redis: Redis) -> None:
    await desk.join(1)
    await desk.commit(alert("waits"), alert("waits-too"))
    await desk.settle(Outcome.SUSPENDED, *await take_all(desk.outbox))
    await desk.commit(alert("missed"), alert("fresh"))
    for job in ("waits", "missed"):
        await ages(redis, job, told=True)
    await desk.subscriptions.resume(chat(1))
    assert await desk.drained() == [("1", ["waits-too", "fresh"])]


async def test_jobs_that_were_forgotten_leave_nothing(desk: Desk, redis: Redis) -> None:
    await desk.join(1, 2, 3)
    await desk.commit(alert("job"))
    one, two = await take_all(desk.outbox, limit=2)
    await desk.settle(Outcome.LATER, one)
    await redis.delete(JOB)
    await desk.sent(two)
    assert await take_all(desk.outbox) == []
    keys = ("line", "due", "ready", "job:job")
    assert await redis.exists(*(f"{{nf}}:telegram:{key}" for key in keys)) == 0


async def test_a_hand_out_is_remembered_as_long_as_its_leases(desk: Desk, redis: Redis) -> None:
    await desk.join(1)
    await desk.commit(alert())
    await desk.outbox.take("telegram", 9, "sender:1")
    lease_ms = LEASE / timedelta(milliseconds=1)
    taken = "{nf}:telegram:taken:sender"
    assert await redis.pttl(taken) == pytest.approx(lease_ms, abs=10_000)


async def test_nothing_is_left_for_ever_when_all_is_told(desk: Desk, redis: Redis) -> None:
    await desk.join(*range(1, 8))
    await desk.join(3, 4, topic="season")
    await desk.commit(alert("a"), alert("s", "season"))
    parcels = await take_all(desk.outbox, limit=6)
    outcomes = [Outcome.SENT, Outcome.LATER, Outcome.ALONE, Outcome.SUSPENDED, Outcome.SENT]
    for parcel, outcome in zip(parcels, outcomes, strict=False):
        await desk.settle(outcome, parcel, seconds=5)
    await desk.outbox.move(parcels[5].chat, chat("-100"))
    await desk.commit(alert("b"))
    await desk.tell("crossed", chat(1), chat(9))
    await desk.subscriptions.resume(chat(4))
    await desk.outbox.turns("telegram", 3, 0.01)
    await desk.outbox.pause("telegram", 0.5)
    for number in (*range(1, 8), -100):
        await ripen(redis, str(number))
        await desk.drained()
    lasting = [
        name async for name in redis.scan_iter("{nf}:telegram:*") if await lasts(redis, name)
    ]
    assert {name.split(":")[2] for name in lasting} <= LASTING


async def lasts(redis: Redis, name: str) -> bool:
    return int(await redis.pttl(name)) == -1


async def test_what_an_earlier_version_had_ready_is_still_told(desk: Desk, redis: Redis) -> None:
    await desk.join(1, 2)
    now = round(time.time() * 1000)
    body = codec.MESSAGE.dump(alert().message)
    for job, cur, upto in (("walks", 1, 2), ("own", 0, 4)):
        fields: list[str | int] = ["body", body, "created", now, "ttl_at", now + HOUR_MS]
        fields += ["cur", cur, "upto", upto]
        fields += ["to", "1"] if job == "own" else ["topic", "dominance"]
        await redis.hset(f"{{nf}}:telegram:job:{job}", items=fields)
        await redis.zadd("{nf}:telegram:ready", {job: upto})
    first = await take_all(desk.outbox)
    assert [heard_by(each) for each in first] == [("2", ["walks"])]
    assert ids(await take_all(desk.outbox)) == ["1"]
    assert await redis.exists("{nf}:telegram:ready") == 0
