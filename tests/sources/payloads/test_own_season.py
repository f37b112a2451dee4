"""The survey's payload of CoinMarketCap's ranking, where the checkout has it beside it."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.ports import SourceError
from bot.sources.own_season import SOURCE
from tests.providers.market import COINMARKETCAP
from tests.sources.conftest import Desk

PAYLOADS = Path(__file__).parents[4] / "shared" / "payloads"
pytestmark = pytest.mark.skipif(
    not PAYLOADS.is_dir(), reason="shared/payloads is not beside this checkout"
)
LATER = datetime(2026, 6, 1, tzinfo=UTC)


def listings() -> bytes:
    return (PAYLOADS / "cmc.keyless_listings_latest.json").read_bytes()


async def test_six_rows_are_too_few_and_three_of_them_count(desk: Desk) -> None:
    desk.gateway.bodies[COINMARKETCAP] = listings()
    with pytest.raises(SourceError, match="too few coins to count: 3"):
        await desk.ask(SOURCE.feeds[0], LATER)


async def test_rows_of_its_shape_make_an_index(desk: Desk) -> None:
    answer = json.loads(listings())
    *others, tron = answer["data"][:5]
    many = [{**tron, "id": 50_000 + n, "cmc_rank": 9 + n} for n in range(120)]
    answer["data"] = [*others, tron, *many]
    desk.gateway.bodies[COINMARKETCAP] = json.dumps(answer).encode()
    seen = await desk.ask(SOURCE.feeds[0], LATER)
    assert {o.series: o.value for o in seen} == {
        "own_season_50": 96.0,  # Ethereum and XRP fell further than Bitcoin.
        "own_season_100": 98.0,
        "own_season_blue_chips": 80.0,
        "own_season_long_tail": 100.0,
    }
    assert {o.as_of for o in seen} == {datetime(2026, 2, 4, 16, 11, tzinfo=UTC)}
