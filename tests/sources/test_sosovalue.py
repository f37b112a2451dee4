import calendar
import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from aiohttp import web

from bot.http import ProviderHttp
from bot.ports import At, SourceError
from bot.sources.sosovalue import HOST, SOURCE
from tests.providers.market import Distortion
from tests.sources.conftest import KEYS, NOW, SAMPLES, Desk

(FEED,) = SOURCE.feeds
MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)


@pytest.fixture
async def received() -> AsyncIterator[tuple[str, list[tuple[str, Any]]]]:
    """A server that keeps what it is sent, and its address."""
    kept: list[tuple[str, Any]] = []

    async def answer(request: web.Request) -> web.Response:
        kept.append((request.method, await request.json()))
        return web.Response(body=(SAMPLES / "sosovalue.etf_flow.json").read_bytes())

    app = web.Application()
    app.router.add_route("*", f"/{HOST}/openapi/v2/etf/historicalInflowChart", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    yield f"http://{host}:{port}", kept
    await runner.cleanup()


async def test_it_posts_which_funds_are_meant(
    received: tuple[str, list[tuple[str, Any]]],
) -> None:
    url, kept = received
    async with ProviderHttp(gateway=url, keys=KEYS) as http:
        await FEED.fetch(http, NOW, None)
    assert kept == [("POST", {"type": "us-btc-spot"})]


async def test_net_inflows_are_final_flows_in_dollars(keyed_desk: Desk) -> None:
    keyed_desk.serve(HOST, "sosovalue.etf_flow.json")
    seen = await keyed_desk.ask(FEED)
    assert [(o.day, o.value, o.final, o.as_of) for o in seen] == [
        (MONDAY, -60_500_000.5, True, datetime(2026, 3, 2, 21, tzinfo=UTC)),
        (TUESDAY, 48_250_000.0, True, datetime(2026, 3, 3, 21, tzinfo=UTC)),
    ]
    (asked,) = keyed_desk.gateway.asked
    assert asked.target == "/openapi/v2/etf/historicalInflowChart"
    assert asked.headers["x-soso-api-key"] == KEYS["SOSOVALUE_API_KEY"]


async def test_without_a_key_it_is_not_asked(desk: Desk) -> None:
    with pytest.raises(SourceError, match="cannot be asked without SOSOVALUE_API_KEY"):
        await desk.ask(FEED)
    assert desk.gateway.count(HOST) == 0


async def test_a_refusal_is_told_in_its_words_and_without_the_key(keyed_desk: Desk) -> None:
    keyed_desk.gateway.fail(HOST, Distortion.ERROR_ENVELOPE)
    with pytest.raises(SourceError) as failure:
        await keyed_desk.ask(FEED)
    assert str(failure.value) == "SoSoValue refused: API key quota exceeded."


@pytest.mark.parametrize("code", [1, "1", "", None, True, " 0"], ids=repr)
async def test_only_zero_means_no_error_even_beside_data(keyed_desk: Desk, code: object) -> None:
    answer = json.loads((SAMPLES / "sosovalue.etf_flow.json").read_bytes())
    answer["code"] = code
    keyed_desk.gateway.bodies[HOST] = json.dumps(answer).encode()
    with pytest.raises(SourceError):
        await keyed_desk.ask(FEED)


@pytest.mark.parametrize("distortion", [Distortion.ZERO, Distortion.NULLS], ids=str)
async def test_the_newest_day_without_a_flow_waits(
    keyed_desk: Desk, distortion: Distortion
) -> None:
    keyed_desk.gateway.fail(HOST, distortion)
    assert (await keyed_desk.ask(FEED))[-1].day == MONDAY


@pytest.mark.parametrize("distortion", [Distortion.NOT_A_NUMBER, Distortion.DECOY_COLUMNS], ids=str)
async def test_flows_that_are_no_numbers_are_refused(
    keyed_desk: Desk, distortion: Distortion
) -> None:
    keyed_desk.gateway.fail(HOST, distortion)
    with pytest.raises(SourceError, match=r"^SoSoValue"):
        await keyed_desk.ask(FEED)


async def test_of_a_day_that_comes_twice_the_last_row_counts(keyed_desk: Desk) -> None:
    keyed_desk.gateway.market.daily[HOST, "btc_etf_flow"] = {TUESDAY: 8.0e7}
    keyed_desk.gateway.fail(HOST, Distortion.DUPLICATE_DAYS)
    assert (await keyed_desk.ask(FEED))[-1].value == 8.0e7


async def test_the_last_two_weeks_are_read_again(keyed_desk: Desk) -> None:
    assert (await keyed_desk.ask(FEED, since=MONDAY))[0].day == date(2026, 2, 17)


@pytest.mark.parametrize("month", range(1, 13))
def test_its_plan_leaves_two_of_ten_requests_a_month(month: int) -> None:
    (plan,) = FEED.plan
    assert isinstance(plan, At)
    days = range(1, calendar.monthrange(2026, month)[1] + 1)
    assert len(plan.times) * sum(day in plan.month_days for day in days) <= 8
    assert FEED.standby_every.days >= 4
