import json
from datetime import UTC, date, datetime

import pytest

from bot.model import Observation
from bot.ports import Feed, SourceError
from bot.sources.nyfed import SOURCE
from tests.providers.market import Distortion
from tests.providers.words.nyfed import NYFED
from tests.sources.conftest import NOW, SAMPLES, Desk

SOMA, RATES = SOURCE.feeds


async def test_holdings_are_dollars_of_wednesdays(desk: Desk) -> None:
    desk.serve(NYFED, "nyfed.soma.json")
    assert await desk.ask(SOMA) == [
        Observation(
            "fed_soma",
            "New York Fed",
            date(2026, 2, day),
            value,
            datetime(2026, 2, day + 1, tzinfo=UTC),
            NOW,
            final=True,
        )
        for day, value in ((11, 6_301_500_250_125.0), (18, 6_303_250_500_500.0))
    ]
    assert [asked.target for asked in desk.gateway.asked] == ["/api/soma/summary.json"]


async def test_later_only_the_last_weeks_are_given(desk: Desk) -> None:
    everything = await desk.ask(SOMA)
    assert len(everything) > 50
    recent = await desk.ask(SOMA, since=date(2026, 2, 25))
    assert recent == everything[-len(recent) :]
    assert recent[0].day == date(2026, 1, 28)


async def test_the_rate_is_final_and_of_its_own_day(desk: Desk) -> None:
    desk.serve(NYFED, "nyfed.rates.json")
    close = datetime(2026, 3, 3, 21, tzinfo=UTC)
    assert await desk.ask(RATES) == [
        Observation("fed_funds", "New York Fed", date(2026, 3, 3), 3.62, close, NOW, final=True)
    ]
    assert [asked.target for asked in desk.gateway.asked] == ["/api/rates/all/latest.json"]


def serve_rate(desk: Desk, **changes: object) -> None:
    answer = json.loads((SAMPLES / "nyfed.rates.json").read_bytes())
    answer["refRates"][1] |= changes
    desk.gateway.bodies[NYFED] = json.dumps(answer).encode()


async def test_a_rate_may_be_a_number_as_well_as_text(desk: Desk) -> None:
    serve_rate(desk, percentRate=3.62)
    (seen,) = await desk.ask(RATES)
    assert seen.value == 3.62


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"type": "OBFR"}, "lists no EFFR"),
        ({"effectiveDate": "2026-04-03"}, "of 2026-04-03, no session in New York"),
        ({"effectiveDate": "2026-03-06"}, "gives no Effective fed funds rate"),
        ({"percentRate": None}, "gives no Effective fed funds rate"),
        ({"percentRate": "363"}, "gives no Effective fed funds rate"),
        ({"percentRate": "n/a"}, r"unusable at refRates\.1\.percentRate"),
        ({"effectiveDate": "03/03/2026"}, r"unusable at refRates\.1\.effectiveDate"),
    ],
)
async def test_a_rate_that_is_none_is_refused(
    desk: Desk, changes: dict[str, object], sentence: str
) -> None:
    serve_rate(desk, **changes)
    with pytest.raises(SourceError, match=sentence):
        await desk.ask(RATES)


async def test_only_the_broken_week_is_lost(desk: Desk) -> None:
    usual = await desk.ask(SOMA)
    desk.gateway.fail(NYFED, Distortion.DUPLICATE_DAYS)
    assert await desk.ask(SOMA) == usual
    for distortion in (Distortion.NULLS, Distortion.ZERO, Distortion.YESTERDAY):
        desk.gateway.fail(NYFED, distortion)
        assert await desk.ask(SOMA) == usual[:-1]


@pytest.mark.parametrize("feed", [SOMA, RATES], ids=["soma", "rates"])
async def test_an_answer_of_another_shape_is_refused(desk: Desk, feed: Feed) -> None:
    desk.gateway.fail(NYFED, Distortion.ERROR_ENVELOPE)
    with pytest.raises(SourceError, match="New York Fed's answer is unusable at"):
        await desk.ask(feed)
