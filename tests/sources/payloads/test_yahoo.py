"""The survey's payloads of Yahoo, where the checkout has them."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.ports import SourceError
from bot.sources.yahoo import SOURCE
from tests.providers.market import YAHOO
from tests.sources.conftest import Desk

PAYLOADS = Path(__file__).parents[4] / "shared" / "payloads"
pytestmark = pytest.mark.skipif(
    not PAYLOADS.is_dir(), reason="shared/payloads is not beside this checkout"
)
RUSSELL, SP, FUTURE, IWM = SOURCE.feeds
NOW = datetime(2026, 2, 4, 16, 15, tzinfo=UTC)
TRADED = datetime(2026, 2, 4, 16, 12, tzinfo=UTC)


def serve(desk: Desk, name: str) -> None:
    desk.gateway.bodies[YAHOO] = (PAYLOADS / name).read_bytes()


async def test_the_russell_chart_parses(desk: Desk) -> None:
    serve(desk, "yahoo.chart_rut_1d.json")
    seen = await desk.ask(RUSSELL, NOW)
    closes = [(o.day, o.value, o.final) for o in seen if o.series == "russell_2000"]
    assert closes == [
        (date(2026, 1, 27), 2_666.7, True),
        (date(2026, 1, 28), 2_653.55, True),
        (date(2026, 1, 29), 2_654.78, True),
        (date(2026, 2, 2), 2_640.31, True),
        (date(2026, 2, 3), 2_648.5, True),
        (date(2026, 2, 4), 2_655.12, False),
    ]
    highs = [o.value for o in seen if o.series == "russell_2000_high"]
    assert highs == [2_674.9, 2_679.1, 2_663.2, 2_647.9, 2_671.8, 2_662.3]
    assert {o.as_of for o in seen[-2:]} == {TRADED}


async def test_the_future_parses(desk: Desk) -> None:
    serve(desk, "yahoo.chart_rty_future_5m.json")
    (seen,) = await desk.ask(FUTURE, NOW)
    assert (seen.day, seen.value, seen.as_of) == (date(2026, 2, 4), 2_665.0, TRADED)
    assert not seen.final


@pytest.mark.parametrize("name", ["yahoo.chart_not_found.json", "yahoo.http429.txt"])
async def test_a_refusal_is_refused_by_every_feed(desk: Desk, name: str) -> None:
    serve(desk, name)
    for feed in SOURCE.feeds:
        with pytest.raises(SourceError):
            await desk.ask(feed, NOW)


async def test_a_chart_of_another_symbol_is_refused(desk: Desk) -> None:
    serve(desk, "yahoo.chart_rut_1d.json")
    for feed in (SP, FUTURE, IWM):
        with pytest.raises(SourceError, match=r"answered with \^RUT instead of"):
            await desk.ask(feed, NOW)
