"""The sender on a real outbox: whatever one chat does, the others hear their alerts in order."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.delivery import sender
from bot.delivery.pacing import Pace
from bot.delivery.sender import Sender
from bot.model import Alert, Message
from bot.ports import ChatGone, ChatMoved, Rejected, RetryLater
from bot.stores.connect import Client, connect
from bot.stores.embedded import EmbeddedRedis
from bot.stores.outbox import RedisOutbox
from tests.delivery.recorder import Recorder
from tests.stores.examples import Desk, alert, chat
from tests.stores.processes import until


@pytest.fixture
def desk(store_client: Client) -> Desk:
    return Desk(store_client)


@pytest.fixture
def adapter() -> Recorder:
    return Recorder()


def titled(name: str) -> Alert:
    return replace(alert(name), message=Message(name))


@asynccontextmanager
async def sending(
    desk: Desk, adapter: Recorder, per_second: float = 5_000.0
) -> AsyncIterator[tuple[asyncio.Event, asyncio.Task[None]]]:
    """A sender at work, and what tells it to stop; killed at the end."""
    stop = asyncio.Event()
    task = asyncio.create_task(Sender(desk.outbox, adapter, Pace(per_second)).run(stop))
    try:
        yield stop, task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def settled(redis: Redis) -> bool:
    """Whether nothing is on its way any more."""
    return not await redis.zcard("{nf}:telegram:fly") and not await redis.zcard(
        "{nf}:telegram:ready"
    )


async def test_parcels_arrive_in_the_order_of_joining(
    desk: Desk, adapter: Recorder, redis: Redis
) -> None:
    members = [str(number) for number in (5, 3, 9, 1, *range(20, 60))]
    await desk.join(*members)
    await desk.commit(titled("one"))
    async with sending(desk, adapter, per_second=500.0):
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
        await desk.commit(*(titled(title) for title in titles))
        await adapter.until(lambda: len(adapter.sent) == 8)
        assert [adapter.heard(each) for each in "123"] == [[], titles, titles]
        patience.set()
        await adapter.until(lambda: len(adapter.sent) == 12)
    assert adapter.heard("1") == titles


@pytest.mark.parametrize(
    "trouble",
    [
        RetryLater(60, "busy"),
        RetryLater(60, "wait", counts=False),
        ChatMoved(chat(77)),
        ChatGone("blocked"),
        Rejected("too long"),
        asyncio.Event(),
    ],
    ids=["busy", "told to wait", "moved", "gone", "rejected", "hangs"],
)
async def test_a_chat_that_fails_stops_no_other(
    desk: Desk, adapter: Recorder, trouble: Exception | asyncio.Event
) -> None:
    adapter.meets("2", trouble)
    await desk.join(1, 2, 3)
    async with sending(desk, adapter):
        await desk.commit(titled("one"))
        await adapter.until(lambda: {("1", "one"), ("3", "one")} <= set(adapter.sent))
        await desk.commit(titled("two"))
        await adapter.until(lambda: {("1", "two"), ("3", "two")} <= set(adapter.sent))
        if isinstance(trouble, asyncio.Event):
            trouble.set()


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
    assert adapter.heard("1") == titles
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
        # The next hand-out adds one.
        attempts = {"one|1": "-1", "one|2": "0"}

        async def both_wait() -> bool:
            return bool(await redis.hgetall("{nf}:telegram:att") == attempts)

        await until(both_wait)
    now = (await redis.time())[0] * 1000
    soon = await redis.zcount("{nf}:telegram:fly", "-inf", now + 55_000)
    assert (soon, await redis.zcard("{nf}:telegram:fly")) == (0, 2)


async def test_a_rejected_message_is_dropped_and_logged_and_the_chat_stays(
    desk: Desk, adapter: Recorder, redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    adapter.meets("1", Rejected("message is too long"))
    await desk.join(1)
    async with sending(desk, adapter):
        await desk.commit(titled("one"))
        await adapter.until(lambda: len(adapter.tried) == 1)
        await desk.commit(titled("two"))
        await adapter.until(lambda: adapter.heard("1") == ["two"])
    assert "one was refused by telegram: message is too long; message Message(title='one'" in (
        caplog.text
    )
    assert "message is too long" in str(await redis.lrange("{nf}:telegram:dropped", 0, -1))
    assert await desk.subscriptions.topics(chat(1)) == {"dominance"}


async def test_a_chat_that_is_gone_is_suspended_until_it_speaks(
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
        assert await desk.subscriptions.resume(chat(1)) == "bot was blocked by the user"
        await desk.commit(titled("three"))
        await adapter.until(lambda: adapter.heard("1") == ["three"])


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


async def test_a_send_that_hangs_is_given_up_and_tried_again(
    desk: Desk, adapter: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "SEND_SECONDS", 0.05)
    monkeypatch.setattr(sender, "LONGEST_RETRY_SECONDS", 0.05)
    adapter.meets("1", asyncio.Event())
    await desk.join(1)
    async with sending(desk, adapter):
        await desk.commit(titled("one"))
        await adapter.until(lambda: adapter.heard("1") == ["one"])
    assert len(adapter.tried) == 2


async def test_what_waited_too_long_for_its_turn_goes_back_before_its_lease_ends(
    desk: Desk, adapter: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "BEGIN_WITHIN_SECONDS", 0.05)
    patience = asyncio.Event()
    adapter.meets("1", patience)
    await desk.join(1, 2)
    titles = ["z", "a", "m"]
    async with sending(desk, adapter):
        await desk.commit(*(titled(title) for title in titles))
        await adapter.until(lambda: adapter.heard("2") == titles)
        await asyncio.sleep(0.06)
        patience.set()
        await adapter.until(lambda: len(adapter.heard("1")) == 3)
    assert adapter.heard("1") == titles


async def test_redis_may_go_away_and_come_back(
    tmp_path: Path, adapter: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "bot.delivery")
    async with EmbeddedRedis(tmp_path) as server, connect(server.url) as client:
        desk = Desk(client, RedisOutbox(client, lease=timedelta(seconds=0.3)))
        await desk.join(1, 2)
        async with sending(desk, adapter):
            await desk.commit(titled("one"))
            await adapter.until(lambda: len(adapter.sent) == 2)
            await server.__aexit__(None, None, None)

            async def noticed() -> bool:
                return any("telegram waits for Redis" in each for each in caplog.messages)

            await until(noticed)
            async with EmbeddedRedis(tmp_path):
                await desk.commit(titled("two"))
                await adapter.until(
                    lambda: adapter.heard("1") == adapter.heard("2") == ["one", "two"]
                )

                async def goes_on() -> bool:
                    return "delivery to telegram goes on" in caplog.messages

                await until(goes_on)
                assert sum("waits for Redis" in each for each in caplog.messages) == 1


async def test_stopping_finishes_and_acknowledges_what_is_in_flight(
    desk: Desk, adapter: Recorder, redis: Redis
) -> None:
    arrived = asyncio.Event()
    for number in "123":
        adapter.meets(number, arrived)
    await desk.join(1, 2, 3)
    await desk.commit(titled("one"))
    async with sending(desk, adapter) as (stop, task):
        await adapter.until(lambda: len(adapter.tried) == 3)
        stop.set()
        await desk.commit(titled("two"))
        arrived.set()
        async with asyncio.timeout(5):
            await task
    assert sorted(adapter.sent) == [("1", "one"), ("2", "one"), ("3", "one")]
    assert await redis.hget("{nf}:telegram:job:one", "sent") == "3"
    assert not await redis.zcard("{nf}:telegram:fly")
