import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.model import Observation
from bot.ports import SourceError
from bot.sources.bitview import SOURCE
from tests.providers.market import Distortion
from tests.providers.words.bitview import BITVIEW
from tests.sources.conftest import NOW, SAMPLES, Desk

(SUPPLY,) = SOURCE.feeds


def day(series: str, on: int, value: float) -> Observation:
    end = datetime(2026, 3, on + 1, tzinfo=UTC)
    return Observation(series, "bitview", date(2026, 3, on), value, end, NOW, final=True)


async def test_days_that_are_over_are_read_and_nulls_and_today_left_out(desk: Desk) -> None:
    desk.serve(BITVIEW, "bitview.supply.json")
    assert await desk.ask(SUPPLY) == [
        day("whale_supply", 1, 7_100_500.25),
        day("whale_supply", 3, 7_120_750.5),
        day("lth_supply", 1, 14_380_000.0),
        day("lth_supply", 2, 14_381_250.5),
        day("lth_supply", 3, 14_390_125.75),
    ]


@pytest.mark.parametrize(
    ("since", "days"),
    [
        (None, 1_500),
        (date(2026, 3, 3), 41),
        (date(2026, 1, 1), 102),
        (date(2026, 3, 5), 40),
        (date(2010, 1, 1), 1_500),
    ],
)
async def test_one_request_reaches_back_beyond_every_gap(
    desk: Desk, since: date | None, days: int
) -> None:
    await desk.ask(SUPPLY, since=since)
    (asked,) = desk.gateway.asked
    names = "addrs_over_1k_btc_supply%2Clth_supply"
    assert asked.target == f"/api/series/bulk?index=day1&series={names}&start=-{days}"


def serve_edited(desk: Desk, entry: int, **changes: object) -> None:
    answer = json.loads((SAMPLES / "bitview.supply.json").read_bytes())
    answer[entry] |= changes
    desk.gateway.bodies[BITVIEW] = json.dumps(answer).encode()


def genesis(data: list[float]) -> dict[str, Any]:
    return {"start": 0, "end": len(data), "data": data}


async def test_the_days_without_a_block_after_the_first_one_are_skipped(desk: Desk) -> None:
    serve_edited(desk, 0, **genesis([200_000.0, 200_050.0, 200_100.0, 200_150.0]))
    seen = [o for o in await desk.ask(SUPPLY) if o.series == "whale_supply"]
    assert [o.day for o in seen] == [date(2009, 1, 3), date(2009, 1, 9), date(2009, 1, 10)]


async def test_the_newest_value_moves_until_another_follows_it_even_after_midnight(
    desk: Desk,
) -> None:
    desk.serve(BITVIEW, "bitview.supply.json")
    after_midnight = datetime(2026, 3, 5, 0, 1, tzinfo=UTC)
    assert max(o.day for o in await desk.ask(SUPPLY, after_midnight)) == date(2026, 3, 3)


async def test_days_ahead_of_ours_are_left_out(desk: Desk) -> None:
    desk.serve(BITVIEW, "bitview.supply.json")
    earlier = datetime(2026, 3, 3, 12, tzinfo=UTC)
    assert max(o.day for o in await desk.ask(SUPPLY, earlier)) == date(2026, 3, 2)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"index": "week1"}, r"unusable at 0\.index"),
        ({"start": 6_260}, "addrs_over_1k_btc_supply has more or fewer values than days"),
        ({"data": [7.1e6] * 3}, "more or fewer values than days"),
        ({"start": -4}, r"unusable at 0\.start"),
        ({"end": 10**30}, r"unusable at 0\.end"),
        ({"start": 6_265, "end": 6_265, "data": []}, "gives no Bitcoin on addresses"),
        ({"data": [None] * 4}, "gives no Bitcoin on addresses"),
        ({"data": [7.1e14] * 4}, "gives no Bitcoin on addresses"),
        ({"data": ["7100000"] * 4}, r"unusable at 0\.data\.0"),
    ],
)
async def test_an_entry_that_is_wrong_anywhere_is_refused(
    desk: Desk, changes: dict[str, object], sentence: str
) -> None:
    serve_edited(desk, 0, **changes)
    with pytest.raises(SourceError, match=sentence):
        await desk.ask(SUPPLY)


async def test_a_missing_series_is_never_taken_for_the_other(desk: Desk) -> None:
    answer = json.loads((SAMPLES / "bitview.supply.json").read_bytes())
    desk.gateway.bodies[BITVIEW] = json.dumps(answer[1:]).encode()
    with pytest.raises(SourceError, match="answered with 1 series instead of 2"):
        await desk.ask(SUPPLY)


async def test_a_renamed_series_is_a_source_error(desk: Desk) -> None:
    desk.gateway.fail(BITVIEW, Distortion.ERROR_ENVELOPE)
    with pytest.raises(SourceError, match="unusable as a whole"):
        await desk.ask(SUPPLY)


async def test_only_the_broken_day_is_lost(desk: Desk) -> None:
    usual = await desk.ask(SUPPLY)
    for distortion in (Distortion.NULLS, Distortion.ZERO):
        desk.gateway.fail(BITVIEW, distortion)
        assert await desk.ask(SUPPLY) == [o for o in usual if o.day != date(2026, 3, 3)]
