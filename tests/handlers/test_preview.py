"""/preview, over a real store."""

from datetime import timedelta

import pytest

from bot.stores.connect import Client
from bot.topics import TOPICS
from tests.handlers.past import HISTORY, NOW, PARTS, Desk, recorded, values

LAST = NOW.date() - timedelta(days=1)
RULES = [rule.id for indicator in PARTS.indicators for rule in indicator.rules]


@pytest.fixture
def desk(store_client: Client) -> Desk:
    return Desk(store_client)


async def with_dominance(desk: Desk, shares: list[float]) -> Desk:
    """A value a day, the last of them yesterday's."""
    first = LAST - timedelta(days=len(shares) - 1)
    days = [(first + timedelta(days=n), share) for n, share in enumerate(shares)]
    await desk.store(values("btc_dominance", days))
    return desk


async def test_the_span_and_the_number_of_firings_come_first(desk: Desk) -> None:
    await with_dominance(desk, [*([60.0] * 700), *([56.0] * 12), *([60.0] * 19), *([56.0] * 4)])
    lines = (await desk.ask("/preview dominance_57")).splitlines()
    assert lines[0] == "dominance_57, over the past"
    assert lines[1] == (
        "On 2.0 years of daily values from CoinMarketCap, 28 Dec 2022 to 31 Dec 2024, "
        "dominance_57 fired twice, 1 a year."
    )
    assert lines[2] == "That is too few for a rate: read the days below one by one."
    assert lines[3] == "Last fired: 29 Dec 2024, 28 Nov 2024."
    assert lines[4] == "From firing to its end: median 11 days of 1; 1 still lasting, not counted."
    assert lines[5] == "Flapped back within 10 days: 0 of 1; 1 too young to tell."


async def test_only_the_last_five_days_are_named_newest_first(desk: Desk) -> None:
    await with_dominance(desk, [60.0] * 9 + [56.0, 56.0, 60.0] * 12)
    said = await desk.ask("/preview dominance_57")
    assert "fired 12 times." in said, "Over so short a time there is no rate a year."
    assert "Last fired: 30 Dec 2024, 27 Dec 2024, 24 Dec 2024, 21 Dec 2024, 18 Dec 2024." in said
    assert "too few" not in said
    assert "On 45 days of daily values" in said


async def test_a_topic_gives_each_of_its_rules_a_line(desk: Desk) -> None:
    await with_dominance(desk, [60.0] * 400 + [56.0] * 20)
    said = (await desk.ask("/preview dominance")).splitlines()
    assert said[1].startswith("dominance_57: once in 1.1 years, 0.87 a year, last on 13 Dec 2024;")
    assert said[2] == "dominance_55: never in 1.1 years (CoinMarketCap since 8 Nov 2023)."


@pytest.mark.parametrize("words", ["DOMINANCE 57", "dominance-57", "dominance_57"])
async def test_a_rule_may_be_spelled_as_people_do(desk: Desk, words: str) -> None:
    await with_dominance(desk, [60.0] * 5)
    assert (await desk.ask(f"/preview {words}")).startswith(
        "dominance_57, over the past\nOn 5 days"
    )


async def test_what_was_true_from_the_start_is_said(desk: Desk) -> None:
    await with_dominance(desk, [50.0] * 5)
    said = await desk.ask("/preview dominance_57")
    assert "fired never." in said
    assert "It was true on the first of these days already, which is not counted." in said


@pytest.mark.parametrize(
    ("asked", "rests_on"),
    [
        ("phase", "it rests on russell_breakout, dominance, altseason and bitcoin_season"),
        ("breakout_follow_up", "130 days after russell_breakout fired"),
        ("blind", "when a source goes quiet"),
        ("health", "when a source goes quiet"),
        ("breakout", "130 days after russell_breakout fired"),
    ],
)
async def test_rules_without_values_of_their_own_say_what_they_rest_on(
    desk: Desk, asked: str, rests_on: str
) -> None:
    assert rests_on in await desk.ask(f"/preview {asked}")


async def test_an_unknown_word_gets_the_nearest(desk: Desk) -> None:
    assert "Did you mean altseason?" in await desk.ask("/preview altsaeson")
    assert "There is no rule or topic xyzzy." in await desk.ask("/preview xyzzy")


async def test_without_a_word_everything_that_can_be_asked_for_is_named(desk: Desk) -> None:
    said = await desk.ask("/preview")
    assert all(name in said for name in [*TOPICS, *RULES])


async def test_without_a_past_every_topic_and_rule_says_so_shortly(desk: Desk) -> None:
    for name in RULES:
        assert "no finished day's value is stored yet" in await desk.ask(f"/preview {name}")
    for name in TOPICS:
        assert await desk.ask(f"/preview {name}")


@pytest.mark.skipif(not HISTORY.is_dir(), reason="the recorded history is not beside this checkout")
async def test_forty_years_of_history_give_the_dates_that_are_known(desk: Desk) -> None:
    await desk.store(recorded())
    said = await desk.ask("/preview russell_breakout")
    assert "On 37.3 years of daily values from Yahoo" in said
    assert "Last fired: 16 Nov 2020, 15 Nov 2016, 29 Dec 2014, 3 Jan 2013, 28 Apr 2011." in said
    assert "smallcap_streak: 7 times in 37.3 years" in await desk.ask("/preview strength")
    for name in TOPICS:
        assert await desk.ask(f"/preview {name}")
