"""All that waits for a chat reaches it together, in order, and at the chat's own pace."""

from datetime import timedelta
from itertools import pairwise

import pytest
from redis.asyncio import Redis

from bot.delivery import courier
from bot.model import Message, OwnRule, Reading, Unit
from bot.own import watch
from bot.ports import OwnChange, RetryLater
from bot.stores.journal import RedisJournal
from bot.stores.own_index import RedisOwnIndex
from bot.stores.own_rules import RedisOwnRules
from tests.delivery.recorder import Recorder
from tests.delivery.sending import sending, settled, titled
from tests.own.rules import MADE, below
from tests.stores.examples import LEADER, PLATFORMS, Desk, chat
from tests.stores.processes import until

pytestmark = pytest.mark.usefixtures("quick_looks")

CLOCKS_APART_SECONDS = 0.005
"""The server's clock, on which waits are kept, counts whole milliseconds."""


async def own_alert(desk: Desk, number: int, title: str) -> None:
    """Let a chat's own rule fire, as the watch over own rules does."""
    own = RedisOwnRules(desk.client, lambda: MADE)
    index = RedisOwnIndex(desk.client, PLATFORMS)
    await own.keep(chat(number), OwnRule((below(55),)), holds=[False], limit=9)
    now = MADE + timedelta(hours=1)
    reading = Reading(
        "btc_dominance", "Bitcoin dominance", 54.5, Unit.PCT, "CoinMarketCap", now.date(), now,
        final=False, late=False, degraded=False,
    )  # fmt: skip
    assert await desk.lease.acquire(LEADER)
    sighting = await index.look([reading], leader=LEADER, now=now)
    (touched,) = sighting.touched
    moment = watch.Moment({"btc_dominance": 54.5}, now)
    after, _ = watch.look(touched.rule, touched.state, moment, [56.0])
    change = OwnChange(touched, after, [56.0], f"own:telegram:{number}:1:fired", Message(title))
    await index.commit([change], leader=LEADER, now=now)


async def test_the_alerts_of_one_commit_reach_a_chat_as_one_post(
    desk: Desk, adapter: Recorder, redis: Redis
) -> None:
    await desk.join(1, 2)
    await desk.join(2, 3, topic="season")
    async with sending(desk, adapter):
        await desk.commit(titled("z"), titled("a", "season"), titled("m"))
        await adapter.until(lambda: len(adapter.sent) == 6)
        await until(lambda: settled(redis))
    assert [adapter.posted(each) for each in "123"] == [[("z", "m")], [("z", "a", "m")], [("a",)]]


async def test_a_backlog_reaches_each_chat_as_one_post_in_order(
    desk: Desk, adapter: Recorder, redis: Redis
) -> None:
    members = [str(number) for number in range(40)]
    await desk.join(*members)
    await desk.join(*members[::2], topic="season")
    await desk.commit(titled("z"))
    await desk.commit(titled("a", "season"), titled("m"))
    await desk.commit(titled("b"))
    async with sending(desk, adapter):
        await adapter.until(lambda: len(adapter.posts) == len(members))
        await until(lambda: settled(redis))
    for member in members[::2]:
        assert adapter.posted(member) == [("z", "a", "m", "b")]
    for member in members[1::2]:
        assert adapter.posted(member) == [("z", "m", "b")]


async def test_what_is_fired_while_the_platform_pauses_arrives_together(
    desk: Desk, adapter: Recorder
) -> None:
    adapter.meets("1", RetryLater(1.6, "flood", counts=False, everything=True))
    await desk.join(1)
    async with sending(desk, adapter):
        await desk.commit(titled("one"))
        await adapter.until(lambda: len(adapter.tried) == 1)
        await desk.join(2)
        for title in ("two", "three", "four"):
            await desk.commit(titled(title))
        await adapter.until(lambda: len(adapter.sent) == 7)
    assert adapter.posted("1") == [("one",), ("two", "three", "four")]
    assert [title for titles in adapter.posted("2") for title in titles] == ["two", "three", "four"]
    assert len(adapter.posted("2")) <= 2, "It may have been on its way when the pause began."


async def test_a_chats_own_alert_goes_before_a_running_broadcast(desk: Desk) -> None:
    adapter = Recorder(per_second=50.0, at_once=4)
    await desk.join(*range(100, 220))
    async with sending(desk, adapter):
        await desk.commit(titled("to all"))
        await adapter.until(lambda: len(adapter.sent) >= 5)
        before = len(adapter.sent)
        await own_alert(desk, 7, "yours")
        await own_alert(desk, 219, "yours too")
        await adapter.until(lambda: "yours too" in adapter.heard("219"))
    at_hand = 25 + 4
    assert adapter.sent.index(("7", "yours")) <= before + at_hand + 10
    assert adapter.sent.index(("219", "yours too")) <= before + at_hand + 10


async def test_a_chat_with_its_own_alert_hears_the_broadcast_once(
    desk: Desk, adapter: Recorder, redis: Redis
) -> None:
    await desk.join(1, 2)
    await desk.commit(titled("to all"))
    await own_alert(desk, 2, "yours")
    async with sending(desk, adapter):
        await adapter.until(lambda: len(adapter.sent) == 3)
        await until(lambda: settled(redis))
    assert sorted(adapter.heard("2")) == ["to all", "yours"]


