"""What was given up is listed, and sent again when somebody asks for it."""

import json
import time
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from bot.model import Chat
from bot.ports import Backlog, DeadLetter, Outcome
from bot.stores.dead_letters import DEAD_KEPT, MOST_AT_ONCE, MOST_DEAD
from tests.stores.examples import Desk, alert, chat, heard_by, ids, take_all

DEAD, DEAD_AT = "{nf}:telegram:dead", "{nf}:telegram:dead:at"
LONG = "Bad Request: can't parse entities: " + "something that nobody expected, " * 4


async def give_up(desk: Desk, reason: str = LONG) -> None:
    """Whatever can be had is given up, all letters of a chat together."""
    await desk.settle(Outcome.DEAD, *await take_all(desk.outbox, limit=1000), reason=reason)


async def grow_older(redis: Redis, age: timedelta) -> None:
    """Let dead letters be so old."""
    age_ms = round(age.total_seconds() * 1000)
    for place, text in (await redis.hgetall(DEAD)).items():
        record = json.loads(text)
        record["at"] -= age_ms
        await redis.hset(DEAD, place, json.dumps(record))
        await redis.zincrby(DEAD_AT, -age_ms, place)


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


async def test_of_too_many_the_oldest_go(desk: Desk, redis: Redis) -> None:
    await desk.join(*range(5))
    await desk.commit(alert("job"))
    seconds, _ = await redis.time()
    old = {f"job|old{n}": (seconds - 100_000 + n) * 1000 for n in range(MOST_DEAD - 3)}
    records = {name: json.dumps({"reason": "old", "at": at}) for name, at in old.items()}
    await redis.hset(DEAD, items=[part for record in records.items() for part in record])
    await redis.zadd(DEAD_AT, old)
    await give_up(desk, "new")
    assert (await redis.hlen(DEAD), await redis.zcard(DEAD_AT)) == (MOST_DEAD, MOST_DEAD)
    newest = await desk.dead_letters.listed("telegram", 6)
    assert [each.reason for each in newest] == ["new"] * 5 + ["old"]
    assert await redis.hmget(DEAD, "job|old0", "job|old1") == [None, None]
    assert await redis.hget("{nf}:telegram:job:job", "dead") == "5"
    assert await desk.drained() == []


async def test_what_nobody_sent_again_for_a_month_is_forgotten(desk: Desk, redis: Redis) -> None:
    await desk.join(1, 2)
    await desk.commit(alert("old"))
    await give_up(desk)
    await grow_older(redis, DEAD_KEPT - timedelta(minutes=1))
    assert (await desk.dead_letters.backlog("telegram")).dead == 2
    await desk.commit(alert("new"))
    await give_up(desk)
    await grow_older(redis, timedelta(minutes=2))
    assert [each.job for each in await desk.dead_letters.listed("telegram", 9)] == ["new"] * 2
    assert await redis.hlen(DEAD) == await redis.zcard(DEAD_AT) == 2
    await grow_older(redis, DEAD_KEPT)
    assert await desk.dead_letters.backlog("telegram") == Backlog(0, 0, 0, 0)
    assert await redis.exists(DEAD, DEAD_AT) == 0


async def test_whoever_gives_up_more_forgets_what_is_old(desk: Desk, redis: Redis) -> None:
    await desk.join(1)
    await desk.commit(alert("old"))
    await give_up(desk)
    await grow_older(redis, DEAD_KEPT)
    await desk.commit(alert("new"))
    await give_up(desk)
    assert await redis.hkeys(DEAD) == await redis.zrange(DEAD_AT, 0, -1) == ["new|1"]


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


async def test_a_letter_whose_alert_is_forgotten_is_let_go_and_counted(
    desk: Desk, redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    await desk.join(1, 2)
    await desk.commit(alert("a"))
    await give_up(desk)
    await desk.commit(alert("b"))
    await give_up(desk)
    await redis.delete("{nf}:telegram:job:a")
    assert await desk.dead_letters.redrive("telegram") == 2
    assert "2 dead letters of telegram were let go" in caplog.text
    assert sorted(await desk.drained()) == [("1", ["b"]), ("2", ["b"])]
    assert await redis.exists(DEAD, DEAD_AT) == 0


async def test_a_job_that_is_about_to_be_forgotten_lives_until_its_letter_is_sent(
    desk: Desk, redis: Redis
) -> None:
    await desk.join(1)
    await desk.commit(alert("job"))
    await give_up(desk)
    await redis.pexpire("{nf}:telegram:job:job", 60_000)
    await desk.dead_letters.redrive("telegram")
    assert await redis.ttl("{nf}:telegram:job:job") > 24 * 3600


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
    assert await desk.dead_letters.redrive("telegram") == 0
    assert await desk.drained() == []
    assert await redis.exists("{nf}:telegram:line", "{nf}:telegram:due") == 0


async def test_letters_follow_a_chat_wherever_it_moved(desk: Desk) -> None:
    await desk.join(1, 2)
    await desk.tell("crossed", chat(1))
    await desk.commit(alert("a"))
    await give_up(desk)
    await desk.outbox.move(chat(1), chat(-10))
    await desk.outbox.move(chat(-10), chat(-100))
    assert await desk.dead_letters.redrive("telegram") == 3
    heard = sorted(await desk.drained())
    assert heard == [("-100", ["own:telegram:1:crossed", "a"]), ("2", ["a"])]


async def test_letters_come_back_with_a_chat_that_has_its_old_id_again(desk: Desk) -> None:
    await desk.join(1)
    await desk.commit(alert("a"))
    await give_up(desk)
    for old, new in ((1, 2), (2, 3), (3, 1)):
        await desk.outbox.move(chat(old), chat(new))
    assert await desk.dead_letters.redrive("telegram") == 1
    assert await desk.drained() == [("1", ["a"])]


async def test_a_letter_finds_whoever_joined_under_an_id_that_was_left(desk: Desk) -> None:
    await desk.join(1)
    await desk.outbox.move(chat(1), chat(2))
    await desk.join(1)
    await desk.commit(alert("a"))
    await give_up(desk)
    assert await desk.dead_letters.redrive("telegram") == 2
    assert sorted(await desk.drained()) == [("1", ["a"]), ("2", ["a"])]


async def test_own_alerts_are_sent_again_too(desk: Desk) -> None:
    await desk.tell("one", chat(1))
    await desk.tell("two", chat(1))
    await give_up(desk)
    assert await desk.dead_letters.redrive("telegram") == 2
    ((_, jobs),) = await desk.drained()
    assert sorted(jobs) == ["own:telegram:1:one", "own:telegram:1:two"]
