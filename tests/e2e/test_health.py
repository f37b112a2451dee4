"""The running program seen from outside: /readyz and /metrics while its world breaks and mends."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

import aiohttp

from bot.stores.connect import connect
from bot.stores.embedded import EmbeddedRedis
from tests.adapters.fake_telegram import TOKEN, Failure, FakeTelegram
from tests.e2e.process import Bot, bot
from tests.e2e.world import CORE_ONLY, finished_sessions, market_below_record
from tests.metrics.scraped import Scraped
from tests.providers.gateway import Fault, Gateway
from tests.providers.market import COINGECKO, COINMARKETCAP, COINPAPRIKA, YAHOO
from tests.stores.examples import Desk, chat
from tests.stores.processes import until

HOSTS = (COINGECKO, COINMARKETCAP, COINPAPRIKA, YAHOO)


class Outside:
    """Whoever looks at a process through its port."""

    def __init__(self, http: aiohttp.ClientSession, port: str) -> None:
        self._http = http
        self._root = f"http://127.0.0.1:{port}"

    @classmethod
    async def of(cls, running: Bot, http: aiohttp.ClientSession) -> "Outside":
        await running.log.says("the status page is at port")
        (port,) = re.findall(r"the status page is at port (\d+)", running.log.text)
        return cls(http, port)

    async def wrong(self) -> dict[str, str]:
        """What /readyz says is wrong, by its name."""
        async with self._http.get(f"{self._root}/readyz") as answer:
            told = await answer.json()
            found = {name: each["wrong"] for name, each in told["checks"].items() if not each["ok"]}
            assert answer.status == (503 if found else 200)
            assert told["ready"] is not bool(found)
            return found

    async def scrape(self) -> Scraped:
        async with self._http.get(f"{self._root}/metrics") as answer:
            assert answer.status == 200
            return Scraped.from_text(await answer.text())

    async def until_wrong(self, *names: str) -> dict[str, str]:
        """Wait until exactly this is wrong."""
        found: dict[str, str] = {}

        async def look() -> bool:
            found.clear()
            found.update(await self.wrong())
            return found.keys() == set(names)

        await until(look)
        return found

    async def until_counted(self, told: Callable[[Scraped], bool]) -> Scraped:
        found: list[Scraped] = []

        async def look() -> bool:
            found[:] = [await self.scrape()]
            return told(found[0])

        await until(look)
        return found[0]


async def test_health_follows_what_happens(tmp_path: Path) -> None:
    async with (
        EmbeddedRedis(tmp_path / "redis") as server,
        connect(server.url) as client,
        Gateway(market_below_record(finished_sessions(30))) as gateway,
        FakeTelegram() as telegram,
        aiohttp.ClientSession() as http,
    ):
        settings = {
            "REDIS_URL": server.url,
            "SOURCE_GATEWAY_URL": gateway.url,
            "POLL_SECONDS": "0.2",
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_BASE_URL": telegram.url,
            **CORE_ONLY,
        }
        async with bot(tmp_path / "data", settings) as running:
            outside = await Outside.of(running, http)
            await outside.until_wrong()

            slow_down = {"retry_after": 1}
            telegram.fail("sendMessage", Failure(429, "Too Many", slow_down, chat_id="100000001"))
            blocked = "Forbidden: bot was blocked by the user"
            telegram.fail("sendMessage", Failure(403, blocked, chat_id="100000002"))
            await Desk(client).tell("mine", chat(100000001), chat(100000002))
            sent = {"platform": "telegram", "outcome": "sent"}
            found = await outside.until_counted(
                lambda seen: seen.value("altseason_sends_total", **sent) == 1
            )
            assert found.value("altseason_rate_limited_sends_total", platform="telegram") == 1.0
            left = {"platform": "telegram", "reason": "blocked"}
            assert found.value("altseason_suspensions_total", **left) == 1.0
            labels = {v for f in found.families for s in f.samples for v in s.labels.values()}
            assert not any("10000000" in each for each in labels)
            assert found.value("altseason_ready") == 1.0
            assert found.value("altseason_loop_lag_seconds_count")

            for host in HOSTS:
                gateway.fail(host, Fault.SERVER_ERROR)
            wrong = await outside.until_wrong("last good poll")
            assert wrong["last good poll"].startswith("No source has answered for ")
            found = await outside.scrape()
            errors = {"source": "coingecko", "kind": "refused"}
            assert found.value("altseason_poll_errors_total", **errors)
            for host in HOSTS:
                gateway.heal(host)
            await outside.until_wrong()

            assert await client.run("release", ["{nf}:lead:poller"], ["nobody"]) == 0
            await client.delete("{nf}:lead:poller")
            assert await Desk(client).lease.acquire("another")
            assert await outside.wrong() == {}, "A standby is ready while another leads."

            await server.__aexit__(None, None, None)
            wrong = await outside.until_wrong("redis")
            assert wrong == {"redis": "Redis does not answer."}
            found = await outside.until_counted(
                lambda seen: seen.value("altseason_store_up") == 0.0
            )
            assert found.value("altseason_sends_total", **sent) == 1.0
            async with asyncio.timeout(15):
                assert await running.stop() == 0
            assert "Traceback" not in running.log.text
