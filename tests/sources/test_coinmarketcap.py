import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from bot.model import Observation
from bot.ports import Feed, SourceError
from bot.sources.coinmarketcap import SOURCE
from tests.providers.market import COINMARKETCAP
from tests.sources.conftest import KEYS, NOW, SAMPLES, Desk

FEEDS = {feed.name.removeprefix("coinmarketcap/"): feed for feed in SOURCE.feeds}
GLOBAL, SEASON = FEEDS["global"], FEEDS["altcoin_season"]
SEASON_DAYS, MOOD, LIQUIDATIONS = (
    FEEDS[name] for name in ("altcoin_season_history", "fear_greed", "liquidations")
)
KEYLESS = [feed for feed in SOURCE.feeds if not feed.needs_key]
DAY = date(2026, 3, 4)
AS_OF = datetime(2026, 3, 4, 14, 54, 59, 999_000, tzinfo=UTC)
TOTAL, STABLE = 3.2e12, 2.9e11
TOTAL3 = TOTAL * (1 - (58.4375 + 12.25) / 100)

Edit = Callable[[dict[str, Any]], object]


def serve_edited(desk: Desk, edit: Edit, sample: str = "coinmarketcap.global.json") -> None:
    answer = json.loads((SAMPLES / sample).read_bytes())
    edit(answer)
    desk.gateway.bodies[COINMARKETCAP] = json.dumps(answer).encode()


async def asked_global(desk: Desk) -> dict[str, float]:
    return {o.series: o.value for o in await desk.ask(GLOBAL)}


async def test_one_answer_tells_of_the_whole_market_as_of_its_last_update(desk: Desk) -> None:
    desk.serve(COINMARKETCAP, "coinmarketcap.global.json")
    values = {
        "btc_dominance": 58.4375,
        "eth_dominance": 12.25,
        "total_market_cap": TOTAL,
        "total3": TOTAL3,
        "total3_ex_stablecoins": TOTAL3 - STABLE,
        "stablecoin_supply": STABLE,
        "tracked_tokens": 21_500_000.0,
        "new_tokens_30d": 1_040_000.0,
    }
    assert await desk.ask(GLOBAL) == tuple(
        Observation(series, "CoinMarketCap", DAY, value, AS_OF, NOW, final=False)
        for series, value in values.items()
    )
    assert [asked.target for asked in desk.gateway.asked] == [
        "/public-api/v1/global-metrics/quotes/latest?convert=USD"
    ]


def test_stablecoins_are_the_second_vendors_word_and_all_else_is_the_firsts() -> None:
    ranks = {series: GLOBAL.rank_of(series) for series in GLOBAL.series}
    assert ranks == {**dict.fromkeys(GLOBAL.series, 0), "stablecoin_supply": 1}


async def test_a_quote_may_be_a_list_or_a_map(desk: Desk) -> None:
    def as_list(answer: dict[str, Any]) -> None:
        usd = answer["data"]["quote"]["USD"]
        euros = {"symbol": "EUR", "total_market_cap": 1.0}
        answer["data"]["quote"] = [euros, {"symbol": "USD", **usd}]

    serve_edited(desk, lambda answer: None)
    usual = await desk.ask(GLOBAL)
    serve_edited(desk, as_list)
    assert await desk.ask(GLOBAL) == usual


@pytest.mark.parametrize("value", [None, 0, "absent", -1, 1e300], ids=repr)
@pytest.mark.parametrize(
    ("field", "lost"),
    [
        ("eth_dominance", {"eth_dominance", "total3", "total3_ex_stablecoins"}),
        ("stablecoin_market_cap", {"stablecoin_supply", "total3_ex_stablecoins"}),
        ("total_crypto_dex_currencies", {"tracked_tokens"}),
        ("past_30d_incremental_crypto_number", {"new_tokens_30d"}),
    ],
)
async def test_what_is_missing_takes_with_it_only_what_is_made_of_it(
    desk: Desk, field: str, lost: set[str], value: object
) -> None:
    def edit(answer: dict[str, Any]) -> None:
        answer["data"][field] = value
        if value == "absent":
            del answer["data"][field]

    serve_edited(desk, edit)
    assert set(GLOBAL.series) - set(await asked_global(desk)) == lost


