import json
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.model import Observation
from bot.ports import SourceError
from bot.sources.binance_vision import SOURCE
from tests.providers.market import Distortion
from tests.providers.words.binance_vision import BINANCE_VISION
from tests.sources.conftest import NOW, SAMPLES, Desk

(KLINES,) = SOURCE.feeds
TODAY = NOW.date()
YESTERDAY = TODAY - timedelta(days=1)


def close(day: date, value: float) -> Observation:
    as_of = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
    return Observation("btc_price", "Binance (USDT)", day, value, as_of, NOW, final=True)


async def test_finished_days_are_final_closes_and_today_is_the_price_of_now(desk: Desk) -> None:
    desk.serve(BINANCE_VISION, "binance_vision.klines.json")
    assert await desk.ask(KLINES) == [
        close(date(2026, 3, 2), 67_802.5),
        close(date(2026, 3, 3), 69_252.5),
        Observation("btc_price", "Binance (USDT)", TODAY, 70_122.0, NOW, NOW, final=False),
    ]


@pytest.mark.parametrize(
    ("since", "limit"),
    [
        (None, 1_000),
        (YESTERDAY, 7),
        (date(2026, 2, 2), 36),
        (date(2019, 1, 1), 1_000),
        (date(2030, 1, 1), 6),
    ],
)
async def test_no_more_days_are_asked_for_than_are_missing(
    desk: Desk, since: date | None, limit: int
) -> None:
    seen = await desk.ask(KLINES, since=since)
    assert desk.gateway.asked[0].target == (
        f"/api/v3/klines?symbol=BTCUSDT&interval=1d&limit={limit}"
    )
    assert len(seen) == min(limit, desk.gateway.market.history_days + 1)
    assert seen[-1].day == TODAY


async def test_the_first_second_of_a_day_has_closes_only(desk: Desk) -> None:
    desk.gateway.fail(BINANCE_VISION, Distortion.YESTERDAY)
    seen = await desk.ask(KLINES)
    assert seen[-1].day == YESTERDAY
    assert all(o.final for o in seen)


async def test_a_day_that_has_not_begun_has_no_price(desk: Desk) -> None:
    desk.serve(BINANCE_VISION, "binance_vision.klines.json")
    seen = await desk.ask(KLINES, datetime(2026, 3, 3, 23, 59, tzinfo=UTC))
    assert [(o.day, o.final) for o in seen] == [
        (date(2026, 3, 2), True),
        (date(2026, 3, 3), False),
    ]


async def test_of_a_day_that_comes_twice_the_last_row_counts(desk: Desk) -> None:
    usual = await desk.ask(KLINES)
    desk.gateway.fail(BINANCE_VISION, Distortion.DUPLICATE_DAYS)
    assert await desk.ask(KLINES) == usual


async def test_days_without_a_close_are_left_out(desk: Desk) -> None:
    usual = await desk.ask(KLINES)
    desk.gateway.fail(BINANCE_VISION, Distortion.NULLS)
    assert await desk.ask(KLINES) == usual[:-2]


@pytest.mark.parametrize(
    ("distortion", "sentence"),
    [
        (Distortion.ZERO, r"Binance \(USDT\)'s Bitcoin price reads 0, which cannot be real\."),
        (Distortion.NOT_A_NUMBER, "input should be a finite number"),
        (Distortion.ERROR_ENVELOPE, "unusable as a whole: input should be a valid array"),
    ],
    ids=str,
)
async def test_a_price_that_cannot_be_is_refused(
    desk: Desk, distortion: Distortion, sentence: str
) -> None:
    desk.gateway.fail(BINANCE_VISION, distortion)
    with pytest.raises(SourceError, match=sentence):
        await desk.ask(KLINES)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda row: row[:-1], r"at 0\.11: field required"),
        (lambda row: [*row, "0"], "at 0: .*at most 12 items"),
        (lambda row: [row[0] * 1_000, *row[1:]], r"at 0\.0: input should be less"),
        (lambda row: [row[0] + 0.5, *row[1:]], r"at 0\.0: input should be a valid int"),
    ],
    ids=["too short", "too long", "microseconds", "half a millisecond"],
)
async def test_rows_of_another_format_are_refused(
    desk: Desk, change: object, sentence: str
) -> None:
    assert callable(change)
    answer = json.loads((SAMPLES / "binance_vision.klines.json").read_bytes())
    desk.gateway.bodies[BINANCE_VISION] = json.dumps([change(row) for row in answer]).encode()
    with pytest.raises(SourceError, match=sentence):
        await desk.ask(KLINES)


async def test_seconds_in_place_of_milliseconds_never_become_days(desk: Desk) -> None:
    answer = json.loads((SAMPLES / "binance_vision.klines.json").read_bytes())
    seconds = [[row[0] // 1_000, *row[1:]] for row in answer]
    desk.gateway.bodies[BINANCE_VISION] = json.dumps(seconds).encode()
    with pytest.raises(SourceError, match=r"at 0\.0: input should be greater"):
        await desk.ask(KLINES)


def test_the_vendors_name_says_that_the_price_is_in_tether() -> None:
    assert KLINES.vendor == "Binance (USDT)"


def test_a_host_that_may_not_serve_this_country_is_left_alone_for_hours() -> None:
    assert timedelta(seconds=SOURCE.forbidden_wait_seconds) == timedelta(hours=6)
