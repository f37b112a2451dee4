"""Both platforms, each with a client."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.platforms.client import Client
from tests.platforms.platform import discord as a_discord
from tests.platforms.platform import telegram as a_telegram


@pytest_asyncio.fixture
async def telegram() -> AsyncIterator[Client]:
    """With no limits of its own."""
    async with Client.of(a_telegram(limited=False)) as client:
        yield client


@pytest_asyncio.fixture
async def discord() -> AsyncIterator[Client]:
    """With no limits of its own."""
    async with Client.of(a_discord(limited=False)) as client:
        yield client
