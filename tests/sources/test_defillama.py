import json
from datetime import UTC, date, datetime

import pytest

from bot.model import Observation
from bot.ports import SourceError
from bot.sources.defillama import SOURCE
from tests.providers.market import Distortion
from tests.providers.words.defillama import DEFILLAMA
from tests.sources.conftest import NOW, SAMPLES, Desk

(SUPPLY,) = SOURCE.feeds


def total(on: int, value: float, as_of: datetime, *, final: bool) -> Observation:
    day = date(2026, 3, on)
    return Observation("stablecoin_supply", "DefiLlama", day, value, as_of, NOW, final)


async def test_all_pegs_are_summed_and_a_day_without_dollars_is_none(desk: Desk) -> None:
    desk.serve(DEFILLAMA, "defillama.stablecoins.json")
    assert await desk.ask(SUPPLY) == [
        total(1, 301_300_000_000.5, datetime(2026, 3, 2, tzinfo=UTC), final=True),
        total(2, 301_500_000_000.0, datetime(2026, 3, 3, tzinfo=UTC), final=True),
        total(4, 303_820_000_000.0, NOW, final=False),
    ]
    assert [asked.target for asked in desk.gateway.asked] == ["/stablecoincharts/all"]


async def test_later_only_the_last_days_are_given(desk: Desk) -> None:
    everything = await desk.ask(SUPPLY)
    recent = await desk.ask(SUPPLY, since=date(2026, 3, 3))
    assert recent == everything[-len(recent) :]
    assert recent[0].day == date(2026, 2, 17)


def serve_edited(desk: Desk, row: int, **changes: object) -> None:
    answer = json.loads((SAMPLES / "defillama.stablecoins.json").read_bytes())
    answer[row] |= changes
    desk.gateway.bodies[DEFILLAMA] = json.dumps(answer).encode()


async def test_a_date_may_be_a_number_as_well_as_text(desk: Desk) -> None:
    serve_edited(desk, 0, date=1_772_323_200)
    assert (await desk.ask(SUPPLY))[0].day == date(2026, 3, 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"totalCirculatingUSD": {}},
        {"totalCirculatingUSD": None},
        {"totalCirculatingUSD": {"peggedUSD": None, "peggedEUR": 1e9}},
        {"totalCirculatingUSD": {"peggedUSD": 0}},
        {"totalCirculatingUSD": {"peggedUSD": -3e11}},
        {"date": "1893456000"},
    ],
)
async def test_a_row_that_cannot_be_real_is_as_good_as_none(
    desk: Desk, changes: dict[str, object]
) -> None:
    serve_edited(desk, 3, **changes)
    assert [o.day.day for o in await desk.ask(SUPPLY)] == [1, 2]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"date": "1772323200000"}, r"unusable at 0\.date: input should be less"),
        ({"date": "2026-03-01"}, r"unusable at 0\.date"),
        ({"totalCirculatingUSD": 3e11}, r"unusable at 0\.totalCirculatingUSD"),
        ({"totalCirculatingUSD": {"peggedUSD": "3e11"}}, r"totalCirculatingUSD\.peggedUSD"),
    ],
)
async def test_a_row_of_another_shape_spoils_the_answer(
    desk: Desk, changes: dict[str, object], sentence: str
) -> None:
    serve_edited(desk, 0, **changes)
    with pytest.raises(SourceError, match=sentence):
        await desk.ask(SUPPLY)


async def test_an_answer_without_rows_is_refused(desk: Desk) -> None:
    desk.gateway.bodies[DEFILLAMA] = b"[]"
    with pytest.raises(SourceError, match="gives no Stablecoin supply"):
        await desk.ask(SUPPLY)
    desk.gateway.bodies[DEFILLAMA] = b'{"message": "Internal server error"}'
    with pytest.raises(SourceError, match="unusable as a whole"):
        await desk.ask(SUPPLY)


async def test_only_the_broken_day_is_lost(desk: Desk) -> None:
    usual = await desk.ask(SUPPLY)
    desk.gateway.fail(DEFILLAMA, Distortion.DUPLICATE_DAYS)
    assert await desk.ask(SUPPLY) == usual
    for distortion in (Distortion.NULLS, Distortion.ZERO, Distortion.YESTERDAY):
        desk.gateway.fail(DEFILLAMA, distortion)
        assert await desk.ask(SUPPLY) == usual[:-1]
