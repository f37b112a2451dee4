"""Who knocks to bring something, and how long that may take."""

import asyncio
from collections.abc import Mapping

import pytest

from bot.ports import Hook
from bot.web import WebServer, hooks

LOOPBACK = "127.0.0.1"


async def test_who_never_comes_to_an_end_is_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks, "BODY_SECONDS", 0.05)
    taken = []

    async def take(_: Mapping[str, str], body: bytes) -> int:
        taken.append(body)
        return 200

    server = WebServer(hooks.routes([Hook("/here", take)]), host=LOOPBACK, port=0)
    async with asyncio.timeout(10):
        running = asyncio.create_task(server.run())
        reader, writer = await asyncio.open_connection(LOOPBACK, await server.bound)
        writer.write(b"POST /here HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf")
        assert b" 408 " in await reader.readline()
        writer.close()
        await writer.wait_closed()
        running.cancel()
    assert not taken
