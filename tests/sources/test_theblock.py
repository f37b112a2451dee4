import json
from datetime import UTC, date, datetime

import pytest

from bot.calendar import session_close
from bot.model import Observation
from bot.ports import SourceError
from bot.sources.theblock import HOST, SOURCE
from tests.providers.market import Distortion
from tests.sources.conftest import NOW, SAMPLES, Desk

(FEED,) = SOURCE.feeds
MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)


def flow(day: date, value: float) -> Observation:
    close = session_close(day)
    return Observation("btc_etf_flow", "The Block", day, value, close, NOW, final=True)


async def test_flows_are_summed_over_the_funds_and_the_unfinished_day_is_left_out(
    desk: Desk,
) -> None:
    desk.serve(HOST, "theblock.etf_flow.json")
    assert await desk.ask(FEED) == [
        flow(date(2026, 2, 26), 90_500_000.0),
        flow(date(2026, 2, 27), -23_250_000.5),
        flow(MONDAY, 60_500_000.0),
    ]
    assert desk.gateway.asked[0].target == (
        "/dashboard/markets_structuredproducts_btcspotetfflows_daily_other.json"
    )
    assert flow(MONDAY, 0.0).as_of == datetime(2026, 3, 2, 21, tzinfo=UTC)


async def test_the_day_counts_once_its_last_fund_has_reported(desk: Desk) -> None:
    answer = json.loads((SAMPLES / "theblock.etf_flow.json").read_bytes())
    answer["Series"]["GBTC"]["Data"][-1]["Result"] = -8_000_000
    desk.gateway.bodies[HOST] = json.dumps(answer).encode()
    assert (await desk.ask(FEED))[-1] == flow(TUESDAY, 40_250_000.0)


async def test_a_fund_without_a_row_is_missing_like_one_without_a_value(desk: Desk) -> None:
    answer = json.loads((SAMPLES / "theblock.etf_flow.json").read_bytes())
    del answer["Series"]["GBTC"]["Data"][-1]
    del answer["Series"]["FBTC"]["Data"][-1]["Result"]
    desk.gateway.bodies[HOST] = json.dumps(answer).encode()
    assert (await desk.ask(FEED))[-1].day == MONDAY


async def test_a_day_in_which_no_fund_moved_yet_is_left_out(desk: Desk) -> None:
    desk.gateway.fail(HOST, Distortion.ZERO)
    assert (await desk.ask(FEED))[-1].day == MONDAY


async def test_of_a_day_that_comes_twice_the_last_value_counts(desk: Desk) -> None:
    desk.gateway.market.daily[HOST, "btc_etf_flow"] = {TUESDAY: 8.0e7}
    desk.gateway.fail(HOST, Distortion.DUPLICATE_DAYS)
    assert (await desk.ask(FEED))[-1] == flow(TUESDAY, 8.0e7)


async def test_an_open_session_and_a_holiday_are_no_flow_days(desk: Desk) -> None:
    flows = {NOW.date(): 5.0e7, date(2026, 2, 16): 5.0e7}
    desk.gateway.market.daily[HOST, "btc_etf_flow"] = dict(flows)
    days = [seen.day for seen in await desk.ask(FEED)]
    assert days[-1] == TUESDAY
    assert date(2026, 2, 13) in days
    assert date(2026, 2, 16) not in days


async def test_the_last_two_weeks_are_read_again(desk: Desk) -> None:
    everything = await desk.ask(FEED)
    again = await desk.ask(FEED, since=MONDAY)
    assert again[0].day == date(2026, 2, 17)
    assert again == everything[-len(again) :]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("Frequency", "Weekly"),
        ("Frequency", None),
        ("UpdatedAt", None),
        ("UpdatedAt", 1_772_550_000_000),
        ("Series", {}),
        ("Series", {"IBIT": None}),
    ],
    ids=repr,
)
async def test_an_answer_of_another_shape_is_refused(desk: Desk, key: str, value: object) -> None:
    answer = json.loads((SAMPLES / "theblock.etf_flow.json").read_bytes())
    answer[key] = value
    desk.gateway.bodies[HOST] = json.dumps(answer).encode()
    with pytest.raises(SourceError, match=f"^The Block's answer is unusable at {key}"):
        await desk.ask(FEED)


async def test_an_answer_that_does_not_say_when_it_was_updated_is_refused(desk: Desk) -> None:
    answer = json.loads((SAMPLES / "theblock.etf_flow.json").read_bytes())
    del answer["UpdatedAt"]
    desk.gateway.bodies[HOST] = json.dumps(answer).encode()
    with pytest.raises(SourceError, match="unusable at UpdatedAt: field required"):
        await desk.ask(FEED)


async def test_flows_that_cannot_be_real_are_left_out(desk: Desk) -> None:
    desk.gateway.market.daily[HOST, "btc_etf_flow"] = {MONDAY: 9.0e13}
    seen = await desk.ask(FEED)
    assert MONDAY not in {each.day for each in seen}
    assert seen[-1].day == TUESDAY
