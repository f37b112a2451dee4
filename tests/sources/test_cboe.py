import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.model import Observation
from bot.ports import Feed, SourceError
from bot.schedule import next_due
from bot.sources.cboe import SOURCE
from tests.providers.market import RUSSELL, Distortion
from tests.providers.words.cboe import CBOE
from tests.sources.conftest import NOW, SAMPLES, Desk

RUSSELL_DAYS, SP_DAYS, RUSSELL_QUOTE, SP_QUOTE = SOURCE.feeds
WEDNESDAY = date(2026, 3, 4)
BELL = datetime(2026, 3, 4, 21, tzinfo=UTC)


def close(day: date, value: float, bell: datetime, *, now: datetime = NOW) -> Observation:
    return Observation("russell_2000", "Cboe", day, value, bell, now, final=True)


async def test_closes_are_as_of_their_bell_and_lines_that_are_no_row_are_left_out(
    desk: Desk,
) -> None:
    desk.serve(CBOE, "cboe.rut_history.csv")
    assert await desk.ask(RUSSELL_DAYS) == [
        close(date(1987, 9, 10), 168.97, datetime(1987, 9, 10, 20, tzinfo=UTC)),
        close(date(2026, 2, 27), 2_398.5123, datetime(2026, 2, 27, 21, tzinfo=UTC)),
        close(date(2026, 3, 3), 2_420.7549, datetime(2026, 3, 3, 21, tzinfo=UTC)),
    ]


async def test_each_feed_asks_for_its_own_file(desk: Desk) -> None:
    for feed in SOURCE.feeds:
        assert {o.series for o in await desk.ask(feed)} == set(feed.series)
    assert [asked.target for asked in desk.gateway.asked] == [
        "/api/global/us_indices/daily_prices/RUT_History.csv",
        "/api/global/us_indices/daily_prices/SPX_History.csv",
        "/api/global/delayed_quotes/quotes/_RUT.json",
        "/api/global/delayed_quotes/quotes/_SPX.json",
    ]
    assert desk.gateway.asked[0].headers["Accept"].startswith("text/csv")


async def test_a_known_history_is_given_again_for_a_week_only(desk: Desk) -> None:
    everything = await desk.ask(RUSSELL_DAYS)
    assert [(o.day, o.value) for o in everything] == desk.gateway.market.closes[RUSSELL][:-1]
    recent = await desk.ask(RUSSELL_DAYS, since=date(2026, 3, 5))
    assert recent == [o for o in everything if o.day >= date(2026, 2, 26)]


async def test_a_session_has_no_official_close_before_its_bell(desk: Desk) -> None:
    desk.gateway.bodies[CBOE] = b"DATE,RUT\n03/03/2026,2420.7\n03/04/2026,2431.5\n03/05/2026,2440\n"
    before = await desk.ask(RUSSELL_DAYS, BELL - timedelta(seconds=1))
    assert [o.day for o in before] == [date(2026, 3, 3)]
    settled = BELL + timedelta(minutes=20)
    at_the_bell = await desk.ask(RUSSELL_DAYS, BELL)
    assert (at_the_bell[-1].day, at_the_bell[-1].final) == (WEDNESDAY, False)
    after = await desk.ask(RUSSELL_DAYS, settled)
    assert after[-1] == close(WEDNESDAY, 2_431.5, BELL, now=settled)


async def test_a_half_day_is_over_at_one(desk: Desk) -> None:
    desk.gateway.bodies[CBOE] = b"DATE,RUT\n11/27/2026,2500.5\n"
    bell = datetime(2026, 11, 27, 18, tzinfo=UTC)
    settled = bell + timedelta(minutes=20)
    assert await desk.ask(RUSSELL_DAYS, settled) == [
        close(date(2026, 11, 27), 2_500.5, bell, now=settled)
    ]


@pytest.mark.parametrize(
    "header",
    [
        "DATE,RUT,RETURN",
        "DATE,SPX",
        "DATE,OPEN,HIGH,LOW,CLOSE",
        "Date,RUT",
        "03/03/2026,2420.7",
        "",
    ],
)
async def test_a_file_with_other_columns_is_refused(desk: Desk, header: str) -> None:
    desk.gateway.bodies[CBOE] = f"{header}\n03/03/2026,2420.7\n,\n".encode()
    with pytest.raises(SourceError, match=r"Cboe's history of RUT has other columns"):
        await desk.ask(RUSSELL_DAYS)


