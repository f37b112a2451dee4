from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.calendar import NEW_YORK
from bot.http import Limits, ProviderHttp
from bot.model import Observation
from bot.ports import Feed, SourceError
from bot.schedule import next_due
from bot.sources.fred import SOURCE
from tests.providers.gateway import Gateway
from tests.providers.market import Distortion
from tests.providers.words.fred import FRED, FRED_KEYED
from tests.sources.conftest import NOW, SAMPLES, Desk

FEEDS = {feed.name.removeprefix("fred/"): feed for feed in SOURCE.feeds}
ASSETS, FUNDS, PRICES = FEEDS["fed_assets"], FEEDS["fed_funds"], FEEDS["cpi"]
KEY = "0123456789abcdef"


@pytest.fixture
async def keyed(gateway: Gateway) -> AsyncIterator[Desk]:
    async with ProviderHttp(
        gateway=gateway.url, limits=Limits(retries=0), keys={"FRED_API_KEY": KEY}
    ) as http:
        yield Desk(gateway, http)


def week(day: date, value: float) -> Observation:
    end = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
    return Observation("fed_assets", "FRED", day, value, end, NOW, final=True)


async def test_fed_assets_are_millions_and_an_empty_cell_is_no_value(desk: Desk) -> None:
    desk.serve(FRED, "fred.walcl.csv")
    assert await desk.ask(ASSETS) == [
        week(date(2026, 2, 4), 6.6015e12),
        week(date(2026, 2, 11), 6.6122505e12),
        week(date(2026, 2, 25), 6.598e12),
    ]
    (asked,) = desk.gateway.asked
    assert asked.headers["Accept"].startswith("text/csv")


async def test_the_key_opens_the_other_interface_to_the_same_values(keyed: Desk) -> None:
    keyed.serve(FRED_KEYED, "fred.observations.json")
    since = date(2026, 2, 25)
    assert await keyed.ask(ASSETS, since=since) == [
        week(date(2026, 2, 11), 6.61225e12),
        week(date(2026, 2, 25), 6.598e12),
    ]
    (asked,) = keyed.gateway.asked
    assert (asked.host, asked.target) == (
        "api.stlouisfed.org",
        "/fred/series/observations?series_id=WALCL&observation_start=2026-01-26"
        f"&file_type=json&api_key={KEY}",
    )


@pytest.mark.parametrize("feed", FEEDS.values(), ids=FEEDS.keys())
async def test_both_interfaces_tell_the_same(desk: Desk, keyed: Desk, feed: Feed) -> None:
    assert await keyed.ask(feed) == await desk.ask(feed)
    assert {each.host for each in desk.gateway.asked} == {FRED, FRED_KEYED}


async def test_a_refusal_is_told_in_freds_words_and_without_the_key(keyed: Desk) -> None:
    body = f'{{"error_code": 400, "error_message": "The key {KEY} is not registered."}}'
    keyed.gateway.bodies[FRED_KEYED] = body.encode()
    with pytest.raises(SourceError) as failure:
        await keyed.ask(ASSETS)
    assert str(failure.value) == "FRED refused: The key the key is not registered."


async def test_the_funds_rate_is_kept_for_sessions_only_under_the_older_header(desk: Desk) -> None:
    desk.serve(FRED, "fred.dff.csv")
    seen = await desk.ask(FUNDS)
    assert [(o.day, o.value, o.final) for o in seen] == [
        (date(2026, 2, 26), 3.62, True),
        (date(2026, 2, 27), 3.63, True),
        (date(2026, 3, 3), 3.64, True),
    ]
    assert seen[-1].as_of == datetime(2026, 3, 3, 21, tzinfo=UTC)


