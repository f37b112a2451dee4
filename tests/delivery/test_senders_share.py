"""Several senders on one platform share its chats and its pace, and take over from the dead."""

import asyncio
from datetime import timedelta
from itertools import count

import pytest
from redis.asyncio import Redis

from bot.ports import Outcome, Settlement
from bot.stores.connect import Client
from bot.stores.dead_letters import RedisDeadLetters
from bot.stores.outbox import RedisOutbox
from tests.delivery.recorder import Recorder, most_in_a_second
from tests.delivery.sending import ended, line, sending, settled, titled
from tests.stores.examples import Desk
from tests.stores.processes import until

pytestmark = pytest.mark.usefixtures("quick_looks")
LEASE_SECONDS = 0.3


@pytest.fixture
def brief(store_client: Client) -> Desk:
    """Stores whose outbox leases parcels for a moment only."""
    return Desk(store_client, RedisOutbox(store_client, lease=timedelta(seconds=LEASE_SECONDS)))


async def test_two_senders_reach_every_chat_once_in_order_at_one_pace(
    desk: Desk, redis: Redis
) -> None:
    limit = 100.0
    adapters = [Recorder(per_second=limit, at_once=4), Recorder(per_second=limit, at_once=4)]
    members = [str(number) for number in range(120)]
    titles = ["z", "a", "m"]
    await desk.join(*members)
    async with sending(desk, adapters[0]), sending(desk, adapters[1]):
        for title in titles:
            await desk.commit(titled(title))
            await asyncio.sleep(0.2)
        await until(lambda: settled(redis))
    posts = sorted(adapters[0].posts + adapters[1].posts, key=lambda post: post.at)
    for member in members:
        heard = [title for post in posts if post.chat == member for title in post.titles]
        assert heard == titles
    assert most_in_a_second([post.at for post in posts]) <= limit
    assert min(len(adapter.posts) for adapter in adapters) >= len(posts) // 5, "Both had a share."


async def test_what_a_sender_had_when_it_was_killed_is_taken_over_after_its_lease(
    brief: Desk, adapter: Recorder, redis: Redis
) -> None:
    await brief.join(1, 2, 3, 4)
    await brief.commit(titled("one"))
    loop = asyncio.get_running_loop()
    killed_at = loop.time()
    assert len(await brief.outbox.take("telegram", 2, "killed:1")) == 2
    async with sending(brief, adapter):
        await adapter.until(lambda: len(adapter.sent) == 2)
        assert loop.time() - killed_at < LEASE_SECONDS, "The others need not wait."
        assert sorted(adapter.sent) == [("3", "one"), ("4", "one")]
        await brief.commit(titled("two"))
        await adapter.until(lambda: len(adapter.sent) == 8)
        await until(lambda: settled(redis))
    for member in "12":
        assert adapter.posted(member)[0] == ("one",), "It comes as it was handed out."
        assert adapter.heard(member) == ["one", "two"]
        first = next(post.at for post in adapter.posts if post.chat == member)
        assert first - killed_at >= LEASE_SECONDS - 0.005


async def test_what_a_sender_says_too_late_changes_nothing(
    brief: Desk, adapter: Recorder, redis: Redis
) -> None:
    await brief.join(1)
    await brief.commit(titled("one"), titled("two"))
    (late,) = await brief.outbox.take("telegram", 1, "zombie:1")
    wishes = count(1)

    async def is_taken_over() -> bool:
        return bool(await brief.outbox.take("telegram", 1, f"heir:{next(wishes)}"))

    await until(is_taken_over)
    before = await line(redis, "1")
    for outcome in Outcome:
        await brief.outbox.settle("telegram", [Settlement(late, outcome, 60.0, "too late", 9, 9)])
        assert await line(redis, "1") == before
    assert [await ended(redis, "one", each) for each in Outcome] == [0] * len(Outcome)
    assert await RedisDeadLetters(brief.client).listed("telegram", 9) == []
    assert not await redis.exists("{nf}:telegram:suspended", "{nf}:telegram:rest")
    async with sending(brief, adapter):
        await adapter.until(lambda: adapter.posted("1") == [("one", "two")])
        await until(lambda: settled(redis))
    assert await ended(redis, "one", "sent") == 1
