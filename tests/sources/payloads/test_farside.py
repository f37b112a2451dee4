from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.ports import SourceError
from bot.sources.farside import HOST, SOURCE
from tests.sources.conftest import Desk

PAYLOADS = Path(__file__).parents[4] / "shared" / "payloads"
pytestmark = pytest.mark.skipif(
    not PAYLOADS.is_dir(), reason="shared/payloads is not beside this checkout"
)
LATER = datetime(2026, 6, 1, tzinfo=UTC)


async def test_a_total_over_more_funds_than_the_excerpt_has_is_refused(desk: Desk) -> None:
    desk.gateway.bodies[HOST] = (PAYLOADS / "farside.btc_all_data.html").read_bytes()
    with pytest.raises(SourceError, match="gives no Bitcoin ETF net flow"):
        await desk.ask(SOURCE.feeds[0], LATER)


async def test_the_day_whose_funds_make_up_the_total_counts(desk: Desk) -> None:
    page = (PAYLOADS / "farside.btc_all_data.html").read_bytes()
    desk.gateway.bodies[HOST] = page.replace(b"561.8", b"524.1")
    seen = await desk.ask(SOURCE.feeds[0], LATER)
    assert [(o.day, o.value) for o in seen] == [(date(2026, 2, 2), 524_100_000.0)]


async def test_the_challenge_page_is_refused(desk: Desk) -> None:
    desk.gateway.bodies[HOST] = (PAYLOADS / "farside.http403.html").read_bytes()
    with pytest.raises(SourceError, match="holds no table"):
        await desk.ask(SOURCE.feeds[0], LATER)
