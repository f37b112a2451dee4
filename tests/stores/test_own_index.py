"""The index on a real server: it finds what is crossed, and writes it once."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from bot.model import Chat, Message, OwnRule, Reading, Unit
from bot.own import watch
from bot.ports import Outcome, OwnChange, Resumed, Settlement, StaleLeader
from bot.stores.connect import Client, connect
from bot.stores.own_index import MOST_AT_ONCE, RedisOwnIndex
from bot.stores.own_rules import RedisOwnRules
from tests.own.rules import MADE, above, below
from tests.stores.examples import LEADER, PLATFORMS, Desk, chat, ids, take_all
from tests.stores.wire import Wire, wire_to

NOW = MADE + timedelta(hours=1)
RULE = OwnRule((below(55),))
DOMINANCE = Reading(
    "btc_dominance", "Bitcoin dominance", 54.5, Unit.PCT, "CoinMarketCap", NOW.date(), NOW,
    final=False, late=False, degraded=False,
)  # fmt: skip


def reads(value: float, name: str = "btc_dominance", at: datetime = NOW) -> Reading:
    return replace(DOMINANCE, indicator=name, value=value, as_of=at)


class Shelf:
    """The rules and their index, with the poller's lease held."""

    def __init__(self, client: Client) -> None:
        self.desk = Desk(client)
        self.own = RedisOwnRules(client, lambda: MADE)
        self.index = RedisOwnIndex(client, PLATFORMS)

    async def keep(self, *numbers: int, rule: OwnRule = RULE) -> None:
        for number in numbers:
            await self.own.keep(chat(number), rule, holds=[False] * len(rule.conditions), limit=99)

    async def touched(self, *readings: Reading, now: datetime = NOW) -> list[str]:
        sighting = await self.index.look(readings, leader=LEADER, now=now)
        return sorted(f"{each.chat.member}/{each.number}" for each in sighting.touched)

    async def fire(self, *readings: Reading) -> int:
        """Fire all that the readings touch, with a message each; returns how many."""
        sighting = await self.index.look(readings, leader=LEADER, now=NOW)
        changes = []
        for each in sighting.touched:
            after, saying = watch.look(
                each.rule,
                each.state,
                watch.Moment({r.indicator: r.value for r in readings}, NOW),
                [56.0],
            )
            assert saying is not None
            job = f"own:{each.chat.platform}:{each.chat.member}:{each.number}:fired"
            changes.append(OwnChange(each, after, [56.0], job, Message("It fell.")))
        await self.index.commit(changes, leader=LEADER, now=NOW)
        return len(changes)


@pytest_asyncio.fixture
async def shelf(store_client: Client) -> Shelf:
    shelf = Shelf(store_client)
    assert await shelf.desk.lease.acquire(LEADER)
    return shelf


# --- Finding --------------------------------------------------------------------------------------


async def test_only_what_is_crossed_is_found(shelf: Shelf) -> None:
    await shelf.keep(1)
    await shelf.keep(2, rule=OwnRule((below(54),)))
    await shelf.keep(3, rule=OwnRule((above(54.5, "btc_dominance"),)))
    await shelf.keep(4, rule=OwnRule((above(75), below(55))))
    assert await shelf.touched(reads(54.5)) == ["1/1", "3/1", "4/1"]
    assert await shelf.touched(reads(55.0)) == ["3/1"]
    assert await shelf.touched(reads(54.4)) == ["1/1", "4/1"]
    assert await shelf.touched(reads(80, "altcoin_season_index")) == ["4/1"]
    assert await shelf.touched(reads(54, "russell_2000")) == []


async def test_a_call_stays_bounded_and_the_rest_is_found_by_the_next(shelf: Shelf) -> None:
    await shelf.keep(*range(MOST_AT_ONCE + 5))
    assert await shelf.fire(reads(54)) == MOST_AT_ONCE
    watched = (await shelf.index.look([], leader=LEADER, now=NOW)).watched
    assert watched == {"btc_dominance": None}, "It has not been seen to the end."
    assert await shelf.fire(reads(54)) == 5
    assert await shelf.fire(reads(54)) == 0
    watched = (await shelf.index.look([], leader=LEADER, now=NOW)).watched
    assert watched == {"btc_dominance": NOW}


