import json
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.model import Observation
from bot.ports import Feed, SourceError
from bot.sources.alternative_me import SOURCE
from tests.providers.market import Distortion
from tests.providers.words.alternative_me import ALTERNATIVE_ME
from tests.sources.conftest import NOW, SAMPLES, Desk

MOODS, GLOBAL = SOURCE.feeds
TODAY = NOW.date()
YESTERDAY = TODAY - timedelta(days=1)


def mood(day: date, value: float) -> Observation:
    as_of = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return Observation("fear_greed", "Alternative.me", day, value, as_of, NOW, final=True)


async def test_each_days_index_is_final_from_the_days_beginning_on(desk: Desk) -> None:
    desk.serve(ALTERNATIVE_ME, "alternative_me.fear_greed.json")
    assert await desk.ask(MOODS) == [
        mood(date(2026, 3, 2), 24.0),
        mood(date(2026, 3, 3), 29.0),
        mood(date(2026, 3, 4), 32.0),
    ]


@pytest.mark.parametrize(
    ("since", "limit", "days"),
    [
        (None, 0, 501),
        (YESTERDAY, 10, 10),
        (TODAY, 10, 10),
        (date(2026, 2, 2), 34, 34),
        (date(2030, 1, 1), 10, 10),
    ],
)
async def test_the_whole_past_is_asked_for_once_and_then_ten_days_or_the_gap(
    desk: Desk, since: date | None, limit: int, days: int
) -> None:
    seen = await desk.ask(MOODS, since=since)
    assert desk.gateway.asked[0].target == f"/fng/?limit={limit}&format=json"
    assert len(seen) == days
    assert seen[-1].day == TODAY


async def test_of_a_day_that_comes_twice_the_newest_row_counts(desk: Desk) -> None:
    usual = await desk.ask(MOODS)
    desk.gateway.fail(ALTERNATIVE_ME, Distortion.DUPLICATE_DAYS)
    assert await desk.ask(MOODS) == usual


@pytest.mark.parametrize(
    "distortion", [Distortion.NULLS, Distortion.ZERO, Distortion.YESTERDAY], ids=str
)
async def test_a_day_without_an_index_is_left_out(desk: Desk, distortion: Distortion) -> None:
    usual = await desk.ask(MOODS)
    desk.gateway.fail(ALTERNATIVE_ME, distortion)
    assert await desk.ask(MOODS) == usual[:-1]


@pytest.mark.parametrize("value", ["101", "-1", "1000"])
async def test_an_index_that_cannot_be_is_as_good_as_none(desk: Desk, value: str) -> None:
    answer = json.loads((SAMPLES / "alternative_me.fear_greed.json").read_bytes())
    answer["data"][0]["value"] = value
    desk.gateway.bodies[ALTERNATIVE_ME] = json.dumps(answer).encode()
    assert [o.day for o in await desk.ask(MOODS)] == [date(2026, 3, 2), date(2026, 3, 3)]


async def test_an_index_of_tomorrow_is_left_out(desk: Desk) -> None:
    desk.serve(ALTERNATIVE_ME, "alternative_me.fear_greed.json")
    before_midnight = datetime(2026, 3, 3, 23, 45, tzinfo=UTC)
    seen = await desk.ask(MOODS, before_midnight)
    assert [o.day for o in seen] == [date(2026, 3, 2), date(2026, 3, 3)]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("value", "Fear", r"at data\.0\.value: input should be a valid number"),
        ("value", "nan", r"at data\.0\.value: input should be a finite number"),
        ("timestamp", "1772582400000", r"at data\.0\.timestamp: input should be less"),
        ("timestamp", "0", r"at data\.0\.timestamp: input should be greater"),
        ("timestamp", "04-03-2026", r"at data\.0\.timestamp: input should be a valid number"),
    ],
)
async def test_rows_of_another_format_are_refused(
    desk: Desk, field: str, value: str, sentence: str
) -> None:
    answer = json.loads((SAMPLES / "alternative_me.fear_greed.json").read_bytes())
    answer["data"][0][field] = value
    desk.gateway.bodies[ALTERNATIVE_ME] = json.dumps(answer).encode()
    with pytest.raises(SourceError, match=sentence):
        await desk.ask(MOODS)


async def test_an_answer_without_a_day_is_refused(desk: Desk) -> None:
    desk.gateway.bodies[ALTERNATIVE_ME] = b'{"data": [], "metadata": {"error": null}}'
    with pytest.raises(SourceError) as failure:
        await desk.ask(MOODS)
    assert str(failure.value) == ("Alternative.me gives no Fear & Greed Index that could be real.")


async def test_the_global_page_is_as_of_its_last_update(desk: Desk) -> None:
    desk.serve(ALTERNATIVE_ME, "alternative_me.global.json")
    as_of = datetime(2026, 3, 4, 14, 55, tzinfo=UTC)
    told = ("Alternative.me", TODAY)
    assert await desk.ask(GLOBAL) == (
        Observation("btc_dominance", *told, 60.5, as_of, NOW, final=False),
        Observation("total_market_cap", *told, 2.5e12, as_of, NOW, final=False),
    )
    assert desk.gateway.asked[0].target == "/v2/global/"


@pytest.mark.parametrize("fraction", [0.591, 1.0, 1.5])
async def test_a_share_told_as_a_fraction_is_refused_and_never_multiplied(
    desk: Desk, fraction: float
) -> None:
    answer = json.loads((SAMPLES / "alternative_me.global.json").read_bytes())
    answer["data"]["bitcoin_percentage_of_market_cap"] = fraction
    desk.gateway.bodies[ALTERNATIVE_ME] = json.dumps(answer).encode()
    with pytest.raises(SourceError) as failure:
        await desk.ask(GLOBAL)
    assert str(failure.value) == (
        f"Alternative.me's Bitcoin dominance reads {fraction:g}, which cannot be real."
    )


@pytest.mark.parametrize("feed", SOURCE.feeds, ids=["moods", "global"])
@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("Something\nwent wrong.", "Alternative.me refused: Something went wrong."),
        ("", "Alternative.me refused: no reason given."),
    ],
)
async def test_an_error_beside_data_is_told_in_its_own_words(
    desk: Desk, feed: Feed, error: str, sentence: str
) -> None:
    name = "fear_greed" if feed is MOODS else "global"
    answer = json.loads((SAMPLES / f"alternative_me.{name}.json").read_bytes())
    answer["metadata"]["error"] = error
    desk.gateway.bodies[ALTERNATIVE_ME] = json.dumps(answer).encode()
    with pytest.raises(SourceError) as failure:
        await desk.ask(feed)
    assert str(failure.value) == sentence


@pytest.mark.parametrize(
    "distortion", [Distortion.NULLS, Distortion.ZERO, Distortion.NOT_A_NUMBER], ids=str
)
async def test_a_global_page_without_numbers_is_refused(desk: Desk, distortion: Distortion) -> None:
    desk.gateway.fail(ALTERNATIVE_ME, distortion)
    with pytest.raises(SourceError, match=r"^Alternative\.me's .*\.$"):
        await desk.ask(GLOBAL)
