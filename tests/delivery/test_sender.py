"""The sender on a real outbox: whatever one chat does, the others hear their alerts in order."""

import asyncio
import math

import pytest
from redis.asyncio import Redis

from bot.delivery import courier, sender
from bot.ports import (
    ChatGone,
    ChatMoved,
    Outcome,
    Rejected,
    RetryLater,
    Unconfirmed,
    UnknownRefusal,
)
from bot.stores.connect import Client
from bot.stores.outbox import LEASE
from tests.delivery.recorder import Recorder
from tests.delivery.sending import DUE, Noting, line, sending, settled, titled
from tests.stores.examples import Desk, chat
from tests.stores.processes import until

pytestmark = pytest.mark.usefixtures("quick_looks")


async def test_parcels_arrive_in_the_order_of_joining(desk: Desk, redis: Redis) -> None:
    adapter = Recorder(per_second=500.0)
    members = [str(number) for number in (5, 3, 9, 1, *range(20, 60))]
    await desk.join(*members)
    await desk.commit(titled("one"))
    async with sending(desk, adapter):
        await adapter.until(lambda: len(adapter.sent) == len(members))
        await until(lambda: settled(redis))
    assert adapter.sent == [(member, "one") for member in members]


async def test_a_slow_chat_hears_in_order_and_holds_up_nobody(
    desk: Desk, adapter: Recorder
) -> None:
    patience = asyncio.Event()
    adapter.meets("1", patience)
    await desk.join(1, 2, 3)
    titles = ["one", "two", "three", "four"]
    async with sending(desk, adapter):
        for number, title in enumerate(titles, 1):
            await desk.commit(titled(title))
            await adapter.until(lambda sent=2 * number: len(adapter.sent) == sent)  # type: ignore[misc]
        assert [adapter.heard(each) for each in "123"] == [[], titles, titles]
        patience.set()
        await adapter.until(lambda: len(adapter.sent) == 12)
    assert adapter.posted("1") == [("one",), ("two", "three", "four")]


@pytest.mark.parametrize(
    "trouble",
    [
        RetryLater(60, "busy"),
        RetryLater(60, "wait", counts=False),
        ChatMoved(chat(77)),
        ChatGone("blocked"),
        Rejected("too long"),
        UnknownRefusal("a teapot"),
        Unconfirmed("time-out"),
        ZeroDivisionError("a bug"),
        asyncio.Event(),
    ],
    ids=[
        "busy", "told to wait", "moved", "gone", "rejected", "refused", "unconfirmed", "broken",
        "hangs",
    ],
)  # fmt: skip
async def test_a_chat_that_fails_stops_no_other(
    desk: Desk, trouble: Exception | asyncio.Event
) -> None:
    adapter = Recorder(at_once=2)
    adapter.meets("2", trouble)
    await desk.join(1, 2, 3)
    async with sending(desk, adapter):
        await desk.commit(titled("one"))
        await adapter.until(lambda: {("1", "one"), ("3", "one")} <= set(adapter.sent))
        await desk.commit(titled("two"))
        await adapter.until(lambda: {("1", "two"), ("3", "two")} <= set(adapter.sent))


async def test_a_chat_asked_to_wait_hears_nothing_newer_first(
    desk: Desk, adapter: Recorder, redis: Redis
) -> None:
    adapter.meets("1", RetryLater(1.0, "wait", counts=False), RetryLater(0.2, "wait", counts=False))
    await desk.join(1, 2)
    titles = ["z", "a", "m", "b"]
    async with sending(desk, adapter):
        await desk.commit(titled("z"))
        await adapter.until(lambda: adapter.tried.count(("1", "z")) == 1)
        await desk.commit(*(titled(title) for title in titles[1:]))
        await adapter.until(lambda: adapter.heard("2") == titles)
        assert adapter.heard("1") == []
        await adapter.until(lambda: len(adapter.heard("1")) == 4)
        await until(lambda: settled(redis))
    assert adapter.posted("1") == [("z",), ("a", "m", "b")], "A try has the same letters again."
    assert adapter.tried.count(("1", "z")) == 3
    assert len(adapter.keys["1", "z"]) == 1, "Every try bears the same key."


