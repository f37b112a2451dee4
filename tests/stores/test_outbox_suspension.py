"""A chat that takes no messages keeps its place; once it speaks, it hears what it missed, once."""

import json
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from bot.ports import Outcome, Resumed
from tests.stores.examples import Desk, alert, chat, heard_by, ripen, take_all

SUSPENDED = "{nf}:telegram:suspended"
MOST_MISSED = 50


async def suspend(desk: Desk, number: int, reason: str = "blocked") -> None:
    """What is out for the chat fails as it does when the bot is blocked; the others arrive."""
    parcels = await take_all(desk.outbox)
    (failed,) = [each for each in parcels if each.chat == chat(number)]
    await desk.settle(Outcome.SUSPENDED, failed, reason=reason)
    others = [each for each in parcels if each.chat != chat(number)]
    if others:
        await desk.sent(*others)


async def test_the_reason_and_the_time_are_kept_and_told_once(desk: Desk, redis: Redis) -> None:
    await desk.join(1)
    await desk.commit(alert("a"))
    await suspend(desk, 1, "the bot was blocked")
    record = json.loads(await redis.hget(SUSPENDED, "1") or "")
    seconds, _ = await redis.time()
    assert record["reason"] == "the bot was blocked"
    assert record["since"] == 2, "One joined, one was fired."
    assert record["at"] == pytest.approx(seconds * 1000, abs=10_000)
    assert await desk.subscriptions.resume(chat(1)) == Resumed("the bot was blocked", 1)
    assert await desk.subscriptions.resume(chat(1)) is None
    assert await redis.exists(SUSPENDED) == 0


async def test_a_suspended_chat_keeps_its_topics_and_gets_nothing(desk: Desk, redis: Redis) -> None:
    await desk.join(1, 2)
    await desk.commit(alert("a"))
    await suspend(desk, 1)
    await desk.commit(alert("b"))
    await ripen(redis, "1")
    assert await desk.drained() == [("2", ["b"])]
    assert await desk.subscriptions.topics(chat(1)) == {"dominance"}
    assert await redis.zscore("{nf}:telegram:due", "1") is None


async def test_subscribing_alone_resumes_nothing(desk: Desk) -> None:
    await desk.join(1)
    await desk.commit(alert("a"))
    await suspend(desk, 1)
    await desk.subscriptions.subscribe(chat(1), ["season"])
    await desk.subscriptions.unsubscribe(chat(1), ["season"])
    assert await desk.drained() == []
    assert await desk.subscriptions.resume(chat(1)) == Resumed("blocked", 1)


async def test_all_that_was_fired_meanwhile_arrives_in_order(desk: Desk) -> None:
    await desk.join(1, 2)
    await desk.join(1, topic="season")
    await desk.commit(alert("a"))
    await suspend(desk, 1)
    await desk.commit(alert("b"), alert("s", "season"))
    await desk.drained()
    await desk.commit(alert("late", late=True))
    await desk.commit(alert("c"))
    await desk.drained()
    assert await desk.subscriptions.resume(chat(1)) == Resumed("blocked", 5)
    await desk.commit(alert("d"))
    assert await desk.drained() == [("1", ["a", "b", "s", "late", "c", "d"]), ("2", ["d"])]


async def test_what_was_fired_before_but_not_brought_yet_is_kept_too(desk: Desk) -> None:
    await desk.join(2, 1, topic="season")
    await desk.join(1)
    await desk.commit(alert("d"))
    (one,) = await take_all(desk.outbox, limit=1)
    await desk.commit(alert("s", "season"))
    await desk.settle(Outcome.SUSPENDED, one)
    assert await desk.drained() == [("2", ["s"])]
    assert await desk.subscriptions.resume(chat(1)) == Resumed("", 2)
    assert await desk.drained() == [("1", ["d", "s"])]


@pytest.mark.parametrize("walked", [0, 1, 2, 3])
async def test_a_walk_that_still_goes_on_brings_nothing_twice(desk: Desk, walked: int) -> None:
    """The walk stands before, at or behind the chat when that resumes."""
    await desk.join(2, 1, 3, 4)
    await desk.join(1, 2, topic="season")
    await desk.commit(alert("s", "season"))
    await suspend(desk, 1)
    await desk.commit(alert("d1"))
    await desk.commit(alert("d2"), alert("s2", "season"))
    parcels = await take_all(desk.outbox, limit=walked)
    await desk.commit(alert("d3"))
    assert await desk.subscriptions.resume(chat(1)) == Resumed("blocked", 5)
    if parcels:
        await desk.sent(*parcels)
    heard: dict[str, list[str]] = {}
    for who, jobs in [*map(heard_by, parcels), *await desk.drained(1)]:
        heard[who] = heard.get(who, []) + jobs
    assert heard["1"] == ["s", "d1", "d2", "s2", "d3"]
    assert heard["2"] == ["d1", "d2", "s2", "d3"]
    assert heard["3"] == heard["4"] == ["d1", "d2", "d3"]


async def test_a_topic_that_was_left_while_suspended_is_not_heard_afterwards(desk: Desk) -> None:
    await desk.join(1)
    await desk.join(1, topic="season")
    await desk.commit(alert("a"), alert("s", "season"))
    await suspend(desk, 1)
    await desk.commit(alert("b"), alert("t", "season"))
    await desk.subscriptions.unsubscribe(chat(1), ["season"])
    await desk.subscriptions.resume(chat(1))
    assert await desk.drained() == [("1", ["a", "b"])]


