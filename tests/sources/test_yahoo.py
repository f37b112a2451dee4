import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.model import Observation
from bot.ports import SourceError
from bot.sources.yahoo import SOURCE
from tests.providers.market import RUSSELL, YAHOO, Distortion
from tests.sources.conftest import NOW, SAMPLES, Desk

RUSSELL_FEED, SP_FEED = SOURCE.feeds
Edit = Callable[[dict[str, Any]], None]


def bar(
    day: date, value: float, as_of: datetime, *, now: datetime = NOW, final: bool = True
) -> Observation:
    return Observation("russell_2000", "Yahoo", day, value, as_of, now, final)


async def test_finished_bars_are_as_of_their_close_and_the_last_one_as_of_its_last_trade(
    desk: Desk,
) -> None:
    desk.serve(YAHOO, "yahoo.session_open.json")
    assert await desk.ask(RUSSELL_FEED) == [
        bar(date(2026, 2, 26), 2_411.25, datetime(2026, 2, 26, 21, tzinfo=UTC)),
        bar(date(2026, 2, 27), 2_398.5, datetime(2026, 2, 27, 21, tzinfo=UTC)),
        bar(date(2026, 3, 3), 2_420.75, datetime(2026, 3, 3, 21, tzinfo=UTC)),
        bar(date(2026, 3, 4), 2_431.5, datetime(2026, 3, 4, 14, 58, tzinfo=UTC), final=False),
    ]


CLOSE = datetime(2026, 3, 4, 21, tzinfo=UTC)


def traded_until(end: datetime) -> Callable[[dict[str, Any]], None]:
    def edit(answer: dict[str, Any]) -> None:
        answer["chart"]["result"][0]["meta"]["regularMarketTime"] = int(end.timestamp())

    return edit


async def test_a_bar_is_final_twenty_minutes_after_the_close(desk: Desk) -> None:
    serve_edited(desk, traded_until(CLOSE))
    settled = CLOSE + timedelta(minutes=20)
    before = (await desk.ask(RUSSELL_FEED, settled - timedelta(seconds=1)))[-1]
    assert (before.final, before.as_of) == (False, CLOSE)
    after = (await desk.ask(RUSSELL_FEED, settled))[-1]
    assert (after.final, after.as_of) == (True, CLOSE)


async def test_a_price_from_within_the_session_is_no_close_soon_after_it(desk: Desk) -> None:
    desk.serve(YAHOO, "yahoo.session_open.json")
    frozen = (await desk.ask(RUSSELL_FEED, CLOSE + timedelta(minutes=25)))[-1]
    assert (frozen.final, frozen.as_of) == (False, datetime(2026, 3, 4, 14, 58, tzinfo=UTC))
    thawed = (await desk.ask(RUSSELL_FEED, CLOSE + timedelta(hours=2)))[-1]
    assert (thawed.final, thawed.as_of) == (True, CLOSE)


async def test_an_early_close_is_believed_for_its_own_day_only(desk: Desk) -> None:
    def close_at_one(answer: dict[str, Any]) -> None:
        period = answer["chart"]["result"][0]["meta"]["currentTradingPeriod"]
        period["regular"]["end"] -= 3 * 3_600
        traded_until(CLOSE - timedelta(hours=3))(answer)

    serve_edited(desk, close_at_one)
    *_, tuesday, wednesday = await desk.ask(RUSSELL_FEED, datetime(2026, 3, 4, 18, 20, tzinfo=UTC))
    assert (wednesday.final, wednesday.as_of) == (True, datetime(2026, 3, 4, 18, tzinfo=UTC))
    assert (tuesday.final, tuesday.as_of) == (True, datetime(2026, 3, 3, 21, tzinfo=UTC))


async def test_midnight_stamps_are_local_days_and_the_last_row_of_a_day_wins(desk: Desk) -> None:
    desk.serve(YAHOO, "yahoo.midnight_stamps.json")
    now = datetime(2026, 3, 9, 19, 45, tzinfo=UTC)
    assert await desk.ask(RUSSELL_FEED, now) == [
        bar(date(2026, 3, 5), 2_440.0, datetime(2026, 3, 5, 21, tzinfo=UTC), now=now),
        bar(date(2026, 3, 6), 2_450.5, datetime(2026, 3, 6, 21, tzinfo=UTC), now=now),
        bar(
            date(2026, 3, 9),
            2_461.25,
            datetime(2026, 3, 9, 19, 30, tzinfo=UTC),
            now=now,
            final=False,
        ),
    ]


