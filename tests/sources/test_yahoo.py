import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.model import Observation
from bot.ports import SourceError
from bot.schedule import next_due
from bot.sources.yahoo import SOURCE
from tests.providers.market import RUSSELL, YAHOO, Distortion
from tests.sources.conftest import NOW, SAMPLES, Desk

RUSSELL_FEED, SP_FEED, FUTURE_FEED, IWM_FEED = SOURCE.feeds
Edit = Callable[[dict[str, Any]], None]


def bar(
    day: date, value: float, as_of: datetime, *, now: datetime = NOW, final: bool = True
) -> Observation:
    return Observation("russell_2000", "Yahoo", day, value, as_of, now, final)


def serve_edited(desk: Desk, edit: Edit, sample: str = "yahoo.session_open.json") -> None:
    answer = json.loads((SAMPLES / sample).read_bytes())
    edit(answer)
    desk.gateway.bodies[YAHOO] = json.dumps(answer).encode()


async def closes(
    desk: Desk, now: datetime = NOW, since: date | None = None
) -> Sequence[Observation]:
    """The Russell 2000 without its highs."""
    seen = await desk.ask(RUSSELL_FEED, now, since)
    return [each for each in seen if each.series == "russell_2000"]


async def highs(desk: Desk) -> dict[date, float]:
    seen = await desk.ask(RUSSELL_FEED)
    return {each.day: each.value for each in seen if each.series == "russell_2000_high"}


