"""The survey's payload of Nasdaq, where the checkout has it."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.ports import SourceError
from bot.sources.nasdaq import SOURCE
from tests.providers.words.nasdaq import NASDAQ
from tests.sources.conftest import Desk

PAYLOADS = Path(__file__).parents[4] / "shared" / "payloads"
pytestmark = pytest.mark.skipif(
    not PAYLOADS.is_dir(), reason="shared/payloads is not beside this checkout"
)
(IWM,) = SOURCE.feeds
NOW = datetime(2026, 2, 4, 16, 13, tzinfo=UTC)


async def test_the_history_parses(desk: Desk) -> None:
    desk.gateway.bodies[NASDAQ] = (PAYLOADS / "nasdaq.iwm_historical.json").read_bytes()
    assert [(o.day, o.value, o.final) for o in await desk.ask(IWM, NOW)] == [
        (date(2026, 2, 2), 262.05, True),
        (date(2026, 2, 3), 262.86, True),
    ]


@pytest.mark.parametrize("name", ["stooq.pow_interstitial.html", "yahoo.chart_rut_1d.json"])
async def test_a_payload_of_something_else_is_refused(desk: Desk, name: str) -> None:
    desk.gateway.bodies[NASDAQ] = (PAYLOADS / name).read_bytes()
    with pytest.raises(SourceError):
        await desk.ask(IWM, NOW)
