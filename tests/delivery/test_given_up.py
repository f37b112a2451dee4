"""What cannot be delivered ends among the dead letters, and never at the cost of others."""

import asyncio

import pytest
from redis.asyncio import Redis

from bot.delivery import courier
from bot.ports import Rejected, RetryLater, Unconfirmed, UnknownRefusal
from bot.stores.connect import Client
from bot.stores.dead_letters import RedisDeadLetters
from tests.delivery.recorder import Recorder
from tests.delivery.sending import ended, line, sending, settled, titled
from tests.stores.examples import Desk, chat
from tests.stores.processes import until

pytestmark = pytest.mark.usefixtures("quick_looks")


@pytest.fixture
def dead(store_client: Client) -> RedisDeadLetters:
    return RedisDeadLetters(store_client)


async def test_a_rejected_message_is_kept_and_logged_and_its_chat_stays(
    desk: Desk, adapter: Recorder, dead: RedisDeadLetters, caplog: pytest.LogCaptureFixture
) -> None:
    adapter.meets("1", Rejected("message is too long"))
    await desk.join(1)
    async with sending(desk, adapter):
        await desk.commit(titled("one"))
        await adapter.until(lambda: len(adapter.tried) == 1)
        await desk.commit(titled("two"))
        await adapter.until(lambda: adapter.heard("1") == ["two"])
    assert "one was refused by telegram: message is too long; message [Message(title='one'" in (
        caplog.text
    )
    (letter,) = await dead.listed("telegram", 9)
    assert (letter.job, letter.chat, letter.reason) == ("one", chat(1), "message is too long")
    assert await desk.subscriptions.topics(chat(1)) == {"dominance"}


async def test_of_several_letters_only_the_one_that_is_refused_is_given_up(
    desk: Desk, adapter: Recorder, dead: RedisDeadLetters, redis: Redis
) -> None:
    adapter.poison = {"two"}
    await desk.join(1, 2)
    await desk.commit(*(titled(title) for title in ("one", "two", "three")))
    async with sending(desk, adapter):
        await adapter.until(lambda: len(adapter.sent) == 4)
        await until(lambda: settled(redis))
    assert adapter.posted("1") == adapter.posted("2") == [("one",), ("three",)]
    letters = await dead.listed("telegram", 9)
    assert {(each.job, each.chat) for each in letters} == {("two", chat(1)), ("two", chat(2))}
    await desk.commit(titled("four"), titled("five"))
    async with sending(desk, adapter):
        await adapter.until(lambda: len(adapter.sent) == 8)
    assert adapter.posted("1")[2:] == [("four", "five")], "Afterwards it hears all at once again."


async def test_dead_letters_can_be_sent_again(
    desk: Desk, adapter: Recorder, dead: RedisDeadLetters, redis: Redis
) -> None:
    adapter.poison = {"one"}
    await desk.join(1, 2)
    async with sending(desk, adapter):
        await desk.commit(titled("one"))
        await adapter.until(lambda: len(adapter.tried) == 2)
        await until(lambda: settled(redis))
        adapter.poison.clear()
        assert await dead.redrive("telegram") == 2
        await adapter.until(lambda: set(adapter.sent) == {("1", "one"), ("2", "one")})
        await until(lambda: settled(redis))
    assert await dead.listed("telegram", 9) == []


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (Unconfirmed("a read time-out"), "a read time-out"),
        (UnknownRefusal("a teapot"), "a teapot"),
        (asyncio.Event(), "no answer in 0 s"),
        (ZeroDivisionError("in a library"), "the adapter broke: ZeroDivisionError: in a library"),
    ],
    ids=["unconfirmed", "refused", "hangs", "broken"],
)
async def test_tries_that_nobody_can_make_sense_of_are_bounded(
    desk: Desk,
    adapter: Recorder,
    redis: Redis,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    *,
    trouble: Exception | asyncio.Event,
    reason: str,
) -> None:
    monkeypatch.setattr(courier, "SEND_SECONDS", 0.1)
    monkeypatch.setattr(courier, "UNSURE_PAUSES_SECONDS", (0.05, 0.1))
    # Waits before it leaves us say nothing of whether it arrived.
    adapter.meets("1", RetryLater(0, "busy", counts=False), *[trouble] * 20)
    await desk.join(1, 2)
    await desk.commit(titled("one"))
    async with sending(desk, adapter):
        await adapter.until(lambda: adapter.tried.count(("1", "one")) == 4)
        await until(lambda: settled(redis))
    assert adapter.tried.count(("1", "one")) == 4, "One that never left, and three that may have."
    assert len(adapter.keys["1", "one"]) == 1
    assert adapter.sent == [("2", "one")]
    (letter,) = await RedisDeadLetters(desk.client).listed("telegram", 9)
    assert letter.reason == f"after 3 tries: {reason}"
    assert (await ended(redis, "one", "sent"), await ended(redis, "one", "dead")) == (1, 1)
    assert caplog.text.count("one is given up on telegram after 3 tries") == 1
    assert await desk.subscriptions.topics(chat(1)) == {"dominance"}


