from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.sources.sosovalue import HOST, SOURCE
from tests.sources.conftest import Desk

PAYLOADS = Path(__file__).parents[4] / "shared" / "payloads"
pytestmark = pytest.mark.skipif(
    not PAYLOADS.is_dir(), reason="shared/payloads is not beside this checkout"
)
LATER = datetime(2026, 6, 1, tzinfo=UTC)


async def test_the_net_inflow_is_read(keyed_desk: Desk) -> None:
    keyed_desk.gateway.bodies[HOST] = (PAYLOADS / "sosovalue.historical_inflow.json").read_bytes()
    seen = await keyed_desk.ask(SOURCE.feeds[0], LATER)
    assert [(o.day, o.value) for o in seen] == [(date(2026, 2, 3), -272_020_000.0)]