@pytest.mark.parametrize(
    "quote",
    [
        None,
        {},
        [],
        {"USD": {}},
        {"USD": {"total_market_cap": 0}},
        {"EUR": {"total_market_cap": 1}, "\x1f": None},
    ],
    ids=str,
)
async def test_without_the_whole_nothing_is_made_of_its_parts(desk: Desk, quote: object) -> None:
    serve_edited(desk, lambda answer: answer["data"].update(quote=quote))
    lost = set(GLOBAL.series) - set(await asked_global(desk))
    assert lost == {"total_market_cap", "total3", "total3_ex_stablecoins"}


async def test_shares_beyond_the_whole_leave_no_third_part(desk: Desk) -> None:
    serve_edited(desk, lambda answer: answer["data"].update(btc_dominance=70.0, eth_dominance=40.0))
    assert set(GLOBAL.series) - set(await asked_global(desk)) == {"total3", "total3_ex_stablecoins"}


@pytest.mark.parametrize("value", [None, 0, 0.58, "58.4"], ids=repr)
async def test_an_answer_without_bitcoins_share_is_none(desk: Desk, value: object) -> None:
    serve_edited(desk, lambda answer: answer["data"].update(btc_dominance=value))
    with pytest.raises(SourceError, match=r"btc_dominance|cannot be real"):
        await desk.ask(GLOBAL)


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


async def test_a_midnight_stamp_is_the_final_value_of_the_day_that_ends_there(desk: Desk) -> None:
    desk.serve(COINMARKETCAP, "coinmarketcap.altcoin_season_history.json")
    assert [(o.day, o.value, o.as_of, o.final) for o in await desk.ask(SEASON_DAYS)] == [
        (day, value, datetime.combine(day + timedelta(days=1), time(), UTC), True)
        for day, value in (
            (date(2026, 2, 27), 31.0),
            (date(2026, 3, 2), 34.0),
            (date(2026, 3, 3), 36.0),
        )
    ]
    assert desk.gateway.asked[0].target == (
        "/public-api/v1/altcoin-season-index/historical?timeframe=90d"
    )


async def test_ninety_days_come_at_first_and_a_week_is_read_again(desk: Desk) -> None:
    everything = await desk.ask(SEASON_DAYS)
    assert len(everything) == 90
    assert everything[-1].day == date(2026, 3, 3)
    again = await desk.ask(SEASON_DAYS, since=date(2026, 3, 3))
    assert again == everything[-8:]


@pytest.mark.parametrize(
    "stamp",
    ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "2012-01-01T00:00:00Z"],
)
async def test_a_point_from_no_real_time_is_left_out(desk: Desk, stamp: str) -> None:
    sample = "coinmarketcap.altcoin_season_history.json"
    serve_edited(desk, lambda answer: None, sample)
    usual = await desk.ask(SEASON_DAYS)
    serve_edited(desk, lambda answer: answer["data"]["points"][1].update(timestamp=stamp), sample)
    assert await desk.ask(SEASON_DAYS) == usual


async def test_fear_and_greed_says_that_it_is_another_index(desk: Desk) -> None:
    desk.serve(COINMARKETCAP, "coinmarketcap.fear_greed.json")
    (seen,) = await desk.ask(MOOD)
    assert (seen.series, seen.value, seen.final) == ("fear_greed", 27.0, True)
    assert seen.as_of == datetime(2026, 3, 4, 14, 50, 10, 28_000, tzinfo=UTC)
    assert "not Alternative.me's" in seen.note
    assert MOOD.rank == 1
    assert desk.gateway.asked[0].target == "/public-api/v3/fear-and-greed/latest"


