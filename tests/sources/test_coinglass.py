import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.model import Observation
from bot.ports import Feed, SourceError
from bot.sources.coinglass import HOST, SOURCE
from tests.providers.market import Distortion
from tests.sources.conftest import KEYS, NOW, SAMPLES, Desk

FLOW, SEASON = SOURCE.feeds
MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)
both = pytest.mark.parametrize("feed", [FLOW, SEASON], ids=["flow", "season"])


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"coinglass.{name}.json").read_bytes())


def serve(desk: Desk, answer: object) -> None:
    desk.gateway.bodies[HOST] = json.dumps(answer).encode()


async def test_flows_are_final_and_a_day_that_lacks_a_fund_is_left_out(keyed_desk: Desk) -> None:
    keyed_desk.serve(HOST, "coinglass.etf_flow.json")
    seen = await keyed_desk.ask(FLOW)
    assert [(o.day, o.value, o.final, o.as_of) for o in seen] == [
        (date(2026, 2, 27), -23_250_000.0, True, datetime(2026, 2, 27, 21, tzinfo=UTC)),
        (MONDAY, 60_500_000.5, True, datetime(2026, 3, 2, 21, tzinfo=UTC)),
    ]
    (asked,) = keyed_desk.gateway.asked
    assert asked.target == "/api/etf/bitcoin/flow-history"
    assert asked.headers["CG-API-KEY"] == KEYS["COINGLASS_API_KEY"]


async def test_a_fund_that_never_reported_is_not_waited_for(keyed_desk: Desk) -> None:
    answer = sample("etf_flow")
    for row in answer["data"]:
        row["etf_flows"] = [{"etf_ticker": "NEWB"}, {"etf_ticker": "IBIT", "flow_usd": 1.0}]
    serve(keyed_desk, answer)
    assert (await keyed_desk.ask(FLOW))[-1].day == TUESDAY


async def test_a_season_index_of_past_days_is_final_and_todays_a_sample(keyed_desk: Desk) -> None:
    keyed_desk.serve(HOST, "coinglass.altcoin_season.json")
    key, vendor = "altcoin_season_index", "CoinGlass"
    third, fourth = datetime(2026, 3, 3, tzinfo=UTC), datetime(2026, 3, 4, tzinfo=UTC)
    assert await keyed_desk.ask(SEASON) == [
        Observation(key, vendor, MONDAY, 36.0, third, NOW, final=True),
        Observation(key, vendor, TUESDAY, 38.5, fourth, NOW, final=True),
        Observation(key, vendor, NOW.date(), 41.0, NOW, NOW, final=False),
    ]
    (asked,) = keyed_desk.gateway.asked
    assert asked.target == "/api/index/altcoin-season"
    assert asked.headers["CG-API-KEY"] == KEYS["COINGLASS_API_KEY"]


async def test_another_shape_of_the_season_is_refused_with_what_is_missing(
    keyed_desk: Desk,
) -> None:
    keyed_desk.gateway.fail(HOST, Distortion.DECOY_COLUMNS)
    with pytest.raises(SourceError) as failure:
        await keyed_desk.ask(SEASON)
    expected = "CoinGlass's answer is unusable at data.0.altcoin_index: field required."
    assert str(failure.value) == expected


@both
async def test_without_a_key_it_is_not_asked(desk: Desk, feed: Feed) -> None:
    with pytest.raises(SourceError, match="cannot be asked without COINGLASS_API_KEY"):
        await desk.ask(feed)
    assert desk.gateway.count(HOST) == 0


@both
async def test_a_refusal_is_told_in_its_words(keyed_desk: Desk, feed: Feed) -> None:
    keyed_desk.gateway.fail(HOST, Distortion.ERROR_ENVELOPE)
    with pytest.raises(SourceError) as failure:
        await keyed_desk.ask(feed)
    assert str(failure.value) == "CoinGlass refused: Upgrade plan."


@pytest.mark.parametrize("code", ["40001", 1, "", None, "00", True], ids=repr)
async def test_only_zero_means_no_error_even_beside_data(keyed_desk: Desk, code: object) -> None:
    serve(keyed_desk, {**sample("etf_flow"), "code": code})
    with pytest.raises(SourceError):
        await keyed_desk.ask(FLOW)


@both
async def test_the_newest_day_without_a_value_is_left_out(keyed_desk: Desk, feed: Feed) -> None:
    keyed_desk.gateway.fail(HOST, Distortion.NULLS)
    newest = MONDAY if feed is FLOW else TUESDAY
    assert (await keyed_desk.ask(feed))[-1].day == newest


@both
async def test_a_zero_on_the_newest_day_is_a_missing_value(keyed_desk: Desk, feed: Feed) -> None:
    keyed_desk.gateway.fail(HOST, Distortion.ZERO)
    newest = MONDAY if feed is FLOW else TUESDAY
    assert (await keyed_desk.ask(feed))[-1].day == newest


@both
async def test_seconds_are_not_taken_for_milliseconds(keyed_desk: Desk, feed: Feed) -> None:
    answer = sample("etf_flow" if feed is FLOW else "altcoin_season")
    answer["data"][0]["timestamp"] //= 1000
    serve(keyed_desk, answer)
    with pytest.raises(SourceError, match=r"unusable at data\.0\.timestamp"):
        await keyed_desk.ask(feed)


async def test_flows_without_their_funds_cannot_be_told_to_be_complete(keyed_desk: Desk) -> None:
    keyed_desk.gateway.fail(HOST, Distortion.DECOY_COLUMNS)
    with pytest.raises(SourceError, match="gives no Bitcoin ETF net flow that could be real"):
        await keyed_desk.ask(FLOW)


async def test_of_a_day_that_comes_twice_the_last_row_counts(keyed_desk: Desk) -> None:
    keyed_desk.gateway.market.daily[HOST, "btc_etf_flow"] = {TUESDAY: 8.0e7}
    keyed_desk.gateway.fail(HOST, Distortion.DUPLICATE_DAYS)
    assert (await keyed_desk.ask(FLOW))[-1].value == 8.0e7


async def test_recent_days_are_read_again(keyed_desk: Desk) -> None:
    assert (await keyed_desk.ask(FLOW, since=MONDAY))[0].day == date(2026, 2, 17)
    assert (await keyed_desk.ask(SEASON, since=MONDAY))[0].day == date(2026, 2, 16)
