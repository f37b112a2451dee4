"""The stores work alike on every kind of Redis."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.model import FeedHealth, Observation, OwnRule
from bot.ports import Brought, History, NoSuchRule, StaleLeader, StateChange, TooManyRules
from bot.stores.connect import LONGEST_BLOCK_SECONDS, MANY_FIELDS, Client
from bot.stores.dial import dialled
from bot.stores.inbox import RedisInbox
from bot.stores.inspection import inspect
from bot.stores.journal import RedisJournal
from bot.stores.lease import RedisLease
from bot.stores.own_index import RedisOwnIndex
from bot.stores.own_rules import RedisOwnRules, move_rules
from bot.stores.subscriptions import RedisSubscriptions
from tests.own.rules import MADE, above, below
from tests.stores.examples import FIRING, LEADER, NORMAL, NOW, PLATFORMS, alert, chat, fires
from tests.stores.kinds import Place
from tests.stores.readings import reads

WAKE = "{nf}:wake:telegram"


async def test_what_the_poller_remembers(any_redis: Client) -> None:
    journal = RedisJournal(any_redis, PLATFORMS)
    days = [NOW.date() - timedelta(days=age) for age in range(MANY_FIELDS + 100, 0, -1)]
    dominance = [
        Observation("btc_dominance", "coingecko", day, 57.0, NOW, NOW, final=True) for day in days
    ]
    season = [
        Observation("altcoin_season_index", "cmc", day, 40.0, NOW, NOW, final=True)
        for day in days[:3]
    ]
    assert await RedisLease(any_redis).acquire(LEADER)
    await journal.remember([*dominance, *season], leader=LEADER)
    assert await journal.observations("btc_dominance", "coingecko") == dominance
    assert await journal.observations("altcoin_season_index", "cmc", days[1]) == season[1:]

    history = History(days[0], days[-1], len(days), NOW)
    await journal.mark_history("btc_dominance", "coingecko", history, leader=LEADER)
    assert await journal.history("btc_dominance", "coingecko") == history
    health = FeedHealth("coingecko.global", ok_at=NOW)
    await journal.remember_health([health], leader=LEADER)
    assert await journal.health() == {"coingecko.global": health}
    await journal.remember_readings([reads(54)], leader=LEADER)
    assert await journal.readings() == {"btc_dominance": reads(54)}
    with pytest.raises(StaleLeader):
        await journal.remember(dominance, leader="another")


async def test_what_a_poller_commits(any_redis: Client) -> None:
    journal, lease = RedisJournal(any_redis, PLATFORMS), RedisLease(any_redis)
    await RedisSubscriptions(any_redis).subscribe(chat(1), ["dominance"])
    assert await lease.acquire(LEADER)
    assert not await lease.acquire("another")
    await journal.commit([fires()], [alert()], leader=LEADER, now=NOW)
    assert await journal.states() == {"dominance_55": FIRING}
    assert await journal.recent_alerts() == [alert()]
    await lease.release(LEADER)
    assert await lease.acquire("another")
    back = StateChange("dominance_55", FIRING, NORMAL)
    with pytest.raises(StaleLeader):
        await journal.commit([back], [], leader=LEADER, now=NOW)


async def test_who_hears_what(any_redis: Client) -> None:
    subscriptions = RedisSubscriptions(any_redis)
    assert await subscriptions.subscribe(chat(1), ["season", "phase"]) == {"season", "phase"}
    assert await subscriptions.subscribe(chat(1), ["season", "etf"]) == {"etf"}
    assert await subscriptions.unsubscribe(chat(1), ["phase", "health"]) == {"phase"}
    assert await subscriptions.topics(chat(1)) == {"season", "etf"}
    assert await subscriptions.resume(chat(1)) is None


async def test_rules_of_chats(any_redis: Client) -> None:
    own = RedisOwnRules(any_redis, lambda: MADE)
    index, lease = RedisOwnIndex(any_redis, PLATFORMS), RedisLease(any_redis)
    both = OwnRule((below(55), above(75)))
    assert (await own.keep(chat(1), OwnRule((below(50),)), holds=[False], limit=2)).number == 1
    assert (await own.keep(chat(1), both, holds=[True, False], limit=2)).number == 2
    with pytest.raises(TooManyRules):
        await own.keep(chat(1), both, holds=[False, False], limit=2)
    await own.change(chat(1), 1, OwnRule((below(45),)), holds=[False])
    assert await own.forget(chat(1), 1) == OwnRule((below(45),))
    with pytest.raises(NoSuchRule):
        await own.forget(chat(1), 1)
    assert await lease.acquire(LEADER)
    season = reads(80.0, "altcoin_season_index")
    (found,) = (await index.look([season], leader=LEADER, now=NOW)).touched
    assert (found.chat, found.number, found.rule) == (chat(1), 2, both)
    await move_rules(any_redis, chat(1), chat(2))
    assert [each.rule for each in await own.kept(chat(2))] == [both]


async def test_waiting_ends_with_a_token_and_without(any_redis: Client, redis_kind: Place) -> None:
    async def seconds(wait: Callable[[str], Awaitable[None]]) -> float:
        begun = time.monotonic()
        await wait(WAKE)
        return time.monotonic() - begun

    async with dialled(redis_kind.open_url) as redis:
        waiting = asyncio.create_task(seconds(any_redis.await_token))
        await redis.lpush(WAKE, 1)
        assert await waiting < LONGEST_BLOCK_SECONDS / 2
    assert LONGEST_BLOCK_SECONDS / 2 < await seconds(any_redis.await_token) < 3.0


async def test_scripts_that_were_forgotten_are_sent_again(
    any_redis: Client, redis_kind: Place
) -> None:
    lease, subscriptions = RedisLease(any_redis), RedisSubscriptions(any_redis)
    async with dialled(redis_kind.open_url) as redis:
        for number in range(2):
            await redis.script_flush()
            assert await lease.acquire(LEADER)
            assert await subscriptions.subscribe(chat(number), ["season"]) == {"season"}


async def test_what_it_says_of_itself(any_redis: Client) -> None:
    seen = await inspect(any_redis)
    assert seen.name.startswith(("Valkey ", "Redis "))
    assert (seen.eviction, seen.takes_writes) == ("noeviction", True)
    assert isinstance(seen.append_only, bool)
    assert seen.used_bytes is not None
    assert seen.used_bytes > 0
    assert 0 < seen.median_ms <= seen.worst_ms


async def test_what_was_brought_waits(any_redis: Client) -> None:
    inbox = RedisInbox(any_redis, "telegram")
    assert await inbox.put(Brought(7, "{}"))
    await inbox.wait()
    assert await inbox.waiting() == [Brought(7, "{}")]
    await inbox.done([7])
    assert await inbox.waiting() == []
