"""/alerts and /unalert, over a real store."""

from datetime import timedelta

import pytest

from bot.stores.connect import Client
from tests.handlers.past import NOW, Desk, values

TODAY = NOW.date()


@pytest.fixture
def desk(store_client: Client) -> Desk:
    return Desk(store_client)


async def with_rules(desk: Desk) -> Desk:
    for series, value in (("btc_dominance", 58.0), ("altcoin_season_index", 45.0)):
        days = [(TODAY - timedelta(days=n), value) for n in (1, 0)]
        await desk.store(values(series, days))
    for rule in (
        "liquidations above 1bn",
        "altcoin_season_index above 75",
        "btc_dominance below 55",
        "btc_dominance below 60",
    ):
        await desk.ask(f"/alert {rule}")
    return desk


async def test_a_chat_without_rules_is_told_how_to_make_one(desk: Desk) -> None:
    assert "/alert btc_dominance below 55 makes one" in await desk.ask("/alerts")
    assert await desk.ask("/unalert 3") == "You have no alerts of your own\n/alert makes one."


async def test_the_nearest_to_firing_comes_first_and_the_unknown_last(desk: Desk) -> None:
    await with_rules(desk)
    lines = (await desk.ask("/alerts")).splitlines()
    assert lines[0] == "Your 4 alerts, nearest to firing first"
    assert [line.split(".")[0] for line in lines[1:5]] == ["● 4", "○ 3", "○ 2", "○ 1"]
    assert lines[1].startswith("● 4. btc_dominance below 60: firing; 58.00 % (CoinMarketCap, ")
    assert lines[2].endswith("old), 3.00 pp away")
    assert lines[3].endswith("old), 30 points away")
    assert lines[4].endswith("no value right now")


async def test_many_rules_fit_one_message(desk: Desk) -> None:
    for level in range(50):
        await desk.ask(f"/alert altcoin_season_index above {51 + level * 0.25}")
    lines = (await desk.ask("/alerts")).splitlines()
    assert len(lines) == 1 + 20 + 1 + 1
    assert lines[-2].startswith("and 30 more: 21, 22, ")
    removed = (await desk.ask("/unalert all")).splitlines()
    assert removed[0] == "Removed 50 alerts"
    assert removed[-2:] == ["and 30 more", "None is left"]


async def test_a_rule_goes_by_its_number_and_the_others_keep_theirs(desk: Desk) -> None:
    await with_rules(desk)
    said = await desk.ask("/unalert 3")
    assert said == "Removed\n3. btc_dominance below 55\n/alerts lists the 3 left"
    assert "4. btc_dominance below 60" in await desk.ask("/alerts")
    assert "You have no alert 3. Yours are 1, 2, 4" in await desk.ask("/unalert 3")


async def test_several_go_at_once_or_none_if_one_is_not_there(desk: Desk) -> None:
    await with_rules(desk)
    assert "You have no alert 7." in await desk.ask("/unalert 1 7")
    assert "1. liquidations_24h above 1bn" in await desk.ask("/alerts")
    said = await desk.ask("/unalert #1, 4 1")
    assert said.splitlines()[1:3] == ["1. liquidations_24h above 1bn", "4. btc_dominance below 60"]


@pytest.mark.parametrize("words", ["", "x", "-1", "1.5", "99999999999999999999", "0", "²"])
async def test_what_is_no_number_explains(desk: Desk, words: str) -> None:
    await with_rules(desk)
    said = await desk.ask(f"/unalert {words}".rstrip())
    assert said.startswith("That did not work\n")
    assert "Yours are 1, 2, 3, 4" in said
    assert "Your 4 alerts" in await desk.ask("/alerts")


async def test_all_go_at_once(desk: Desk) -> None:
    await with_rules(desk)
    assert (await desk.ask("/unalert ALL")).startswith("Removed 4 alerts\n1. ")
    assert "You have no alerts" in await desk.ask("/alerts")
