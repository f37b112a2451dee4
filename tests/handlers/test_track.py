"""/track, over a real store."""

from datetime import date, timedelta

import pytest

from bot.stores.connect import Client
from bot.topics import TOPICS
from tests.handlers.past import HISTORY, NOW, PARTS, Desk, recorded, values

LAST = NOW.date() - timedelta(days=1)
RULES = [rule.id for indicator in PARTS.indicators for rule in indicator.rules]
FIRST = LAST - timedelta(days=999)


@pytest.fixture
def desk(store_client: Client) -> Desk:
    return Desk(store_client)


async def with_market(desk: Desk, fired: list[int]) -> Desk:
    """A thousand days; on those numbered, dominance is below 57 for the second day in a row.

    TOTAL3 doubles against Bitcoin on day 400, and dominance is 60 but for the pairs of days.
    """
    days = [FIRST + timedelta(days=n) for n in range(1000)]
    below = {n for each in fired for n in (each - 1, each)}
    price = [50_000.0 if n < 500 else 100_000.0 for n in range(1000)]
    total3 = [(1e12 if n < 400 else 2e12) * (1 if n < 500 else 2) for n in range(1000)]
    shares = [56.0 if n in below else 60.0 for n in range(1000)]
    for series, told in (("btc_price", price), ("total3", total3), ("btc_dominance", shares)):
        await desk.store(values(series, zip(days, told, strict=True)))
    return desk


async def test_n_is_said_first_and_a_few_firings_are_called_stories(desk: Desk) -> None:
    await with_market(desk, [380, 700])
    lines = (await desk.ask("/track dominance_57")).splitlines()
    assert lines[0] == "What came after dominance_57"
    assert lines[1] == (
        "dominance_57 (CoinMarketCap): n = 2 of 2 firings. Fewer than 10 are stories, not a rate. "
        "Told on 22 Apr 2023, 7 Mar 2024."
    )
    assert lines[2] == "  30 days: TOTAL3/BTC +100, +0 %, dominance +4.0, +4.0 pp; n 2"
    assert lines[5] == "  365 days: TOTAL3/BTC +100 %, dominance +4.0 pp; n 1, 1 not over yet"


async def test_all_days_stand_beside_the_firings(desk: Desk) -> None:
    await with_market(desk, [380])
    lines = (await desk.ask("/track dominance_57")).splitlines()
    assert lines[6] == "All days since 7 Apr 2022, by the median (and the middle half):"
    assert lines[7] == (
        "  30 days: TOTAL3/BTC +0 % (+0 to +0), dominance +0.0 pp (+0.0 to +0.0); n 970"
    )
    assert lines[10] == (
        "  365 days: TOTAL3/BTC +100 % (+0 to +100), dominance +0.0 pp (+0.0 to +0.0); n 635"
    )
    assert "n of days is not n of independent cases" in lines[11]
    assert "hold 2 separate spans of 365 days" in lines[11]
    assert lines[12] == (
        "Sources, to 31 Dec 2024: TOTAL3 CoinMarketCap, Bitcoin price Coinbase, "
        "dominance CoinMarketCap."
    )
    assert lines[-1].endswith("no figure here is a probability")


async def test_many_firings_are_summed_up_and_not_called_stories(desk: Desk) -> None:
    await with_market(desk, list(range(20, 800, 40)))
    said = await desk.ask("/track dominance_57")
    assert "dominance_57 (CoinMarketCap): n = 20 of 20 firings.\n" in said
    assert "  30 days: TOTAL3/BTC +0 % (+0 to +0), dominance +4.0 pp (+4.0 to +4.0); n 20" in said


async def test_firings_before_the_market_was_known_are_counted_out(desk: Desk) -> None:
    await with_market(desk, [])
    early = [(FIRST - timedelta(days=n), 56.0 if n in (40, 41) else 60.0) for n in range(60)]
    await desk.store(values("btc_dominance", early))
    closes = [100.0, 85.0, 101.0, 102.0]
    days = [date(2021, 1, 4) + timedelta(days=n) for n in range(4)]
    await desk.store(values("russell_2000", list(zip(days, closes, strict=True))))
    said = await desk.ask("/track breakout")
    assert "n = 0 of 1 firings, 1 of them before 7 Feb 2022: there is nothing to follow." in said
    assert "130 days after russell_breakout fired" in said


async def test_a_release_is_followed_from_the_day_it_came_out(desk: Desk) -> None:
    await with_market(desk, [])
    months = [date(2022 + n // 12, n % 12 + 1, 1) for n in range(24)]
    prices = [*([300.0] * 18), *([310.0] * 6)]
    await desk.store(values("cpi", zip(months, prices, strict=True)))
    # The price index of July 2023 is no news before the middle of August.
    assert "inflation_3_up (FRED): n = 1 of 1 firings" in await desk.ask("/track inflation_3_up")
    assert "Told on 14 Aug 2023." in await desk.ask("/track inflation_3_up")


async def test_rules_of_one_topic_share_the_figures_of_all_days(desk: Desk) -> None:
    await with_market(desk, [380])
    said = await desk.ask("/track dominance")
    assert said.count("All days since") == 1
    assert "dominance_55 (CoinMarketCap): n = 0 of 0 firings: there is nothing to follow." in said


async def test_what_cannot_be_followed_says_why(desk: Desk) -> None:
    assert "it rests on russell_breakout" in await desk.ask("/track phase")
    assert "when a source goes quiet" in await desk.ask("/track health")
    assert "nor dominance has a stored past yet" in await desk.ask("/track season")
    await with_market(desk, [])
    assert "altseason: no finished day's value is stored yet." in await desk.ask("/track season")


async def test_an_unknown_word_gets_the_nearest_and_none_gets_the_list(desk: Desk) -> None:
    assert "Did you mean breakout?" in await desk.ask("/track brekout")
    said = await desk.ask("/track")
    assert all(name in said for name in [*TOPICS, *RULES])


@pytest.mark.skipif(not HISTORY.is_dir(), reason="the recorded history is not beside this checkout")
async def test_forty_years_of_history_fit_a_chat(desk: Desk) -> None:
    await desk.store(recorded())
    for name in TOPICS:
        assert await desk.ask(f"/track {name}")
    said = await desk.ask("/track breakout")
    assert "n = 1 of 16 firings, 15 of them before 1 Jul 2018." in said
    assert "  180 days: TOTAL3/BTC +178 %, dominance -25.0 pp; n 1" in said
