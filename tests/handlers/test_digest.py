"""/digest, over a store with a past and its alerts."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest_asyncio

from bot.gathering import DigestDesk
from bot.messages import plain
from bot.model import Chat, DigestTime, Preferences
from bot.ports import DueDigest, StateChange
from bot.stores.connect import Client
from bot.stores.preferences import RedisPreferences
from tests.handlers import told
from tests.handlers.past import CHAT, Desk, values
from tests.stores.examples import NORMAL

ONE_SCREEN = 2_000


@pytest_asyncio.fixture
async def desk(store_client: Client, tmp_path: Path) -> AsyncIterator[Desk]:
    """In the morning after a day on which dominance fell by one percent."""
    made = await told.desk_with(store_client, tmp_path)
    waiting = replace(NORMAL, since=date(2023, 7, 1), tentative=False)
    rules = ("dominance_57", "dominance_55", "bitcoin_season")
    await made.tell(changes=[StateChange(rule, None, waiting) for rule in rules])
    made.now = datetime(2023, 7, 22, 7, tzinfo=UTC)
    days = [date(2023, 7, 20), date(2023, 7, 21)]
    await made.store(values("btc_dominance", zip(days, (54.0, 53.0), strict=True)))
    await made.store(values("altcoin_season_index", zip(days, (80.0, 79.0), strict=True)))
    yield made


async def test_it_tells_what_moved_and_what_is_near_with_vendor_and_time(desk: Desk) -> None:
    said = await desk.ask("/digest")
    assert said.startswith("What happened since yesterday\nPhase: ")
    assert "No alert since 21 Jul 2023 07:00." in said
    assert "Moved most, in usual steps (one is the standard deviation" in said
    assert (
        "– Bitcoin dominance 53.00 % (CoinMarketCap, 21 Jul 2023 21:30): "
        "−1.00 pp since 20 Jul 2023 21:30, 2.1 steps"
    ) in said
    assert (
        "– dominance_55: 53.00 % (CoinMarketCap, 21 Jul 2023 21:30), which is below 55 %, and not "
        "confirmed yet"
    ) in said
    assert ("– bitcoin_season: 79 (CoinMarketCap, 21 Jul 2023 21:30); fires below 25, ") in said
    assert "Times in UTC." in said
    assert len(said) < ONE_SCREEN


async def test_alerts_of_that_time_are_told_on_the_topics_that_are_heard(desk: Desk) -> None:
    desk.now = datetime(2023, 5, 5, 7, tzinfo=UTC)
    said = await desk.ask("/digest")
    assert "2 alerts since 4 May 2023 07:00:\n– Day 130 after the breakout: " in said
    assert "Altcoin Season Index at or above 75" in await desk.ask("/digest week")
    await desk.ask("/subscribe breakout")
    narrow = await desk.ask("/digest week")
    assert "1 alert since 28 Apr 2023 07:00:\n– Day 130 after the breakout: " in narrow
    assert "Bitcoin dominance" not in narrow


async def test_what_is_late_is_told_as_blind_since_its_last_value(desk: Desk) -> None:
    desk.now += timedelta(days=9)
    said = await desk.ask("/digest")
    assert "Blind, so that its rules sleep:" in said
    assert (
        "– Bitcoin dominance: nothing new since 21 Jul 2023 21:30; the last value is 53.00 % "
        "(CoinMarketCap)"
    ) in said
    assert len(said) < ONE_SCREEN


async def test_own_alerts_are_among_what_is_near(desk: Desk) -> None:
    await desk.ask("/alert btc_dominance below 52.5")
    said = await desk.ask("/digest")
    assert "– your alert 1, btc_dominance below 52.5: 53.00 % (CoinMarketCap, " in said


async def test_times_are_the_chats_own(desk: Desk, store_client: Client) -> None:
    berlin = Preferences(zone="Europe/Berlin", digest=DigestTime(desk.now.time()))
    await RedisPreferences(store_client).change(CHAT, lambda _: berlin)
    said = await desk.ask("/digest")
    assert "No alert since 21 Jul 2023 09:00." in said
    assert "Times in Europe/Berlin." in said


async def test_without_anything_it_says_so(store_client: Client) -> None:
    said = await Desk(store_client).ask("/digest")
    assert "No number moved that I can compare with its past." in said
    assert "Nothing waits to fire that can be judged now." in said


async def test_what_it_does_not_know_it_says(desk: Desk) -> None:
    assert "/digest week since a week ago" in await desk.ask("/digest month")


async def test_digests_of_many_chats_are_made_once_for_all_that_read_the_same(desk: Desk) -> None:
    office = DigestDesk(desk.services)
    daily = Preferences(digest=DigestTime(desk.now.time()))

    def due(number: int, preferences: Preferences, *topics: str) -> DueDigest:
        who = Chat("telegram", str(number))
        return DueDigest(
            who, desk.now, preferences, frozenset(topics), has_own=True, reachable=True
        )

    one = await office.digest(due(1, daily, "dominance"), desk.now)
    assert await office.digest(due(2, daily, "dominance"), desk.now) is one
    await desk.ask("/alert btc_dominance below 52.5", Chat("telegram", "3"))
    assert "your alert 1" in plain(await office.digest(due(3, daily, "dominance"), desk.now))
    berlin = replace(daily, zone="Europe/Berlin")
    assert "Europe/Berlin" in plain(await office.digest(due(1, berlin, "dominance"), desk.now))
    weekly = replace(daily, digest=DigestTime(desk.now.time(), weekday=5))
    assert (await office.digest(due(1, weekly), desk.now)).title == "What happened in the last week"
    later = desk.now + timedelta(minutes=11)
    assert await office.digest(due(1, daily, "dominance"), later) is not one
    assert plain(one) == await desk.ask("/digest", await subscribed(desk, "dominance"))


async def subscribed(desk: Desk, topic: str) -> Chat:
    who = Chat("telegram", "77")
    await desk.ask(f"/subscribe {topic}", who)
    return who
