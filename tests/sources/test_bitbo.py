from datetime import UTC, date, datetime

import pytest

from bot.ports import SourceError
from bot.sources.bitbo import HOST, SOURCE
from tests.providers.market import Distortion
from tests.sources.conftest import NOW, SAMPLES, Desk

(FEED,) = SOURCE.feeds
TUESDAY = date(2026, 3, 3)


def sample(old: str = "", new: str = "") -> bytes:
    page = (SAMPLES / "bitbo.etf_flow.html").read_text()
    assert old in page
    return page.replace(old, new, 1).encode()


async def test_totals_are_in_dollars_and_the_blank_day_is_left_out(desk: Desk) -> None:
    desk.serve(HOST, "bitbo.etf_flow.html")
    seen = await desk.ask(FEED)
    assert [(o.day, o.value, o.final, o.as_of) for o in seen] == [
        (date(2026, 2, 27), -1_023_300_000.0, True, datetime(2026, 2, 27, 21, tzinfo=UTC)),
        (date(2026, 3, 2), 60_500_000.0, True, datetime(2026, 3, 2, 21, tzinfo=UTC)),
    ]
    assert {(o.vendor, o.series, o.observed_at) for o in seen} == {("Bitbo", "btc_etf_flow", NOW)}
    assert desk.gateway.asked[0].target == "/treasuries/etf-flows/"
    assert desk.gateway.asked[0].headers["Accept"] == "text/html"


async def test_a_day_of_zeros_is_not_published_yet(desk: Desk) -> None:
    desk.gateway.bodies[HOST] = sample("<td>0.0</td><td></td>", "<td>0.0</td><td>0.0</td>")
    assert (await desk.ask(FEED))[-1].day == date(2026, 3, 2)


async def test_a_day_with_a_fund_still_blank_is_left_out(desk: Desk) -> None:
    desk.gateway.bodies[HOST] = sample("<td>0.0</td><td></td>", "<td>7.5</td><td></td>")
    assert (await desk.ask(FEED))[-1].day == date(2026, 3, 2)


async def test_a_day_counts_when_every_fund_is_there(desk: Desk) -> None:
    desk.gateway.bodies[HOST] = sample(
        "<td>0.0</td><td></td><td>0.0</td><td>0.0</td>",
        "<td>7.5</td><td>1.5</td><td>0.0</td><td>9.0</td>",
    )
    last = (await desk.ask(FEED))[-1]
    assert (last.day, last.value) == (TUESDAY, 9_000_000.0)


@pytest.mark.parametrize("total", ["", "-", "nan", "inf", "1e999", "n/a"])
async def test_a_day_without_a_readable_total_is_left_out(desk: Desk, total: str) -> None:
    desk.gateway.bodies[HOST] = sample("<td>60.5</td>", f"<td>{total}</td>")
    assert [o.day for o in await desk.ask(FEED)] == [date(2026, 2, 27)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<th>Date</th>", "<th>Day</th>"),
        ("<th>Totals</th>", "<th>Holdings</th>"),
        ("<th>IBIT</th><th>FBTC</th><th>GBTC</th>", ""),
        ('<table class="flows">', "<table></table><table>"),
    ],
)
async def test_another_table_is_refused(desk: Desk, old: str, new: str) -> None:
    desk.gateway.bodies[HOST] = sample(old, new)
    with pytest.raises(SourceError) as failure:
        await desk.ask(FEED)
    assert str(failure.value) == "Bitbo's page holds no table of flows from Date to Totals."


async def test_a_row_of_another_width_is_left_out(desk: Desk) -> None:
    desk.gateway.bodies[HOST] = sample("<td>88.0</td>", "")
    assert [o.day for o in await desk.ask(FEED)] == [date(2026, 2, 27)]


async def test_of_a_day_that_comes_twice_the_last_row_counts(desk: Desk) -> None:
    desk.gateway.market.daily[HOST, "btc_etf_flow"] = {TUESDAY: 8.0e7}
    desk.gateway.fail(HOST, Distortion.DUPLICATE_DAYS)
    assert (await desk.ask(FEED))[-1].value == 8.0e7


@pytest.mark.parametrize("distortion", [Distortion.ZERO, Distortion.NULLS], ids=str)
async def test_the_newest_day_without_flows_waits(desk: Desk, distortion: Distortion) -> None:
    desk.gateway.fail(HOST, distortion)
    assert (await desk.ask(FEED))[-1].day == date(2026, 3, 2)


async def test_the_last_two_weeks_are_read_again(desk: Desk) -> None:
    assert (await desk.ask(FEED, since=date(2026, 3, 2)))[0].day == date(2026, 2, 17)


async def test_a_page_of_rows_without_dates_is_refused(desk: Desk) -> None:
    desk.gateway.bodies[HOST] = sample().replace(b", 2026", b"")
    with pytest.raises(SourceError, match="gives no Bitcoin ETF net flow that could be real"):
        await desk.ask(FEED)


@pytest.mark.parametrize("cell", ["nan", "inf", "-", "n/a"])
async def test_a_fund_whose_flow_cannot_be_read_leaves_its_day_out(desk: Desk, cell: str) -> None:
    desk.gateway.bodies[HOST] = sample("<td>88.0</td>", f"<td>{cell}</td>")
    assert [o.day for o in await desk.ask(FEED)] == [date(2026, 2, 27)]