def test_a_chat_gets_four_more_copies_at_most() -> None:
    assert courier.UNSURE_PAUSES_SECONDS == (30.0, 120.0, 600.0, 1800.0)


async def test_a_send_that_hangs_is_given_up_and_tried_again(
    desk: Desk, adapter: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "SEND_SECONDS", 0.05)
    monkeypatch.setattr(courier, "UNSURE_PAUSES_SECONDS", (0.05,))
    adapter.meets("1", asyncio.Event())
    await desk.join(1)
    async with sending(desk, adapter):
        await desk.commit(titled("one"))
        await adapter.until(lambda: adapter.heard("1") == ["one"])
    assert len(adapter.tried) == 2


async def test_no_try_is_used_up_while_the_platform_gives_no_sign_of_life(
    desk: Desk, adapter: Recorder, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "UNSURE_PAUSES_SECONDS", (0.05,))
    monkeypatch.setattr(courier, "_backoff_seconds", lambda _: 0.05)
    adapter.meets("1", Unconfirmed("a read time-out"))
    adapter.silent = RetryLater(1, "no route")
    await desk.join(1, 2)
    await desk.commit(titled("one"))
    async with sending(desk, adapter):
        await adapter.until(lambda: adapter.checks >= 4)
        assert adapter.tried.count(("1", "one")) == 1
        assert (await line(redis, "1"))["unsure"] == 1
        await desk.commit(titled("two"))
        await adapter.until(lambda: adapter.heard("2") == ["one", "two"])
        adapter.silent = None
        await adapter.until(lambda: adapter.heard("1") == ["one", "two"])
    assert adapter.tried.count(("1", "one")) == 2


async def test_a_check_that_breaks_stops_nobody(
    desk: Desk, adapter: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "UNSURE_PAUSES_SECONDS", (0.05,))
    monkeypatch.setattr(courier, "_backoff_seconds", lambda _: 0.05)
    adapter.meets("1", Unconfirmed("a read time-out"))
    adapter.silent = ZeroDivisionError("of a library")
    await desk.join(1, 2)
    await desk.commit(titled("one"))
    async with sending(desk, adapter):
        await adapter.until(lambda: adapter.checks >= 2)
        await desk.commit(titled("two"))
        await adapter.until(lambda: adapter.heard("2") == ["one", "two"])
        adapter.silent = None
        await adapter.until(lambda: adapter.heard("1") == ["one", "two"])


async def test_a_message_that_breaks_rendering_stops_nobody(
    desk: Desk, dead: RedisDeadLetters, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "UNSURE_PAUSES_SECONDS", ())
    adapter = Recorder()
    adapter.unspeakable = {"one"}
    await desk.join(1)
    async with sending(desk, adapter):
        await desk.commit(titled("one"))
        await until(lambda: settled(redis))
        await desk.commit(titled("two"))
        await adapter.until(lambda: adapter.heard("1") == ["two"])
    (letter,) = await dead.listed("telegram", 9)
    assert letter.reason.startswith("after 1 tries: the adapter broke: ZeroDivisionError")