async def test_a_topic_that_was_joined_while_suspended_is_heard_from_then_on(desk: Desk) -> None:
    await desk.join(1)
    await desk.join(2, topic="season")
    await desk.commit(alert("a"))
    await suspend(desk, 1)
    await desk.commit(alert("old", "season"))
    await desk.subscriptions.subscribe(chat(1), ["season"])
    await desk.commit(alert("new", "season"))
    assert await desk.subscriptions.resume(chat(1)) == Resumed("blocked", 2)
    assert ("1", ["a", "new"]) in await desk.drained()


async def test_own_alerts_wait_as_well_the_newest_of_them(desk: Desk) -> None:
    await desk.join(1)
    await desk.commit(alert("a"))
    await suspend(desk, 1)
    for number in range(MOST_MISSED + 10):
        await desk.tell(f"{number:02}", chat(1))
    assert await desk.drained() == []
    assert await desk.subscriptions.resume(chat(1)) == Resumed("blocked", 1 + MOST_MISSED)
    heard = [job for _, jobs in await desk.drained() for job in jobs]
    assert heard == ["a", *(f"own:telegram:1:{number:02}" for number in range(10, 60))]


async def test_alerts_of_other_topics_do_not_crowd_out_what_it_missed(desk: Desk) -> None:
    await desk.join(1)
    await desk.join(2, topic="season")
    await desk.commit(alert("a"))
    await suspend(desk, 1)
    await desk.commit(alert("mine"))
    await desk.drained()
    for batch in range(3):
        told = [alert(f"s{batch}-{number:03}", "season") for number in range(90)]
        quiet = [replace(alert(f"q{batch}-{number}"), quiet=True) for number in range(10)]
        await desk.commit(*told, *quiet)
        await desk.drained()
    assert await desk.subscriptions.resume(chat(1)) == Resumed("blocked", 2)
    assert await desk.drained() == [("1", ["a", "mine"])]


async def test_of_too_much_the_newest_of_all_its_topics_is_told(desk: Desk, redis: Redis) -> None:
    await desk.join(1)
    await desk.join(1, topic="season")
    await desk.commit(alert("a"))
    await suspend(desk, 1)
    names = []
    for number in range(130):
        names += [f"d{number:03}", f"s{number:03}"]
        await desk.commit(alert(names[-2]), alert(names[-1], "season"))
    for number in range(210):
        await desk.commit(alert(f"p{number:03}", "phase"))
    assert await desk.drained() == []
    assert await desk.subscriptions.resume(chat(1)) == Resumed("blocked", 201)
    assert [job for _, jobs in await desk.drained() for job in jobs] == ["a", *names[-200:]]


async def test_what_may_be_missed_is_kept_for_a_while_and_no_more_than_is_told(
    desk: Desk, redis: Redis
) -> None:
    await desk.join(1)
    await desk.commit(*(alert(f"alert{number:03}") for number in range(250)))
    told = "{nf}:telegram:told:dominance"
    assert await redis.zrange(told, 0, -1) == [f"alert{number:03}" for number in range(50, 250)]
    assert await redis.ttl(told) == pytest.approx(30 * 24 * 3600, abs=10)
    assert await redis.exists("{nf}:discord:told:dominance") == 0


async def test_what_was_tried_together_may_grow_after_a_suspension(desk: Desk) -> None:
    await desk.join(1)
    await desk.commit(alert("a"), alert("b"))
    await desk.settle(Outcome.ALONE, *await take_all(desk.outbox))
    await suspend(desk, 1)
    await desk.commit(alert("c"))
    await desk.subscriptions.resume(chat(1))
    (parcel,) = await take_all(desk.outbox)
    assert heard_by(parcel) == ("1", ["a", "b", "c"])
    assert (parcel.attempts, parcel.unsure) == (0, 0)


async def test_a_chat_that_resumes_and_fails_again_keeps_all_it_had(desk: Desk) -> None:
    await desk.join(1)
    await desk.commit(alert("a"))
    for name in ("b", "c"):
        await suspend(desk, 1)
        await desk.commit(alert(name))
        await desk.subscriptions.resume(chat(1))
    await suspend(desk, 1, "kicked")
    assert await desk.subscriptions.resume(chat(1)) == Resumed("kicked", 3)
    assert await desk.drained() == [("1", ["a", "b", "c"])]


async def test_a_chat_that_rests_hears_what_it_missed_when_it_may(desk: Desk, redis: Redis) -> None:
    await desk.join(1)
    await desk.commit(alert("a"))
    await desk.settle(Outcome.SENT, *await take_all(desk.outbox), seconds=3600)
    await redis.hset(SUSPENDED, "1", json.dumps({"reason": "kicked", "since": 2, "at": 0}))
    await desk.commit(alert("b"))
    assert await desk.subscriptions.resume(chat(1)) == Resumed("kicked", 1)
    assert await desk.drained() == []
    await ripen(redis, "1")
    assert await desk.drained() == [("1", ["b"])]


@pytest.mark.parametrize("reason", ["Forbidden: bot was blocked", "403", '"quoted"', "{", "null"])
async def test_a_reason_that_an_earlier_version_wrote_still_resumes(
    desk: Desk, redis: Redis, reason: str
) -> None:
    await desk.join(1)
    await redis.hset(SUSPENDED, "1", reason)
    await desk.commit(alert("a"))
    assert await desk.drained() == []
    assert await desk.subscriptions.resume(chat(1)) == Resumed(reason, 0)
    await desk.commit(alert("b"))
    assert await desk.drained() == [("1", ["b"])]


async def test_many_suspended_chats_do_not_hide_the_others(desk: Desk, redis: Redis) -> None:
    await desk.join(*range(2100))
    await redis.hset(SUSPENDED, mapping={str(number): "blocked" for number in range(2000)})
    await desk.commit(alert())
    taken: list[str] = []
    for _ in range(4):
        taken += [each.chat.id for each in await take_all(desk.outbox, limit=50)]
    assert taken == [str(number) for number in range(2000, 2100)]
