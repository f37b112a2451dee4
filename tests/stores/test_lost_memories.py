"""What the poller and the chats wrote is written once, whatever became of the replies."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest_asyncio
from redis.asyncio import Redis

from bot.model import FeedHealth, KeptRule, Observation, OwnRule
from bot.ports import History
from bot.stores.connect import MANY_FIELDS, Client, connect
from bot.stores.journal import RedisJournal
from bot.stores.lease import RedisLease
from bot.stores.own_rules import RedisOwnRules, move_rules
from tests.own.rules import MADE, above, below
from tests.stores.examples import LEADER, NOW, PLATFORMS, chat
from tests.stores.readings import reads
from tests.stores.wire import Wire, wire_to

RULE, OTHER, THIRD = OwnRule((below(55),)), OwnRule((above(75),)), OwnRule((below(40),))
RULES = "{nf}:telegram:own:chat:1"


@pytest_asyncio.fixture
async def lossy(redis_url: str) -> AsyncIterator[tuple[Wire, Client]]:
    """A client behind a wire that loses the first reply to every write."""
    socket = Path(unquote(urlsplit(redis_url).path))
    async with wire_to(socket) as (wire, url), connect(url) as client:
        wire.lossy = True
        yield wire, client


async def led_journal(wire: Wire, client: Client) -> RedisJournal:
    """A journal whose poller leads; nothing that this took counts as lost."""
    assert await RedisLease(client).acquire(LEADER)
    wire.lost.clear()
    return RedisJournal(client, PLATFORMS)


async def test_days_of_series(lossy: tuple[Wire, Client], redis: Redis) -> None:
    wire, client = lossy
    journal = await led_journal(wire, client)
    days = [NOW.date() - timedelta(days=age) for age in range(MANY_FIELDS + 50, 0, -1)]
    long, short, third = (
        [Observation(key, "yahoo", day, 1.5, NOW, NOW, final=True) for day in of]
        for key, of in (("russell_2000", days), ("sp_500", days[:3]), ("cpi", days[:1]))
    )
    await journal.remember([*long, *short, *third], leader=LEADER)
    assert wire.lost_scripts() == 2, "One is full, and the other takes the rest of all three."
    assert await journal.observations("russell_2000", "yahoo") == long
    assert await journal.observations("sp_500", "yahoo") == short
    assert await journal.observations("cpi", "yahoo") == third
    assert len([key async for key in redis.scan_iter("{nf}:series:*")]) == 3
    assert await redis.dbsize() == 4, "Beside them there is the lease."


async def test_histories_readings_and_health(lossy: tuple[Wire, Client]) -> None:
    wire, client = lossy
    journal = await led_journal(wire, client)
    history = History(NOW.date(), NOW.date(), 1, NOW)
    health = FeedHealth("yahoo.russell", ok_at=NOW)
    await journal.mark_history("russell_2000", "yahoo", history, leader=LEADER)
    readings = [reads(54), reads(80, "altcoin_season_index")]
    await journal.remember_readings(readings, leader=LEADER)
    await journal.remember_health([health], leader=LEADER)
    assert wire.lost_scripts() == 3
    assert await journal.history("russell_2000", "yahoo") == history
    assert list((await journal.readings()).values()) == readings
    assert await journal.health() == {"yahoo.russell": health}


async def test_the_pollers_lease(lossy: tuple[Wire, Client]) -> None:
    wire, client = lossy
    lease = RedisLease(client)
    assert await lease.acquire(LEADER)
    assert not await lease.acquire("another")
    await lease.release(LEADER)
    assert await lease.acquire("third")
    assert wire.lost_scripts() == 4


async def test_rules_of_chats(lossy: tuple[Wire, Client], redis: Redis) -> None:
    wire, client = lossy
    own = RedisOwnRules(client, lambda: MADE)
    assert await own.keep(chat(1), RULE, holds=[False], limit=1) == KeptRule(1, RULE)
    assert await own.change(chat(1), 1, OTHER, holds=[False]) == KeptRule(1, OTHER)
    assert await own.change(chat(1), 1, RULE, holds=[False]) == KeptRule(1, RULE)
    await move_rules(client, chat(1), chat(2))
    assert await own.kept(chat(2)) == [KeptRule(1, RULE)]
    assert await redis.hgetall("{nf}:own:uses") == {"btc_dominance": "1"}
    assert await own.forget(chat(2), 1) == RULE
    assert wire.lost_scripts() == 5
    assert [key async for key in redis.scan_iter("*:own:*")] == []


async def test_a_rule_that_fires_before_its_repeat_is_not_kept_twice(
    lossy: tuple[Wire, Client], redis: Redis
) -> None:
    wire, client = lossy
    own = RedisOwnRules(client, lambda: MADE)

    async def fires(_: bytes) -> None:
        stored = await redis.hget(RULES, "1")
        await redis.hset(RULES, "1", str(stored) + " ")

    wire.after_loss = fires
    assert await own.keep(chat(1), RULE, holds=[False], limit=9) == KeptRule(1, RULE)
    assert await redis.hkeys(RULES) == ["1"]


async def test_a_rule_that_took_a_number_before_the_repeat_is_not_forgotten(
    lossy: tuple[Wire, Client], redis_url: str
) -> None:
    wire, client = lossy
    async with connect(redis_url) as sound:
        elsewhere = RedisOwnRules(sound, lambda: MADE)
        own = RedisOwnRules(client, lambda: MADE)
        await elsewhere.keep(chat(1), RULE, holds=[False], limit=9)

        async def takes_its_number(_: bytes) -> None:
            await elsewhere.keep(chat(1), OTHER, holds=[False], limit=9)

        wire.after_loss = takes_its_number
        assert await own.forget(chat(1), 1) == RULE
        assert await own.kept(chat(1)) == [KeptRule(1, OTHER)]
        assert wire.lost_scripts() == 1


async def test_a_rule_that_is_gone_before_its_repeat_stays_changed(
    lossy: tuple[Wire, Client], redis_url: str
) -> None:
    wire, client = lossy
    async with connect(redis_url) as sound:
        elsewhere = RedisOwnRules(sound, lambda: MADE)
        await elsewhere.keep(chat(1), RULE, holds=[False], limit=9)

        async def forgotten(_: bytes) -> None:
            await elsewhere.forget(chat(1), 1)

        wire.after_loss = forgotten
        own = RedisOwnRules(client, lambda: MADE)
        assert await own.change(chat(1), 1, THIRD, holds=[False]) == KeptRule(1, THIRD)
        assert await own.kept(chat(1)) == []
