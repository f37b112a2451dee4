from datetime import UTC, date, datetime

import pytest

from bot.model import Observation
from bot.ports import SourceError
from bot.sources.blockchaincenter import HOST, SOURCE
from tests.providers.market import Distortion
from tests.sources.conftest import NOW, SAMPLES, Desk

(FEED,) = SOURCE.feeds


def sample(old: str, new: str) -> bytes:
    page = (SAMPLES / "blockchaincenter.altcoin_season.html").read_text()
    assert old in page
    return page.replace(old, new).encode()


def of(day: date, value: float, as_of: datetime, *, final: bool) -> Observation:
    key, vendor = "altcoin_season_index", "Blockchaincenter"
    return Observation(key, vendor, day, value, as_of, NOW, final=final)


async def test_past_days_are_final_and_todays_value_is_a_sample(desk: Desk) -> None:
    desk.serve(HOST, "blockchaincenter.altcoin_season.html")
    assert await desk.ask(FEED) == [
        of(date(2026, 3, 1), 33.0, datetime(2026, 3, 2, tzinfo=UTC), final=True),
        of(date(2026, 3, 2), 35.0, datetime(2026, 3, 3, tzinfo=UTC), final=True),
        of(date(2026, 3, 4), 41.5, NOW, final=False),
    ]
    assert desk.gateway.asked[0].target == "/altcoin-season-index/"
    assert desk.gateway.asked[0].headers["Accept"] == "text/html"


async def test_a_day_that_has_not_begun_has_no_value(desk: Desk) -> None:
    desk.gateway.bodies[HOST] = sample('"2026-03-04"', '"2026-03-05"')
    assert [o.day for o in await desk.ask(FEED)] == [date(2026, 3, 1), date(2026, 3, 2)]


@pytest.mark.parametrize("value", ["0", "101", "-1"])
async def test_a_value_that_cannot_be_real_is_left_out(desk: Desk, value: str) -> None:
    desk.gateway.bodies[HOST] = sample('"41.5"', f'"{value}"')
    assert [o.day for o in await desk.ask(FEED)] == [date(2026, 3, 1), date(2026, 3, 2)]


@pytest.mark.parametrize("value", ['"NaN"', '"Infinity"', "NaN", '"high"', "true", "[1]", "1e999"])
async def test_a_value_that_is_no_number_is_refused(desk: Desk, value: str) -> None:
    desk.gateway.bodies[HOST] = sample('"41.5"', value)
    with pytest.raises(SourceError, match=r"^Blockchaincenter's answer is unusable "):
        await desk.ask(FEED)


async def test_days_and_values_must_be_as_many(desk: Desk) -> None:
    desk.gateway.bodies[HOST] = sample(',"41.5"', "")
    with pytest.raises(SourceError) as failure:
        await desk.ask(FEED)
    assert str(failure.value) == "Blockchaincenter's chart has 4 days but 3 values."


@pytest.mark.parametrize(
    ("old", "new"), [("chartdata[90]", "chartdata[60]"), (";", ""), ("chartdata[90] =", "chart =")]
)
async def test_a_page_without_the_chart_is_refused(desk: Desk, old: str, new: str) -> None:
    desk.gateway.bodies[HOST] = sample(old, new)
    with pytest.raises(SourceError) as failure:
        await desk.ask(FEED)
    assert str(failure.value) == "Blockchaincenter's page holds no chart of the index."


@pytest.mark.parametrize("label", ["04 Mar 2026", "2026-13-04", ""])
async def test_a_label_that_is_no_date_is_refused(desk: Desk, label: str) -> None:
    desk.gateway.bodies[HOST] = sample("2026-03-01", label)
    with pytest.raises(SourceError, match=r"unusable at labels\.all\.0"):
        await desk.ask(FEED)


async def test_of_a_day_that_comes_twice_the_last_value_counts(desk: Desk) -> None:
    desk.gateway.fail(HOST, Distortion.DUPLICATE_DAYS)
    assert (await desk.ask(FEED))[-1].value == 41.0


async def test_a_null_of_today_is_no_value(desk: Desk) -> None:
    desk.gateway.fail(HOST, Distortion.NULLS)
    assert (await desk.ask(FEED))[-1].day == date(2026, 3, 3)


async def test_the_last_week_is_read_again(desk: Desk) -> None:
    everything = await desk.ask(FEED)
    again = await desk.ask(FEED, since=date(2026, 3, 2))
    assert again == everything[-len(again) :]
    assert again[0].day == date(2026, 2, 23)


@pytest.mark.parametrize("piece", [b"chartdata[90] = ", b"chartdata[90] = [", b"<;"])
async def test_a_monstrous_page_is_refused(desk: Desk, piece: bytes) -> None:
    desk.gateway.bodies[HOST] = b"<html>" + piece * (2**19 // len(piece)) + b";"
    with pytest.raises(SourceError, match=r"^Blockchaincenter"):
        await desk.ask(FEED)
