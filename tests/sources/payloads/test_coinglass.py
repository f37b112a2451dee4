from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.sources.coinglass import HOST, SOURCE
from tests.sources.conftest import Desk

PAYLOADS = Path(__file__).parents[4] / "shared" / "payloads"
pytestmark = pytest.mark.skipif(
    not PAYLOADS.is_dir(), reason="shared/payloads is not beside this checkout"
)
LATER = datetime(2026, 6, 1, tzinfo=UTC)


async def test_a_fund_that_never_reported_does_not_hold_the_day_up(keyed_desk: Desk) -> None:
    keyed_desk.gateway.bodies[HOST] = (PAYLOADS / "coinglass.etf_flow_history.json").read_bytes()
    seen = await keyed_desk.ask(SOURCE.feeds[0], LATER)
    assert [(o.day, o.value) for o in seen] == [(date(2026, 5, 12), 1_200_000.0)]
