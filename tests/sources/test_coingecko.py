from datetime import UTC, date, datetime

import pytest

from bot.model import Observation
from bot.ports import SourceError
from bot.sources.coingecko import SOURCE
from tests.providers.market import COINGECKO
from tests.sources.conftest import NOW, Desk

(FEED,) = SOURCE.feeds


async def test_dominance_is_bitcoins_share_as_of_the_update(desk: Desk) -> None:
    desk.serve(COINGECKO, "coingecko.global.json")
    as_of = datetime(2026, 3, 4, 14, 55, tzinfo=UTC)
    day = date(2026, 3, 4)
    assert await desk.ask(FEED) == (
        Observation("btc_dominance", "CoinGecko", day, 56.8125, as_of, NOW, final=False),
    )
    assert desk.gateway.asked[0].target == "/api/v3/global"


async def test_a_limit_told_with_http_200_is_no_value(desk: Desk) -> None:
    desk.serve(COINGECKO, "coingecko.limited.json")
    with pytest.raises(SourceError, match="unusable at data: field required"):
        await desk.ask(FEED)


async def test_a_market_without_bitcoin_is_refused_by_name(desk: Desk) -> None:
    desk.gateway.bodies[COINGECKO] = (
        b'{"data": {"market_cap_percentage": {"eth": 10.0}, "updated_at": 1772636100}}'
    )
    with pytest.raises(SourceError) as failure:
        await desk.ask(FEED)
    assert str(failure.value) == (
        "CoinGecko's answer is unusable at data.market_cap_percentage.btc: field required."
    )