@pytest.mark.parametrize(
    "line",
    [
        "03/03/2026",
        "03/03/2026,",
        "03/03/2026,nan",
        "03/03/2026,inf",
        "03/03/2026,-2420.7",
        "03/03/2026,2_420",
        "03/03/2026,2420.7,2430",
        "03/03/2026,0",
        "03/03/2026," + "9" * 400,
        "2026-03-03,2420.7",
        "13/03/2026,2420.7",
        "03/03/0000,2420.7",
        "03/03/9999,2420.7",
        "\uff10\uff13/03/2026,2420.7",
        "\xff\x00",
    ],
)
async def test_a_line_that_cannot_be_a_close_is_left_out(desk: Desk, line: str) -> None:
    desk.gateway.bodies[CBOE] = f"DATE,RUT\n03/02/2026,2410.5\n{line}\n".encode(
        "latin-1", "replace"
    )
    assert [o.value for o in await desk.ask(RUSSELL_DAYS)] == [2_410.5]
    desk.gateway.bodies[CBOE] = f"DATE,RUT\n{line}\n".encode()
    with pytest.raises(SourceError, match="no Russell 2000 that could be real"):
        await desk.ask(RUSSELL_DAYS)


@pytest.mark.parametrize("feed", SOURCE.feeds, ids=lambda feed: feed.name)
async def test_what_is_missing_is_answered_in_xml_and_refused(desk: Desk, feed: Feed) -> None:
    desk.gateway.fail(CBOE, Distortion.ERROR_ENVELOPE)
    with pytest.raises(SourceError, match=r"^cdn\.cboe\.com answered with"):
        await desk.ask(feed)


@pytest.mark.parametrize(
    ("distortion", "lost"),
    [
        (Distortion.NULLS, 1),
        (Distortion.NOT_A_NUMBER, 1),
        (Distortion.ZERO, 1),
        (Distortion.YESTERDAY, 1),
        (Distortion.DUPLICATE_DAYS, 0),
    ],
)
async def test_a_distorted_last_row_never_becomes_a_value(
    desk: Desk, distortion: Distortion, lost: int
) -> None:
    usual = await desk.ask(RUSSELL_DAYS)
    desk.gateway.fail(CBOE, distortion)
    assert await desk.ask(RUSSELL_DAYS) == usual[: len(usual) - lost]


async def test_the_decoy_file_is_refused(desk: Desk) -> None:
    desk.gateway.fail(CBOE, Distortion.DECOY_COLUMNS)
    with pytest.raises(SourceError, match='has other columns: "DATE,RETURN 1M"'):
        await desk.ask(SP_DAYS)


def quote(desk: Desk, **changes: Any) -> None:
    """Let Cboe answer with the sample of a quote, changed."""
    answer = json.loads((SAMPLES / "cboe.quote_rut.json").read_bytes())
    answer["data"].update(changes)
    desk.gateway.bodies[CBOE] = json.dumps(answer).encode()


async def test_a_quote_is_as_of_its_last_trade_in_new_york(desk: Desk) -> None:
    desk.serve(CBOE, "cboe.quote_rut.json")
    traded = datetime(2026, 3, 4, 14, 44, tzinfo=UTC)
    seen = await desk.ask(RUSSELL_QUOTE, since=date(2020, 1, 1))
    assert seen == [
        Observation("russell_2000", "Cboe", WEDNESDAY, 2_431.5, traded, NOW, final=False),
        Observation("russell_2000_high", "Cboe", WEDNESDAY, 2_436.5, traded, NOW, final=False),
    ]
    assert {o.as_of.tzinfo for o in seen} == {UTC}


async def test_summer_time_is_minded(desk: Desk) -> None:
    quote(desk, last_trade_time="2026-07-08T09:44:00")
    seen = await desk.ask(RUSSELL_QUOTE, datetime(2026, 7, 8, 14, tzinfo=UTC))
    assert seen[0].as_of == datetime(2026, 7, 8, 13, 44, tzinfo=UTC)


