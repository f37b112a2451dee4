"""/alert, over a real store."""

from datetime import timedelta

import pytest

from bot.stores.connect import Client
from tests.handlers.past import HISTORY, NOW, Desk, recorded, values

TODAY = NOW.date()
EVENING = NOW.replace(hour=22, minute=0)


@pytest.fixture
def desk(store_client: Client) -> Desk:
    return Desk(store_client, EVENING)


async def with_values(desk: Desk, series: str, told: list[float]) -> Desk:
    """A value a day, the last of them today's, whose day is not over."""
    first = TODAY - timedelta(days=len(told) - 1)
    days = [(first + timedelta(days=n), value) for n, value in enumerate(told)]
    past, today = values(series, days[:-1]), values(series, days[-1:], final=False)
    await desk.store([*past, *today])
    return desk


async def test_alone_it_explains_by_examples_that_it_takes_itself(desk: Desk) -> None:
    said = await desk.ask("/alert")
    examples = [line for line in said.splitlines() if line.startswith("/alert ")]
    assert len(examples) == 5
    for number, example in enumerate(examples[:4], start=1):
        assert (await desk.ask(example)).startswith(f"Alert {number}: {example[7:]}\n")


async def test_it_says_what_it_understood_and_where_that_stands(desk: Desk) -> None:
    await with_values(desk, "btc_dominance", [*[60.0, 54.0] * 3, 60.0, 58.1])
    assert (await desk.ask("/alert Bitcoin dominance drops < 55%")).splitlines() == [
        "Alert 1: btc_dominance below 55",
        "Bitcoin dominance below 55 %: I tell you each time it begins.",
        "Bitcoin dominance is 58.10 % now (CoinMarketCap, 2025-01-01 21:30 UTC, provisional): "
        "3.10 pp away.",
        "After firing it waits until Bitcoin dominance has been above 56 %, and can then fire "
        "again.",
        "On 7 days of daily values from CoinMarketCap, since 25 Dec 2024, it would have fired 3 "
        "times, last on 30 Dec 2024. That is too short a past to say how often. Live values also "
        "move within a day, so they can cross more often.",
        "/alerts lists yours, /unalert 1 removes this one",
    ]


async def test_over_years_it_says_n_the_pace_and_that_n_is_small(desk: Desk) -> None:
    await with_values(desk, "btc_dominance", [60.0] * 800 + [54.0] * 30 + [60.0] * 200)
    said = await desk.ask("/alert btc_dominance below 55")
    assert (
        "On 2.8 years of daily values from CoinMarketCap, since 9 Mar 2022, it would have fired "
        "once, on 17 May 2024. n = 1 is too few to mean much."
    ) in said


async def test_what_is_already_true_is_kept_silently(desk: Desk) -> None:
    await with_values(desk, "btc_dominance", [60.0, 54.0])
    said = await desk.ask("/alert btc_dominance below 55 remind 1d")
    assert "beyond the level by 1.00 pp." in said
    assert (
        "This is already true: I tell you at the next crossing, and remind you while it holds."
    ) in said
    assert "● 1. btc_dominance below 55 remind 1d: firing" in await desk.ask("/alerts")


async def test_what_has_been_true_all_along_never_fired(desk: Desk) -> None:
    await with_values(desk, "altcoin_season_index", [80.0] * 5 + [75.0])
    said = await desk.ask("/alert altcoin_season_index above 75")
    assert "is 75 now (CoinMarketCap, 2025-01-01 21:30 UTC, provisional): exactly at the" in said
    assert "it would never have fired. It was true on the first of these days already" in said


async def test_without_a_value_it_says_so_and_keeps_the_rule(desk: Desk) -> None:
    said = await desk.ask("/alert liquidations above 1bn")
    assert "has no value right now. I keep the alert" in said
    assert "I have no stored past of this" in said
    assert "1. liquidations_24h above 1bn: no value right now" in await desk.ask("/alerts")


async def test_a_late_value_is_shown_and_decides_nothing(desk: Desk) -> None:
    day = TODAY - timedelta(days=9)
    await desk.store(values("btc_dominance", [(day, 54.0)]))
    said = await desk.ask("/alert btc_dominance below 55")
    assert "54.00 % now (CoinMarketCap, 2024-12-23 21:30 UTC)" in said
    assert "so I wait for a better one." in said
    assert "already true" not in said


async def test_a_change_is_told_with_its_window_and_its_own_distance(desk: Desk) -> None:
    await with_values(desk, "btc_dominance", [60.0, 59.0, 59.5, 58.5])
    said = await desk.ask("/alert btc_dominance falls 2pp in 3 days")
    assert "The change of Bitcoin dominance in 3 days is -1.50 pp now" in said
    assert "0.50 pp away." in said


