from datetime import UTC, date, datetime

import pytest

from bot.model import Observation
from bot.ports import SourceError
from bot.sources.coinpaprika import SOURCE
from tests.providers.market import COINPAPRIKA
from tests.sources.conftest import NOW, Desk

(FEED,) = SOURCE.feeds


async def test_dominance_is_as_of_its_last_update(desk: Desk) -> None:
    desk.serve(COINPAPRIKA, "coinpaprika.global.json")
    as_of = datetime(2026, 3, 4, 14, 56, tzinfo=UTC)
    day = date(2026, 3, 4)
    assert await desk.ask(FEED) == (
        Observation("btc_dominance", "CoinPaprika", day, 55.25, as_of, NOW, final=False),
    )
    assert desk.gateway.asked[0].target == "/v1/global"


@pytest.mark.parametrize(
    ("seconds", "sentence"),
    [
        (0, r"is dated 1970, long before now\.$"),
        (1_772_636_401 + 600, r"is dated 2026-03-04 15:10 UTC, ahead of now\.$"),
        (1_772_636_160_000, "unusable at last_updated"),
    ],
)
async def test_a_time_that_cannot_be_is_refused(desk: Desk, seconds: int, sentence: str) -> None:
    desk.gateway.bodies[COINPAPRIKA] = (
        b'{"bitcoin_dominance_percentage": 55.0, "last_updated": %d}' % seconds
    )
    with pytest.raises(SourceError, match=sentence):
        await desk.ask(FEED)


async def test_a_clock_that_runs_a_little_fast_is_believed(desk: Desk) -> None:
    desk.gateway.bodies[COINPAPRIKA] = (
        b'{"bitcoin_dominance_percentage": 55.0, "last_updated": 1772637000}'
    )
    (seen,) = await desk.ask(FEED)
    assert seen.as_of > NOW


@pytest.mark.parametrize("value", [b"0", b"0.559", b"4.99", b"100.1", b"-55", b"1e400", b"NaN"])
async def test_a_share_that_cannot_be_is_refused(desk: Desk, value: bytes) -> None:
    desk.gateway.bodies[COINPAPRIKA] = (
        b'{"bitcoin_dominance_percentage": %b, "last_updated": 1772636160}' % value
    )
    with pytest.raises(SourceError):
        await desk.ask(FEED)
