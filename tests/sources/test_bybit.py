import json
from datetime import UTC, date, datetime

import pytest

from bot.model import Observation
from bot.ports import SourceError
from bot.sources.bybit import SOURCE
from tests.providers.gateway import Fault
from tests.providers.market import Distortion
from tests.providers.words.bybit import BYBIT
from tests.sources.conftest import NOW, SAMPLES, Desk

(TICKER,) = SOURCE.feeds
AS_OF = datetime(2026, 3, 4, 14, 59, 0, 250_000, tzinfo=UTC)
DAY = date(2026, 3, 4)


async def test_one_call_tells_open_interest_in_bitcoin_and_funding_in_percent(desk: Desk) -> None:
    desk.serve(BYBIT, "bybit.ticker.json")
    assert await desk.ask(TICKER) == (
        Observation("bybit_open_interest", "Bybit", DAY, 49_120.625, AS_OF, NOW, final=False),
        Observation("bybit_funding", "Bybit", DAY, -0.025, AS_OF, NOW, final=False),
    )
    targets = [asked.target for asked in desk.gateway.asked]
    assert targets == ["/v5/market/tickers?category=linear&symbol=BTCUSDT"]


async def test_a_refusal_is_told_in_bybits_words(desk: Desk) -> None:
    desk.serve(BYBIT, "bybit.refused.json")
    with pytest.raises(SourceError) as failure:
        await desk.ask(TICKER)
    assert str(failure.value) == "Bybit refused: Too many visits."


async def test_a_country_that_is_not_served_is_left_alone_for_hours(desk: Desk) -> None:
    desk.gateway.fail(BYBIT, Fault.FORBIDDEN_PAGE)
    with pytest.raises(SourceError, match="answered 403 with HTML instead of JSON"):
        await desk.ask(TICKER)
    assert SOURCE.forbidden_wait_seconds == 6 * 3_600


@pytest.mark.parametrize(
    ("place", "changes", "sentence"),
    [
        ("ticker", {"symbol": "BTCPERP"}, r"list\.0\.symbol"),
        ("ticker", {"openInterest": ""}, r"list\.0\.openInterest"),
        ("ticker", {"openInterest": "0"}, "reads 0, which cannot be real"),
        ("ticker", {"fundingRate": None}, r"list\.0\.fundingRate"),
        ("ticker", {"fundingRate": "0.5"}, "reads 50, which cannot be real"),
        ("result", {"category": "inverse"}, r"result\.category"),
        ("result", {"list": []}, r"result\.list"),
        ("whole", {"time": 1_772_636_340}, "long before now"),
        ("whole", {"time": 1_772_639_940_000}, "ahead of now"),
        ("whole", {"retCode": "0"}, "unusable at retCode"),
        ("whole", {"retCode": 10_001, "retMsg": ""}, "refused: code 10001"),
    ],
)
async def test_a_ticker_that_is_wrong_anywhere_is_refused(
    desk: Desk, place: str, changes: dict[str, object], sentence: str
) -> None:
    answer = json.loads((SAMPLES / "bybit.ticker.json").read_bytes())
    result = answer["result"]
    {"whole": answer, "result": result, "ticker": result["list"][0]}[place].update(changes)
    desk.gateway.bodies[BYBIT] = json.dumps(answer).encode()
    with pytest.raises(SourceError, match=sentence):
        await desk.ask(TICKER)


async def test_a_frozen_ticker_keeps_its_own_time(desk: Desk) -> None:
    desk.gateway.fail(BYBIT, Distortion.YESTERDAY)
    assert {o.day for o in await desk.ask(TICKER)} == {date(2026, 3, 3)}
