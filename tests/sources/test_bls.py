import json
from datetime import UTC, date, datetime

import pytest

from bot.model import Observation
from bot.ports import SourceError
from bot.sources.bls import SOURCE
from tests.providers.market import Distortion
from tests.providers.words.bls import BLS
from tests.sources.conftest import NOW, SAMPLES, Desk

PRICES, UNADJUSTED = SOURCE.feeds


async def test_months_are_read_and_averages_and_holes_left_out(desk: Desk) -> None:
    desk.serve(BLS, "bls.cpi.json")
    seen = await desk.ask(PRICES)
    assert [(o.day, o.value) for o in seen] == [
        (date(2024, 12, 1), 315.25),
        (date(2025, 11, 1), 323.375),
        (date(2025, 12, 1), 324.5),
        (date(2026, 1, 1), 325.625),
    ]
    assert seen[-1] == Observation(
        "cpi", "BLS", date(2026, 1, 1), 325.625, datetime(2026, 2, 1, tzinfo=UTC), NOW, final=True
    )


async def test_each_feed_asks_for_its_own_index(desk: Desk) -> None:
    assert {o.series for o in await desk.ask(PRICES)} == {"cpi"}
    assert {o.series for o in await desk.ask(UNADJUSTED)} == {"cpi_nsa"}
    page = "/publicAPI/v1/timeseries/data"
    targets = [asked.target for asked in desk.gateway.asked]
    assert targets == [f"{page}/CUSR0000SA0", f"{page}/CUUR0000SA0"]


async def test_another_index_is_refused(desk: Desk) -> None:
    desk.serve(BLS, "bls.cpi.json")
    with pytest.raises(SourceError, match="answered with CUSR0000SA0 instead of CUUR0000SA0"):
        await desk.ask(UNADJUSTED)


async def test_a_refusal_is_told_in_the_bureaus_words(desk: Desk) -> None:
    desk.serve(BLS, "bls.refused.json")
    with pytest.raises(SourceError) as failure:
        await desk.ask(PRICES)
    assert str(failure.value) == ("BLS refused: The daily threshold of requests has been reached.")
    desk.gateway.bodies[BLS] = b'{"status": "REQUEST_FAILED", "message": []}'
    with pytest.raises(SourceError, match=r"refused: REQUEST_FAILED\.$"):
        await desk.ask(PRICES)


async def test_data_beside_a_refusal_counts_for_nothing(desk: Desk) -> None:
    answer = json.loads((SAMPLES / "bls.cpi.json").read_bytes())
    answer["status"] = "REQUEST_NOT_PROCESSED"
    desk.gateway.bodies[BLS] = json.dumps(answer).encode()
    with pytest.raises(SourceError, match="refused"):
        await desk.ask(PRICES)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"year": "0000"}, "year"),
        ({"year": "20260"}, "year"),
        ({"year": 2026}, "year"),
        ({"period": None}, "period"),
        ({"value": ""}, "value"),
        ({"value": None}, "value"),
        ({"value": "NaN"}, "value"),
    ],
)
async def test_a_row_of_another_shape_spoils_the_answer(
    desk: Desk, change: dict[str, object], field: str
) -> None:
    answer = json.loads((SAMPLES / "bls.cpi.json").read_bytes())
    answer["Results"]["series"][0]["data"][0] |= change
    desk.gateway.bodies[BLS] = json.dumps(answer).encode()
    with pytest.raises(SourceError, match=rf"at Results\.series\.0\.data\.0\.{field}"):
        await desk.ask(PRICES)


async def test_only_the_broken_month_is_lost(desk: Desk) -> None:
    usual = await desk.ask(PRICES)
    for distortion in (Distortion.NULLS, Distortion.ZERO, Distortion.YESTERDAY):
        desk.gateway.fail(BLS, distortion)
        assert await desk.ask(PRICES) == usual[:-1]


async def test_a_year_and_more_is_read_again_for_the_february_revisions(desk: Desk) -> None:
    everything = await desk.ask(PRICES)
    recent = await desk.ask(PRICES, since=date(2026, 1, 1))
    assert recent == everything[-len(recent) :]
    assert recent[0].day == date(2024, 12, 1)
    assert len(recent) < len(everything)


def test_it_is_only_ever_asked_as_a_fallback() -> None:
    assert {feed.plan for feed in SOURCE.feeds} == {()}
    day = 86_400
    calls = sum(day / feed.standby_every.total_seconds() for feed in SOURCE.feeds)
    assert calls <= 25
