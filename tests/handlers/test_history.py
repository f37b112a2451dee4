"""/history, over a real store."""

from pathlib import Path

import pytest

from bot.stores.connect import Client
from tests.handlers.past import Desk
from tests.handlers.told import alerts, desk_with
from tests.stores.examples import alert


async def test_nothing_yet_says_so(store_client: Client) -> None:
    desk = Desk(store_client)
    assert "Nothing is recorded yet" in await desk.ask("/history")
    assert "Nothing is recorded on season" in await desk.ask("/history season")


async def test_the_newest_come_first_each_with_value_level_vendor_and_time(
    store_client: Client, tmp_path: Path
) -> None:
    desk, told = await desk_with(store_client, tmp_path), alerts(tmp_path)
    lines = (await desk.ask("/history")).splitlines()
    assert lines[0] == "Recorded alerts, newest first"
    assert len(lines) == 2 + len(told) < 22
    assert [line.split(".")[0] for line in lines[1:-1]] == [str(n + 1) for n in range(len(told))]
    dated = [line.split(". ")[1].split(":")[0] for line in lines[1:-1]]
    assert dated == [f"{each.day.day} {each.day:%b %Y}" for each in reversed(told)]
    (dominance,) = [line for line in lines if "dominance_57 fired" in line and "Feb" in line]
    assert dominance.endswith(
        "12 Feb 2023: dominance_57 fired; Bitcoin dominance 56.50 % against 57 % "
        "(CoinMarketCap, as of 2023-02-13 00:00 UTC)"
    )
    assert any("Phase: rotation, was warming up; Bitcoin dominance 54.00 %" in x for x in lines)


async def test_a_topic_or_a_rule_keep_the_numbers_of_the_whole_list(
    store_client: Client, tmp_path: Path
) -> None:
    desk = await desk_with(store_client, tmp_path)
    whole = (await desk.ask("/history")).splitlines()[1:-1]
    for word, part in (("dominance", "dominance_5"), ("Dominance 57", "dominance_57 ")):
        shown = (await desk.ask(f"/history {word}")).splitlines()
        assert shown[1:-1] == [line for line in whole if part in line]
        assert shown[-1].startswith(f"/why {shown[1].split('.')[0]} ")
    assert "Of other topics there are" in await desk.ask("/history etf")


async def test_an_unknown_word_gets_the_nearest(store_client: Client, tmp_path: Path) -> None:
    desk = await desk_with(store_client, tmp_path)
    assert "Did you mean dominance_57?" in await desk.ask("/history dominance_56")


@pytest.mark.parametrize(
    ("count", "rest"), [(20, ""), (21, "1 older one is"), (200, "180 older ones are")]
)
async def test_at_most_twenty_are_listed(store_client: Client, count: int, rest: str) -> None:
    desk = Desk(store_client)
    for n in range(count):
        await desk.tell(alert(f"dominance_55:2026-01-01:fired:{n}"))
    lines = (await desk.ask("/history")).splitlines()
    assert len(lines) == 22 + bool(rest)
    assert lines[-2].startswith(rest)
