"""A bare client of both platforms: what was asked, as bytes, and what came back."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self

import aiohttp

from tests.adapters import fake_discord, fake_telegram
from tests.platforms.platform import Platform

GONE = (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)
"""What a dropped connection looks like from here."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Any
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Client:
    """Speaks to one platform."""

    platform: Platform
    session: aiohttp.ClientSession

    @classmethod
    @asynccontextmanager
    async def of(cls, platform: Platform) -> AsyncIterator[Self]:
        limit = aiohttp.ClientTimeout(total=10)
        async with platform, aiohttp.ClientSession(timeout=limit) as session:
            yield cls(platform, session)

    async def call(self, method: str, **given: Any) -> Answer:
        """A call of the Bot API."""
        url = f"{self.platform.api_url}/bot{fake_telegram.TOKEN}/{method}"
        return await self._ask("POST", url, json=given)

    async def tell(self, chat: int | str, text: str = "hello", **more: Any) -> Answer:
        """A message on Telegram."""
        return await self.call("sendMessage", chat_id=chat, text=text, **more)

    async def rest(self, verb: str, path: str, **more: Any) -> Answer:
        """A request to Discord's REST interface."""
        url = f"{self.platform.api_url}{path}"
        headers = {"Authorization": f"Bot {fake_discord.TOKEN}"}
        return await self._ask(verb, url, headers=headers, **more)

    async def post(self, channel: int | str, title: str = "hello", **more: Any) -> Answer:
        """A message on Discord."""
        body = {"embeds": [{"title": title}], **more}
        return await self.rest("POST", f"/channels/{channel}/messages", json=body)

    async def raw(self, url: str, body: bytes, **headers: str) -> Answer:
        """Any body at all."""
        return await self._ask("POST", url, data=body, headers=headers)

    async def operate(self, orders: object) -> Answer:
        """POST /control."""
        return await self._ask("POST", f"{self.platform.url}/control", json=orders)

    async def look(self, path: str) -> Any:
        """GET /ledger or /counters."""
        return (await self._ask("GET", f"{self.platform.url}{path}")).body

    async def _ask(self, verb: str, url: str, **more: Any) -> Answer:
        async with self.session.request(verb, url, **more) as response:
            is_json = response.content_type == "application/json"
            body = await (response.json() if is_json else response.text())
            return Answer(response.status, body, dict(response.headers))


async def until(holds: Callable[[], bool]) -> None:
    """Wait until it holds; raises TimeoutError."""
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - what is looked at here tells nobody when it changes
            await asyncio.sleep(0.005)