async def test_liquidations_are_the_dollars_of_a_day_and_asked_with_the_key(
    keyed_desk: Desk,
) -> None:
    keyed_desk.serve(COINMARKETCAP, "coinmarketcap.liquidations.json")
    as_of = datetime(2026, 3, 4, 14, 57, tzinfo=UTC)
    assert await keyed_desk.ask(LIQUIDATIONS) == (
        Observation(
            "liquidations_24h", "CoinMarketCap", DAY, 412_000_000.25, as_of, NOW, final=False
        ),
    )
    (asked,) = keyed_desk.gateway.asked
    assert asked.target == "/v5/derivatives/liquidations/quotes/latest?convert=USD"
    assert asked.headers["X-CMC_PRO_API_KEY"] == KEYS["COINMARKETCAP_API_KEY"]


async def test_liquidations_are_not_asked_without_the_key(desk: Desk) -> None:
    assert LIQUIDATIONS.needs_key == "COINMARKETCAP_API_KEY"
    with pytest.raises(SourceError, match="only with COINMARKETCAP_API_KEY"):
        await desk.ask(LIQUIDATIONS)
    assert not desk.gateway.asked


@pytest.mark.parametrize("quotes", [[], {}, [{"symbol": "EUR"}], {"USD": {}}], ids=str)
async def test_liquidations_in_no_dollars_are_refused(keyed_desk: Desk, quotes: object) -> None:
    serve_edited(
        keyed_desk,
        lambda answer: answer["data"].update(quotes=quotes),
        "coinmarketcap.liquidations.json",
    )
    with pytest.raises(SourceError):
        await keyed_desk.ask(LIQUIDATIONS)


@pytest.mark.parametrize("feed", KEYLESS, ids=lambda feed: feed.name)
async def test_a_key_goes_into_a_header_and_changes_nothing_but_the_path(
    desk: Desk, keyed_desk: Desk, feed: Feed
) -> None:
    assert await desk.ask(feed) == await keyed_desk.ask(feed)
    keyless, keyed = desk.gateway.asked
    assert keyless.target == f"/public-api{keyed.target}"
    assert "X-CMC_PRO_API_KEY" not in keyless.headers
    assert keyed.headers["X-CMC_PRO_API_KEY"] == KEYS["COINMARKETCAP_API_KEY"]
    assert KEYS["COINMARKETCAP_API_KEY"] not in keyed.target


@pytest.mark.parametrize("feed", SOURCE.feeds, ids=lambda feed: feed.name)
async def test_a_refusal_is_told_in_coinmarketcaps_words(keyed_desk: Desk, feed: Feed) -> None:
    keyed_desk.serve(COINMARKETCAP, "coinmarketcap.refused.json")
    with pytest.raises(SourceError) as failure:
        await keyed_desk.ask(feed)
    assert str(failure.value) == "CoinMarketCap refused: You've exceeded your request rate."


@pytest.mark.parametrize(
    "code", [1011, "1011", "", " 0", -1, True, None, 10**30, "0" * 30], ids=repr
)
async def test_only_zero_means_no_error_even_beside_data(desk: Desk, code: object) -> None:
    sample = "coinmarketcap.altcoin_season.json"
    serve_edited(desk, lambda answer: answer["status"].update(error_code=code), sample)
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
    sample = "coinmarketcap.altcoin_season.json"
    serve_edited(desk, lambda answer: answer["data"].update(snapshot_time=moment), sample)
    with pytest.raises(SourceError, match=r"unusable at data\.snapshot_time"):
        await desk.ask(SEASON)


async def test_the_day_is_the_utc_day_of_the_value_and_not_of_the_request(desk: Desk) -> None:
    moment = "2026-03-04T00:30:00+02:00"
    sample = "coinmarketcap.altcoin_season.json"
    serve_edited(desk, lambda answer: answer["data"].update(snapshot_time=moment), sample)
    (seen,) = await desk.ask(SEASON)
    assert seen.day == date(2026, 3, 3)
    assert seen.as_of == datetime(2026, 3, 3, 22, 30, tzinfo=UTC)
    assert seen.as_of.tzinfo is UTC
