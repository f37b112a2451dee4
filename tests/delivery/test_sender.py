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
from bot.model import Alert, Chat, Message
from bot.ports import ChatGone, ChatMoved, Parcel, Rejected, RetryLater, Unconfirmed
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
        Unconfirmed("time-out"),
        ZeroDivisionError("a bug"),
        asyncio.Event(),
    ],
    ids=["busy", "told to wait", "moved", "gone", "rejected", "unconfirmed", "broken", "hangs"],
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
    monkeypatch.setattr(sender, "UNCONFIRMED_PAUSES_SECONDS", (0.05,))
    adapter.meets("1", asyncio.Event())
    await desk.join(1)
    async with sending(desk, adapter):
        await desk.commit(titled("one"))
        await adapter.until(lambda: adapter.heard("1") == ["one"])
    assert len(adapter.tried) == 2


@pytest.mark.parametrize("trouble", [Unconfirmed("a read time-out"), asyncio.Event()])
async def test_copies_of_what_nobody_confirms_are_bounded(
    desk: Desk,
    adapter: Recorder,
    redis: Redis,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    *,
    trouble: Exception | asyncio.Event,
) -> None:
    monkeypatch.setattr(sender, "SEND_SECONDS", 0.05)
    monkeypatch.setattr(sender, "UNCONFIRMED_PAUSES_SECONDS", (0.05, 0.1))
    # Waits before it leaves us say nothing of whether it arrived.
    adapter.meets("1", RetryLater(0, "busy", counts=False), *[trouble] * 20)
    await desk.join(1)
    await desk.commit(titled("one"))
    async with sending(desk, adapter):
        await adapter.until(lambda: len(adapter.tried) == 4)
        await until(lambda: settled(redis))
    assert len(adapter.tried) == 4, "One that never left, and three that may have arrived."
    assert await redis.hget("{nf}:telegram:job:one", "sent") == "1"
    assert caplog.text.count("one counts as sent on telegram after 3 tries") == 1


def test_a_chat_gets_three_more_copies_at_most_and_a_broken_adapter_six_tries() -> None:
    assert sender.UNCONFIRMED_PAUSES_SECONDS == (30.0, 120.0, 600.0)
    assert sender.MOST_STUMBLES == 6


async def test_a_message_that_breaks_the_adapter_is_given_up_and_stops_nobody(
    desk: Desk,
    adapter: Recorder,
    redis: Redis,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(sender, "LONGEST_RETRY_SECONDS", 0.05)
    monkeypatch.setattr(sender, "MOST_STUMBLES", 3)
    adapter.meets("1", *[ZeroDivisionError("of a library")] * 3)
    await desk.join(1, 2)
    async with sending(desk, adapter):
        await desk.commit(titled("one"))
        await adapter.until(lambda: adapter.tried.count(("1", "one")) == 3)
        await desk.commit(titled("two"))
        await adapter.until(lambda: len(adapter.sent) == 3)
    assert [adapter.heard(each) for each in "12"] == [["two"], ["one", "two"]]
    assert caplog.text.count("Traceback") == 3
    dropped = str(await redis.lrange("{nf}:telegram:dropped", 0, -1))
    assert "broke 3 times, last by ZeroDivisionError: of a library" in dropped
    assert await desk.subscriptions.topics(chat(1)) == {"dominance"}


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


class Noting(RedisOutbox):
    """An outbox that counts how often it was told that something arrived."""

    told = 0

    async def acknowledge(self, parcel: Parcel) -> None:
        self.told += 1
        await super().acknowledge(parcel)


@asynccontextmanager
async def sent_while_redis_is_away(
    tmp_path: Path, adapter: Recorder
) -> AsyncIterator[tuple[Noting, Desk]]:
    """A chat got its alert, and many tries to note that have failed."""
    async with EmbeddedRedis(tmp_path) as server, connect(server.url) as client:
        outbox = Noting(client, lease=timedelta(seconds=0.1))
        desk, arrived = Desk(client, outbox), asyncio.Event()
        adapter.meets("1", arrived)
        await desk.join(1)
        async with sending(desk, adapter):
            await desk.commit(titled("one"))
            await adapter.until(lambda: len(adapter.tried) == 1)
            await server.__aexit__(None, None, None)
            arrived.set()

            async def tried_often() -> bool:
                return outbox.told >= 6

            await until(tried_often)
            yield outbox, desk


async def test_what_arrived_while_redis_was_away_does_not_arrive_again(
    tmp_path: Path,
    adapter: Recorder,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(sender, "STORE_PAUSE_SECONDS", 0.02)
    async with (
        sent_while_redis_is_away(tmp_path, adapter) as (_, desk),
        EmbeddedRedis(tmp_path),
    ):
        await desk.commit(titled("two"))
        await adapter.until(lambda: "two" in adapter.heard("1"))
    assert adapter.heard("1") == ["one", "two"]
    assert "twice" not in caplog.text
    assert sum("telegram waits for Redis" in each for each in caplog.messages) == 1


async def test_only_what_was_sent_is_said_to_arrive_twice_perhaps(
    tmp_path: Path,
    adapter: Recorder,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(sender, "STORE_PAUSE_SECONDS", 0.02)
    async with sent_while_redis_is_away(tmp_path, adapter):
        assert "twice" not in caplog.text
        stopped_at = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - stopped_at < 2
    assert "one may reach a chat on telegram twice" in caplog.messages


async def test_what_was_not_sent_is_not_said_to_arrive_twice(
    tmp_path: Path, adapter: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "bot.delivery")
    refused = RetryLater(0.1, "busy")
    async with EmbeddedRedis(tmp_path) as server, connect(server.url) as client:
        desk, away = Desk(client), asyncio.Event()

        class Away(Recorder):
            async def send(self, chat: Chat, message: Message, key: str) -> None:
                await away.wait()
                raise refused

        await desk.join(1)
        async with sending(desk, Away()):
            await desk.commit(titled("one"))
            await server.__aexit__(None, None, None)
            away.set()

            async def told() -> bool:
                return any("one comes back when Redis does" in each for each in caplog.messages)

            await until(told)
    assert "twice" not in caplog.text


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


async def test_what_a_stop_cuts_off_is_there_for_the_next_sender_at_once(
    desk: Desk, adapter: Recorder
) -> None:
    never = asyncio.Event()
    for number in "12":
        adapter.meets(number, never)
    await desk.join(*range(1, 8))
    await desk.commit(titled("one"))
    back: set[str] = set()

    async def are_back(chats: str) -> bool:
        back.update(parcel.chat.id for parcel in await desk.outbox.take("telegram", 10))
        return back == set(chats)

    async with sending(desk, adapter, per_second=20.0) as (stop, _):
        await adapter.until(lambda: len(adapter.tried) == 2)
        stop.set()
        await until(lambda: are_back("34567"), seconds=5.0)
    await until(lambda: are_back("1234567"), seconds=5.0)
    assert adapter.sent == []
