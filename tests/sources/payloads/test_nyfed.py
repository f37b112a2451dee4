"""The survey's own payload files, where the checkout has them beside it."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.sources.nyfed import SOURCE
from tests.providers.words.nyfed import NYFED
from tests.sources.conftest import Desk

PAYLOADS = Path(__file__).parents[4] / "shared" / "payloads"
pytestmark = pytest.mark.skipif(
    not PAYLOADS.is_dir(), reason="shared/payloads is not beside this checkout"
)
LATER = datetime(2026, 9, 1, tzinfo=UTC)


async def test_the_holdings_and_the_rate_parse(desk: Desk) -> None:
    soma, rates = SOURCE.feeds
    desk.gateway.bodies[NYFED] = (PAYLOADS / "nyfed.soma_summary.json").read_bytes()
    assert [(o.day, o.value) for o in await desk.ask(soma, LATER)] == [
        (date(2026, 8, 12), 6_364_637_243_485.0),
        (date(2026, 8, 19), 6_368_753_087_439.0),
    ]
    desk.gateway.bodies[NYFED] = (PAYLOADS / "nyfed.rates_latest.json").read_bytes()
    (seen,) = await desk.ask(rates, LATER)
    assert (seen.day, seen.value, seen.final) == (date(2026, 8, 20), 3.63, True)
