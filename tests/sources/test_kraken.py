import json
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.model import Observation
from bot.ports import Feed, SourceError
from bot.sources.kraken import SOURCE
from tests.providers.market import Distortion
from tests.providers.words.kraken import KRAKEN
from tests.sources.conftest import NOW, SAMPLES, Desk

TICKER, OHLC = SOURCE.feeds
TODAY = NOW.date()
YESTERDAY = TODAY - timedelta(days=1)


def close(day: date, value: float, now: datetime = NOW) -> Observation:
    as_of = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
    return Observation("btc_price", "Kraken", day, value, as_of, now, final=True)


async def test_the_price_is_the_last_trades_as_of_now(desk: Desk) -> None:
    desk.serve(KRAKEN, "kraken.ticker.json")
    assert await desk.ask(TICKER) == (
        Observation("btc_price", "Kraken", TODAY, 70_124.5, NOW, NOW, final=False),
    )
    assert desk.gateway.asked[0].target == "/0/public/Ticker?pair=XBTUSD"


async def test_finished_days_are_final_closes_and_today_is_left_out(desk: Desk) -> None:
    desk.serve(KRAKEN, "kraken.ohlc.json")
    assert await desk.ask(OHLC) == [
        close(date(2026, 3, 2), 67_801.5),
        close(date(2026, 3, 3), 69_251.5),
    ]
    assert desk.gateway.asked[0].target == "/0/public/OHLC?pair=XBTUSD&interval=1440"


async def test_the_last_row_is_unfinished_even_where_its_day_is_over(desk: Desk) -> None:
    desk.serve(KRAKEN, "kraken.ohlc.json")
    midnight = datetime(2026, 3, 5, 0, 0, 5, tzinfo=UTC)
    assert [o.day for o in await desk.ask(OHLC, midnight)] == [date(2026, 3, 2), date(2026, 3, 3)]


async def test_no_row_of_today_is_a_close_even_if_it_is_not_the_last(desk: Desk) -> None:
    answer = json.loads((SAMPLES / "kraken.ohlc.json").read_bytes())
    rows = answer["result"]["XXBTZUSD"]
    rows.append(rows[-1])
    desk.gateway.bodies[KRAKEN] = json.dumps(answer).encode()
    assert [o.day for o in await desk.ask(OHLC)] == [date(2026, 3, 2), date(2026, 3, 3)]


async def test_all_history_is_taken_and_a_later_look_keeps_the_last_days(desk: Desk) -> None:
    everything = await desk.ask(OHLC)
    assert len(everything) == desk.gateway.market.history_days
    assert await desk.ask(OHLC, since=YESTERDAY) == everything[-4:]


@pytest.mark.parametrize("feed", SOURCE.feeds, ids=["ticker", "ohlc"])
async def test_a_refusal_beside_http_200_is_told_in_krakens_words(desk: Desk, feed: Feed) -> None:
    desk.serve(KRAKEN, "kraken.refused.json")
    with pytest.raises(SourceError) as failure:
        await desk.ask(feed)
    assert str(failure.value) == ("Kraken refused: EGeneral:Too many requests, EService:Busy.")


@pytest.mark.parametrize(
    ("problems", "sentence"),
    [
        (["EService:Unavailable"], r"^Kraken refused: EService:Unavailable\.$"),
        ([""], r"^Kraken refused: no reason given\.$"),
        (None, r"^Kraken's answer is unusable at error: "),
        ("EService:Unavailable", r"^Kraken's answer is unusable at error: "),
    ],
)
async def test_only_an_empty_list_means_no_error_even_beside_a_result(
    desk: Desk, problems: object, sentence: str
) -> None:
    answer = json.loads((SAMPLES / "kraken.ticker.json").read_bytes())
    answer["error"] = problems
    desk.gateway.bodies[KRAKEN] = json.dumps(answer).encode()
    with pytest.raises(SourceError, match=sentence):
        await desk.ask(TICKER)


async def test_of_a_day_that_comes_twice_the_last_row_counts(desk: Desk) -> None:
    usual = await desk.ask(OHLC)
    desk.gateway.fail(KRAKEN, Distortion.DUPLICATE_DAYS)
    assert await desk.ask(OHLC) == usual


@pytest.mark.parametrize(
    "distortion", [Distortion.NULLS, Distortion.ZERO, Distortion.YESTERDAY], ids=str
)
async def test_a_day_without_a_real_close_is_left_out(desk: Desk, distortion: Distortion) -> None:
    usual = await desk.ask(OHLC)
    desk.gateway.fail(KRAKEN, distortion)
    assert await desk.ask(OHLC) == usual[:-1]


@pytest.mark.parametrize(
    ("feed", "result", "sentence"),
    [
        (TICKER, {"XETHZUSD": {"c": ["2230.4", "1"]}}, "at result.XXBTZUSD: field required"),
        (TICKER, {"XXBTZUSD": {"c": []}}, "at result.XXBTZUSD.c.0: field required"),
        (TICKER, {"XXBTZUSD": {"c": ["nan", "1"]}}, r"at result\.XXBTZUSD\.c\.0: .*finite"),
        (TICKER, {"XXBTZUSD": {"c": ["0.0", "1"]}}, "reads 0, which cannot be real"),
        (OHLC, {"XXBTZUSD": [], "last": 0}, "gives no Bitcoin price that could be real"),
        (OHLC, {"XXBTZUSD": [[1_772_496_000, "1", "2"]]}, r"XXBTZUSD\.0\.3: field required"),
        (OHLC, {"last": 1_772_496_000}, "at result.XXBTZUSD: field required"),
    ],
    ids=["another coin", "no trade", "nan", "zero", "no days", "short rows", "no rows"],
)
async def test_an_answer_without_bitcoin_is_refused(
    desk: Desk, feed: Feed, result: dict[str, object], sentence: str
) -> None:
    desk.gateway.bodies[KRAKEN] = json.dumps({"error": [], "result": result}).encode()
    with pytest.raises(SourceError, match=sentence):
        await desk.ask(feed)
