"""What a platform brought waits for whoever listens: once, in order, and not for ever."""

import asyncio

import pytest
from redis.asyncio import Redis

from bot.ports import Brought
from bot.stores import inbox
from bot.stores.connect import Client
from bot.stores.inbox import RedisInbox

DAY_MS = 86_400_000


@pytest.fixture
def ours(store_client: Client) -> RedisInbox:
    return RedisInbox(store_client, "telegram")


def update(number: int) -> Brought:
    return Brought(number, f'{{"update_id": {number}, "text": "é\\u0000"}}')


async def test_it_is_read_by_its_numbers_until_it_is_done(ours: RedisInbox) -> None:
    for number in (9, 7, 2**53 - 1, 8):
        assert await ours.put(update(number))
    assert await ours.waiting() == [update(7), update(8), update(9), update(2**53 - 1)]
    await ours.done([7, 9])
    await ours.done([])
    assert await ours.waiting() == [update(8), update(2**53 - 1)]


async def test_what_is_brought_again_is_taken_and_not_kept_again(ours: RedisInbox) -> None:
    assert await ours.put(update(7))
    assert await ours.put(update(7))
    await ours.done([7])
    assert await ours.put(update(7))
    assert await ours.waiting() == []


async def test_too_much_is_left_with_the_platform(
    ours: RedisInbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "MOST_WAITING", 2)
    assert [await ours.put(update(number)) for number in range(3)] == [True, True, False]
    await ours.done([0])
    assert await ours.put(update(2))


async def test_numbers_are_remembered_for_a_day_and_no_more_than_so_many(
    ours: RedisInbox, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "MOST_REMEMBERED", 2)
    await redis.zadd("{nf}:telegram:brought", {"1": 0.0})
    for number in (5, 6, 7):
        await ours.put(update(number))
    assert await redis.zrange("{nf}:telegram:brought", 0, -1) == ["6", "7"]
    for key in ("{nf}:telegram:brought", "{nf}:telegram:inbox"):
        assert 0 < await redis.pttl(key) <= DAY_MS


async def test_whoever_waits_is_woken_by_the_next(ours: RedisInbox) -> None:
    async with asyncio.TaskGroup() as tasks, asyncio.timeout(0.9):
        waiting = tasks.create_task(ours.wait())
        await asyncio.sleep(0.05)
        await ours.put(update(1))
        await ours.put(update(2))
        await waiting
        await ours.wait()


async def test_platforms_have_inboxes_of_their_own(ours: RedisInbox, store_client: Client) -> None:
    await ours.put(update(1))
    assert await RedisInbox(store_client, "discord").waiting() == []
