from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.sources.theblock import HOST, SOURCE
from tests.sources.conftest import Desk

PAYLOADS = Path(__file__).parents[4] / "shared" / "payloads"
pytestmark = pytest.mark.skipif(
    not PAYLOADS.is_dir(), reason="shared/payloads is not beside this checkout"
)
LATER = datetime(2026, 6, 1, tzinfo=UTC)


async def test_the_day_that_lacks_a_fund_is_left_out(desk: Desk) -> None:
    desk.gateway.bodies[HOST] = (PAYLOADS / "theblock.btc_etf_flows.json").read_bytes()
    seen = await desk.ask(SOURCE.feeds[0], LATER)
    assert [(o.day, o.value) for o in seen] == [(date(2026, 2, 3), 295_300_000.0)]
