"""What becomes of a parcel that was handed out, and of one that somebody else has now."""

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from bot.ports import Outcome, Parcel, Settlement
from bot.stores.outbox import RedisOutbox
from tests.stores.examples import Desk, alert, chat, dumped, heard_by, ids, ripen, take_all

EVERY = list(Outcome)


async def counted(redis: Redis, name: str, job: str = "job") -> int:
    return int(await redis.hget(f"{{nf}}:telegram:job:{job}", name) or 0)


async def test_what_arrived_is_counted_once(desk: Desk, redis: Redis) -> None:
    await desk.join(1, 2)
    await desk.commit(alert("job"))
    one, two = await take_all(desk.outbox)
    await desk.sent(one, one)
    await desk.sent(one, two)
    assert await counted(redis, "sent") == 2
    assert await redis.exists("{nf}:telegram:line", "{nf}:telegram:due") == 0


async def test_tries_are_what_the_sender_says_they_are(desk: Desk) -> None:
    await desk.join(1)
    await desk.commit(alert("a"))
    (parcel,) = await take_all(desk.outbox)
    for attempts, unsure in [(1, 0), (1, 1), (0, 0), (5, 2)]:
        later = Settlement(parcel, Outcome.LATER, attempts=attempts, unsure=unsure)
        await desk.outbox.settle("telegram", [later])
        (parcel,) = await take_all(desk.outbox)
        assert (parcel.attempts, parcel.unsure) == (attempts, unsure)
    await desk.commit(alert("b"))
    await desk.sent(parcel)
    (parcel,) = await take_all(desk.outbox)
    assert (heard_by(parcel)[1], parcel.attempts, parcel.unsure) == (["b"], 0, 0)


async def test_a_lease_that_ran_out_counts_as_a_try(desk: Desk, redis: Redis) -> None:
    await desk.join(1)
    await desk.commit(alert("a"))
    for attempts in range(3):
        (parcel,) = await take_all(desk.outbox)
        assert parcel.attempts == attempts
        await ripen(redis, "1")


async def test_a_postponed_parcel_waits_its_time_and_comes_before_new_ones(
    desk: Desk, redis: Redis
) -> None:
    await desk.join(1, 2, 3)
    await desk.commit(alert())
    one, two = await take_all(desk.outbox, limit=2)
    await desk.settle(Outcome.LATER, one)
    await desk.settle(Outcome.LATER, two, seconds=3600)
    assert ids(await take_all(desk.outbox)) == ["1", "3"]
    assert await take_all(desk.outbox) == []
    seconds, _ = await redis.time()
    due = await redis.zscore("{nf}:telegram:due", "2")
    assert due == pytest.approx((seconds + 3600) * 1000, abs=10_000)


async def test_a_chat_is_left_alone_as_long_as_its_platform_wants(desk: Desk, redis: Redis) -> None:
    await desk.join(1, 2)
    await desk.commit(alert("a"))
    one, two = await take_all(desk.outbox)
    await desk.settle(Outcome.SENT, one, seconds=3600)
    await desk.settle(Outcome.SENT, two)
    await desk.commit(alert("b"))
    assert [heard_by(each) for each in await take_all(desk.outbox)] == [("2", ["b"])]
    await desk.tell("crossed", chat(1))
    assert await take_all(desk.outbox) == []

    await ripen(redis, "1")
    assert [heard_by(each) for each in await take_all(desk.outbox)] == [
        ("1", ["b", "own:telegram:1:crossed"])
    ]
    assert await redis.exists("{nf}:telegram:rest") == 0


async def test_letters_that_spoil_each_other_go_one_at_a_time(desk: Desk) -> None:
    await desk.join(1)
    await desk.commit(alert("a"), alert("b"), alert("c"))
    await desk.settle(Outcome.ALONE, *await take_all(desk.outbox))
    await desk.commit(alert("d"), alert("e"))
    (first,) = await take_all(desk.outbox)
    assert heard_by(first) == ("1", ["a"])
    await desk.settle(Outcome.DEAD, first, reason="malformed")
    assert await desk.drained() == [("1", ["b"]), ("1", ["c"]), ("1", ["d", "e"])]


