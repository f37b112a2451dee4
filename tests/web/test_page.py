"""The page and its twins over real HTTP, from a real store: what they say, and what they cost."""

import asyncio
import gzip
import os
import re
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from html import escape
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from redis.asyncio import Redis

from bot.model import Chat, OwnRule
from bot.stores.connect import Client, connect
from bot.stores.embedded import EmbeddedRedis
from bot.stores.lease import RedisLease
from bot.stores.own_rules import RedisOwnRules
from bot.web import files
from bot.web.front import CACHE
from tests.own.rules import below
from tests.providers.market import COINMARKETCAP
from tests.watch import watch_on
from tests.web.town import Town, open_town

BROWSER = {"Accept": "text/html,application/xhtml+xml"}
PATHS = ("/", "/feed.xml", "/api/status", "/api/openapi.json", "/favicon.svg", files.style_path())


@pytest_asyncio.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with asyncio.timeout(30), aiohttp.ClientSession() as session:
        yield session


async def _read(http: aiohttp.ClientSession, url: str) -> str:
    async with http.get(url, headers=BROWSER) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.text()


# --- What it says ---------------------------------------------------------------------------------


async def test_the_board_every_number_the_alert_and_its_why_are_on_the_page(
    town: Town, http: aiohttp.ClientSession
) -> None:
    page = await _read(http, f"{town.url}/")
    alert = (await town.watch.journal.recent_alerts())[0]
    assert '<h1 id="phase">Warming up</h1>' in page
    assert "The leader fired, the followers have not" in page
    for reading in (await town.watch.snapshot()).readings:
        row = page.partition(f'id="{reading.indicator}"')[2].partition("</tr>")[0]
        assert escape(reading.title) in row
        assert reading.vendor in row
        assert f'datetime="{reading.as_of.isoformat()}"' in row
    assert f'id="{alert.id}"' in page
    assert "Russell 2000 breaks out: 2,425.50, above the record of 2,400.00" in page
    assert "Rule: russell_breakout fires on the second close in a row" in page
    assert "Values that decided it" in page


async def test_the_chart_shows_the_record_and_the_alert_and_says_so_in_a_table(
    town: Town, http: aiohttp.ClientSession
) -> None:
    page = await _read(http, f"{town.url}/")
    chart = page.partition("<figure")[2].partition("</figure>")[0]
    assert 'class="record" d="M' in chart
    assert "Broke its record" in chart
    assert "<caption>Last close of each month and the record" in chart
    assert re.search(r"<td>2,425\.50</td><td>2,425\.50</td>", chart)


async def test_before_the_first_answer_it_says_that_nothing_is_known(
    fresh_town: Town, http: aiohttp.ClientSession
) -> None:
    page = await _read(http, f"{fresh_town.url}/")
    assert '<h1 id="phase">Unknown</h1>' in page
    assert "Nothing has been read yet." in page
    assert "There is no finished session of the Russell 2000 yet." in page
    assert "no answer yet" in page
    assert "None yet. An alert is recorded when" in page


async def test_what_is_late_is_called_so(town: Town, http: aiohttp.ClientSession) -> None:
    town.watch.clock.move(days=5)
    page = await _read(http, f"{town.url}/")
    row = page.partition('id="btc_dominance"')[2].partition("</tr>")[0]
    assert '<b class="mark">late</b>' in row
    assert "no current data" in row


async def test_nothing_of_a_chats_own_alerts_is_shown(
    store_client: Client, fresh_town: Town, http: aiohttp.ClientSession
) -> None:
    chat, watch = Chat("telegram", "77123456"), fresh_town.watch
    await watch.poll()
    own = RedisOwnRules(store_client, watch.clock)
    await own.keep(chat, OwnRule((below(57.77),)), holds=[False], limit=9)
    watch.clock.move(minutes=10)
    watch.market.dominance[COINMARKETCAP] = 57.5
    await watch.poll()
    (letter,) = [each for p in await watch.handed() if p.chat == chat for each in p.letters]
    assert "57.77" in letter.message.title
    for path in PATHS:
        text = await _read(http, f"{fresh_town.url}{path}")
        assert "77123456" not in text
        assert "57.77" not in text


async def test_what_a_vendor_says_is_text_and_never_markup(
    store_client: Client, town: Town, http: aiohttp.ClientSession
) -> None:
    journal, lease = town.watch.journal, RedisLease(store_client)
    hostile = [
        replace(reading, note='<script>alert("1")</script>')
        for reading in (await journal.readings()).values()
    ]
    assert await lease.acquire("hostile")
    await journal.remember_readings(hostile, leader="hostile")
    page = await _read(http, f"{town.url}/")
    assert "<script" not in page
    assert "&lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt;" in page


