import json
from datetime import UTC, date, datetime

import pytest

from bot.model import Observation
from bot.ports import Feed, SourceError
from bot.sources.coinmarketcap import SOURCE
from tests.providers.market import COINMARKETCAP
from tests.sources.conftest import NOW, SAMPLES, Desk

GLOBAL, SEASON = SOURCE.feeds
DAY = date(2026, 3, 4)


async def test_dominance_is_as_of_its_last_update_and_never_final(desk: Desk) -> None:
    desk.serve(COINMARKETCAP, "coinmarketcap.global.json")
    as_of = datetime(2026, 3, 4, 14, 54, 59, 999_000, tzinfo=UTC)
    assert await desk.ask(GLOBAL) == (
        Observation("btc_dominance", "CoinMarketCap", DAY, 58.4375, as_of, NOW, final=False),
    )
    assert desk.gateway.asked[0].target == (
        "/public-api/v1/global-metrics/quotes/latest?convert=USD"
    )


async def test_the_season_index_is_as_of_its_snapshot(desk: Desk) -> None:
    desk.serve(COINMARKETCAP, "coinmarketcap.altcoin_season.json")
    as_of = datetime(2026, 3, 4, 14, tzinfo=UTC)
    assert await desk.ask(SEASON) == (
        Observation("altcoin_season_index", "CoinMarketCap", DAY, 38.0, as_of, NOW, final=False),
    )
    assert desk.gateway.asked[0].target == "/public-api/v1/altcoin-season-index/latest"


async def test_an_index_of_zero_is_a_missing_value(desk: Desk) -> None:
    desk.gateway.market.season_index = 0.0
    with pytest.raises(SourceError, match=r"unusable at data\.altcoin_index"):
        await desk.ask(SEASON)


@pytest.mark.parametrize("feed", [GLOBAL, SEASON], ids=["global", "season"])
async def test_a_refusal_is_told_in_coinmarketcaps_words(desk: Desk, feed: Feed) -> None:
    desk.serve(COINMARKETCAP, "coinmarketcap.refused.json")
    with pytest.raises(SourceError) as failure:
        await desk.ask(feed)
    assert str(failure.value) == "CoinMarketCap refused: You've exceeded your request rate."


@pytest.mark.parametrize(
    "code", [1011, "1011", "", " 0", -1, True, None, 10**30, "0" * 30], ids=repr
)
async def test_only_zero_means_no_error_even_beside_data(desk: Desk, code: object) -> None:
    answer = json.loads((SAMPLES / "coinmarketcap.altcoin_season.json").read_bytes())
    answer["status"]["error_code"] = code
    desk.gateway.bodies[COINMARKETCAP] = json.dumps(answer).encode()
    with pytest.raises(SourceError):
        await desk.ask(SEASON)


async def test_a_long_refusal_is_cut_to_a_sentence(desk: Desk) -> None:
    status = {"error_code": 1, "error_message": "no\x1b[31m " * 10_000}
    desk.gateway.bodies[COINMARKETCAP] = json.dumps({"status": status}).encode()
    with pytest.raises(SourceError) as failure:
        await desk.ask(GLOBAL)
    assert len(str(failure.value)) < 200
    assert str(failure.value).isprintable()


async def test_an_answer_without_an_envelope_is_refused(desk: Desk) -> None:
    desk.gateway.bodies[COINMARKETCAP] = b'{"data": {"altcoin_index": 40}}'
    with pytest.raises(SourceError, match="unusable at status: field required"):
        await desk.ask(SEASON)


@pytest.mark.parametrize("moment", ["2026-03-04T14:00:00", "yesterday", 1_772_636_100, None])
async def test_a_time_without_a_zone_or_sense_is_refused(desk: Desk, moment: object) -> None:
    answer = json.loads((SAMPLES / "coinmarketcap.altcoin_season.json").read_bytes())
    answer["data"]["snapshot_time"] = moment
    desk.gateway.bodies[COINMARKETCAP] = json.dumps(answer).encode()
    with pytest.raises(SourceError, match=r"unusable at data\.snapshot_time"):
        await desk.ask(SEASON)


async def test_the_day_is_the_utc_day_of_the_value_and_not_of_the_request(desk: Desk) -> None:
    answer = json.loads((SAMPLES / "coinmarketcap.altcoin_season.json").read_bytes())
    answer["data"]["snapshot_time"] = "2026-03-04T00:30:00+02:00"
    desk.gateway.bodies[COINMARKETCAP] = json.dumps(answer).encode()
    (seen,) = await desk.ask(SEASON)
    assert seen.day == date(2026, 3, 3)
    assert seen.as_of == datetime(2026, 3, 3, 22, 30, tzinfo=UTC)
    assert seen.as_of.tzinfo is UTC
