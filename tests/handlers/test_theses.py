"""/theses, over a real store."""

from datetime import timedelta

import pytest

from bot.stores.connect import Client
from bot.studies.episodes import episodes
from bot.studies.followed import Season
from bot.studies.theses import TESTS
from tests.handlers.past import HISTORY, NOW, PARTS, Desk, recorded, values

LAST = NOW.date() - timedelta(days=1)
YEAR, HALF_YEAR = timedelta(days=365), timedelta(days=180)


@pytest.fixture
def desk(store_client: Client) -> Desk:
    return Desk(store_client)


async def test_without_data_each_says_why_it_cannot_be_told(desk: Desk) -> None:
    said = await desk.ask("/theses")
    assert said.count(": cannot be told. ") == len(TESTS)
    assert said.count("Would change it: ") == len(TESTS)
    assert "Bitcoin dominance: no value yet." in said


async def test_a_thesis_has_its_answer_number_source_and_what_would_change_it(desk: Desk) -> None:
    days = [(LAST - timedelta(days=n), 58.0) for n in range(30)]
    index = [(LAST - timedelta(days=n), 40.0) for n in range(30)]
    await desk.store(values("btc_dominance", days) + values("altcoin_season_index", index))
    said = (await desk.ask("/theses")).splitlines()
    assert said[3] == (
        "2. Bitcoin dominance above 57 % stands in the way: true. Dominance is 58.00 % "
        "(CoinMarketCap, 2024-12-31 21:30 UTC), 1.00 pp above 57 %; the index 40 "
        "(CoinMarketCap, 2024-12-31 21:30 UTC)."
    )
    assert said[4] == (
        "   Would change it: dominance at 57 % or below, or an index of 75 in spite of it."
    )
    full = (await desk.ask("/theses 2")).splitlines()
    assert full[:2] == ["2. Bitcoin dominance above 57 % stands in the way", "Today: true."]
    assert full[2] in said[3]
    assert full[3].startswith("The past: The index was at 75 or more on 0 days")
    assert full[4].startswith("What would change the answer: dominance at 57 % or below")


async def test_an_old_value_answers_nothing(desk: Desk) -> None:
    days = [(LAST - timedelta(days=n), 58.0) for n in range(9, 30)]
    await desk.store(values("btc_dominance", days))
    said = await desk.ask("/theses 3")
    assert "Today: cannot be told." in said
    assert "58.00 % (CoinMarketCap, 2024-12-22 21:30 UTC) is old" in said


@pytest.mark.parametrize("number", ["0", "8", "-1", "two", "3 4", "²", "9" * 5000])
async def test_a_thesis_that_does_not_exist_is_refused(desk: Desk, number: str) -> None:
    assert "There are theses 1 to 7" in await desk.ask(f"/theses {number}")


@pytest.mark.skipif(not HISTORY.is_dir(), reason="the recorded history is not beside this checkout")
async def test_the_end_of_2024_answers_as_it_is_known(desk: Desk) -> None:
    await desk.store(recorded())
    said = await desk.ask("/theses")
    answers = [line.split(": ")[1].partition(".")[0] for line in said.splitlines()[1:-1:2]]
    assert answers == ["true", "true", "false", "true", "true", "cannot be told", "false"]
    assert "altseason began on 30 Mar 2021, day 134" in await desk.ask("/theses 1")
    easing = await desk.ask("/theses 5")
    assert "15 Nov 2016 -6.80 bn USD (my history of the index does not reach so far)" in easing
    assert "16 Nov 2020 +1.49 trn USD (altseason from 30 Mar 2021)" in easing
    for number in range(1, len(TESTS) + 1):
        assert await desk.ask(f"/theses {number}")


@pytest.mark.skipif(not HISTORY.is_dir(), reason="the recorded history is not beside this checkout")
async def test_almost_any_day_is_followed_by_altseason_within_a_year(desk: Desk) -> None:
    await desk.store(recorded())
    index = await desk.past.points("altcoin_season_index")
    rules = {rule.id: rule for each in PARTS.indicators for rule in each.rules}
    season = Season.of(index, episodes(rules["altseason"], index))
    for within, told, counted in ((YEAR, 0.95, 0.92), (HALF_YEAR, 0.61, 0.64)):
        base = season.base(within)
        assert base.share is not None
        # The figures told reach to 2026 and ask for three days at 75; ours end with 2024.
        assert base.share == pytest.approx(told, abs=0.05)
        assert base.share == pytest.approx(counted, abs=0.005)
