from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.sources.blockchaincenter import HOST, SOURCE
from tests.sources.conftest import Desk

PAYLOADS = Path(__file__).parents[4] / "shared" / "payloads"
pytestmark = pytest.mark.skipif(
    not PAYLOADS.is_dir(), reason="shared/payloads is not beside this checkout"
)
LATER = datetime(2026, 6, 1, tzinfo=UTC)


async def test_the_index_over_90_days_is_read(desk: Desk) -> None:
    page = (PAYLOADS / "blockchaincenter.page_snippet.html").read_bytes()
    desk.gateway.bodies[HOST] = page
    seen = await desk.ask(SOURCE.feeds[0], LATER)
    days = [(date(2026, 2, 3), 43.0), (date(2026, 2, 4), 45.0)]
    assert [(o.day, o.value) for o in seen] == days
