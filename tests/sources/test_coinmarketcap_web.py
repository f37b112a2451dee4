import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.model import Observation
from bot.ports import Default, Feed, SourceError
from bot.sources.coinmarketcap_web import SOURCE
from tests.providers.market import Distortion
from tests.providers.words.coinmarketcap_web import COINMARKETCAP_WEB
from tests.sources.conftest import NOW, SAMPLES, Desk

GLOBAL, CAPS, SEASON, FLOW = SOURCE.feeds
MIDNIGHT = datetime(2026, 3, 4, tzinfo=UTC)


def daily(series: str, day: date, value: float) -> Observation:
    end = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
    return Observation(series, "CoinMarketCap", day, value, end, NOW, final=True)


def queries(desk: Desk) -> list[dict[str, str]]:
    asked = [parse_qs(urlsplit(each.target).query) for each in desk.gateway.asked]
    return [{name: values[0] for name, values in query.items()} for query in asked]


def serve_edited(desk: Desk, sample: str, edit: Callable[[dict[str, Any]], object]) -> None:
    answer = json.loads((SAMPLES / sample).read_bytes())
    edit(answer)
    desk.gateway.bodies[COINMARKETCAP_WEB] = json.dumps(answer).encode()


def test_it_is_asked_for_the_past_only_unless_switched_on() -> None:
    assert SOURCE.default is Default.HISTORY_ONLY
    assert all(feed.has_history for feed in SOURCE.feeds)


async def test_a_stamp_names_the_day_that_ends_there_and_the_unfinished_is_left_out(
    desk: Desk,
) -> None:
    desk.serve(COINMARKETCAP_WEB, "coinmarketcap_web.global.json")
    assert await desk.ask(GLOBAL, since=date(2026, 3, 3)) == [
        daily("btc_dominance", date(2026, 2, 27), 58.1),
        daily("btc_dominance", date(2026, 2, 28), 58.2),
        daily("btc_dominance", date(2026, 3, 3), 58.4),
        daily("total_market_cap", date(2026, 2, 27), 2.5e12),
        daily("total_market_cap", date(2026, 2, 28), 2.51e12),
        daily("total_market_cap", date(2026, 3, 2), 2.53e12),
    ]


async def test_the_whole_past_is_asked_for_in_two_spans_of_what_one_answer_holds(
    desk: Desk,
) -> None:
    await desk.ask(GLOBAL)
    first, second = queries(desk)
    assert desk.gateway.asked[0].target.startswith(
        "/data-api/v3/global-metrics/quotes/historical?format=chart&interval=1d&timeStart="
    )
    assert int(first["timeStart"]) == datetime(2017, 1, 1, tzinfo=UTC).timestamp()
    assert int(first["timeEnd"]) - int(first["timeStart"]) == 2200 * 86_400
    assert first["timeEnd"] == second["timeStart"]
    assert int(second["timeEnd"]) == NOW.timestamp()


async def test_two_spans_stay_two_in_many_years(desk: Desk) -> None:
    await desk.ask(GLOBAL, datetime(2035, 1, 1, tzinfo=UTC))
    assert [int(query["timeEnd"]) - int(query["timeStart"]) for query in queries(desk)] == [
        2200 * 86_400
    ] * 2


async def test_a_short_gap_of_the_market_is_one_span(desk: Desk) -> None:
    seen = await desk.ask(GLOBAL, since=date(2026, 3, 2))
    (query,) = queries(desk)
    assert int(query["timeStart"]) == datetime(2026, 2, 23, tzinfo=UTC).timestamp()
    assert {o.day for o in seen} == {date(2026, 2, 23) + timedelta(days=n) for n in range(9)}


async def test_caps_are_split_into_shares_and_thirds(desk: Desk) -> None:
    desk.serve(COINMARKETCAP_WEB, "coinmarketcap_web.caps.json")
    assert await desk.ask(CAPS) == [
        daily("eth_dominance", date(2026, 2, 27), 12.5),
        daily("eth_dominance", date(2026, 2, 28), 10.0),
        daily("total3", date(2026, 2, 27), 700_000_000_000.75),
        daily("total3", date(2026, 3, 3), 740_000_000_000.0),
        daily("total3_ex_stablecoins", date(2026, 2, 27), 450_000_000_000.25),
        daily("total3_ex_stablecoins", date(2026, 2, 28), 500_000_000_000.0),
        daily("total3_ex_stablecoins", date(2026, 3, 3), 480_000_000_000.0),
    ]


@pytest.mark.parametrize(
    ("feed", "since", "span"),
    [
        (CAPS, None, "all"),
        (CAPS, date(2024, 3, 4), "all"),
        (CAPS, date(2026, 3, 3), "1y"),
        (FLOW, None, "all"),
        (FLOW, date(2026, 1, 30), "all"),
        (FLOW, date(2026, 2, 20), "30d"),
    ],
)
async def test_a_long_gap_asks_for_all_there_is(
    desk: Desk, feed: Feed, since: date | None, span: str
) -> None:
    seen = await desk.ask(feed, since=since)
    (query,) = queries(desk)
    assert (query["range"], query["convertId"]) == (span, "2781")
    if since is not None:
        assert min(o.day for o in seen) >= since - timedelta(days=7)
        assert max(o.day for o in seen) == date(2026, 3, 3)


