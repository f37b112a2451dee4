"""The survey's payloads of Cboe, where the checkout has them."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.ports import SourceError
from bot.sources.cboe import SOURCE
from tests.providers.words.cboe import CBOE
from tests.sources.conftest import Desk

PAYLOADS = Path(__file__).parents[4] / "shared" / "payloads"
pytestmark = pytest.mark.skipif(
    not PAYLOADS.is_dir(), reason="shared/payloads is not beside this checkout"
)
RUSSELL_DAYS, SP_DAYS, RUSSELL_QUOTE, SP_QUOTE = SOURCE.feeds
LATER = datetime(2026, 9, 1, tzinfo=UTC)


def serve(desk: Desk, name: str) -> None:
    desk.gateway.bodies[CBOE] = (PAYLOADS / name).read_bytes()


async def test_the_histories_parse(desk: Desk) -> None:
    serve(desk, "cboe.rut_history.csv")
    seen = [*await desk.ask(RUSSELL_DAYS, LATER)]
    serve(desk, "cboe.spx_history.csv")
    seen += await desk.ask(SP_DAYS, LATER)
    assert [(o.series, o.day, o.value, o.final) for o in seen] == [
        ("russell_2000", date(2026, 7, 8), 2_956.3887, True),
        ("russell_2000", date(2026, 7, 9), 2_992.5414, True),
        ("russell_2000", date(2026, 7, 10), 2_977.8052, True),
        ("sp_500", date(2026, 8, 24), 7_665.12, True),
        ("sp_500", date(2026, 8, 25), 7_677.28, True),
    ]


async def test_the_quote_parses(desk: Desk) -> None:
    serve(desk, "cboe.quote_rut.json")
    seen = await desk.ask(RUSSELL_QUOTE, datetime(2026, 2, 4, 16, 13, tzinfo=UTC))
    assert [(o.series, o.value, o.final) for o in seen] == [
        ("russell_2000", 2_655.12, False),
        ("russell_2000_high", 2_662.3, False),
    ]
    assert {o.as_of for o in seen} == {datetime(2026, 2, 4, 15, 57, tzinfo=UTC)}


@pytest.mark.parametrize("name", ["stooq.pow_interstitial.html", "fred.walcl.csv"])
async def test_a_payload_of_something_else_is_refused_by_every_feed(desk: Desk, name: str) -> None:
    serve(desk, name)
    for feed in SOURCE.feeds:
        with pytest.raises(SourceError):
            await desk.ask(feed, LATER)
