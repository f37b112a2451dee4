"""Whether the bot is ready, over real HTTP; and that asking often costs the store nothing."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from bot.ports import Every, Leader, Queue
from bot.vitals import Pulse, Vitals
from bot.web import WebServer, readiness
from bot.web.lately import lately

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
PULSE = Pulse("coinmarketcap/global", (Every(timedelta(minutes=15)),), NOW)
WELL = Vitals("", 0.002, Leader("secret-host-1", 12.0), (PULSE,), {"telegram": Queue()})
SILENT = Vitals(
    "", 0.002, None, (PULSE,), {"telegram": Queue(waited_seconds=9999.0, listened=True)}
)


@asynccontextmanager
async def served(vitals: Vitals) -> AsyncIterator[str]:
    async def look() -> Vitals:
        return vitals

    server = WebServer(readiness.routes(look, lambda: NOW), host="127.0.0.1", port=0)
    async with asyncio.timeout(10):
        running = asyncio.create_task(server.run())
        yield f"http://127.0.0.1:{await server.bound}/readyz"
        running.cancel()


async def test_a_bot_that_is_well_is_ready() -> None:
    async with served(WELL) as url, aiohttp.ClientSession() as http, http.get(url) as answer:
        assert (answer.status, answer.content_type) == (200, "application/json")
        assert answer.headers["Cache-Control"] == "no-store"
        assert await answer.json() == {
            "ready": True,
            "checks": {
                "redis": {"ok": True, "found": "answers in 2.0 ms"},
                "lease": {"ok": True, "found": "held, for 12 s more if not renewed"},
                "last good poll": {"ok": True, "found": "0 s ago"},
            },
        }


async def test_what_is_wrong_is_told_by_name_and_nobodys_name_is() -> None:
    async with served(SILENT) as url, aiohttp.ClientSession() as http, http.get(url) as answer:
        assert answer.status == 503
        told = await answer.json()
    assert told["ready"] is False
    wrong = {name: check["wrong"] for name, check in told["checks"].items() if not check["ok"]}
    assert wrong == {
        "lease": "No process polls.",
        "delivery to telegram": "Letters on telegram have waited 3 h for a sender.",
    }
    assert "secret-host" not in json.dumps(told)


async def test_a_store_that_is_away_is_all_there_is_to_say() -> None:
    async with (
        served(Vitals("Redis does not answer.")) as url,
        aiohttp.ClientSession() as http,
        http.get(url) as answer,
    ):
        assert answer.status == 503
        redis = {"ok": False, "found": "no answer", "wrong": "Redis does not answer."}
        assert await answer.json() == {"ready": False, "checks": {"redis": redis}}


async def test_many_who_ask_at_once_share_one_look() -> None:
    looks = 0

    async def look() -> int:
        nonlocal looks
        looks += 1
        await asyncio.sleep(0)
        return looks

    seen = lately(look, 60.0)
    assert await asyncio.gather(*(seen() for _ in range(100))) == [1] * 100
    always = lately(look, 0.0)
    assert [await always(), await always()] == [2, 3]


async def test_a_look_that_breaks_or_is_cut_off_is_made_again() -> None:
    troubles: list[BaseException] = [RuntimeError("a bug"), asyncio.CancelledError()]

    async def look() -> str:
        if troubles:
            raise troubles.pop(0)
        return "found"

    seen = lately(look, 60.0)
    with pytest.raises(RuntimeError):
        await seen()
    with pytest.raises(asyncio.CancelledError):
        await seen()
    assert await seen() == "found"
