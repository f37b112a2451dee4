"""What a chat has set goes with it to its new id."""

import pytest
from redis.asyncio import Redis

from bot.model import Chat, Mute, Preferences
from bot.stores.connect import Client
from bot.stores.outbox import RedisOutbox
from bot.stores.preferences import RedisPreferences

OLD, NEW = Chat("telegram", "-7"), Chat("telegram", "-1007")
SET = Preferences(zone="Asia/Tokyo", mutes=(Mute("season"),))


@pytest.fixture
def preferences(store_client: Client) -> RedisPreferences:
    return RedisPreferences(store_client)


async def test_it_follows(
    preferences: RedisPreferences, store_client: Client, redis: Redis
) -> None:
    await preferences.change(OLD, lambda _: SET)
    for _ in range(2):
        await RedisOutbox(store_client).move(OLD, NEW)
        assert await preferences.of(NEW) == SET
    assert await redis.hkeys("{nf}:telegram:preferences") == [NEW.member]


async def test_a_chat_that_has_set_something_keeps_that(
    preferences: RedisPreferences, store_client: Client, redis: Redis
) -> None:
    await preferences.change(OLD, lambda _: SET)
    await preferences.change(NEW, lambda _: Preferences(zone="Europe/Berlin"))
    await RedisOutbox(store_client).move(OLD, NEW)
    assert await preferences.of(NEW) == Preferences(zone="Europe/Berlin")
    assert await redis.hkeys("{nf}:telegram:preferences") == [NEW.member]
