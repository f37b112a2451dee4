"""What was given up is listed, and sent again when somebody asks for it."""

import json
import time
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from bot.model import Chat
from bot.ports import Backlog, DeadLetter, Outcome
from bot.stores.dead_letters import MOST_AT_ONCE
from bot.stores.outbox import DEAD_KEPT, MOST_DEAD
from tests.stores.examples import Desk, alert, chat, heard_by, ids, take_all

DEAD = "{nf}:telegram:dead"
LONG = "Bad Request: can't parse entities: " + "something that nobody expected, " * 4


async def give_up(desk: Desk, reason: str = LONG) -> None:
    """Whatever can be had is given up, all letters of a chat together."""
    await desk.settle(Outcome.DEAD, *await take_all(desk.outbox, limit=1000), reason=reason)


async def grow_older(redis: Redis, age: timedelta) -> None:
    """Let dead letters be so old."""
    for place, text in (await redis.hgetall(DEAD)).items():
        record = json.loads(text)
        record["at"] -= round(age.total_seconds() * 1000)
        await redis.hset(DEAD, place, json.dumps(record))


async def test_the_newest_are_listed_first(desk: Desk, redis: Redis) -> None:
    thread = Chat("telegram", "-100", "7")
    await desk.subscriptions.subscribe(thread, ["season"])
    await desk.join(1)
    await desk.commit(alert("s:2026-11-21:fired", "season"))
    await give_up(desk, "old one")
    await grow_older(redis, timedelta(minutes=5))
    await desk.commit(alert("d"))
    await give_up(desk, "new one")
    listed = await desk.dead_letters.listed("telegram", 9)
    seconds, _ = await redis.time()
    assert listed == [
        DeadLetter("d", chat(1), "new one", listed[0].at),
        DeadLetter("s:2026-11-21:fired", thread, "old one", listed[1].at),
    ]
    ages = [seconds - each.at.timestamp() for each in listed]
    assert ages == pytest.approx([0, 300], abs=10)
    assert await desk.dead_letters.listed("telegram", 1) == listed[:1]
    assert await desk.dead_letters.listed("discord", 9) == []


async def test_all_are_sent_again_in_the_order_in_which_they_were_fired(desk: Desk) -> None:
    await desk.join(1, 2)
    names = [f"{name}-alert" for name in "hdbgacfe"]
    await desk.commit(*map(alert, names[:4]))
    await give_up(desk)
    await desk.commit(*map(alert, names[4:]))
    await give_up(desk)
    assert await desk.drained() == []
    assert await desk.dead_letters.redrive("telegram") == 16
    assert sorted(await desk.drained()) == [("1", names), ("2", names)]
    assert await desk.dead_letters.redrive("telegram") == 0
    assert await desk.drained() == []


async def test_more_are_sent_again_than_one_call_takes(desk: Desk) -> None:
    count = 2 * MOST_AT_ONCE + 50
    await desk.join(*range(count))
    await desk.commit(alert("a"))
    await give_up(desk)
    assert await desk.dead_letters.backlog("telegram") == Backlog(0, 0, 0, count)
    assert await desk.dead_letters.redrive("telegram") == count
    assert await desk.dead_letters.backlog("telegram") == Backlog(0, count, 0, 0)
    taken = await take_all(desk.outbox, limit=1000)
    assert sorted(map(int, ids(taken))) == list(range(count))


async def test_what_is_given_up_again_waits_for_the_next_time(desk: Desk) -> None:
    await desk.join(1)
    await desk.commit(alert("a"))
    for _ in range(2):
        await give_up(desk)
        assert await desk.dead_letters.redrive("telegram") == 1
    (parcel,) = await take_all(desk.outbox)
    assert (parcel.attempts, parcel.unsure) == (0, 0)


