"""The survey's own payload files, where the checkout has them beside it."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.ports import SourceError
from bot.sources.defillama import SOURCE
from tests.providers.words.defillama import DEFILLAMA
from tests.sources.conftest import Desk

PAYLOADS = Path(__file__).parents[4] / "shared" / "payloads"
pytestmark = pytest.mark.skipif(
    not PAYLOADS.is_dir(), reason="shared/payloads is not beside this checkout"
)
LATER = datetime(2026, 9, 1, tzinfo=UTC)


async def test_the_chart_parses_without_the_day_that_lacks_its_dollars(desk: Desk) -> None:
    desk.gateway.bodies[DEFILLAMA] = (PAYLOADS / "defillama.stablecoincharts_all.json").read_bytes()
    assert [(o.day, o.value) for o in await desk.ask(SOURCE.feeds[0], LATER)] == [
        (date(2025, 9, 27), 3.0558e11),
        (date(2025, 9, 28), 3.06305e11),
    ]


async def test_the_list_of_coins_is_refused(desk: Desk) -> None:
    desk.gateway.bodies[DEFILLAMA] = (PAYLOADS / "defillama.stablecoins.json").read_bytes()
    with pytest.raises(SourceError, match="unusable as a whole"):
        await desk.ask(SOURCE.feeds[0], LATER)
