"""What indicators have read, out of a real store."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.model import Observation
from bot.parts import find_parts
from bot.past import FRESH, MOST_KEPT, StoredPast
from bot.ports import History
from bot.stores.connect import Client
from bot.stores.journal import RedisJournal
from bot.stores.lease import RedisLease
from tests.handlers.past import PARTS, values
from tests.stores.examples import LEADER

NOW = datetime(2024, 3, 1, 12, tzinfo=UTC)
DAYS = [date(2024, 1, 1) + timedelta(days=n) for n in range(61)]
"""To today, the first of March."""


class Shelf:
    """A store, and the past read from it at a time that is set."""

    def __init__(self, client: Client) -> None:
        self.now = NOW
        self.journal = RedisJournal(client, PARTS.platform_names)
        self.past = self.reader()
        self._lease = RedisLease(client)

    def reader(self, *, without: str = "") -> StoredPast:
        feeds = [feed for feed in PARTS.feeds if feed.vendor != without]
        return StoredPast(
            self.journal, PARTS.indicators, feeds, lambda: self.now, all_feeds=PARTS.feeds
        )

    async def store(self, observations: Sequence[Observation]) -> None:
        """Remember values, as the poller that leads."""
        assert await self._lease.acquire(LEADER)
        await self.journal.remember(observations, leader=LEADER)


@pytest.fixture
def shelf(store_client: Client) -> Shelf:
    return Shelf(store_client)


async def test_what_was_never_stored_has_no_past(shelf: Shelf) -> None:
    assert await shelf.past.points("btc_dominance") == ()
    with pytest.raises(KeyError):
        await shelf.past.points("no_such_indicator")


async def test_the_days_of_the_first_vendor_come_back_with_vendor_and_time(shelf: Shelf) -> None:
    told = values("btc_dominance", [(day, 50.0 + n / 10) for n, day in enumerate(DAYS[:-1])])
    await shelf.store(told)
    past = await shelf.past.points("btc_dominance")
    assert [(p.day, p.value, p.vendor, p.as_of) for p in past] == [
        (o.day, o.value, "CoinMarketCap", o.as_of) for o in told
    ]


async def test_another_vendors_days_are_never_spliced_in(shelf: Shelf) -> None:
    await shelf.store(values("btc_dominance", [(day, 55.0) for day in DAYS[:20]]))
    other = values("btc_dominance", [(day, 50.0) for day in DAYS[:40]], vendor="CoinGecko")
    await shelf.store(other)
    assert {p.vendor for p in await shelf.past.points("btc_dominance")} == {"CoinMarketCap"}
    assert await shelf.reader(without="CoinMarketCap").points("btc_dominance") == ()


async def test_a_day_that_is_not_over_is_no_past(shelf: Shelf) -> None:
    looks = values("btc_dominance", [(day, 55.0) for day in DAYS], final=False)
    await shelf.store(looks)
    assert (await shelf.past.points("btc_dominance"))[-1].day == DAYS[-2]


async def test_what_is_worked_out_is_worked_out_of_all_its_series(shelf: Shelf) -> None:
    sessions = [day for day in DAYS if day.weekday() < 5]
    await shelf.store(values("russell_2000", [(day, 2_000.0) for day in sessions]))
    assert await shelf.past.points("smallcap_streak") == ()
    await shelf.store(values("sp_500", [(day, 5_000.0) for day in sessions]))
    past = await shelf.past.points("smallcap_streak")
    assert {p.vendor for p in past} == {"Yahoo"}
    assert {p.value for p in past} == {0.0}


async def test_a_record_is_read_from_the_first_vendor_who_gave_its_past(shelf: Shelf) -> None:
    sessions = [day for day in DAYS if day.weekday() < 5]
    few = values("russell_2000", [(day, 2_000.0) for day in sessions[-3:]])
    many = values("russell_2000", [(day, 2_000.0) for day in sessions], vendor="Cboe")
    await shelf.store([*few, *many])
    # Its quotes have no past to give, so what is stored of it is all there is.
    quoted = shelf.reader(without="Yahoo")
    assert len(await quoted.points("russell_2000")) == len(many)
    history = History(sessions[0], sessions[-1], len(sessions), NOW)
    await shelf.journal.mark_history("russell_2000", "cboe/russell_2000", history, leader=LEADER)
    assert (await shelf.past.points("russell_2000"))[0].vendor == "Cboe"
    await shelf.journal.mark_history("russell_2000", "yahoo/russell_2000", history, leader=LEADER)
    assert (await shelf.reader().points("russell_2000"))[0].vendor == "Yahoo"


async def test_what_was_worked_out_lately_is_kept_for_some_minutes(shelf: Shelf) -> None:
    await shelf.store(values("btc_dominance", [(day, 55.0) for day in DAYS[:20]]))
    first = await shelf.past.points("btc_dominance")
    await shelf.store(values("btc_dominance", [(DAYS[20], 55.0)]))
    shelf.now += FRESH - timedelta(seconds=1)
    assert await shelf.past.points("btc_dominance") is first
    shelf.now += timedelta(seconds=1)
    assert len(await shelf.past.points("btc_dominance")) == 21


@pytest.mark.parametrize(
    "indicator",
    ["russell_2000", "russell_change_15_sessions", "smallcap_streak", "russell_distance_to_record"],
)
async def test_a_part_is_the_same_as_in_the_whole_and_is_not_kept(
    shelf: Shelf, indicator: str
) -> None:
    sessions = [day for day in DAYS if day.weekday() < 5]
    for key, base in (("russell_2000", 2_000.0), ("sp_500", 5_000.0)):
        rows = [(day, base + 37 * n % 101) for n, day in enumerate(sessions)]
        await shelf.store(values(key, rows))
    recent = await shelf.past.recent(indicator, DAYS[45])
    assert not shelf.past._known
    whole = await shelf.past.points(indicator)
    assert recent == [point for point in whole if point.day >= DAYS[45]]
    assert recent


async def test_an_empty_past_is_looked_for_again(shelf: Shelf) -> None:
    assert not await shelf.past.points("btc_dominance")
    await shelf.store(values("btc_dominance", [(DAYS[0], 55.0), (DAYS[1], 55.0)]))
    assert await shelf.past.points("btc_dominance")


async def test_those_who_ask_at_the_same_time_get_the_same(shelf: Shelf) -> None:
    await shelf.store(values("btc_dominance", [(day, 55.0) for day in DAYS[:20]]))
    one, *others = await asyncio.gather(*(shelf.past.points("btc_dominance") for _ in range(5)))
    assert all(each is one for each in others)


async def test_no_more_pasts_are_kept_than_memory_is_meant_for(shelf: Shelf) -> None:
    plain = [each for each in find_parts().indicators if each.derive is None and not each.vendor]
    wednesdays = [day for day in DAYS if day.weekday() == 2]
    for each in plain[: MOST_KEPT + 3]:
        await shelf.store(values(each.series[0], [(day, 60.0) for day in wednesdays]))
        await shelf.past.points(each.key)
    assert len(shelf.past._known) == MOST_KEPT
    newest = plain[MOST_KEPT + 2].key
    assert await shelf.past.points(newest) is await shelf.past.points(newest)