async def test_a_row_stamped_in_the_evening_belongs_to_its_day_in_new_york(desk: Desk) -> None:
    def stamp_at_half_past_seven(answer: dict[str, Any]) -> None:
        answer["chart"]["result"][0]["timestamp"][3] += 10 * 3_600

    serve_edited(desk, stamp_at_half_past_seven)
    days = [bar.day for bar in await desk.ask(RUSSELL_FEED)]
    assert days[-2:] == [date(2026, 3, 3), date(2026, 3, 4)]


async def test_a_row_of_today_before_the_first_trade_is_no_bar(desk: Desk) -> None:
    def last_trade_yesterday(answer: dict[str, Any]) -> None:
        answer["chart"]["result"][0]["meta"]["regularMarketTime"] -= 86_400

    serve_edited(desk, last_trade_yesterday)
    days = [bar.day for bar in await desk.ask(RUSSELL_FEED)]
    assert days[-1] == date(2026, 3, 3)


async def test_nulls_and_doubled_days_never_become_values(desk: Desk) -> None:
    usual = await desk.ask(RUSSELL_FEED)
    desk.gateway.fail(YAHOO, Distortion.DUPLICATE_DAYS)
    assert await desk.ask(RUSSELL_FEED) == usual
    desk.gateway.fail(YAHOO, Distortion.NULLS)
    assert await desk.ask(RUSSELL_FEED) == usual[:-1]
    desk.gateway.fail(YAHOO, Distortion.YESTERDAY)
    assert await desk.ask(RUSSELL_FEED) == usual[:-1]


async def test_each_feed_asks_for_its_own_symbol(desk: Desk) -> None:
    assert {o.series for o in await desk.ask(RUSSELL_FEED)} == {"russell_2000"}
    assert {o.series for o in await desk.ask(SP_FEED)} == {"sp_500"}
    paths = [asked.target.partition("?")[0] for asked in desk.gateway.asked]
    assert paths == ["/v8/finance/chart/%5ERUT", "/v8/finance/chart/%5EGSPC"]


@pytest.mark.parametrize(
    ("since", "query"),
    [
        (None, "interval=1d&period1=0&period2=1772636400&includePrePost=false"),
        (date(2026, 3, 4), "interval=1d&range=5d&includePrePost=false"),
        (date(2026, 2, 28), "interval=1d&range=5d&includePrePost=false"),
        (
            date(2026, 2, 27),
            "interval=1d&period1=1771545600&period2=1772636400&includePrePost=false",
        ),
    ],
)
async def test_a_short_gap_asks_for_five_days_and_a_long_one_for_all_of_it(
    desk: Desk, since: date | None, query: str
) -> None:
    await desk.ask(RUSSELL_FEED, since=since)
    assert desk.gateway.asked[0].target == f"/v8/finance/chart/%5ERUT?{query}"


async def test_all_history_is_taken_and_a_short_answer_overlaps_it(desk: Desk) -> None:
    everything = await desk.ask(RUSSELL_FEED)
    assert [(o.day, o.value) for o in everything] == desk.gateway.market.closes[RUSSELL]
    assert await desk.ask(RUSSELL_FEED, since=date(2026, 3, 3)) == everything[-5:]


def _set(*path: str | int, to: object) -> Edit:
    def edit(answer: dict[str, Any]) -> None:
        node: Any = answer["chart"]["result"][0]
        for step in path[:-1]:
            node = node[step]
        node[path[-1]] = to

    return edit