async def test_what_is_due_is_found_without_any_value(shelf: Shelf) -> None:
    await shelf.keep(1, rule=OwnRule(RULE.conditions, until=MADE.date()))
    ends = datetime.combine(MADE.date() + timedelta(days=1), datetime.min.time(), MADE.tzinfo)
    assert await shelf.touched(now=ends - timedelta(seconds=1)) == []
    assert await shelf.touched(now=ends) == ["1/1"]


async def test_a_rule_that_nobody_can_read_holds_up_no_other(shelf: Shelf, redis: Redis) -> None:
    await shelf.keep(1, 2)
    await redis.hset("{nf}:telegram:own:chat:1", "1", "?")
    assert await shelf.touched(reads(54)) == ["2/1"]


async def test_an_entry_behind_which_there_is_no_rule_is_removed(
    shelf: Shelf, redis: Redis
) -> None:
    await shelf.keep(1, 2)
    await redis.delete("{nf}:telegram:own:chat:1")
    assert await shelf.touched(reads(54)) == ["2/1"]
    assert await redis.zrange("{nf}:telegram:own:below:armed:btc_dominance", 0, -1) == ["1:2"]


# --- Writing --------------------------------------------------------------------------------------


async def test_what_fires_is_told_to_its_own_chat_alone(shelf: Shelf) -> None:
    await shelf.desk.join(5)
    await shelf.keep(1)
    await shelf.own.keep(Chat("telegram", "-9", "4"), RULE, holds=[False], limit=9)
    await shelf.own.keep(chat(3, "discord"), RULE, holds=[False], limit=9)
    assert await shelf.fire(reads(54)) == 3
    parcels = await take_all(shelf.desk.outbox)
    assert sorted(ids(parcels)) == ["-9", "1"]
    assert {parcel.chat.thread for parcel in parcels} == {"", "4"}
    letters = [letter for parcel in parcels for letter in parcel.letters]
    assert [letter.message for letter in letters] == [Message("It fell.")] * 2
    assert {letter.fired_at for letter in letters} == {NOW}
    assert ids(await take_all(shelf.desk.outbox, "discord")) == ["3"]
    await shelf.desk.sent(*parcels)
    assert await take_all(shelf.desk.outbox) == []


async def test_who_does_not_lead_neither_looks_nor_writes(shelf: Shelf) -> None:
    await shelf.keep(1)
    sighting = await shelf.index.look([reads(54)], leader=LEADER, now=NOW)
    changes = [OwnChange(each, None, [56.0], "job", Message("")) for each in sighting.touched]
    await shelf.desk.lease.release(LEADER)
    assert await shelf.desk.lease.acquire("another")
    with pytest.raises(StaleLeader):
        await shelf.index.look([reads(54)], leader=LEADER, now=NOW)
    with pytest.raises(StaleLeader):
        await shelf.index.commit(changes, leader=LEADER, now=NOW)
    assert len(await shelf.own.kept(chat(1))) == 1
    assert await take_all(shelf.desk.outbox) == []


async def test_a_rule_that_its_chat_changed_meanwhile_stays_as_the_chat_wants_it(
    shelf: Shelf,
) -> None:
    await shelf.keep(1, 2)
    sighting = await shelf.index.look([reads(54)], leader=LEADER, now=NOW)
    await shelf.own.change(chat(1), 1, OwnRule((below(50),)), holds=[False])
    changes = [
        OwnChange(each, watch.begin(RULE, [True], NOW), [56.0], f"job{each.chat.id}", Message(""))
        for each in sighting.touched
    ]
    await shelf.index.commit(changes, leader=LEADER, now=NOW)
    assert [each.firing for each in await shelf.own.kept(chat(1))] == [False]
    assert ids(await take_all(shelf.desk.outbox)) == ["2"]