async def test_what_is_alone_stays_alone_when_it_has_to_wait(desk: Desk) -> None:
    await desk.join(1)
    await desk.commit(alert("a"), alert("b"))
    await desk.settle(Outcome.ALONE, *await take_all(desk.outbox))
    for _ in range(2):
        (parcel,) = await take_all(desk.outbox)
        assert heard_by(parcel) == ("1", ["a"])
        await desk.settle(Outcome.LATER, parcel)
    assert await desk.drained() == [("1", ["a"]), ("1", ["b"])]


async def test_what_was_given_up_holds_up_nothing(desk: Desk, redis: Redis) -> None:
    await desk.join(1)
    await desk.commit(alert("job"))
    (parcel,) = await take_all(desk.outbox)
    await desk.settle(Outcome.DEAD, parcel, reason="too odd")
    await desk.settle(Outcome.DEAD, parcel, reason="too odd")
    assert await counted(redis, "dead") == 1
    await desk.commit(alert("next"))
    assert await desk.drained() == [("1", ["next"])]


# --- Fencing: a sender that slept past its lease says what became of a parcel ---------------------


@pytest_asyncio.fixture
async def zombie(desk: Desk, redis: Redis) -> Parcel:
    """A parcel of chat 1 whose lease is over; nobody else has had it so far."""
    await desk.join(1)
    await desk.commit(alert("a"), alert("b"))
    (parcel,) = await take_all(desk.outbox)
    await ripen(redis, "1")
    return parcel


@pytest.mark.parametrize("outcome", EVERY)
async def test_a_zombie_changes_nothing_once_somebody_else_has_the_parcel(
    desk: Desk, redis: Redis, zombie: Parcel, outcome: Outcome
) -> None:
    (again,) = await take_all(desk.outbox)
    assert (again.chat, again.letters) == (zombie.chat, zombie.letters)
    before = await dumped(redis)
    await desk.settle(outcome, zombie, reason="late", seconds=60)
    assert await dumped(redis) == before
    await desk.sent(again)
    assert await desk.drained() == []


@pytest.mark.parametrize("outcome", EVERY)
async def test_a_zombie_changes_nothing_once_somebody_else_has_settled_it(
    desk: Desk, redis: Redis, zombie: Parcel, outcome: Outcome
) -> None:
    await desk.settle(Outcome.LATER, *await take_all(desk.outbox), seconds=3600)
    before = await dumped(redis)
    await desk.settle(outcome, zombie, reason="late", seconds=60)
    assert await dumped(redis) == before


@pytest.mark.parametrize("outcome", EVERY)
async def test_a_zombie_changes_nothing_once_its_parcel_was_reclaimed(
    desk: Desk, redis: Redis, zombie: Parcel, outcome: Outcome
) -> None:
    await RedisOutbox(desk.client).reclaim(("telegram",))
    before = await dumped(redis)
    await desk.settle(outcome, zombie, reason="late", seconds=60)
    assert await dumped(redis) == before
    assert await desk.drained() == [("1", ["a", "b"])]


@pytest.mark.parametrize("outcome", EVERY)
async def test_a_zombie_changes_nothing_once_somebody_else_has_what_moved(
    desk: Desk, redis: Redis, zombie: Parcel, outcome: Outcome
) -> None:
    await desk.outbox.move(chat(1), chat(2))
    (again,) = await take_all(desk.outbox)
    assert (heard_by(again), again.attempts) == (("2", ["a", "b"]), 1)
    before = await dumped(redis)
    await desk.settle(outcome, zombie, reason="late", seconds=60)
    assert await dumped(redis) == before
    await desk.sent(again)
    assert await desk.drained() == []


async def test_a_late_sender_is_believed_as_long_as_nobody_else_has_the_parcel(
    desk: Desk, zombie: Parcel
) -> None:
    await desk.sent(zombie)
    assert await desk.drained() == []


async def test_a_late_suspension_does_not_silence_a_chat_that_spoke_again(desk: Desk) -> None:
    await desk.join(1)
    await desk.commit(alert("a"))
    (parcel,) = await take_all(desk.outbox)
    await desk.settle(Outcome.SUSPENDED, parcel, reason="blocked")
    await desk.subscriptions.resume(chat(1))
    await desk.settle(Outcome.SUSPENDED, parcel, reason="blocked")
    await desk.commit(alert("b"))
    assert await desk.drained() == [("1", ["a", "b"])]
