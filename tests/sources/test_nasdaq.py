import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.model import Observation
from bot.ports import SourceError
from bot.schedule import next_due
from bot.sources.nasdaq import SOURCE
from tests.providers.market import Distortion
from tests.providers.words.nasdaq import NASDAQ
from tests.sources.conftest import NOW, SAMPLES, Desk

(IWM,) = SOURCE.feeds


def close(day: date, value: float) -> Observation:
    bell = datetime(day.year, day.month, day.day, 21, tzinfo=UTC)
    return Observation("iwm", "Nasdaq", day, value, bell, NOW, final=True)


def serve(desk: Desk, **changes: Any) -> None:
    """Let Nasdaq answer with the sample, parts of it changed."""
    answer = json.loads((SAMPLES / "nasdaq.iwm.json").read_bytes())
    desk.gateway.bodies[NASDAQ] = json.dumps({**answer, **changes}).encode()


def serve_row(desk: Desk, **changes: object) -> None:
    """Let Nasdaq answer with the sample, its newest row changed."""
    answer = json.loads((SAMPLES / "nasdaq.iwm.json").read_bytes())
    answer["data"]["tradesTable"]["rows"][0].update(changes)
    desk.gateway.bodies[NASDAQ] = json.dumps(answer).encode()


async def test_closes_written_as_text_are_read_oldest_first(desk: Desk) -> None:
    desk.serve(NASDAQ, "nasdaq.iwm.json")
    assert await desk.ask(IWM) == [
        close(date(2026, 2, 26), 1_239.5),
        close(date(2026, 2, 27), 238.25),
        close(date(2026, 3, 3), 240.75),
    ]


@pytest.mark.parametrize(
    ("since", "first"), [(None, "2000-05-01"), (date(2026, 3, 3), "2026-02-24")]
)
async def test_it_is_asked_as_from_its_own_pages_up_to_today_in_new_york(
    desk: Desk, since: date | None, first: str
) -> None:
    evening = datetime(2026, 3, 5, 2, tzinfo=UTC)
    await desk.ask(IWM, evening, since)
    (asked,) = desk.gateway.asked
    assert asked.target == (
        f"/api/quote/IWM/historical?assetclass=etf&fromdate={first}&todate=2026-03-04&limit=9999"
    )
    assert asked.headers["Origin"] == "https://www.nasdaq.com"
    assert asked.headers["Referer"] == "https://www.nasdaq.com/"
    assert asked.headers["User-Agent"].startswith("Mozilla/5.0")


async def test_recent_days_are_the_end_of_the_history(desk: Desk) -> None:
    everything = await desk.ask(IWM)
    recent = await desk.ask(IWM, since=date(2026, 3, 3))
    assert 0 < len(recent) < len(everything)
    assert list(recent) == list(everything)[-len(recent) :]


async def test_a_session_has_no_close_before_its_bell(desk: Desk) -> None:
    serve_row(desk, date="03/04/2026")
    bell = datetime(2026, 3, 4, 21, tzinfo=UTC)
    before = await desk.ask(IWM, bell - timedelta(seconds=1))
    assert before[-1].day == date(2026, 2, 27)
    at_the_bell = (await desk.ask(IWM, bell))[-1]
    assert (at_the_bell.day, at_the_bell.final) == (date(2026, 3, 4), False)
    after = (await desk.ask(IWM, bell + timedelta(minutes=20)))[-1]
    assert (after.day, after.final, after.as_of) == (date(2026, 3, 4), True, bell)


async def test_a_refusal_within_a_good_answer_is_told_in_nasdaqs_words(desk: Desk) -> None:
    desk.serve(NASDAQ, "nasdaq.refused.json")
    with pytest.raises(SourceError) as failure:
        await desk.ask(IWM)
    assert str(failure.value) == "Nasdaq refused with 400: Symbol not exists."


@pytest.mark.parametrize(
    "status",
    [
        {"rCode": 400},
        {"rCode": 400, "bCodeMessage": []},
        {"rCode": 500, "bCodeMessage": [{"errorMessage": None}]},
        {"rCode": "200"},
        {"rCode": None},
        {},
        None,
    ],
    ids=repr,
)
async def test_any_status_but_200_is_a_refusal_even_beside_rows(desk: Desk, status: object) -> None:
    serve(desk, status=status)
    with pytest.raises(SourceError, match=r"^Nasdaq('s| refused)[^\n]+\.$"):
        await desk.ask(IWM)


@pytest.mark.parametrize(
    "data",
    [
        None,
        {"symbol": "IWM", "tradesTable": None},
        {"symbol": "IWM"},
        {"symbol": "IWM", "tradesTable": {"rows": None}},
        {"symbol": "IWM", "tradesTable": {"rows": []}},
    ],
    ids=repr,
)
async def test_an_answer_without_a_table_is_refused(desk: Desk, data: object) -> None:
    serve(desk, data=data)
    with pytest.raises(SourceError, match=r"^Nasdaq answered without a table of IWM\.$"):
        await desk.ask(IWM)


async def test_another_funds_table_is_refused(desk: Desk) -> None:
    rows = [{"date": "03/03/2026", "close": "240.75"}]
    serve(desk, data={"symbol": "IWN", "tradesTable": {"rows": rows}})
    with pytest.raises(SourceError, match=r"answered with IWN instead of IWM\."):
        await desk.ask(IWM)


@pytest.mark.parametrize(
    "changes",
    [
        {"close": None},
        {"close": ""},
        {"close": "$"},
        {"close": ","},
        {"close": "N/A"},
        {"close": "nan"},
        {"close": "0"},
        {"close": "-240.75"},
        {"close": "24_0.75"},
        {"close": "38,214,110"},
        {"close": "9" * 400},
        {"date": "2026-03-03"},
        {"date": "02/30/2026"},
        {"date": "03/01/2026"},
        {"date": "03/03/2062"},
        {"date": ""},
    ],
    ids=repr,
)
async def test_a_row_that_cannot_be_a_close_is_left_out(
    desk: Desk, changes: dict[str, object]
) -> None:
    serve_row(desk, **changes)
    assert [o.day for o in await desk.ask(IWM)] == [date(2026, 2, 26), date(2026, 2, 27)]


async def test_a_table_of_other_columns_is_refused(desk: Desk) -> None:
    desk.gateway.fail(NASDAQ, Distortion.DECOY_COLUMNS)
    with pytest.raises(SourceError, match=r"unusable at data\.tradesTable\.rows\.0\.close"):
        await desk.ask(IWM)


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
async def test_a_distorted_newest_row_never_becomes_a_value(
    desk: Desk, distortion: Distortion, lost: int
) -> None:
    usual = list(await desk.ask(IWM))
    desk.gateway.fail(NASDAQ, distortion)
    assert list(await desk.ask(IWM)) == usual[: len(usual) - lost]


def test_it_is_asked_twice_after_each_session() -> None:
    first = next_due(IWM.plan, datetime(2026, 3, 6, 15, tzinfo=UTC))
    assert first == datetime(2026, 3, 6, 21, 45, tzinfo=UTC)
    second = next_due(IWM.plan, first)
    assert second == datetime(2026, 3, 6, 23, 30, tzinfo=UTC)
    assert next_due(IWM.plan, second) == datetime(2026, 3, 9, 20, 45, tzinfo=UTC)
    assert (IWM.rank, IWM.has_history) == (0, True)