async def test_several_conditions_each_get_their_value(desk: Desk) -> None:
    await with_values(desk, "btc_dominance", [60.0, 54.0])
    await with_values(desk, "altcoin_season_index", [40.0, 45.0])
    said = await desk.ask("/alert altseason above 75 and dominance below 55 for 2 days")
    assert "Altcoin Season Index is 45 now" in said
    assert "30 points away." in said
    assert "beyond the level by 1.00 pp." in said
    assert "has been below 60 or Bitcoin dominance has been above 56 %" in said


async def test_a_number_that_comes_once_a_week_is_not_called_live(desk: Desk) -> None:
    await desk.store(values("fed_assets", [(TODAY - timedelta(days=7), 6.9e12)]))
    said = await desk.ask("/alert fed_assets above 7trn")
    assert "On 1 day of daily values from" in said
    assert "within a day" not in said


async def test_a_misspelt_name_is_taken_and_said(desk: Desk) -> None:
    lines = (await desk.ask("/alert domminance under 55")).splitlines()
    assert lines[:2] == [
        "Alert 1: btc_dominance below 55",
        "I took the name you typed for btc_dominance.",
    ]


async def test_the_same_rule_is_kept_once(desk: Desk) -> None:
    await desk.ask("/alert btc_dominance below 55")
    said = await desk.ask("/alert dominance < 55.0 %, every")
    assert said.startswith("You have that already: Alert 1: btc_dominance below 55\n")
    assert "2." not in await desk.ask("/alerts")


async def test_a_rule_takes_the_place_of_another_and_keeps_its_number(desk: Desk) -> None:
    await desk.ask("/alert btc_dominance below 55")
    await desk.ask("/alert russell_2000 above 2700")
    said = await desk.ask("/alert 1 btc_dominance below 54")
    assert said.startswith("Alert 1: btc_dominance below 54\n")
    assert "It takes the place of: btc_dominance below 55." in said
    assert "below 55" not in await desk.ask("/alerts")
    same = await desk.ask("/alert 2 btc_dominance below 54")
    assert same.startswith("You have that already: Alert 1")
    assert "2. russell_2000 above 2700" in await desk.ask("/alerts")


async def test_an_edit_keeps_that_it_fires(desk: Desk) -> None:
    await with_values(desk, "btc_dominance", [60.0, 54.0])
    await desk.ask("/alert btc_dominance below 55")
    said = await desk.ask("/alert #1: btc_dominance below 55 until 2025-06-30")
    assert "This is already true" in said
    assert "firing" in await desk.ask("/alerts")


async def test_an_edit_of_what_is_not_there_or_no_rule_changes_nothing(desk: Desk) -> None:
    assert "You have no alert 3. You have none yet." in await desk.ask("/alert 3 iwm above 300")
    await desk.ask("/alert btc_dominance below 55")
    assert "You have no alert 3. Yours are 1." in await desk.ask("/alert 3 iwm above 300")
    said = await desk.ask("/alert 1 once")
    assert "To change alert 1, write the whole rule behind its number." in said
    assert "1. btc_dominance below 55:" in await desk.ask("/alerts")


async def test_its_number_alone_shows_it_in_full(desk: Desk) -> None:
    made = await desk.ask("/alert btc_dominance below 55")
    assert await desk.ask("/alert 1") == made
    assert "You have no alert 2. Yours are 1." in await desk.ask("/alert 2")
    assert "You have no alert 999999999" in await desk.ask("/alert 999999999")


async def test_a_mistake_is_told_with_the_way_to_the_explanation(desk: Desk) -> None:
    said = await desk.ask("/alert btc_dominance below 55%% or so")
    assert said.startswith("That did not work\n")
    assert said.endswith("/alert alone explains more.")


async def test_a_chat_has_so_many_rules_and_no_more(store_client: Client) -> None:
    desk = Desk(store_client, rules_per_chat=2)
    await desk.ask("/alert btc_dominance below 55")
    await desk.ask("/alert btc_dominance below 54")
    assert "You have 2 alerts, as many as" in await desk.ask("/alert btc_dominance below 53")
    assert (await desk.ask("/alert 2 btc_dominance below 53")).startswith("Alert 2: ")
    await desk.ask("/unalert 1")
    assert (await desk.ask("/alert btc_dominance below 52")).startswith("Alert 1: ")
    none = Desk(store_client, rules_per_chat=0)
    assert "switched own alerts off" in await none.ask("/alert btc_dominance below 51")


@pytest.mark.skipif(not HISTORY.exists(), reason="needs the recorded history beside the project")
async def test_on_the_recorded_history_it_counts_what_was(desk: Desk) -> None:
    await desk.store(recorded())
    said = await desk.ask("/alert russell_2000 rises 9% in 15 sessions")
    assert "On 37.3 years of daily values from Yahoo, since 1 Oct 1987, it would have fired" in said
    assert "last on 25 Nov 2024." in said