# --- How it is served -----------------------------------------------------------------------------


@pytest.mark.parametrize("path", PATHS)
async def test_who_has_it_already_is_not_sent_it_again(
    fresh_town: Town, http: aiohttp.ClientSession, path: str
) -> None:
    async with http.get(f"{fresh_town.url}{path}") as answer:
        assert answer.status == 200
        tag, body = answer.headers["ETag"], await answer.read()
    async with http.get(
        f"{fresh_town.url}{path}", headers={"If-None-Match": f'"other", {tag}'}
    ) as again:
        assert (again.status, await again.read()) == (304, b"")
        assert again.headers["ETag"] == tag
    async with http.get(f"{fresh_town.url}{path}", headers={"If-None-Match": '"other"'}) as anew:
        assert (anew.status, await anew.read()) == (200, body)


@pytest.mark.parametrize(
    ("accepts", "pressed"),
    [("gzip, br", True), ("br", False), ("gzip;q=0", False), ("GZIP;q=0.5", True), ("", False)],
)
async def test_it_is_pressed_for_who_understands_that(
    fresh_town: Town, accepts: str, *, pressed: bool
) -> None:
    async with (
        aiohttp.ClientSession(auto_decompress=False) as http,
        http.get(f"{fresh_town.url}/", headers={"Accept-Encoding": accepts}) as answer,
    ):
        body = await answer.read()
        assert (answer.headers.get("Content-Encoding") == "gzip") is pressed
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert answer.headers["Cache-Control"] == CACHE
    assert (gzip.decompress(body) if pressed else body).startswith(b"<!doctype html>")


@pytest.mark.parametrize("path", PATHS)
async def test_only_reading_is_answered(
    fresh_town: Town, http: aiohttp.ClientSession, path: str
) -> None:
    async with http.head(f"{fresh_town.url}{path}") as answer:
        assert (answer.status, await answer.read()) == (200, b"")
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        async with http.request(method, f"{fresh_town.url}{path}") as answer:
            assert answer.status == 405
            assert answer.headers["Allow"] == "GET,HEAD"


async def test_many_visitors_cost_the_store_one_look(
    town: Town, http: aiohttp.ClientSession, redis: Redis
) -> None:
    async def visit(path: str) -> int:
        async with http.get(f"{town.url}{path}") as answer:
            await answer.read()
            return answer.status

    await visit("/")
    before = (await redis.info("stats"))["total_commands_processed"]
    seen = await asyncio.gather(*(visit(PATHS[n % 3]) for n in range(300)))
    after = (await redis.info("stats"))["total_commands_processed"]
    assert set(seen) == {200}
    assert after - before == 1  # Ours, which asked before.


async def test_days_that_are_over_are_read_again_when_one_ends(town: Town, redis: Redis) -> None:
    async def reads() -> int:
        return int((await redis.info("commandstats"))["cmdstat_hkeys"]["calls"])

    watch = town.watch
    await town.site.look(watch.clock())
    first = await reads()
    await town.site.look(watch.clock() + timedelta(seconds=50))
    assert await reads() == first
    watch.trade(2_500.0)
    await watch.poll()
    polled = await reads()
    drawn = (await town.site.look(watch.clock())).drawn
    assert await reads() > polled
    assert drawn.leader is not None
    assert drawn.leader.sheet.values[-1] == 2_500.0


# --- When it cannot be shown ----------------------------------------------------------------------


async def test_nothing_here_is_a_page_to_people_and_data_to_machines(
    fresh_town: Town, http: aiohttp.ClientSession
) -> None:
    async with http.get(f"{fresh_town.url}/nowhere", headers=BROWSER) as answer:
        assert (answer.status, answer.content_type) == (404, "text/html")
        assert "Nothing is here" in await answer.text()
    async with http.get(f"{fresh_town.url}/api/nowhere") as answer:
        assert answer.status == 404
        assert await answer.json() == {"error": "There is no page at this address."}


async def test_without_a_store_it_says_so_in_words_that_can_be_read(
    tmp_path: Path, http: aiohttp.ClientSession
) -> None:
    async with (
        EmbeddedRedis(tmp_path) as server,
        connect(server.url) as client,
        watch_on(client) as watch,
        open_town(watch) as town,
    ):
        await _read(http, f"{town.url}/healthz")
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        async with http.get(f"{town.url}/", headers=BROWSER) as answer:
            assert (answer.status, answer.content_type) == (503, "text/html")
            assert answer.headers["Retry-After"] == "10"
            assert "Back in a moment" in await answer.text()
        async with http.get(f"{town.url}/api/status") as answer:
            assert answer.status == 503
            assert "store" in (await answer.json())["error"]
