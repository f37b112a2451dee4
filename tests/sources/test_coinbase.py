import json
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.model import Observation
from bot.ports import SourceError
from bot.sources.coinbase import SOURCE
from tests.providers.market import Distortion
from tests.providers.words.coinbase import COINBASE, MOST_ROWS
from tests.sources.conftest import NOW, SAMPLES, Desk

TICKER, CANDLES = SOURCE.feeds
TODAY = NOW.date()
YESTERDAY = TODAY - timedelta(days=1)


def close(day: date, value: float) -> Observation:
    as_of = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
    return Observation("btc_price", "Coinbase", day, value, as_of, NOW, final=True)


def spans(desk: Desk) -> list[tuple[date, date]]:
    """The days that each request for candles asked for."""
    found = []
    for asked in desk.gateway.asked:
        query = parse_qs(urlsplit(asked.target).query)
        start, end = (datetime.fromisoformat(query[key][0]) for key in ("start", "end"))
        found.append((start.date(), end.date()))
    return found


async def test_the_price_is_the_last_trades_as_of_its_time(desk: Desk) -> None:
    desk.serve(COINBASE, "coinbase.ticker.json")
    as_of = datetime(2026, 3, 4, 14, 59, 41, 250_500, tzinfo=UTC)
    assert await desk.ask(TICKER) == (
        Observation("btc_price", "Coinbase", TODAY, 70_123.45, as_of, NOW, final=False),
    )
    assert desk.gateway.asked[0].target == "/products/BTC-USD/ticker"


async def test_finished_days_are_final_closes_oldest_first_and_today_is_left_out(
    desk: Desk,
) -> None:
    desk.serve(COINBASE, "coinbase.candles.json")
    assert await desk.ask(CANDLES, since=YESTERDAY) == [
        close(date(2026, 3, 2), 67_800.0),
        close(date(2026, 3, 3), 69_250.25),
    ]
    assert desk.gateway.asked[0].target == (
        "/products/BTC-USD/candles?granularity=86400"
        "&start=2026-02-28T00%3A00%3A00Z&end=2026-03-04T00%3A00%3A00Z"
    )


async def test_the_whole_past_is_asked_for_backwards_without_a_gap(desk: Desk) -> None:
    market = desk.gateway.market
    market.history_days = 1_200
    seen = await desk.ask(CANDLES)
    reach = TODAY - timedelta(days=1_100)
    expected = [row for row in market.days(COINBASE, "btc_price") if reach <= row[0] < TODAY]
    assert [(o.day, o.value) for o in seen] == expected
    assert all(o.final for o in seen)
    asked = spans(desk)
    assert len(asked) == 4
    assert asked[0][1] == TODAY
    assert asked[-1][0] == reach
    assert all((end - start).days < MOST_ROWS for start, end in asked)
    assert all(earlier[1] == later[0] for later, earlier in pairwise(asked))


async def test_a_past_that_breaks_off_halfway_is_no_past(desk: Desk) -> None:
    desk.gateway.market.history_days = 1_200
    desk.gateway.bodies[f"{COINBASE}/products/BTC-USD/candles"] = b'{"message": "NotFound"}'
    with pytest.raises(SourceError, match="Coinbase's answer is unusable as a whole"):
        await desk.ask(CANDLES)


@pytest.mark.parametrize(
    ("since", "first"),
    [
        (YESTERDAY, date(2026, 2, 28)),
        (date(2026, 2, 1), date(2026, 1, 29)),
        (date(2030, 1, 1), date(2026, 3, 1)),
    ],
    ids=["yesterday", "a month ago", "from a clock that ran ahead"],
)
async def test_a_later_look_starts_a_little_before_the_last_stored_day(
    desk: Desk, since: date, first: date
) -> None:
    seen = await desk.ask(CANDLES, since=since)
    assert (seen[0].day, seen[-1].day) == (first, YESTERDAY)
    assert spans(desk) == [(first, TODAY)]


async def test_a_gap_of_years_goes_back_no_further_than_the_first_look(desk: Desk) -> None:
    desk.gateway.market.history_days = 1_200
    await desk.ask(CANDLES, since=date(2015, 1, 1))
    assert spans(desk)[-1][0] == TODAY - timedelta(days=1_100)


async def test_of_a_day_that_comes_twice_the_newest_row_counts(desk: Desk) -> None:
    usual = await desk.ask(CANDLES, since=YESTERDAY)
    desk.gateway.fail(COINBASE, Distortion.DUPLICATE_DAYS)
    assert await desk.ask(CANDLES, since=YESTERDAY) == usual


@pytest.mark.parametrize(
    "distortion", [Distortion.NULLS, Distortion.ZERO, Distortion.YESTERDAY], ids=str
)
async def test_a_day_without_a_real_close_is_left_out(desk: Desk, distortion: Distortion) -> None:
    usual = await desk.ask(CANDLES, since=YESTERDAY)
    desk.gateway.fail(COINBASE, distortion)
    expected = usual if distortion is Distortion.YESTERDAY else usual[:-1]
    assert await desk.ask(CANDLES, since=YESTERDAY) == expected


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ([1_772_496_000, 1, 2, 3, 4], "at 1.5: field required"),
        ([1_772_496_000, 1, 2, 3, 4, 5, 6], "at 1: .*at most 6 items"),
        ([1_772_496_000_000, 1, 2, 3, 4, 5], "at 1.0: input should be less"),
        (["2026-03-03", 1, 2, 3, 4, 5], "at 1.0: input should be a valid number"),
        ([1_772_496_000, 1, 2, 3, True, 5], "at 1.4: input should be a valid number"),
    ],
    ids=["too short", "too long", "milliseconds", "a date", "a truth"],
)
async def test_rows_of_another_format_are_refused(
    desk: Desk, row: list[object], sentence: str
) -> None:
    answer = json.loads((SAMPLES / "coinbase.candles.json").read_bytes())
    answer[1] = row
    desk.gateway.bodies[COINBASE] = json.dumps(answer).encode()
    with pytest.raises(SourceError, match=sentence):
        await desk.ask(CANDLES, since=YESTERDAY)


@pytest.mark.parametrize("body", [b"[]", b"[[1772582400, 1, 2, 3, 70120.0, 5]]"])
async def test_an_answer_without_a_finished_day_is_refused(desk: Desk, body: bytes) -> None:
    desk.gateway.bodies[COINBASE] = body
    with pytest.raises(SourceError, match="gives no Bitcoin price that could be real"):
        await desk.ask(CANDLES, since=YESTERDAY)


@pytest.mark.parametrize(
    "distortion",
    [Distortion.NULLS, Distortion.ZERO, Distortion.NOT_A_NUMBER, Distortion.ERROR_ENVELOPE],
    ids=str,
)
async def test_a_ticker_without_a_price_is_refused(desk: Desk, distortion: Distortion) -> None:
    desk.gateway.fail(COINBASE, distortion)
    with pytest.raises(SourceError, match=r"^Coinbase's .*\.$"):
        await desk.ask(TICKER)


async def test_a_market_that_stands_still_keeps_its_own_time(desk: Desk) -> None:
    desk.gateway.fail(COINBASE, Distortion.YESTERDAY)
    (seen,) = await desk.ask(TICKER)
    assert (seen.day, seen.as_of) == (YESTERDAY, NOW - timedelta(days=1))
