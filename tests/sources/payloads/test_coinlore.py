"""The survey's payload of CoinLore, where the checkout has it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.sources.coinlore import SOURCE
from tests.providers.words.coinlore import COINLORE
from tests.sources.conftest import Desk

PAYLOADS = Path(__file__).parents[4] / "shared" / "payloads"
pytestmark = pytest.mark.skipif(
    not PAYLOADS.is_dir(), reason="shared/payloads is not beside this checkout"
)
(GLOBAL,) = SOURCE.feeds


async def test_the_global_page_parses(desk: Desk) -> None:
    desk.gateway.bodies[COINLORE] = (PAYLOADS / "coinlore.global.json").read_bytes()
    seen = await desk.ask(GLOBAL, datetime(2026, 2, 4, 16, 13, tzinfo=UTC))
    assert [(o.series, o.value) for o in seen] == [
        ("btc_dominance", 56.31),
        ("eth_dominance", 10.12),
        ("total_market_cap", 2_655_123_456_789.12),
        ("total3", pytest.approx(891_324_944_444, rel=1e-6)),
    ]
