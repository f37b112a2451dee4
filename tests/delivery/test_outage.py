"""A platform that is down is not tried in vain, and nothing is lost meanwhile."""

import asyncio

import pytest
from redis.asyncio import Redis

from bot.delivery import courier, outage, sender
from bot.delivery.pacing import AHEAD_SECONDS
from bot.ports import RetryLater, Unconfirmed
from tests.delivery.recorder import Recorder
from tests.delivery.sending import line, sending, settled, titled
from tests.stores.examples import Desk
from tests.stores.processes import until

pytestmark = pytest.mark.usefixtures("quick_looks")
MEMBERS = [str(number) for number in range(1, 41)]


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every pause be short, and none so short that it is no pause."""
    monkeypatch.setattr(outage, "PAUSE_SECONDS", 0.1)
    monkeypatch.setattr(outage, "LONGEST_PAUSE_SECONDS", 0.2)
    monkeypatch.setattr(sender, "PAUSE_SECONDS", 0.1)
    monkeypatch.setattr(courier, "_backoff_seconds", lambda _: 0.1)
    monkeypatch.setattr(courier, "UNSURE_PAUSES_SECONDS", (0.1, 0.1))


@pytest.mark.parametrize(
    "trouble", [RetryLater(0.1, "503"), Unconfirmed("a read time-out")], ids=["503", "time-outs"]
)
async def test_while_a_platform_is_down_few_are_tried_and_afterwards_all_arrive(
    desk: Desk, redis: Redis, caplog: pytest.LogCaptureFixture, *, trouble: Exception
) -> None:
    caplog.set_level("INFO", "bot.delivery.outage")
    adapter = Recorder(at_once=4)
    adapter.down = trouble
    await desk.join(*MEMBERS)
    await desk.commit(titled("one"))
    async with sending(desk, adapter):
        await adapter.until(lambda: adapter.checks >= 3)
        most = outage.CHATS + adapter.limits.at_once - 1
        assert outage.CHATS <= len(adapter.tried) <= most
        lines = [await line(redis, member) for member in MEMBERS]
        used = sum(each.get("attempts", 0) + each.get("unsure", 0) for each in lines)
        assert used == len(adapter.tried), "Whoever was not tried lost nothing."
        adapter.down = None
        await adapter.until(lambda: len(adapter.sent) == len(MEMBERS))
        await until(lambda: settled(redis))
    assert sorted(adapter.sent) == sorted((member, "one") for member in MEMBERS)
    said = [record.message for record in caplog.records if record.name == outage.__name__]
    assert said[0].startswith("telegram is out of reach for alerts, which wait: ")
    assert said[1:] == ["telegram answers again; alerts go on"]


async def test_a_platform_that_only_answers_is_tried_a_little_at_each_answer(desk: Desk) -> None:
    adapter = Recorder(at_once=4)
    await desk.join(*MEMBERS)
    await desk.commit(titled("one"))
    for member in MEMBERS:
        adapter.meets(member, *[RetryLater(0.1, "503")] * 50)
    async with sending(desk, adapter):
        await adapter.until(lambda: adapter.checks >= 3)
        at_once = adapter.limits.at_once
        assert len(adapter.tried) <= outage.CHATS + at_once - 1 + 3 * at_once


async def test_a_platform_that_hangs_for_one_chat_stops_no_other(desk: Desk) -> None:
    adapter = Recorder(at_once=2)
    adapter.meets("1", asyncio.Event())
    await desk.join(*MEMBERS)
    async with sending(desk, adapter):
        for title in ("one", "two", "three"):
            await desk.commit(titled(title))
            await adapter.until(lambda it=title: adapter.heard(MEMBERS[-1])[-1:] == [it])  # type: ignore[misc]
    for member in MEMBERS[1:]:
        assert adapter.heard(member) == ["one", "two", "three"]


async def test_chats_that_fail_among_others_that_do_not_are_no_outage(
    desk: Desk, redis: Redis
) -> None:
    adapter = Recorder(at_once=1)
    for member in MEMBERS[::2]:
        adapter.meets(member, RetryLater(0.1, "502"))
    await desk.join(*MEMBERS)
    await desk.commit(titled("one"))
    async with sending(desk, adapter):
        await adapter.until(lambda: len(adapter.sent) == len(MEMBERS))
        await until(lambda: settled(redis))
    assert adapter.checks == 0


async def test_one_chat_that_fails_again_and_again_is_no_outage(
    desk: Desk, adapter: Recorder
) -> None:
    tries = outage.CHATS + 3
    adapter.meets("1", *[RetryLater(0.02, "502")] * tries)
    await desk.join(1)
    await desk.commit(titled("one"))
    async with sending(desk, adapter):
        await adapter.until(lambda: adapter.heard("1") == ["one"])
    assert (len(adapter.tried), adapter.checks) == (tries + 1, 0)


async def test_while_a_platform_wants_nothing_no_sender_sends(desk: Desk) -> None:
    pause_seconds, flooded = 1.0, "10"
    adapters = [Recorder(per_second=40.0, at_once=2), Recorder(per_second=40.0, at_once=2)]
    for adapter in adapters:
        adapter.meets(flooded, RetryLater(pause_seconds, "flood", counts=False, everything=True))
    await desk.join(*MEMBERS)
    await desk.commit(titled("one"))
    async with sending(desk, adapters[0]), sending(desk, adapters[1]):
        told_off, other = await _first_to_try(adapters, flooded)
        at = told_off.tried_at[-1]
        other.calm(flooded)
        await until(lambda: _all_arrived(adapters), seconds=8.0)
    over = at + pause_seconds
    assert [time for time in told_off.tried_at if at < time < over] == []
    # What the other one had reserved before goes out, and it reserves no further ahead than this.
    reserved = at + len(adapters) * AHEAD_SECONDS + 0.05
    assert [time for time in other.tried_at if reserved < time < over] == []
    assert sorted(told_off.sent + other.sent) == sorted((each, "one") for each in MEMBERS)


async def _first_to_try(adapters: list[Recorder], member: str) -> tuple[Recorder, Recorder]:
    """Who tried a chat first, and who did not."""
    one, two = adapters
    waits = [
        asyncio.create_task(each.until(lambda it=each: (member, "one") in it.tried))  # type: ignore[misc]
        for each in adapters
    ]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    return (one, two) if (member, "one") in one.tried else (two, one)


async def _all_arrived(adapters: list[Recorder]) -> bool:
    return sum(len(adapter.sent) for adapter in adapters) >= len(MEMBERS)
