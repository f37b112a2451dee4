"""The survey's own payload files, where the checkout has them beside it."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.sources.bls import SOURCE
from tests.providers.words.bls import BLS
from tests.sources.conftest import Desk

PAYLOADS = Path(__file__).parents[4] / "shared" / "payloads"
pytestmark = pytest.mark.skipif(
    not PAYLOADS.is_dir(), reason="shared/payloads is not beside this checkout"
)
LATER = datetime(2026, 9, 1, tzinfo=UTC)


async def test_the_months_parse(desk: Desk) -> None:
    desk.gateway.bodies[BLS] = (PAYLOADS / "bls.v1_cpi.json").read_bytes()
    assert [(o.day, o.value) for o in await desk.ask(SOURCE.feeds[0], LATER)] == [
        (date(2025, 11, 1), 325.031),
        (date(2025, 12, 1), 326.03),
    ]