async def test_finished_bars_are_as_of_their_close_and_the_last_one_as_of_its_last_trade(
    desk: Desk,
) -> None:
    desk.serve(YAHOO, "yahoo.session_open.json")
    assert await closes(desk) == [
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
    before = (await closes(desk, settled - timedelta(seconds=1)))[-1]
    assert (before.final, before.as_of) == (False, CLOSE)
    after = (await closes(desk, settled))[-1]
    assert (after.final, after.as_of) == (True, CLOSE)


async def test_a_price_from_within_the_session_is_no_close_soon_after_it(desk: Desk) -> None:
    desk.serve(YAHOO, "yahoo.session_open.json")
    frozen = (await closes(desk, CLOSE + timedelta(minutes=25)))[-1]
    assert (frozen.final, frozen.as_of) == (False, datetime(2026, 3, 4, 14, 58, tzinfo=UTC))
    thawed = (await closes(desk, CLOSE + timedelta(hours=2)))[-1]
    assert (thawed.final, thawed.as_of) == (True, CLOSE)


async def test_an_early_close_is_believed_for_its_own_day_only(desk: Desk) -> None:
    def close_at_one(answer: dict[str, Any]) -> None:
        period = answer["chart"]["result"][0]["meta"]["currentTradingPeriod"]
        period["regular"]["end"] -= 3 * 3_600
        traded_until(CLOSE - timedelta(hours=3))(answer)

    serve_edited(desk, close_at_one)
    *_, tuesday, wednesday = await closes(desk, datetime(2026, 3, 4, 18, 20, tzinfo=UTC))
    assert (wednesday.final, wednesday.as_of) == (True, datetime(2026, 3, 4, 18, tzinfo=UTC))
    assert (tuesday.final, tuesday.as_of) == (True, datetime(2026, 3, 3, 21, tzinfo=UTC))


async def test_midnight_stamps_are_local_days_and_the_last_row_of_a_day_wins(desk: Desk) -> None:
    desk.serve(YAHOO, "yahoo.midnight_stamps.json")
    now = datetime(2026, 3, 9, 19, 45, tzinfo=UTC)
    assert await closes(desk, now) == [
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
    days = [bar.day for bar in await closes(desk)]
    assert days[-2:] == [date(2026, 3, 3), date(2026, 3, 4)]


async def test_a_row_of_today_before_the_first_trade_is_no_bar(desk: Desk) -> None:
    def last_trade_yesterday(answer: dict[str, Any]) -> None:
        answer["chart"]["result"][0]["meta"]["regularMarketTime"] -= 86_400

    serve_edited(desk, last_trade_yesterday)
    days = [bar.day for bar in await closes(desk)]
    assert days[-1] == date(2026, 3, 3)


async def test_nulls_and_doubled_days_never_become_values(desk: Desk) -> None:
    usual = await closes(desk)
    desk.gateway.fail(YAHOO, Distortion.DUPLICATE_DAYS)
    assert await closes(desk) == usual
    desk.gateway.fail(YAHOO, Distortion.NULLS)
    assert await closes(desk) == usual[:-1]
    desk.gateway.fail(YAHOO, Distortion.YESTERDAY)
    assert await closes(desk) == usual[:-1]


async def test_each_feed_asks_for_its_own_symbol(desk: Desk) -> None:
    for feed in SOURCE.feeds:
        assert {o.series for o in await desk.ask(feed)} == set(feed.series)
    paths = [asked.target.partition("?")[0] for asked in desk.gateway.asked]
    symbols = ("%5ERUT", "%5EGSPC", "RTY%3DF", "IWM")
    assert paths == [f"/v8/finance/chart/{symbol}" for symbol in symbols]


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
    await closes(desk, since=since)
    assert desk.gateway.asked[0].target == f"/v8/finance/chart/%5ERUT?{query}"


async def test_all_history_is_taken_and_a_short_answer_overlaps_it(desk: Desk) -> None:
    everything = await closes(desk)
    assert [(o.day, o.value) for o in everything] == desk.gateway.market.closes[RUSSELL]
    assert await closes(desk, since=date(2026, 3, 3)) == everything[-5:]


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
        await closes(desk)


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
    usual = await closes(desk)
    serve_edited(desk, edit)
    assert await closes(desk) == usual[:-1]


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
        await closes(desk)


async def test_yahoos_own_words_are_passed_on(desk: Desk) -> None:
    desk.serve(YAHOO, "yahoo.not_found.json")
    with pytest.raises(SourceError) as failure:
        await closes(desk)
    assert str(failure.value) == (
        "Yahoo has no chart of ^RUT: No data found, symbol may be delisted."
    )


async def test_missing_hints_about_the_session_leave_the_usual_close(desk: Desk) -> None:
    def forget(answer: dict[str, Any]) -> None:
        meta = answer["chart"]["result"][0]["meta"]
        del meta["currentTradingPeriod"], meta["regularMarketTime"]

    serve_edited(desk, forget)
    assert [o.day for o in await closes(desk)][-1] == date(2026, 3, 3)
    evening = NOW + timedelta(hours=6, minutes=20)
    last = (await closes(desk, evening))[-1]
    assert (last.day, last.final) == (date(2026, 3, 4), True)
    assert last.as_of == datetime(2026, 3, 4, 21, tzinfo=UTC)


async def test_each_day_tells_its_close_and_then_its_high(desk: Desk) -> None:
    desk.serve(YAHOO, "yahoo.session_open.json")
    seen = await desk.ask(RUSSELL_FEED)
    assert [(o.day.day, o.series, o.value) for o in seen[-4:]] == [
        (3, "russell_2000", 2_420.75),
        (3, "russell_2000_high", 2_425.75),
        (4, "russell_2000", 2_431.5),
        (4, "russell_2000_high", 2_436.5),
    ]
    for close, high in zip(seen[::2], seen[1::2], strict=True):
        assert (high.as_of, high.final) == (close.as_of, close.final)


@pytest.mark.parametrize("high", [None, 2_431.25, 0.0, 1e6], ids=repr)
async def test_a_high_that_is_missing_or_unreal_costs_nothing_but_itself(
    desk: Desk, high: float | None
) -> None:
    serve_edited(desk, lambda answer: None)
    usual = await closes(desk)
    serve_edited(desk, _set("indicators", "quote", 0, "high", 4, to=high))
    assert await closes(desk) == usual
    assert (await highs(desk)).keys() == {o.day for o in usual[:-1]}


@pytest.mark.parametrize("column", [None, [], [2_500.0]], ids=repr)
async def test_highs_that_belong_to_no_bar_leave_the_closes(desk: Desk, column: object) -> None:
    serve_edited(desk, lambda answer: None)
    usual = await closes(desk)
    serve_edited(desk, _set("indicators", "quote", 0, "high", to=column))
    assert await desk.ask(RUSSELL_FEED) == usual


async def test_a_high_that_is_the_close_is_real(desk: Desk) -> None:
    serve_edited(desk, _set("indicators", "quote", 0, "high", 4, to=2_431.5))
    assert (await highs(desk))[date(2026, 3, 4)] == 2_431.5


async def test_a_fresh_row_that_knows_only_its_moment_does_not_lower_the_days_high(
    desk: Desk,
) -> None:
    def lower_last_row(answer: dict[str, Any]) -> None:
        answer["chart"]["result"][0]["timestamp"][3] = 1_772_635_000
        _set("indicators", "quote", 0, "high", 4, to=2_431.5)(answer)
        _set("indicators", "quote", 0, "high", 3, to=2_439.5)(answer)

    serve_edited(desk, lower_last_row)
    assert (await closes(desk))[-1].value == 2_431.5
    assert (await highs(desk))[date(2026, 3, 4)] == 2_439.5


async def test_a_row_on_a_day_without_a_session_is_no_bar(desk: Desk) -> None:
    sunday = int(datetime(2026, 3, 1, 15, tzinfo=UTC).timestamp())
    serve_edited(desk, _set("timestamp", 1, to=sunday))
    assert [o.day.day for o in await closes(desk)] == [26, 3, 4]


async def test_the_fund_is_read_as_traded_and_never_adjusted_for_dividends(desk: Desk) -> None:
    desk.serve(YAHOO, "yahoo.iwm.json")
    seen = await desk.ask(IWM_FEED)
    assert [(o.series, o.day.day, o.value, o.final) for o in seen] == [
        ("iwm", 26, 239.5, True),
        ("iwm", 27, 238.25, True),
        ("iwm", 3, 240.75, True),
        ("iwm", 4, 241.5, False),
    ]
    assert (IWM_FEED.rank, IWM_FEED.has_history) == (1, True)


TRADED = datetime(2026, 3, 4, 14, 59, tzinfo=UTC)


async def test_the_future_is_its_last_price_and_never_final(desk: Desk) -> None:
    desk.serve(YAHOO, "yahoo.future.json")
    assert await desk.ask(FUTURE_FEED, since=date(2026, 1, 2)) == (
        Observation(
            "russell_2000_future", "Yahoo", date(2026, 3, 4), 2_440.25, TRADED, NOW, final=False
        ),
    )
    assert desk.gateway.asked[0].target == ("/v8/finance/chart/RTY%3DF?interval=5m&range=1d")


@pytest.mark.parametrize("field", ["regularMarketPrice", "regularMarketTime"])
async def test_without_a_last_price_or_its_time_the_newest_bar_stands_in(
    desk: Desk, field: str
) -> None:
    def edit(answer: dict[str, Any]) -> None:
        del answer["chart"]["result"][0]["meta"][field]
        _set("indicators", "quote", 0, "close", 3, to=None)(answer)

    serve_edited(desk, edit, "yahoo.future.json")
    (seen,) = await desk.ask(FUTURE_FEED)
    assert (seen.value, seen.as_of) == (2_438.75, datetime(2026, 3, 4, 14, 50, tzinfo=UTC))


async def test_a_chart_without_bars_still_tells_the_futures_price(desk: Desk) -> None:
    def forget_bars(answer: dict[str, Any]) -> None:
        del answer["chart"]["result"][0]["timestamp"]
        _set("indicators", to={"quote": [{}]})(answer)

    serve_edited(desk, forget_bars, "yahoo.future.json")
    (seen,) = await desk.ask(FUTURE_FEED)
    assert seen.value == 2_440.25


@pytest.mark.parametrize(
    ("edits", "sentence"),
    [
        ([("meta", "regularMarketPrice", 0.0)], "reads 0, which cannot be real"),
        ([("meta", "regularMarketTime", 0)], "dated 1970, long before now"),
        ([("meta", "regularMarketTime", 1_772_640_000)], "ahead of now"),
        ([("meta", "symbol", "^RUT")], r"answered with \^RUT instead of RTY=F"),
        (
            [
                ("meta", "regularMarketPrice", None),
                ("indicators", "quote", 0, "close", [None] * 4),
            ],
            "holds no price",
        ),
    ],
)
async def test_a_future_that_cannot_be_real_is_refused(
    desk: Desk, edits: list[tuple[Any, ...]], sentence: str
) -> None:
    def edit(answer: dict[str, Any]) -> None:
        for *path, to in edits:
            _set(*path, to=to)(answer)

    serve_edited(desk, edit, "yahoo.future.json")
    with pytest.raises(SourceError, match=sentence):
        await desk.ask(FUTURE_FEED)


@pytest.mark.parametrize(
    ("traded", "day"),
    [
        ("2026-03-04T17:59:59-05:00", date(2026, 3, 4)),
        ("2026-03-04T18:00:00-05:00", date(2026, 3, 5)),
        ("2026-03-05T02:00:00-05:00", date(2026, 3, 5)),
        ("2026-03-06T16:59:00-05:00", date(2026, 3, 6)),
        ("2026-03-08T18:05:00-04:00", date(2026, 3, 9)),
        ("2026-04-02T18:30:00-04:00", date(2026, 4, 6)),
        ("2026-07-03T10:00:00-04:00", date(2026, 7, 6)),
        ("2026-09-07T12:00:00-04:00", date(2026, 9, 8)),
    ],
)
async def test_the_futures_day_begins_at_six_in_the_evening_and_is_always_a_session(
    desk: Desk, traded: str, day: date
) -> None:
    moment = datetime.fromisoformat(traded)
    edit = _set("meta", "regularMarketTime", to=int(moment.timestamp()))
    serve_edited(desk, edit, "yahoo.future.json")
    (seen,) = await desk.ask(FUTURE_FEED, datetime(2026, 10, 1, tzinfo=UTC))
    assert (seen.day, seen.as_of) == (day, moment)
    assert seen.as_of.tzinfo is UTC


def test_closes_are_asked_for_until_the_late_quotes_are_in() -> None:
    session_over = datetime(2026, 3, 4, 21, 31, tzinfo=UTC)
    evening = next_due(RUSSELL_FEED.plan, session_over)
    assert evening == datetime(2026, 3, 4, 21, 45, tzinfo=UTC)
    assert next_due(RUSSELL_FEED.plan, evening) == datetime(2026, 3, 4, 22, 30, tzinfo=UTC)
    friday_night = datetime(2026, 3, 6, 23, tzinfo=UTC)
    assert next_due(SP_FEED.plan, friday_night) == datetime(2026, 3, 9, 13, 30, tzinfo=UTC)
