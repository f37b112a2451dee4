"""The survey's own payload files, where the checkout has them beside it."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.http import ProviderHttp
from bot.ports import SourceError
from bot.sources.fred import SOURCE
from tests.providers.words.fred import FRED, FRED_KEYED
from tests.sources.conftest import Desk

PAYLOADS = Path(__file__).parents[4] / "shared" / "payloads"
pytestmark = pytest.mark.skipif(
    not PAYLOADS.is_dir(), reason="shared/payloads is not beside this checkout"
)
LATER = datetime(2026, 6, 1, tzinfo=UTC)
ASSETS, _, PRICES, _, SP = SOURCE.feeds


async def test_the_tables_parse(desk: Desk) -> None:
    desk.gateway.bodies[FRED] = (PAYLOADS / "fred.walcl.csv").read_bytes()
    assert [(o.day, o.value) for o in await desk.ask(ASSETS, LATER)] == [
        (date(2023, 12, 27), 7.712781e12),
        (date(2024, 1, 3), 7.681024e12),
        (date(2024, 1, 10), 7.68671e12),
    ]
    desk.gateway.bodies[FRED] = (PAYLOADS / "fred.cpiaucsl.csv").read_bytes()
    assert [(o.day, o.value) for o in await desk.ask(PRICES, LATER)] == [
        (date(2025, 8, 1), 323.364),
        (date(2025, 9, 1), 324.368),
        (date(2025, 11, 1), 325.031),
        (date(2025, 12, 1), 326.030),
    ]
    desk.gateway.bodies[FRED] = (PAYLOADS / "fred.sp500.csv").read_bytes()
    assert (await desk.ask(SP, LATER))[-1].value == 6_917.81


async def test_a_table_of_something_else_is_refused(desk: Desk) -> None:
    desk.gateway.bodies[FRED] = (PAYLOADS / "fred.rrp_missing.csv").read_bytes()
    with pytest.raises(SourceError, match="RRPONTSYD instead of WALCL"):
        await desk.ask(ASSETS, LATER)


async def test_the_keyed_answer_parses(desk: Desk) -> None:
    desk.gateway.bodies[FRED_KEYED] = (PAYLOADS / "fred.api_observations.json").read_bytes()
    async with ProviderHttp(gateway=desk.gateway.url, keys={"FRED_API_KEY": "k"}) as http:
        seen = await ASSETS.fetch(http, LATER, None)
    assert [(o.day, o.value) for o in seen] == [(date(2026, 2, 4), 6.605909e12)]