async def test_what_the_rules_of_a_suspended_chat_say_waits_until_it_resumes(
    shelf: Shelf,
) -> None:
    await shelf.keep(1, 2)
    assert await shelf.fire(reads(54)) == 2
    first, second = await take_all(shelf.desk.outbox)
    await shelf.desk.settle(Outcome.SUSPENDED, first, reason="blocked")
    await shelf.desk.sent(second)
    await shelf.keep(1, 2, rule=OwnRule((below(50),)))
    assert await shelf.fire(reads(49)) == 2
    own = "own:telegram:{}:{}:fired"
    assert await shelf.desk.drained() == [("2", [own.format(2, 2)])]
    assert len(await shelf.own.kept(first.chat)) == 2
    assert await shelf.desk.subscriptions.resume(first.chat) == Resumed("blocked", 2)
    assert await shelf.desk.drained() == [("1", [own.format(1, 1), own.format(1, 2)])]


async def test_what_waits_for_a_chat_that_is_suspended_is_sent_when_it_resumes(
    shelf: Shelf,
) -> None:
    await shelf.keep(1, 1)
    assert await shelf.fire(reads(54)) == 2
    await shelf.desk.settle(Outcome.SUSPENDED, *await take_all(shelf.desk.outbox))
    assert await take_all(shelf.desk.outbox) == []
    await shelf.desk.subscriptions.resume(chat(1))
    ((who, jobs),) = await shelf.desk.drained()
    assert (who, len(jobs)) == ("1", 2)


async def test_a_chat_that_moves_hears_what_its_rules_had_said_and_will_say(
    shelf: Shelf,
) -> None:
    await shelf.keep(1)
    await shelf.keep(1, rule=OwnRule((below(50),)))
    assert await shelf.fire(reads(54)) == 1
    (refused,) = await take_all(shelf.desk.outbox)
    assert refused.chat == chat(1)
    await shelf.desk.outbox.move(chat(1), chat(2))
    await shelf.desk.outbox.settle("telegram", [Settlement(refused, Outcome.LATER)])
    (again,) = await take_all(shelf.desk.outbox)
    assert again.chat == chat(2)
    await shelf.desk.sent(again)
    assert await shelf.touched(reads(49)) == ["2/2"]
    assert await shelf.fire(reads(49)) == 1
    assert ids(await take_all(shelf.desk.outbox)) == ["2"]


async def test_a_job_made_before_its_chat_moved_follows_it(shelf: Shelf) -> None:
    await shelf.keep(1, 1)
    assert await shelf.fire(reads(54)) == 2
    await shelf.desk.outbox.move(chat(1), chat(2))
    ((who, jobs),) = await shelf.desk.drained()
    assert (who, len(jobs)) == ("2", 2)


# --- Lost replies ---------------------------------------------------------------------------------


@pytest_asyncio.fixture
async def wired(redis_url: str) -> AsyncIterator[tuple[Wire, Shelf]]:
    """The same behind a wire that is still sound."""
    socket = Path(unquote(urlsplit(redis_url).path))
    async with wire_to(socket) as (wire, url), connect(url) as client:
        shelf = Shelf(client)
        assert await shelf.desk.lease.acquire(LEADER)
        yield wire, shelf


async def test_nothing_happens_twice_when_replies_are_lost(
    wired: tuple[Wire, Shelf], redis: Redis
) -> None:
    wire, shelf = wired
    wire.lossy = True
    await shelf.keep(1, rule=OwnRule(RULE.conditions, once=True))
    await shelf.keep(1)
    await shelf.own.change(chat(1), 2, OwnRule((below(54.9),)), holds=[False])
    assert await redis.hgetall("{nf}:own:uses") == {"btc_dominance": "2"}
    assert await shelf.fire(reads(54)) == 2
    assert await redis.hgetall("{nf}:own:uses") == {"btc_dominance": "1"}
    assert await redis.get("{nf}:seq") == "2"
    assert len([name async for name in redis.scan_iter("{nf}:telegram:job:*")]) == 2
    await shelf.own.forget(chat(1), 2)
    assert await redis.exists("{nf}:own:uses") == 0
    assert len([request for request in wire.lost if b"EVALSHA" in request]) >= 5