async def test_a_wait_the_platform_asks_for_uses_up_no_attempt(
    desk: Desk, adapter: Recorder, redis: Redis
) -> None:
    adapter.meets("1", RetryLater(60, "wait", counts=False))
    adapter.meets("2", RetryLater(60, "busy"))
    await desk.join(1, 2)
    await desk.commit(titled("one"))
    async with sending(desk, adapter):

        async def both_wait() -> bool:
            lines = [await line(redis, member) for member in "12"]
            return all(each and "lease" not in each for each in lines)

        await until(both_wait)
    assert [(await line(redis, member))["attempts"] for member in "12"] == [0, 1]
    now = (await redis.time())[0] * 1000
    soon = await redis.zcount(DUE, "-inf", now + 55_000)
    assert (soon, await redis.zcard(DUE)) == (0, 2)


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 2), (1, 4), (4, 32), (8, 300), (5_000, 300)])
async def test_a_chat_that_keeps_failing_is_tried_ever_less_often(
    attempts: int, seconds: int
) -> None:
    assert math.isclose(courier._backoff_seconds(attempts), seconds)


async def test_a_chat_that_is_gone_is_suspended_until_it_speaks_and_hears_what_it_missed(
    desk: Desk, adapter: Recorder
) -> None:
    adapter.meets("1", ChatGone("bot was blocked by the user"))
    await desk.join(1, 2)
    async with sending(desk, adapter):
        await desk.commit(titled("one"))
        await adapter.until(lambda: len(adapter.tried) == 2)
        await desk.commit(titled("two"))
        await adapter.until(lambda: adapter.heard("2") == ["one", "two"])
        assert adapter.heard("1") == []
        resumed = await desk.subscriptions.resume(chat(1))
        assert resumed is not None
        assert (resumed.reason, resumed.missed) == ("bot was blocked by the user", 2)
        await adapter.until(lambda: adapter.posted("1") == [("one", "two")])
        await desk.commit(titled("three"))
        await adapter.until(lambda: adapter.heard("1") == ["one", "two", "three"])


async def test_a_chat_that_moved_hears_it_under_its_new_name(desk: Desk, adapter: Recorder) -> None:
    adapter.meets("1", ChatMoved(chat(-100)))
    await desk.join(1)
    async with sending(desk, adapter):
        await desk.commit(titled("one"))
        await adapter.until(lambda: adapter.heard("-100") == ["one"])
        await desk.commit(titled("two"))
        await adapter.until(lambda: adapter.heard("-100") == ["one", "two"])
    assert adapter.heard("1") == []
    assert await desk.subscriptions.topics(chat(-100)) == {"dominance"}


async def test_what_waited_too_long_for_its_turn_goes_back_before_its_lease_ends(
    store_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "BEGIN_WITHIN_SECONDS", 0.3)
    adapter, outbox, patience = Recorder(at_once=1), Noting(store_client), asyncio.Event()
    desk = Desk(store_client, outbox)
    adapter.meets("1", patience)
    await desk.join(1, 2)
    await desk.commit(titled("one"))
    async with sending(desk, adapter):
        await adapter.until(lambda: len(adapter.tried) == 1)
        await asyncio.sleep(0.31)
        patience.set()
        await adapter.until(lambda: adapter.sent == [("1", "one"), ("2", "one")])
        await until(lambda: _told(outbox, "2", Outcome.SENT))
    assert outbox.outcomes("2")[0] is Outcome.LATER


async def _told(outbox: Noting, chat_id: str, outcome: Outcome) -> bool:
    return outcome in outbox.outcomes(chat_id)


def test_a_send_ends_before_its_lease_does() -> None:
    longest = sender.BEGIN_WITHIN_SECONDS + courier.SEND_SECONDS
    assert longest < LEASE.total_seconds()
