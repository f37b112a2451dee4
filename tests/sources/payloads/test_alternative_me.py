"""The survey's payloads of Alternative.me, where the checkout has them."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.sources.alternative_me import SOURCE
from tests.providers.words.alternative_me import ALTERNATIVE_ME
from tests.sources.conftest import Desk

PAYLOADS = Path(__file__).parents[4] / "shared" / "payloads"
pytestmark = pytest.mark.skipif(
    not PAYLOADS.is_dir(), reason="shared/payloads is not beside this checkout"
)
MOODS, GLOBAL = SOURCE.feeds
NOW = datetime(2026, 2, 4, 16, 13, tzinfo=UTC)


async def test_the_moods_parse(desk: Desk) -> None:
    desk.gateway.bodies[ALTERNATIVE_ME] = (PAYLOADS / "alternativeme.fng.json").read_bytes()
    seen = await desk.ask(MOODS, NOW)
    assert [(o.day, o.value, o.final) for o in seen] == [
        (date(2026, 2, 3), 17.0, True),
        (date(2026, 2, 4), 14.0, True),
    ]


async def test_the_global_page_parses(desk: Desk) -> None:
    desk.gateway.bodies[ALTERNATIVE_ME] = (PAYLOADS / "alternativeme.global.json").read_bytes()
    seen = await desk.ask(GLOBAL, NOW)
    assert [(o.series, o.value) for o in seen] == [
        ("btc_dominance", 59.1),
        ("total_market_cap", 2_552_000_000_000.0),
    ]
    assert {o.as_of for o in seen} == {datetime(2026, 2, 4, 16, 10, tzinfo=UTC)}