async def test_no_more_are_kept_than_tell_anything(desk: Desk, redis: Redis) -> None:
    await desk.join(*range(5))
    await desk.commit(alert("job"))
    record = json.dumps({"reason": "an old one", "at": 0})
    await redis.hset(DEAD, mapping={f"job|old{n}": record for n in range(MOST_DEAD - 3)})
    await give_up(desk)
    assert await redis.hlen(DEAD) == MOST_DEAD
    assert await redis.hget("{nf}:telegram:job:job", "dead") == "5", (
        "They are counted all the same."
    )
    assert await desk.drained() == []


async def test_a_dead_letters_job_is_kept_until_somebody_may_have_looked(
    desk: Desk, redis: Redis
) -> None:
    await desk.join(1)
    await desk.commit(alert("job"))
    await redis.pexpire("{nf}:telegram:job:job", 1000)
    await give_up(desk)
    kept = timedelta(milliseconds=await redis.pttl("{nf}:telegram:job:job"))
    assert kept / DEAD_KEPT == pytest.approx(1, abs=0.01)


async def test_what_is_too_old_to_tell_is_sent_again_all_the_same(desk: Desk, redis: Redis) -> None:
    await desk.join(1)
    await desk.commit(alert("job"))
    await give_up(desk)
    past = round(time.time() * 1000) - 1000
    await redis.hset("{nf}:telegram:job:job", mapping={"ttl_at": past, "end_at": past})
    assert await desk.dead_letters.redrive("telegram") == 1
    (parcel,) = await take_all(desk.outbox)
    assert heard_by(parcel) == ("1", ["job"])
    assert parcel.letters[0].outdated


async def test_a_letter_whose_alert_is_forgotten_is_let_go(desk: Desk, redis: Redis) -> None:
    await desk.join(1, 2)
    await desk.commit(alert("a"))
    await give_up(desk)
    await desk.commit(alert("b"))
    await give_up(desk)
    await redis.delete("{nf}:telegram:job:a")
    assert await desk.dead_letters.redrive("telegram") == 4
    assert sorted(await desk.drained()) == [("1", ["b"]), ("2", ["b"])]
    assert await redis.exists(DEAD) == 0


async def test_letters_join_what_waits_for_their_chat(desk: Desk) -> None:
    await desk.join(1)
    await desk.commit(alert("a"))
    await give_up(desk)
    await desk.commit(alert("b"))
    (parcel,) = await take_all(desk.outbox)
    await desk.dead_letters.redrive("telegram")
    assert await take_all(desk.outbox) == [], "A parcel of the chat is out."
    await desk.sent(parcel)
    assert await desk.drained() == [("1", ["a"])]


async def test_a_suspended_chat_hears_its_letters_when_it_resumes(desk: Desk) -> None:
    await desk.join(1)
    await desk.commit(alert("a"))
    await give_up(desk)
    await desk.commit(alert("b"))
    await desk.settle(Outcome.SUSPENDED, *await take_all(desk.outbox))
    assert await desk.dead_letters.redrive("telegram") == 1
    assert await desk.drained() == []
    await desk.subscriptions.resume(chat(1))
    assert await desk.drained() == [("1", ["a", "b"])]


async def test_a_chat_that_left_hears_nothing_again(desk: Desk, redis: Redis) -> None:
    await desk.join(1)
    await desk.commit(alert("a"))
    await give_up(desk)
    await desk.subscriptions.unsubscribe(chat(1), ["dominance"])
    assert await desk.dead_letters.redrive("telegram") == 1
    assert await desk.drained() == []
    assert await redis.exists("{nf}:telegram:line", "{nf}:telegram:due") == 0


async def test_own_alerts_are_sent_again_too(desk: Desk) -> None:
    await desk.tell("one", chat(1))
    await desk.tell("two", chat(1))
    await give_up(desk)
    assert await desk.dead_letters.redrive("telegram") == 2
    ((_, jobs),) = await desk.drained()
    assert sorted(jobs) == ["own:telegram:1:one", "own:telegram:1:two"]