async def test_the_month_without_prices_is_no_value_and_no_failure(desk: Desk) -> None:
    desk.serve(FRED, "fred.cpi.csv")
    seen = await desk.ask(PRICES)
    assert [(o.day, o.value) for o in seen] == [
        (date(2025, 8, 1), 321.125),
        (date(2025, 9, 1), 322.25),
        (date(2025, 11, 1), 323.375),
        (date(2025, 12, 1), 324.5),
        (date(2026, 1, 1), 325.625),
    ]
    assert all(o.final for o in seen)
    assert seen[-1].as_of == datetime(2026, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "since", "query"),
    [
        ("fed_assets", None, "id=WALCL&cosd=2002-12-18"),
        ("fed_assets", date(2026, 2, 25), "id=WALCL&cosd=2026-01-26"),
        ("fed_funds", None, "id=DFF&cosd=2015-01-01"),
        ("cpi", None, "id=CPIAUCSL&cosd=1987-01-01"),
        ("cpi", date(2026, 1, 1), "id=CPIAUCSL&cosd=2024-11-27"),
        ("cpi_nsa", None, "id=CPIAUCNS&cosd=1987-01-01"),
        ("sp_500", None, "id=SP500&cosd=2016-03-04"),
        ("sp_500", date(2026, 3, 3), "id=SP500&cosd=2026-02-01"),
    ],
)
async def test_one_id_is_asked_for_from_the_day_that_revisions_reach(
    desk: Desk, name: str, since: date | None, query: str
) -> None:
    await desk.ask(FEEDS[name], since=since)
    assert [asked.target for asked in desk.gateway.asked] == [f"/graph/fredgraph.csv?{query}"]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("observation_date,CPIAUCSL\n2026-02-04,1\n", "columns observation_date, CPIAUCSL instead"),
        ("WALCL,observation_date\n6601500,2026-02-04\n", "columns WALCL, observation_date instead"),
        ("observation_date,WALCL,DFF\n2026-02-04,1,2\n", "instead of WALCL"),
        ("observation_date\n2026-02-04\n", "instead of WALCL"),
        ("realtime_start,WALCL\n2026-02-04,6601500\n", "columns realtime_start, WALCL instead"),
        ("observation_date,WALCL\n2026-02-04,6601500,7\n", "a row of 3 cells"),
        ("observation_date,WALCL\n04/02/2026,6601500\n", "a row of 04/02/2026, no day"),
        ("observation_date,WALCL\n2026-02-04,n.a.\n", "reads n.a., no number"),
        ("observation_date,WALCL\n2026-02-04,nan\n", "gives no Fed assets that could be real"),
        ("observation_date,WALCL\n2026-02-04,0\n", "gives no Fed assets that could be real"),
        ("observation_date,WALCL\n2026-02-04,6601500000000\n", "gives no Fed assets"),
        ("observation_date,WALCL\n", "gives no Fed assets that could be real"),
        ("observation_date,WALCL\n2026-02-04,\x00\n", "no table|no number"),
        ('observation_date,WALCL\n"2026-02-04,66', "no table"),
        ("PK\x03\x04 two series in one archive", "a page or archive instead of CSV"),
        ("<!DOCTYPE html><title>Error</title>", "a page or archive instead of CSV"),
        ("\ufeff\n\n", "no table"),
    ],
)
async def test_anything_but_the_table_of_this_series_is_refused(
    desk: Desk, body: str, sentence: str
) -> None:
    desk.gateway.bodies[FRED] = body.encode()
    with pytest.raises(SourceError, match=sentence):
        await desk.ask(ASSETS)


async def test_bytes_that_are_no_text_are_refused(desk: Desk) -> None:
    desk.gateway.bodies[FRED] = b"observation_date,WALCL\n\xff\xfe,1\n"
    with pytest.raises(SourceError, match="no table"):
        await desk.ask(ASSETS)


async def test_an_unknown_ids_page_is_refused(desk: Desk) -> None:
    desk.gateway.fail(FRED, Distortion.ERROR_ENVELOPE)
    with pytest.raises(SourceError, match="HTML instead of CSV"):
        await desk.ask(ASSETS)
    desk.gateway.fail(FRED, Distortion.DECOY_COLUMNS)
    with pytest.raises(SourceError, match="WALCL_PC1 instead of WALCL"):
        await desk.ask(ASSETS)


async def test_only_the_broken_row_is_lost(desk: Desk) -> None:
    usual = await desk.ask(ASSETS)
    desk.gateway.fail(FRED, Distortion.DUPLICATE_DAYS)
    assert await desk.ask(ASSETS) == usual
    for distortion in (Distortion.NULLS, Distortion.ZERO, Distortion.NOT_A_NUMBER):
        desk.gateway.fail(FRED, distortion)
        assert await desk.ask(ASSETS) == usual[:-1]


async def test_windows_line_ends_and_a_byte_order_mark_change_nothing(desk: Desk) -> None:
    desk.serve(FRED, "fred.walcl.csv")
    usual = await desk.ask(ASSETS)
    text = (SAMPLES / "fred.walcl.csv").read_text()
    desk.gateway.bodies[FRED] = text.replace("\n", "\r\n").encode("utf-8-sig")
    assert await desk.ask(ASSETS) == usual


def calls(first: date, days: int) -> Counter[date]:
    """How often the plans ask on each day in New York."""
    start = datetime(first.year, first.month, first.day, tzinfo=NEW_YORK).astimezone(UTC)
    counted: Counter[date] = Counter()
    for feed in SOURCE.feeds:
        due = next_due(feed.plan, start)
        while due is not None and due < start + timedelta(days=days):
            counted[due.astimezone(NEW_YORK).date()] += 1
            due = next_due(feed.plan, due)
    return counted


def test_no_day_costs_more_than_six_calls_and_an_ordinary_one_three() -> None:
    counted = calls(date(2026, 2, 1), 60)
    assert max(counted.values()) <= 6
    assert counted[date(2026, 2, 19)] == 3  # A Thursday: the funds rate, assets twice.
    assert counted[date(2026, 2, 21)] == 0


def test_every_release_is_looked_for_soon_after_it() -> None:
    thursday = datetime(2026, 3, 5, 21, 30, tzinfo=UTC)
    assert next_due(ASSETS.plan, thursday) == thursday + timedelta(minutes=10)
    thanksgiving_friday = datetime(2026, 11, 27, 21, 30, tzinfo=UTC)
    assert next_due(ASSETS.plan, thanksgiving_friday) == thanksgiving_friday + timedelta(minutes=10)
    prices = datetime(2026, 3, 11, 12, 30, tzinfo=UTC)
    assert next_due(PRICES.plan, prices) == prices + timedelta(minutes=5)
    late_release = datetime(2026, 3, 24, 12, 30, tzinfo=UTC)
    due = next_due(PRICES.plan, late_release)
    assert due is not None
    assert due - late_release < timedelta(days=7)
