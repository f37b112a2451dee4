from datetime import UTC, date, datetime, timedelta

import pytest

from bot.ports import Default, SourceError
from bot.sources.farside import HOST, SOURCE
from tests.providers.gateway import Fault
from tests.providers.market import Distortion
from tests.sources.conftest import NOW, SAMPLES, Desk

(FEED,) = SOURCE.feeds
MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)
SUMS = [
    (date(2026, 2, 26), 1_090_500_000.0),
    (date(2026, 2, 27), -1_023_300_000.0),
    (MONDAY, 65_500_000.0),
]


def sample(old: str, new: str) -> bytes:
    page = (SAMPLES / "farside.etf_flow.html").read_text()
    assert old in page
    return page.replace(old, new, 1).encode()


async def asked(desk: Desk) -> list[tuple[date, float]]:
    return [(o.day, o.value) for o in await desk.ask(FEED)]


def test_it_is_asked_only_when_switched_on_and_left_alone_when_it_refuses() -> None:
    assert SOURCE.default is Default.OFF
    assert SOURCE.forbidden_wait_seconds == 21_600.0


async def test_funds_are_summed_and_the_unreported_days_left_out(desk: Desk) -> None:
    desk.serve(HOST, "farside.etf_flow.html")
    seen = await desk.ask(FEED)
    assert [(o.day, o.value) for o in seen] == SUMS
    assert seen[-1].as_of == datetime(2026, 3, 2, 21, tzinfo=UTC)
    assert all(o.final and o.vendor == "Farside" and o.observed_at == NOW for o in seen)
    assert desk.gateway.asked[0].headers["Accept"] == "text/html"


async def test_zero_is_a_report_and_a_dash_is_none(desk: Desk) -> None:
    desk.gateway.bodies[HOST] = sample(
        "<td>-</td><td>0.0</td><td>48.3", "<td>0.0</td>" * 2 + "<td>48.3"
    )
    assert (await asked(desk))[-1] == (TUESDAY, 48_300_000.0)


async def test_an_empty_cell_is_as_unreported_as_a_dash(desk: Desk) -> None:
    desk.gateway.bodies[HOST] = sample(
        "<td>-</td><td>0.0</td><td>48.3", "<td></td><td>0.0</td><td>48.3"
    )
    assert await asked(desk) == SUMS


async def test_a_fund_that_reported_once_is_waited_for(desk: Desk) -> None:
    page = sample("<td>-</td><td>0.0</td><td>48.3", "<td>0.0</td><td>-</td><td>48.3")
    desk.gateway.bodies[HOST] = page
    assert await asked(desk) == SUMS


@pytest.mark.parametrize(
    ("total", "counts"),
    [("65.7", True), ("65.3", True), ("65.8", False), ("(65.5)", False), ("-", False)],
)
async def test_a_total_that_rounding_does_not_explain_leaves_the_day_out(
    desk: Desk, total: str, *, counts: bool
) -> None:
    desk.gateway.bodies[HOST] = sample("<td>65.5</td>", f"<td>{total}</td>")
    assert await asked(desk) == (SUMS if counts else SUMS[:-1])


@pytest.mark.parametrize("cell", ["(40.0", "40.0)", "--40.0", "1e3", "NaN", "40.0*", "٤٠"])
async def test_a_cell_that_cannot_be_read_leaves_its_day_out(desk: Desk, cell: str) -> None:
    desk.gateway.bodies[HOST] = sample("<td>(40.0)</td>", f"<td>{cell}</td>")
    assert await asked(desk) == SUMS[:-1]


@pytest.mark.parametrize(
    ("old", "new"), [("<th>Total</th>", "<th>Holdings</th>"), ('"etf wide"', '"etfs"')]
)
async def test_another_table_is_refused(desk: Desk, old: str, new: str) -> None:
    desk.gateway.bodies[HOST] = sample(old, new)
    with pytest.raises(SourceError) as failure:
        await desk.ask(FEED)
    assert str(failure.value) == "Farside's page holds no table of flows that ends in Total."


async def test_a_row_of_another_width_is_left_out(desk: Desk) -> None:
    desk.gateway.bodies[HOST] = sample("<td>88.0</td>", "")
    assert await asked(desk) == SUMS[:-1]


@pytest.mark.parametrize(
    ("days_ago", "page"),
    [(None, "/bitcoin-etf-flow-all-data/"), (8, "/bitcoin-etf-flow-all-data/"), (7, "/btc/")],
)
async def test_the_long_page_is_asked_only_for_what_the_short_one_lacks(
    desk: Desk, days_ago: int | None, page: str
) -> None:
    since = None if days_ago is None else NOW.date() - timedelta(days=days_ago)
    seen = await desk.ask(FEED, since=since)
    assert desk.gateway.asked[-1].target == page
    assert seen[-1].day == TUESDAY
    if since is not None:
        assert seen[0].day <= since - timedelta(days=7)


async def test_being_turned_away_is_an_error_of_the_source(desk: Desk) -> None:
    desk.gateway.fail(HOST, Fault.FORBIDDEN_PAGE)
    with pytest.raises(SourceError, match=r"^farside\.co\.uk answered 403.*\.$"):
        await desk.ask(FEED)


async def test_a_challenge_in_place_of_the_page_is_refused(desk: Desk) -> None:
    desk.gateway.fail(HOST, Distortion.ERROR_ENVELOPE)
    with pytest.raises(SourceError, match="holds no table"):
        await desk.ask(FEED)


async def test_of_a_day_that_comes_twice_the_last_row_counts(desk: Desk) -> None:
    desk.gateway.market.daily[HOST, "btc_etf_flow"] = {TUESDAY: -8.0e7}
    desk.gateway.fail(HOST, Distortion.DUPLICATE_DAYS)
    assert (await asked(desk))[-1] == (TUESDAY, -8.0e7)