async def test_the_season_chart_is_read_without_zeros_and_the_point_of_this_moment(
    desk: Desk,
) -> None:
    desk.serve(COINMARKETCAP_WEB, "coinmarketcap_web.altcoin_season_chart.json")
    assert await desk.ask(SEASON, since=date(2026, 3, 3)) == [
        daily("altcoin_season_index", date(2026, 2, 27), 28.0),
        daily("altcoin_season_index", date(2026, 3, 3), 33.0),
    ]
    (query,) = queries(desk)
    assert query == {
        "start": str(int(datetime(2026, 2, 24, tzinfo=UTC).timestamp())),
        "end": str(int(NOW.timestamp())),
        "convertId": "2781",
    }
    assert desk.gateway.asked[0].target.startswith("/data-api/v3/altcoin-season/chart?")


async def test_years_are_asked_one_by_one_and_one_that_is_not_known_adds_nothing(
    desk: Desk,
) -> None:
    desk.gateway.market.history_days = 400
    seen = await desk.ask(SEASON)
    spans = [int(query["end"]) - int(query["start"]) for query in queries(desk)]
    assert len(spans) == 4
    assert max(spans) == 365 * 86_400
    assert [o.day for o in seen] == [NOW.date() - timedelta(days=n) for n in range(400, 0, -1)]


async def test_an_answer_about_another_year_is_no_answer(desk: Desk) -> None:
    desk.serve(COINMARKETCAP_WEB, "coinmarketcap_web.altcoin_season_chart.json")
    later = NOW + timedelta(days=400)
    with pytest.raises(SourceError, match="another time than the one it was asked about"):
        await desk.ask(SEASON, later, since=(later - timedelta(days=2)).date())


async def test_flows_are_sessions_and_a_zero_at_the_end_is_not_published_yet(desk: Desk) -> None:
    desk.serve(COINMARKETCAP_WEB, "coinmarketcap_web.etf_flow.json")
    assert [(o.day, o.value, o.final) for o in await desk.ask(FLOW)] == [
        (date(2026, 2, 27), -148_700_000.0, True),
        (date(2026, 3, 2), 0.0, True),
        (date(2026, 3, 3), 297_400_000.0, True),
    ]
    assert FLOW.rank == 1
    assert desk.gateway.asked[0].target == (
        "/data-api/v3/etf/overview/netflow/chart?category=btc&range=all&convertId=2781"
    )


async def test_a_session_without_a_flow_yet_shows_none_the_next_morning(desk: Desk) -> None:
    sample = "coinmarketcap_web.etf_flow.json"
    serve_edited(desk, sample, lambda answer: answer["data"]["points"][3].update(value=0))
    assert [o.day for o in await desk.ask(FLOW)] == [date(2026, 2, 27)]


async def test_a_flow_is_final_at_noon_of_the_day_after(desk: Desk) -> None:
    desk.serve(COINMARKETCAP_WEB, "coinmarketcap_web.etf_flow.json")
    noon = datetime(2026, 3, 4, 12, tzinfo=UTC)
    assert not (await desk.ask(FLOW, noon - timedelta(seconds=1)))[-1].final
    assert (await desk.ask(FLOW, noon))[-1].final


async def test_todays_flow_is_not_taken_before_the_day_is_over(desk: Desk) -> None:
    sample = "coinmarketcap_web.etf_flow.json"
    serve_edited(desk, sample, lambda answer: answer["data"]["points"][4].update(value=7e7))
    late = datetime(2026, 3, 4, 23, 59, tzinfo=UTC)
    assert (await desk.ask(FLOW, late))[-1].day == date(2026, 3, 3)
    after = (await desk.ask(FLOW, late + timedelta(minutes=1)))[-1]
    assert (after.day, after.value, after.final) == (date(2026, 3, 4), 7e7, False)


@pytest.mark.parametrize(
    "stamp", ["1750032000", "9" * 400, "9" * 5000, "-1", "soon", "", 1e12, None], ids=str
)
async def test_a_time_that_is_not_in_milliseconds_is_refused(desk: Desk, stamp: object) -> None:
    sample = "coinmarketcap_web.etf_flow.json"
    serve_edited(desk, sample, lambda answer: answer["data"]["points"][0].update(timestamp=stamp))
    with pytest.raises(SourceError, match=r"points\.0\.timestamp"):
        await desk.ask(FLOW)


@pytest.mark.parametrize("feed", SOURCE.feeds, ids=lambda feed: feed.name)
async def test_a_busy_system_has_no_data(desk: Desk, feed: Feed) -> None:
    desk.gateway.fail(COINMARKETCAP_WEB, Distortion.ERROR_ENVELOPE)
    with pytest.raises(SourceError) as failure:
        await desk.ask(feed)
    assert str(failure.value) == "CoinMarketCap refused: The system is busy."


@pytest.mark.parametrize("feed", SOURCE.feeds, ids=lambda feed: feed.name)
@pytest.mark.parametrize("how", [Distortion.NULLS, Distortion.YESTERDAY], ids=str)
async def test_a_day_without_a_value_is_missing_and_no_other(
    desk: Desk, feed: Feed, how: Distortion
) -> None:
    usual = await desk.ask(feed)
    desk.gateway.fail(COINMARKETCAP_WEB, how)
    assert await desk.ask(feed) == [o for o in usual if o.day != date(2026, 3, 3)]


@pytest.mark.parametrize("feed", SOURCE.feeds, ids=lambda feed: feed.name)
async def test_of_a_day_that_comes_twice_the_last_row_counts(desk: Desk, feed: Feed) -> None:
    usual = await desk.ask(feed)
    desk.gateway.fail(COINMARKETCAP_WEB, Distortion.DUPLICATE_DAYS)
    assert await desk.ask(feed) == usual
