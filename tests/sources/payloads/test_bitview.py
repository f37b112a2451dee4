"""The survey's own payload files, where the checkout has them beside it."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.ports import SourceError
from bot.sources.bitview import SOURCE
from tests.providers.words.bitview import BITVIEW
from tests.sources.conftest import Desk

PAYLOADS = Path(__file__).parents[4] / "shared" / "payloads"
pytestmark = pytest.mark.skipif(
    not PAYLOADS.is_dir(), reason="shared/payloads is not beside this checkout"
)
LATER = datetime(2026, 9, 1, tzinfo=UTC)


async def test_the_supplies_parse_without_the_newest_day(desk: Desk) -> None:
    desk.gateway.bodies[BITVIEW] = (PAYLOADS / "bitview.series_bulk.json").read_bytes()
    assert [(o.series, o.day, o.value) for o in await desk.ask(SOURCE.feeds[0], LATER)] == [
        ("whale_supply", date(2026, 2, 4), 7_153_321.4),
        ("whale_supply", date(2026, 2, 5), 7_161_004.9),
        ("lth_supply", date(2026, 2, 4), 14_390_112.0),
        ("lth_supply", date(2026, 2, 5), 14_391_877.5),
    ]


async def test_a_bare_number_is_refused(desk: Desk) -> None:
    desk.gateway.bodies[BITVIEW] = (PAYLOADS / "bitview.series_latest.json").read_bytes()
    with pytest.raises(SourceError, match="unusable as a whole"):
        await desk.ask(SOURCE.feeds[0], LATER)
