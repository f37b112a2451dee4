"""Who is meant by an alert, and how walks that cross bring it to everybody once and in order."""

from collections import defaultdict
from collections.abc import Sequence

import pytest
from redis.asyncio import Redis

from bot.ports import Outcome
from tests.stores.examples import Desk, alert, chat, heard_by, ids, take_all

Heard = Sequence[tuple[str, list[str]]]


def by_chat(*heard: Heard) -> dict[str, list[str]]:
    """All that each chat heard, in order."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for each in heard:
        for who, jobs in each:
            found[who] += jobs
    return dict(found)


async def some(desk: Desk, limit: int) -> Heard:
    """Send so many parcels."""
    parcels = await take_all(desk.outbox, limit=limit)
    await desk.sent(*parcels)
    return [heard_by(each) for each in parcels]


# --- Who is meant ---------------------------------------------------------------------------------


async def test_a_chat_that_joined_later_gets_nothing_old(desk: Desk) -> None:
    await desk.join(1, 2)
    await desk.commit(alert("old"))
    first = await some(desk, 1)
    await desk.join(3)
    await desk.commit(alert("new"))
    assert by_chat(first, await desk.drained()) == {
        "1": ["old", "new"], "2": ["old", "new"], "3": ["new"],
    }  # fmt: skip


async def test_a_chat_that_joins_a_carriers_topic_later_still_hears_its_own(desk: Desk) -> None:
    await desk.join(1, topic="season")
    await desk.join(2, 3)
    await desk.commit(alert("s", "season"))
    await desk.commit(alert("d"))
    await desk.join(3, topic="season")
    assert by_chat(await desk.drained(1)) == {"1": ["s"], "2": ["d"], "3": ["d"]}


async def test_a_chat_that_leaves_before_its_turn_gets_nothing(desk: Desk) -> None:
    await desk.join(1, 2, 3, 4, 5)
    await desk.commit(alert())
    one, two, three = await take_all(desk.outbox, limit=3)
    await desk.settle(Outcome.LATER, one)
    await desk.sent(two)
    await desk.settle(Outcome.SUSPENDED, three)
    for number in (1, 3, 4):
        await desk.subscriptions.unsubscribe(chat(number), ["dominance"])
    assert ids(await take_all(desk.outbox)) == ["5"]
    assert await desk.subscriptions.resume(chat(3)) is not None
    assert await take_all(desk.outbox) == []


async def test_what_is_out_already_when_a_chat_leaves_is_its_last(desk: Desk, redis: Redis) -> None:
    await desk.join(1)
    await desk.join(1, topic="season")
    await desk.commit(alert("d"), alert("s", "season"))
    (parcel,) = await take_all(desk.outbox)
    await desk.subscriptions.unsubscribe(chat(1), ["dominance"])
    await desk.settle(Outcome.LATER, parcel)
    assert await desk.drained() == [("1", ["s"])]
    assert await redis.exists("{nf}:telegram:line", "{nf}:telegram:due") == 0


async def test_a_chat_that_left_and_joined_again_waits_for_the_next_alert(desk: Desk) -> None:
    await desk.join(1, 2)
    await desk.commit(alert("first"))
    one, _ = await take_all(desk.outbox)
    await desk.settle(Outcome.LATER, one)
    await desk.subscriptions.unsubscribe(chat(1), ["dominance"])
    await desk.join(1)
    assert await take_all(desk.outbox) == []
    await desk.commit(alert("second"))
    assert [heard_by(each) for each in await take_all(desk.outbox)] == [("1", ["second"])]


@pytest.mark.parametrize("left", ["season", "dominance"])
async def test_leaving_a_topic_after_its_walk_came_by_brings_nothing_twice(
    desk: Desk, left: str
) -> None:
    await desk.join(1, 2, topic="season")
    await desk.join(3, 1)
    await desk.commit(alert("s", "season"))
    await desk.commit(alert("d"))
    first = await some(desk, 1)
    assert first == [("1", ["s", "d"])]
    await desk.subscriptions.unsubscribe(chat(1), [left])
    assert by_chat(await desk.drained(1)) == {"2": ["s"], "3": ["d"]}


async def test_leaving_a_carriers_topic_before_it_came_by_loses_nothing(desk: Desk) -> None:
    await desk.join(2, 1, topic="season")
    await desk.join(1)
    await desk.commit(alert("s", "season"))
    await desk.commit(alert("d"))
    assert await some(desk, 1) == [("2", ["s"])]
    await desk.subscriptions.unsubscribe(chat(1), ["season"])
    assert await desk.drained(1) == [("1", ["d"])]


# --- Walks that cross -----------------------------------------------------------------------------


async def test_what_is_fired_during_a_walk_reaches_those_before_and_behind_it(desk: Desk) -> None:
    await desk.join(*range(6))
    await desk.commit(alert("a"))
    first = await some(desk, 2)
    await desk.commit(alert("b"))
    second = await some(desk, 2)
    assert second == [("2", ["a", "b"]), ("3", ["a", "b"])], "Those before hear both at once."
    await desk.commit(alert("c"))
    heard = by_chat(first, second, await desk.drained(2))
    assert heard == {str(number): ["a", "b", "c"] for number in range(6)}


async def test_a_topic_that_fires_twice_is_walked_once(desk: Desk) -> None:
    await desk.join(*range(5))
    await desk.commit(alert("a"))
    await desk.commit(alert("b"), alert("c"))
    assert await desk.drained(2) == [(str(number), ["a", "b", "c"]) for number in range(5)]


async def test_later_joiners_of_a_topic_that_fires_twice_hear_the_second(desk: Desk) -> None:
    await desk.join(1, 2)
    await desk.commit(alert("a"))
    await desk.join(3)
    await desk.commit(alert("b"))
    assert await desk.drained(1) == [("1", ["a", "b"]), ("2", ["a", "b"]), ("3", ["b"])]


async def test_topics_that_share_half_their_chats(desk: Desk) -> None:
    await desk.join(*range(20))
    await desk.join(*range(29, 9, -1), topic="season")
    await desk.join(*range(5, 25), topic="phase")
    await desk.commit(alert("d1"), alert("s1", "season"))
    first = await some(desk, 7)
    await desk.commit(alert("p1", "phase"), alert("s2", "season"))
    second = await some(desk, 11)
    await desk.commit(alert("d2"))
    heard = by_chat(first, second, await desk.drained(3))
    for number in range(30):
        expected = [
            name
            for name, hears in [
                ("d1", number < 20), ("s1", number >= 10), ("p1", 5 <= number < 25),
                ("s2", number >= 10), ("d2", number < 20),
            ]
            if hears
        ]  # fmt: skip
        assert heard[str(number)] == expected


async def test_more_jobs_are_ready_than_one_rides_on(desk: Desk) -> None:
    topics = [f"topic{number:02}" for number in range(70)]
    for number, topic in enumerate(topics):
        await desk.join(number, topic=topic)
    for topic in reversed(topics[::3]):
        await desk.join("many", topic=topic)
    for topic in topics[:50]:
        await desk.commit(alert(f"of-{topic}", topic))
    first = await some(desk, 25)
    for topic in topics[50:]:
        await desk.commit(alert(f"of-{topic}", topic))
    heard = by_chat(first, await desk.drained(4))
    assert heard.pop("many") == [f"of-{topic}" for topic in topics[::3]]
    assert heard == {str(number): [f"of-{topic}"] for number, topic in enumerate(topics)}


async def test_no_alert_is_overtaken_by_one_that_found_an_earlier_walk_to_ride_on(
    desk: Desk,
) -> None:
    for number in range(35):
        await desk.join(number, topic=f"topic{number}")
    await desk.join("many", topic="carrier")
    await desk.join("many", topic="first")
    await desk.join("many", topic="second")
    for number in range(35):
        await desk.commit(alert(f"alert{number}", f"topic{number}"))
    await desk.commit(alert("carrier", "carrier"))
    await desk.commit(alert("first", "first"))
    await some(desk, 20)
    await desk.commit(alert("second", "second"))
    assert by_chat(await desk.drained(1))["many"] == ["carrier", "first", "second"]


async def test_many_resting_chats_do_not_hide_the_others(desk: Desk, redis: Redis) -> None:
    await desk.join(*range(2500))
    await redis.zadd("{nf}:telegram:rest", {str(n): 1e15 for n in range(2400)})
    await desk.commit(alert())
    taken: list[str] = []
    for _ in range(5):
        taken += ids(await take_all(desk.outbox, limit=50))
    assert taken == [str(number) for number in range(2400, 2500)]


async def test_platforms_are_walked_apart(desk: Desk) -> None:
    await desk.join(1, 2)
    await desk.subscriptions.subscribe(chat(1, "discord"), ["dominance"])
    await desk.commit(alert("a"))
    assert await some(desk, 1) == [("1", ["a"])]
    assert ids(await take_all(desk.outbox, "discord")) == ["1"]
    assert await desk.drained() == [("2", ["a"])]
