from redis.asyncio import Redis

from bot.model import Chat
from bot.ports import Outcome
from tests.stores.examples import Desk, alert, chat, take_all

SUBSCRIBERS = "{nf}:telegram:sub:dominance"


async def test_topics_are_added_and_removed(desk: Desk) -> None:
    subscriptions = desk.subscriptions
    assert await subscriptions.subscribe(chat(1), ["dominance", "season"]) == {
        "dominance",
        "season",
    }
    assert await subscriptions.subscribe(chat(1), ["season", "phase"]) == {"phase"}
    assert await subscriptions.topics(chat(1)) == {"dominance", "season", "phase"}
    assert await subscriptions.unsubscribe(chat(1), ["season", "etf"]) == {"season"}
    assert await subscriptions.topics(chat(1)) == {"dominance", "phase"}
    assert await subscriptions.topics(chat(2)) == frozenset()


async def test_platforms_and_threads_are_apart(desk: Desk) -> None:
    await desk.subscriptions.subscribe(Chat("telegram", "1", "9"), ["season"])
    assert await desk.subscriptions.topics(Chat("telegram", "1")) == frozenset()
    assert await desk.subscriptions.topics(Chat("discord", "1", "9")) == frozenset()
    assert await desk.subscriptions.topics(Chat("telegram", "1", "9")) == {"season"}


async def test_subscribing_again_keeps_the_place_in_line(desk: Desk, redis: Redis) -> None:
    await desk.join(3, 1, 2)
    await desk.join(3)
    assert await redis.zrange(SUBSCRIBERS, 0, -1) == ["3", "1", "2"]


async def test_a_chat_that_hears_nothing_leaves_no_key_behind(desk: Desk, redis: Redis) -> None:
    await desk.join(1)
    await desk.commit(alert())
    await desk.settle(Outcome.SUSPENDED, *await take_all(desk.outbox))
    await desk.subscriptions.resume(chat(1))
    await desk.subscriptions.unsubscribe(chat(1), ["dominance"])
    assert await take_all(desk.outbox) == []
    keys = {key.split(":")[2] async for key in redis.scan_iter("{nf}:telegram:*")}
    assert keys == {"job", "told", "epoch", "taken"}
    assert await redis.pttl("{nf}:telegram:told:dominance") > 0
