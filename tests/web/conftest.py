"""The page of a bot that has seen a breakout."""

from collections.abc import AsyncIterator

import pytest_asyncio

from bot.stores.connect import Client
from tests.watch import watch_on
from tests.web.town import Town, break_out, open_town


@pytest_asyncio.fixture
async def fresh_town(store_client: Client) -> AsyncIterator[Town]:
    """Of a bot that has asked nobody yet."""
    async with watch_on(store_client) as watch, open_town(watch) as town:
        yield town


@pytest_asyncio.fixture
async def town(fresh_town: Town) -> Town:
    """Of a bot that has seen small caps break out."""
    await break_out(fresh_town.watch)
    return fresh_town
