from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.sources.bitbo import HOST, SOURCE
from tests.sources.conftest import Desk

PAYLOADS = Path(__file__).parents[4] / "shared" / "payloads"
pytestmark = pytest.mark.skipif(
    not PAYLOADS.is_dir(), reason="shared/payloads is not beside this checkout"
)
LATER = datetime(2026, 6, 1, tzinfo=UTC)


async def test_the_row_with_a_date_is_the_only_one(desk: Desk) -> None:
    desk.gateway.bodies[HOST] = (PAYLOADS / "bitbo.etf_flows.html").read_bytes()
    seen = await desk.ask(SOURCE.feeds[0], LATER)
    assert [(o.day, o.value) for o in seen] == [(date(2026, 2, 3), -272_000_000.0)]
