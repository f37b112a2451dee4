"""What machines are told: the contract of `status --json`, and every answer as documented."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
import schemathesis
from hypothesis import HealthCheck, given, settings

from bot import as_json
from bot.outlook import StoredOutlook
from bot.web import openapi
from tests.watch import PARTS
from tests.web.town import PUBLIC_URL, Town

EXAMPLES = 8


@pytest_asyncio.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with asyncio.timeout(30), aiohttp.ClientSession() as session:
        yield session


async def _status(http: aiohttp.ClientSession, town: Town) -> dict[str, Any]:
    async with http.get(f"{town.url}/api/status") as answer:
        assert (answer.status, answer.content_type) == (200, "application/json")
        found: dict[str, Any] = await answer.json()
        return found


async def test_it_tells_what_the_command_tells(town: Town, http: aiohttp.ClientSession) -> None:
    outlook = StoredOutlook(town.watch.journal, PARTS.indicators, PARTS.feeds)
    written = json.loads(as_json.status(await outlook.snapshot(town.watch.clock())))
    told = await _status(http, town)
    assert written["phase"] == "warming_up"
    assert {name: told[name] for name in written} == written


async def test_an_alert_is_told_as_a_replay_tells_it(
    town: Town, http: aiohttp.ClientSession
) -> None:
    (alert,) = await town.watch.journal.recent_alerts()
    (told,) = (await _status(http, town))["alerts"]
    replayed = json.loads(as_json.alert(alert))
    names = replayed.keys() - {"text"}
    assert {name: told[name] for name in names} == {name: replayed[name] for name in names}
    assert replayed["text"].startswith(told["text"])
    assert any(line.startswith("Rule: russell_breakout") for line in told["why"])


async def test_who_answers_and_who_fails_is_told(town: Town, http: aiohttp.ClientSession) -> None:
    sources = {each["vendor"]: each for each in (await _status(http, town))["sources"]}
    assert sources["Yahoo"]["health"] == "answers"
    assert "russell_2000" in sources["Yahoo"]["series"]
    assert sources["Kraken"]["health"] in ("no answer yet", "stands by")
    assert sources["Kraken"]["answered_at"] is None


async def test_the_document_names_our_address_where_somebody_said_it() -> None:
    assert openapi.document(PUBLIC_URL)["servers"] == [{"url": PUBLIC_URL}]
    assert "servers" not in openapi.document("")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("path", ["/api/status", "/feed.xml"])
async def test_every_answer_is_as_documented(town: Town, path: str) -> None:
    await asyncio.to_thread(_check, town.url, path)


def _check(url: str, path: str) -> None:
    schema = schemathesis.openapi.from_url(f"{url}/api/openapi.json")
    cases = schema[path]["GET"].as_strategy()

    @given(case=cases)
    @settings(
        max_examples=EXAMPLES, database=None, derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def conforms(case: Any) -> None:
        case.call_and_validate(base_url=url)

    conforms()