@pytest.mark.parametrize(
    ("traded", "minutes_after_the_bell", "as_of"),
    [
        ("16:00:00", 20, "the bell"),
        ("16:14:30", 45, "the bell"),
        ("16:00:00", 19, "16:00:00"),
        ("15:59:59", 20, "15:59:59"),
        ("15:59:59", 600, "15:59:59"),
    ],
)
async def test_a_quote_is_the_close_only_if_traded_at_the_bell_and_settled(
    desk: Desk, traded: str, minutes_after_the_bell: int, as_of: str
) -> None:
    quote(desk, last_trade_time=f"2026-03-04T{traded}")
    seen = await desk.ask(RUSSELL_QUOTE, BELL + timedelta(minutes=minutes_after_the_bell))
    final = as_of == "the bell"
    assert {(o.day, o.final) for o in seen} == {(WEDNESDAY, final)}
    moment = BELL if final else datetime.fromisoformat(f"2026-03-04T{as_of}-05:00")
    assert {o.as_of for o in seen} == {moment}


async def test_a_quote_of_a_half_day_is_its_close_after_one(desk: Desk) -> None:
    quote(desk, last_trade_time="2026-11-27T13:00:00")
    price, _ = await desk.ask(RUSSELL_QUOTE, datetime(2026, 11, 27, 18, 20, tzinfo=UTC))
    assert (price.final, price.as_of) == (True, datetime(2026, 11, 27, 18, tzinfo=UTC))


@pytest.mark.parametrize(
    "moment",
    [
        0,
        "0",
        "",
        None,
        1_772_636_100,
        "1772636100",
        "2026-03-04",
        "2026-03-04T09:44:00Z",
        "0001-01-01T00:00:00",
        "1970-01-02T10:00:00",
        "9999-12-31T23:59:59",
        "2026-03-04T10:11:00",
        "2026-03-04T09:29:59",
        "2026-03-01T12:00:00",
        "2026-02-16T12:00:00",
    ],
    ids=repr,
)
async def test_a_quote_without_the_time_of_a_session_is_refused(desk: Desk, moment: object) -> None:
    quote(desk, last_trade_time=moment)
    with pytest.raises(SourceError):
        await desk.ask(RUSSELL_QUOTE)


@pytest.mark.parametrize("price", [0.0, None, "2431.5", 1e9, True], ids=repr)
async def test_a_quote_without_a_real_price_is_refused(desk: Desk, price: object) -> None:
    quote(desk, current_price=price)
    with pytest.raises(SourceError):
        await desk.ask(RUSSELL_QUOTE)


@pytest.mark.parametrize("high", [0.0, None, 2_431.4, 1e9], ids=repr)
async def test_a_high_that_is_missing_or_unreal_leaves_the_price(
    desk: Desk, high: float | None
) -> None:
    quote(desk, high=high)
    assert [(o.series, o.value) for o in await desk.ask(RUSSELL_QUOTE)] == [
        ("russell_2000", 2_431.5)
    ]


async def test_a_quote_of_another_index_is_refused(desk: Desk) -> None:
    desk.serve(CBOE, "cboe.quote_rut.json")
    with pytest.raises(SourceError, match=r"Cboe answered with \^RUT instead of \^SPX\."):
        await desk.ask(SP_QUOTE)


@pytest.mark.parametrize("distortion", [Distortion.NULLS, Distortion.ZERO, Distortion.NOT_A_NUMBER])
async def test_a_distorted_quote_is_refused(desk: Desk, distortion: Distortion) -> None:
    desk.gateway.fail(CBOE, distortion)
    with pytest.raises(SourceError):
        await desk.ask(RUSSELL_QUOTE)


async def test_a_quote_of_yesterday_is_yesterdays_close(desk: Desk) -> None:
    desk.gateway.fail(CBOE, Distortion.YESTERDAY)
    price, _ = await desk.ask(RUSSELL_QUOTE)
    assert (price.day, price.final) == (date(2026, 3, 3), True)


def test_closes_are_asked_for_four_times_a_weekday_and_quotes_never_by_themselves() -> None:
    asked, times = NOW, []
    for _ in range(5):
        due = next_due(RUSSELL_DAYS.plan, asked)
        assert due is not None
        asked = due
        times.append((due.weekday(), due.hour, due.minute))
    assert times == [(2, 21, 45), (2, 23, 30), (3, 2, 0), (3, 13, 0), (3, 21, 45)]
    assert RUSSELL_QUOTE.plan == SP_QUOTE.plan == ()
    assert RUSSELL_QUOTE.standby_every == timedelta(minutes=10)
    assert {feed.rank for feed in SOURCE.feeds} == {1}