def _drop_timestamps(answer: dict[str, Any]) -> None:
    del answer["chart"]["result"][0]["timestamp"]


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (_set("indicators", "quote", to=[{}]), r"at chart\.result\.0\.indicators\.quote\.0\.close"),
        (_set("indicators", "quote", to=[]), r"at chart\.result\.0\.indicators\.quote"),
        (_drop_timestamps, r"at chart\.result\.0\.timestamp"),
        (_set("timestamp", to=[]), "bars without a time or a close"),
        (_set("timestamp", 0, to=1_772_636_400_000), r"timestamp\.0: input should be less"),
        (_set("timestamp", 0, to=True), r"timestamp\.0: input should be a valid number"),
        (_set("indicators", "quote", 0, "close", to=[None] * 5), "holds no close"),
        (_set("indicators", "quote", 0, "close", 1, to="2400.5"), r"quote\.0\.close\.1: input"),
        (_set("indicators", "quote", 0, "close", 1, to=True), r"quote\.0\.close\.1"),
        (_set("meta", "symbol", to="^RUI"), r"answered with \^RUI instead of \^RUT"),
        (_set("meta", "exchangeTimezoneName", to="Mars/Crater"), "unknown time zone, Mars/Crater"),
        (_set("meta", "exchangeTimezoneName", to="../etc"), "zone, \\.\\./etc"),
        (_set("meta", "exchangeTimezoneName", to=""), r"zone, \."),
        (_set("meta", to=None), r"at chart\.result\.0\.meta"),
    ],
)
async def test_a_chart_that_is_wrong_anywhere_is_refused_as_a_whole(
    desk: Desk, edit: Edit, sentence: str
) -> None:
    serve_edited(desk, edit)
    with pytest.raises(SourceError, match=sentence):
        await desk.ask(RUSSELL_FEED)


@pytest.mark.parametrize(
    "edit",
    [
        _set("indicators", "quote", 0, "close", 4, to=0.0),
        _set("indicators", "quote", 0, "close", 4, to=1e6),
        _set("meta", "regularMarketTime", to=1_772_640_000),
    ],
    ids=["zero", "a million", "from the future"],
)
async def test_a_bar_that_cannot_be_real_is_as_good_as_none(desk: Desk, edit: Edit) -> None:
    serve_edited(desk, lambda answer: None)
    usual = await desk.ask(RUSSELL_FEED)
    serve_edited(desk, edit)
    assert await desk.ask(RUSSELL_FEED) == usual[:-1]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b'{"chart": {"result": null, "error": null}}', "without a chart"),
        (b'{"chart": {"result": [], "error": null}}', "without a chart"),
        (b'{"chart": {"result": null, "error": {}}}', "no reason given"),
        (b'{"finance": {}}', "unusable at chart: field required"),
        (b"Will be right back", "unusable as a whole"),
    ],
)
async def test_an_answer_without_a_chart_is_refused(desk: Desk, body: bytes, sentence: str) -> None:
    desk.gateway.bodies[YAHOO] = body
    with pytest.raises(SourceError, match=sentence):
        await desk.ask(RUSSELL_FEED)


async def test_yahoos_own_words_are_passed_on(desk: Desk) -> None:
    desk.serve(YAHOO, "yahoo.not_found.json")
    with pytest.raises(SourceError) as failure:
        await desk.ask(RUSSELL_FEED)
    assert str(failure.value) == (
        "Yahoo has no chart of ^RUT: No data found, symbol may be delisted."
    )


async def test_missing_hints_about_the_session_leave_the_usual_close(desk: Desk) -> None:
    def forget(answer: dict[str, Any]) -> None:
        meta = answer["chart"]["result"][0]["meta"]
        del meta["currentTradingPeriod"], meta["regularMarketTime"]

    serve_edited(desk, forget)
    assert [o.day for o in await desk.ask(RUSSELL_FEED)][-1] == date(2026, 3, 3)
    evening = NOW + timedelta(hours=6, minutes=20)
    last = (await desk.ask(RUSSELL_FEED, evening))[-1]
    assert (last.day, last.final) == (date(2026, 3, 4), True)
    assert last.as_of == datetime(2026, 3, 4, 21, tzinfo=UTC)


def serve_edited(desk: Desk, edit: Edit) -> None:
    answer = json.loads((SAMPLES / "yahoo.session_open.json").read_bytes())
    edit(answer)
    desk.gateway.bodies[YAHOO] = json.dumps(answer).encode()
