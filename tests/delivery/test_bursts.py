"""What comes thick and fast: a few messages at once, and the rest of a minute as one."""

import math

import pytest
from redis.asyncio import Redis

from bot.delivery import bursts
from bot.delivery.bursts import Bursts
from bot.ports.chats import MESSAGES_PER_MINUTE
from tests.delivery.recorder import Recorder
from tests.delivery.sending import DUE, line, sending, titled
from tests.stores.examples import Desk
from tests.stores.processes import until

pytestmark = pytest.mark.usefixtures("quick_looks")


def test_a_chat_that_heard_enough_waits_until_the_oldest_is_a_minute_old() -> None:
    heard = Bursts(3)
    for at in (0.0, 10.0, 20.0):
        assert heard.wait_seconds("1", at) == 0.0
        heard.sent("1", at)
    assert [heard.wait_seconds("1", at) for at in (20.0, 59.0, 60.0)] == [40.0, 1.0, 0.0]
    assert heard.wait_seconds("2", 20.0) == 0.0
    heard.sent("1", 60.0)
    assert heard.wait_seconds("1", 61.0) == 9.0


def test_few_chats_are_kept_in_mind_and_none_where_there_is_no_limit() -> None:
    heard, endless = Bursts(1, most_chats=2), Bursts(math.inf)
    for at, member in enumerate("123"):
        heard.sent(member, at)
        endless.sent(member, at)
    assert (len(heard), len(endless)) == (2, 0)
    assert [heard.wait_seconds(member, 3.0) > 0 for member in "123"] == [False, True, True]


@pytest.mark.parametrize("times", [5])
async def test_of_many_alerts_in_a_minute_a_few_come_at_once_and_the_rest_together(
    desk: Desk, redis: Redis, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    monkeypatch.setattr(bursts, "WINDOW_SECONDS", 1.5)
    adapter = Recorder(messages_per_minute=MESSAGES_PER_MINUTE)
    await desk.join(1)
    titles = [f"alert {number}" for number in range(3 + times)]
    async with sending(desk, adapter):
        for number, title in enumerate(titles):
            await desk.commit(titled(title.replace(" ", "_")))
            if number < MESSAGES_PER_MINUTE:
                await adapter.until(lambda so_far=number: len(adapter.posts) > so_far)  # type: ignore[misc]
        await adapter.until(lambda: len(adapter.posts) == MESSAGES_PER_MINUTE + 1)
    names = [title.replace(" ", "_") for title in titles]
    assert adapter.posted("1") == [(names[0],), (names[1],), (names[2],), tuple(names[3:])]
    assert adapter.posts[-1].at - adapter.posts[0].at >= 1.5


async def test_what_waits_for_the_minutes_end_was_not_tried_and_holds_up_no_other(
    desk: Desk, redis: Redis
) -> None:
    adapter = Recorder(messages_per_minute=1)
    await desk.join(1)
    async with sending(desk, adapter):
        await desk.commit(titled("one"))
        await adapter.until(lambda: len(adapter.posts) == 1)
        await desk.join(2)
        await desk.commit(titled("two"))
        await adapter.until(lambda: adapter.heard("2") == ["two"])

        async def waits() -> bool:
            stored, due = await line(redis, "1"), await redis.zscore(DUE, "1")
            soon_ms = (await redis.time())[0] * 1000 + 10_000
            return bool(stored) and "lease" not in stored and (due or 0) > soon_ms

        await until(waits)
    stored, now_ms = await line(redis, "1"), (await redis.time())[0] * 1000
    due = await redis.zscore(DUE, "1")
    assert (stored["out"], stored["attempts"], stored["unsure"]) == (0, 0, 0)
    assert due is not None
    assert 50_000 < due - now_ms <= 61_000
    assert not await redis.exists("{nf}:telegram:rest")
