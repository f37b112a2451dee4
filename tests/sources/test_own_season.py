import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.model import Observation
from bot.ports import SourceError
from bot.season import exclusions
from bot.sources.own_season import SOURCE
from tests.providers.market import COINMARKETCAP, Distortion
from tests.sources.conftest import KEYS, NOW, SAMPLES, Desk

(FEED,) = SOURCE.feeds
VENDOR = "own count (CoinMarketCap)"
BTC = 0
Rows = list[dict[str, Any]]


def serve_edited(desk: Desk, edit: Callable[[Rows], object]) -> None:
    answer = json.loads((SAMPLES / "own_season.listings.json").read_bytes())
    edit(answer["data"])
    desk.gateway.bodies[COINMARKETCAP] = json.dumps(answer).encode()


def usd(row: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(quote for quote in row["quote"] if quote["symbol"] == "USD")
    return found


async def test_the_first_ten_that_count_are_held_against_bitcoin(desk: Desk) -> None:
    desk.serve(COINMARKETCAP, "own_season.listings.json")
    as_of = datetime(2026, 3, 4, 14, 57, tzinfo=UTC)
    note = f"10 of 10 coins, 4 beat Bitcoin, exclusions {exclusions().version}"
    day = date(2026, 3, 4)
    assert await desk.ask(FEED) == [
        Observation("own_season_blue_chips", VENDOR, day, 40.0, as_of, NOW, final=False, note=note)
    ]


async def test_one_request_counts_all_four(desk: Desk) -> None:
    desk.gateway.market.season_index = 30.0
    seen = await desk.ask(FEED)
    assert [asked.target for asked in desk.gateway.asked] == [
        "/public-api/v3/cryptocurrency/listings/latest?start=1&limit=200&convert=USD"
        "&sort=market_cap&aux=cmc_rank%2Cdate_added%2Ctags%2Ccirculating_supply"
    ]
    ahead = [number for number in range(2, 131) if number != 4 and number * 37 % 100 < 30]
    hundredth, fiftieth, tenth = 102, 52, 12  # Bitcoin is 1, and 4 is Tether.
    wanted = {
        "own_season_50": 100 * sum(n <= fiftieth for n in ahead) / 50,
        "own_season_100": sum(n <= hundredth for n in ahead),
        "own_season_blue_chips": 100 * sum(n <= tenth for n in ahead) / 10,
        "own_season_long_tail": 100 * sum(fiftieth < n <= hundredth for n in ahead) / 50,
    }
    assert {o.series: o.value for o in seen} == wanted
    assert len(set(wanted.values())) > 2
    assert seen[0].note.startswith("50 of 50 coins, ")


async def test_with_the_key_it_goes_into_a_header(keyed_desk: Desk) -> None:
    await keyed_desk.ask(FEED)
    (asked,) = keyed_desk.gateway.asked
    assert asked.target.startswith("/v3/cryptocurrency/listings/latest?")
    assert asked.headers["X-CMC_PRO_API_KEY"] == KEYS["COINMARKETCAP_API_KEY"]


async def test_quotes_may_also_be_a_map(desk: Desk) -> None:
    def as_maps(rows: Rows) -> None:
        for row in rows:
            row["quote"] = {quote.pop("symbol"): quote for quote in row["quote"]}

    serve_edited(desk, lambda rows: None)
    usual = await desk.ask(FEED)
    serve_edited(desk, as_maps)
    assert await desk.ask(FEED) == usual


async def test_a_count_of_nine_in_ten_stands_and_says_so(desk: Desk) -> None:
    serve_edited(desk, lambda rows: [usd(row).update(percent_change_90d=None) for row in rows[-4:]])
    (seen,) = await desk.ask(FEED)
    assert seen.note.startswith("9 of 10 coins, ")


async def test_a_ranking_with_too_few_coins_is_no_index(desk: Desk) -> None:
    serve_edited(desk, lambda rows: [row.update(cmc_rank=None) for row in rows[-5:]])
    with pytest.raises(SourceError, match="too few coins to count: 8"):
        await desk.ask(FEED)


@pytest.mark.parametrize(
    "edit",
    [
        lambda rows: rows.pop(BTC),
        lambda rows: rows[BTC].update(id=7, name="Bitcoin", symbol="BTC"),
        lambda rows: usd(rows[BTC]).update(percent_change_90d=None),
        lambda rows: rows[BTC].update(quote=[]),
        lambda rows: rows.clear(),
    ],
    ids=["no row", "another coin of its name", "no change", "no quote", "nothing"],
)
async def test_without_bitcoin_there_is_nothing_to_hold_coins_against(
    desk: Desk, edit: Callable[[Rows], object]
) -> None:
    serve_edited(desk, edit)
    with pytest.raises(SourceError, match="says nothing of Bitcoin's last 90 days"):
        await desk.ask(FEED)


async def test_without_bitcoins_own_time_the_answers_counts(desk: Desk) -> None:
    serve_edited(desk, lambda rows: rows[BTC].update(last_updated=None))
    (seen,) = await desk.ask(FEED)
    assert seen.as_of == datetime(2026, 3, 4, 14, 58, 0, 123_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("field", "value"),
    [("id", "1839"), ("cmc_rank", 0), ("cmc_rank", "10"), ("name", None), ("quote", None)],
)
async def test_a_row_that_is_wrong_is_refused_with_all_of_it(
    desk: Desk, field: str, value: object
) -> None:
    serve_edited(desk, lambda rows: rows[9].update({field: value}))
    with pytest.raises(SourceError, match=rf"unusable at data\.9\.{field}"):
        await desk.ask(FEED)


async def test_copies_of_a_row_change_nothing(desk: Desk) -> None:
    usual = await desk.ask(FEED)
    desk.gateway.fail(COINMARKETCAP, Distortion.DUPLICATE_DAYS)
    assert await desk.ask(FEED) == usual


@pytest.mark.parametrize(
    "how", [Distortion.NULLS, Distortion.NOT_A_NUMBER, Distortion.ERROR_ENVELOPE], ids=str
)
async def test_a_ranking_without_changes_is_no_index(desk: Desk, how: Distortion) -> None:
    desk.gateway.fail(COINMARKETCAP, how)
    with pytest.raises(SourceError):
        await desk.ask(FEED)
