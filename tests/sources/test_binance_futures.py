import json
from datetime import UTC, date, datetime

import pytest

from bot.model import Observation
from bot.ports import Feed, SourceError
from bot.sources.binance_futures import SOURCE
from tests.providers.gateway import Fault
from tests.providers.market import Distortion
from tests.providers.words.binance_futures import BINANCE_FUTURES
from tests.sources.conftest import NOW, SAMPLES, Desk

OPEN_INTEREST, PREMIUM = SOURCE.feeds
DAY = date(2026, 3, 4)


async def test_open_interest_is_bitcoin_as_of_its_hour(desk: Desk) -> None:
    desk.serve(BINANCE_FUTURES, "binance_futures.open_interest.json")
    hour = datetime(2026, 3, 4, 14, tzinfo=UTC)
    assert await desk.ask(OPEN_INTEREST) == (
        Observation("binance_open_interest", "Binance", DAY, 80_125.5, hour, NOW, final=False),
    )
    targets = [asked.target for asked in desk.gateway.asked]
    assert targets == ["/futures/data/openInterestHist?symbol=BTCUSDT&period=1h&limit=1"]


async def test_funding_is_percent(desk: Desk) -> None:
    desk.serve(BINANCE_FUTURES, "binance_futures.premium.json")
    as_of = datetime(2026, 3, 4, 14, 59, 0, 250_000, tzinfo=UTC)
    assert await desk.ask(PREMIUM) == (
        Observation("binance_funding", "Binance", DAY, 0.0625, as_of, NOW, final=False),
    )
    targets = [asked.target for asked in desk.gateway.asked]
    assert targets == ["/fapi/v1/premiumIndex?symbol=BTCUSDT"]


async def test_of_several_hours_the_newest_counts(desk: Desk) -> None:
    (hour,) = json.loads((SAMPLES / "binance_futures.open_interest.json").read_bytes())
    earlier = {**hour, "timestamp": hour["timestamp"] - 3_600_000, "sumOpenInterest": "1000"}
    for answer in ([earlier, hour], [hour, earlier]):
        desk.gateway.bodies[BINANCE_FUTURES] = json.dumps(answer).encode()
        (seen,) = await desk.ask(OPEN_INTEREST)
        assert seen.value == 80_125.5


@pytest.mark.parametrize("feed", [OPEN_INTEREST, PREMIUM], ids=["open interest", "premium"])
async def test_a_country_that_is_not_served_is_a_source_error(desk: Desk, feed: Feed) -> None:
    desk.serve(BINANCE_FUTURES, "binance_futures.restricted.json")
    with pytest.raises(SourceError, match="Binance's answer is unusable"):
        await desk.ask(feed)
    desk.gateway.bodies.clear()
    desk.gateway.fail(BINANCE_FUTURES, Fault.FORBIDDEN_PAGE)
    with pytest.raises(SourceError, match="answered 403"):
        await desk.ask(feed)
    assert SOURCE.forbidden_wait_seconds == 6 * 3_600


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"symbol": "BTCUSDC"}, r"at 0\.symbol"),
        ({"sumOpenInterest": "0"}, "reads 0, which cannot be real"),
        ({"sumOpenInterest": "NaN"}, r"at 0\.sumOpenInterest"),
        ({"timestamp": "1772632800000"}, r"at 0\.timestamp"),
        ({"timestamp": 1_772_632_800}, "long before now"),
    ],
)
async def test_an_hour_that_is_wrong_anywhere_is_refused(
    desk: Desk, changes: dict[str, object], sentence: str
) -> None:
    (hour,) = json.loads((SAMPLES / "binance_futures.open_interest.json").read_bytes())
    desk.gateway.bodies[BINANCE_FUTURES] = json.dumps([hour | changes]).encode()
    with pytest.raises(SourceError, match=sentence):
        await desk.ask(OPEN_INTEREST)


async def test_an_answer_without_hours_is_refused(desk: Desk) -> None:
    desk.gateway.bodies[BINANCE_FUTURES] = b"[]"
    with pytest.raises(SourceError, match="unusable as a whole: list should have at least 1 item"):
        await desk.ask(OPEN_INTEREST)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"symbol": "ETHUSDT"}, "at symbol"),
        ({"lastFundingRate": ""}, "at lastFundingRate"),
        ({"lastFundingRate": "0.2"}, "reads 20, which cannot be real"),
        ({"time": 1_772_639_940_000}, "ahead of now"),
    ],
)
async def test_a_premium_that_is_wrong_anywhere_is_refused(
    desk: Desk, changes: dict[str, object], sentence: str
) -> None:
    premium = json.loads((SAMPLES / "binance_futures.premium.json").read_bytes())
    desk.gateway.bodies[BINANCE_FUTURES] = json.dumps(premium | changes).encode()
    with pytest.raises(SourceError, match=sentence):
        await desk.ask(PREMIUM)


async def test_a_frozen_answer_keeps_its_own_time(desk: Desk) -> None:
    desk.gateway.fail(BINANCE_FUTURES, Distortion.YESTERDAY)
    for feed in SOURCE.feeds:
        assert {o.day for o in await desk.ask(feed)} == {date(2026, 3, 3)}