async def test_what_is_no_news_any_more_arrives_as_one_catch_up_beside_the_news(
    desk: Desk, adapter: Recorder, redis: Redis
) -> None:
    await desk.join(1)
    lasting = desk.journal
    desk.journal = RedisJournal(desk.client, PLATFORMS, news=timedelta(milliseconds=1))
    await desk.commit(titled("one"), titled("two"))
    over = float(await redis.hget("{nf}:telegram:job:two", "ttl_at") or 0)

    async def is_over() -> bool:
        seconds, microseconds = await redis.time()
        return seconds * 1000 + microseconds // 1000 >= over

    await until(is_over)
    desk.journal = lasting
    await desk.commit(titled("three"), titled("four"))
    async with sending(desk, adapter):
        await adapter.until(lambda: len(adapter.posts) == 1)
        await until(lambda: settled(redis))
    (post,) = adapter.posts
    assert post.titles == ("While I could not reach you, 2 alerts fired", "three", "four")
    catch_up = post.text.partition("three")[0].splitlines()
    assert [text.rpartition(": ")[2] for text in catch_up[1:3]] == ["one", "two"]


async def test_a_chat_is_left_alone_for_as_long_as_its_platform_wants_and_others_go_on(
    desk: Desk, adapter: Recorder
) -> None:
    adapter.rests["1"] = 0.3
    await desk.join(1, 2)
    async with sending(desk, adapter):
        await desk.commit(titled("one"))
        await adapter.until(lambda: len(adapter.sent) == 2)
        await desk.commit(titled("two"))
        await adapter.until(lambda: adapter.heard("2") == ["one", "two"])
        assert adapter.heard("1") == ["one"]
        await adapter.until(lambda: adapter.heard("1") == ["one", "two"])
    first, second = (post.at for post in adapter.posts if post.chat == "1")
    assert second - first >= 0.3 - CLOCKS_APART_SECONDS


async def test_parts_arrive_in_order_with_the_chats_rest_between_them(
    desk: Desk, adapter: Recorder, redis: Redis
) -> None:
    adapter.messages_a_part, adapter.rests["1"] = 1, 0.1
    await desk.join(1, 2)
    await desk.commit(*(titled(title) for title in ("one", "two", "three")))
    async with sending(desk, adapter):
        await adapter.until(lambda: len(adapter.sent) == 6)
        await until(lambda: settled(redis))
    assert adapter.posted("1") == adapter.posted("2") == [("one",), ("two",), ("three",)]
    times = [post.at for post in adapter.posts if post.chat == "1"]
    assert all(after - before >= 0.1 for before, after in pairwise(times))
    keys = [adapter.keys["1", title] for title in ("one", "two", "three")]
    assert len(set.union(*keys)) == 3, "Each part has a key of its own."


@pytest.mark.parametrize(
    "trouble",
    [RetryLater(0.1, "slow down", counts=False), RetryLater(0.1, "busy")],
    ids=["told to wait", "busy"],
)
async def test_trouble_in_the_middle_repeats_no_part(
    desk: Desk, adapter: Recorder, monkeypatch: pytest.MonkeyPatch, trouble: RetryLater
) -> None:
    monkeypatch.setattr(courier, "LONGEST_BACKOFF_SECONDS", 0.1)
    adapter.messages_a_part = 1
    adapter.meets("1", None, trouble, trouble)
    await desk.join(1)
    await desk.commit(*(titled(title) for title in ("one", "two", "three")))
    async with sending(desk, adapter):
        await adapter.until(lambda: len(adapter.sent) == 3)
    assert [title for _, title in adapter.tried] == ["one", "two", "two", "two", "three"]
    assert adapter.tried_at[2] - adapter.tried_at[1] >= 0.1
    assert len(adapter.keys["1", "two"]) == 1


async def test_another_process_repeats_all_parts_by_the_same_keys(
    desk: Desk, adapter: Recorder
) -> None:
    adapter.messages_a_part = 1
    adapter.meets("1", None, RetryLater(0.1, "slow down", counts=False))
    await desk.join(1)
    await desk.commit(titled("one"), titled("two"))
    async with sending(desk, adapter):
        await adapter.until(lambda: len(adapter.tried) == 2)
    async with sending(desk, adapter):
        await adapter.until(lambda: len(adapter.sent) == 3)
    assert [title for _, title in adapter.tried] == ["one", "two", "one", "two"]
    assert [len(adapter.keys["1", title]) for title in ("one", "two")] == [1, 1]


async def test_keys_fit_every_platform(desk: Desk, adapter: Recorder) -> None:
    adapter.messages_a_part = 1
    await desk.join(1, 2)
    await desk.commit(titled("one"), titled("two"))
    async with sending(desk, adapter):
        await adapter.until(lambda: len(adapter.sent) == 4)
    keys = [key for known in adapter.keys.values() for key in known]
    assert len(set(keys)) == 4
    for key in keys:
        assert 1 <= len(key) <= 25
        assert set(key) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")
