"""What chats asked for themselves goes before what is told to all."""

from redis.asyncio import Redis

from bot.model import Chat, Message
from bot.ports import Outcome
from tests.stores.examples import Desk, alert, chat, heard_by, ids, ripen, take_all


async def test_own_alerts_go_before_broadcasts_and_before_second_tries(desk: Desk) -> None:
    await desk.join(1, 2, 3, 4)
    await desk.commit(alert("a"))
    one, two = await take_all(desk.outbox, limit=2)
    await desk.settle(Outcome.LATER, one)
    await desk.sent(two)
    await desk.tell("crossed", chat(9), chat(8))
    assert [heard_by(each) for each in await take_all(desk.outbox, limit=2)] == [
        ("9", ["own:telegram:9:crossed"]), ("8", ["own:telegram:8:crossed"]),
    ]  # fmt: skip
    assert ids(await take_all(desk.outbox)) == ["1", "3", "4"]


async def test_own_alerts_are_told_to_their_own_chat_alone(desk: Desk) -> None:
    thread = Chat("telegram", "-100", "4")
    await desk.join(5)
    await desk.tell("crossed", thread, chat(3, "discord"))
    (parcel,) = await take_all(desk.outbox)
    assert parcel.chat == thread
    (letter,) = parcel.letters
    assert (letter.message, letter.outdated) == (Message("own crossed"), False)
    assert ids(await take_all(desk.outbox, "discord")) == ["3"]
    await desk.sent(parcel)
    assert await take_all(desk.outbox) == []


async def test_an_own_alert_goes_together_with_what_else_waits(desk: Desk) -> None:
    await desk.join(1, 2)
    await desk.commit(alert("a"))
    one, two = await take_all(desk.outbox)
    await desk.commit(alert("b"))
    await desk.sent(two)
    assert await desk.drained() == [("2", ["b"])]
    await desk.tell("crossed", chat(1), chat(2))
    assert await desk.drained() == [("2", ["own:telegram:2:crossed"])]
    await desk.sent(one)
    assert await desk.drained() == [("1", ["b", "own:telegram:1:crossed"])]


async def test_an_own_alert_takes_along_what_a_walk_would_bring_later(desk: Desk) -> None:
    await desk.join(1, 2, 3)
    await desk.commit(alert("a"))
    await desk.tell("crossed", chat(3))
    await desk.commit(alert("b"))
    assert [heard_by(each) for each in await take_all(desk.outbox, limit=1)] == [
        ("3", ["a", "own:telegram:3:crossed", "b"])
    ]
    assert await desk.drained(1) == [("1", ["a", "b"]), ("2", ["a", "b"])]


async def test_many_own_alerts_of_one_chat_stay_in_order(desk: Desk) -> None:
    for number in range(30):
        await desk.tell(f"{number:02}", chat(1))
    heard = [job for _, jobs in await desk.drained() for job in jobs]
    assert heard == [f"own:telegram:1:{number:02}" for number in range(30)]


async def test_own_alerts_of_one_chat_go_together_in_order(desk: Desk) -> None:
    for name in "abc":
        await desk.tell(name, chat(1))
    assert await desk.drained() == [("1", [f"own:telegram:1:{name}" for name in "abc"])]


async def test_a_broadcast_joins_an_own_alert_that_waits(desk: Desk, redis: Redis) -> None:
    await desk.join(1)
    await desk.tell("crossed", chat(1))
    (parcel,) = await take_all(desk.outbox)
    await desk.settle(Outcome.LATER, parcel, seconds=3600)
    await desk.commit(alert("a"))
    assert await desk.drained() == []
    await ripen(redis, "1")
    assert await desk.drained() == [("1", ["own:telegram:1:crossed"]), ("1", ["a"])]


async def test_an_own_alert_is_enqueued_once(desk: Desk, redis: Redis) -> None:
    for heard in [("1", ["own:telegram:1:crossed"])], []:
        for _ in range(2):
            await desk.tell("crossed", chat(1))
        assert await desk.drained() == heard
    assert await redis.pttl("{nf}:telegram:job:own:telegram:1:crossed") > 0
