"""What goes wrong all the time: providers, platforms, Redis, the way to it, the lease."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.stores import keys
from tests.chaos.processes import RedisServer
from tests.chaos.proxy import Proxy
from tests.platforms import Remote
from tests.providers.gateway import PROVIDERS, Fault, Gateway
from tests.providers.market import COINMARKETCAP, Distortion
from tests.soak.market import LivelyMarket

COINBASE = "api.exchange.coinbase.com"
LOSING = frozenset({COINBASE, "www.okx.com"})
"""Whose numbers the judge follows: they fail for less than a swing lasts, and never hang, as a hang
takes twenty seconds and so most of a simulated day."""
SHORT_SECONDS = (1.0, 5.0)
BLACKOUT_SECONDS = 8.0
"""More than two simulated hours: long enough for a notice that a source is silent."""
PAUSE_SECONDS = (1.0, 5.0)
PROVIDER_FAULTS = (
    Fault.SERVER_ERROR, Fault.TOO_MANY, Fault.EMPTY, Fault.CUT, Fault.GARBAGE, Fault.WRONG_TYPE,
    Fault.PAGE_AS_JSON, Fault.FORBIDDEN_PAGE, *Distortion,
)  # fmt: skip
RATES = {"5xx": 0.1, "drop_before": 0.05, "drop_after": 0.02, "hang_before": 0.01}
HANG_SECONDS = 3.0
INTRUDER_MS = 3_000


class Trouble(StrEnum):
    """What is done."""

    PROVIDER = "a provider fails or talks nonsense"
    PROVIDER_HANGS = "a provider hangs"
    BLACKOUT = "the providers of dominance are silent for hours"
    REVISION = "a day's value is revised"
    STORM = "429 for everybody"
    FAULTS = "5xx, hangs and drops"
    DOWN = "platform down"
    REDIS_KILLED = "kill -9 of Redis"
    REDIS_CUT = "connections to Redis cut"
    REDIS_DEAF = "replies of Redis lost"
    REDIS_STILL = "network to Redis stands still"
    LEASE = "another process takes the poller's lease"


OFTEN: Mapping[Trouble, int] = {
    Trouble.PROVIDER: 8, Trouble.PROVIDER_HANGS: 1, Trouble.BLACKOUT: 2, Trouble.REVISION: 2,
    Trouble.STORM: 2, Trouble.FAULTS: 3, Trouble.DOWN: 1, Trouble.REDIS_KILLED: 1,
    Trouble.REDIS_CUT: 2, Trouble.REDIS_DEAF: 2, Trouble.REDIS_STILL: 1, Trouble.LEASE: 1,
}  # fmt: skip


@dataclass(slots=True)
class Surroundings:
    """All that can go wrong."""

    chance: random.Random
    gateway: Gateway
    market: LivelyMarket
    platforms: Mapping[str, Remote]
    server: RedisServer
    proxy: Proxy
    redis: Redis
    """Straight to the server, past the proxy."""
    server_is_ours: asyncio.Lock = field(default_factory=asyncio.Lock)
    done: Counter[Trouble] = field(default_factory=Counter)


async def stir(around: Surroundings) -> None:
    """Let one thing after the other go wrong, each at least once, until cancelled."""
    kinds = list(Trouble)
    around.chance.shuffle(kinds)
    async with asyncio.TaskGroup() as tasks:
        while True:
            await asyncio.sleep(around.chance.uniform(*PAUSE_SECONDS))
            often = list(OFTEN)
            kind = kinds.pop() if kinds else around.chance.choices(often, list(OFTEN.values()))[0]
            around.done[kind] += 1
            tasks.create_task(DEEDS[kind](around))


async def calm(around: Surroundings) -> None:
    """Let all be well again."""
    around.gateway.heal()
    for remote in around.platforms.values():
        await remote.control(rates=dict.fromkeys(RATES, 0.0), down=False)
    async with around.server_is_ours:
        await around.redis.ping()


async def _provider(around: Surroundings) -> None:
    host = around.chance.choice(sorted(PROVIDERS))
    await _spoil(around, [host], around.chance.choice(PROVIDER_FAULTS))


async def _provider_hangs(around: Surroundings) -> None:
    host = around.chance.choice(sorted(PROVIDERS.keys() - LOSING))
    around.gateway.fail(host, Fault.HANG, times=1)


async def _blackout(around: Surroundings) -> None:
    around.gateway.fail(COINMARKETCAP, Fault.SERVER_ERROR)
    await asyncio.sleep(BLACKOUT_SECONDS)
    around.gateway.heal(COINMARKETCAP)


async def _spoil(around: Surroundings, hosts: list[str], kind: Fault | Distortion) -> None:
    for host in hosts:
        around.gateway.fail(host, kind)
    await asyncio.sleep(around.chance.uniform(*SHORT_SECONDS))
    for host in hosts:
        around.gateway.heal(host)


async def _revision(around: Surroundings) -> None:
    series = around.chance.choice(("russell_2000", "stablecoin_supply", "btc_etf_flow", "cpi"))
    day = around.market.clock().date() - timedelta(days=around.chance.randint(1, 5))
    around.market.revise(series, day, around.chance.uniform(0.99, 1.01))


async def _storm(around: Surroundings) -> None:
    seconds = around.chance.uniform(*SHORT_SECONDS)
    for remote in around.platforms.values():
        await remote.control(storm={"seconds": seconds, "retry_after": 1})


async def _faults(around: Surroundings) -> None:
    for remote in around.platforms.values():
        await remote.control(rates=RATES, hang_seconds=HANG_SECONDS)
    await asyncio.sleep(around.chance.uniform(*SHORT_SECONDS))
    for remote in around.platforms.values():
        await remote.control(rates=dict.fromkeys(RATES, 0.0))


async def _down(around: Surroundings) -> None:
    remote = around.chance.choice(list(around.platforms.values()))
    await remote.control(down=True)
    await asyncio.sleep(around.chance.uniform(*SHORT_SECONDS))
    await remote.control(down=False)


async def _kill_redis(around: Surroundings) -> None:
    async with around.server_is_ours:
        await around.server.kill()
        try:
            await asyncio.sleep(around.chance.uniform(0.1, 3.0))
        finally:
            await around.server.start()


async def _cut(around: Surroundings) -> None:
    around.proxy.cut()


async def _deafen(around: Surroundings) -> None:
    await around.proxy.lose_replies(around.chance.uniform(0.05, 0.6))


async def _stand_still(around: Surroundings) -> None:
    await around.proxy.stand_still(around.chance.uniform(1.0, 5.0))


async def _take_lease(around: Surroundings) -> None:
    async with around.server_is_ours:
        with suppress(RedisError, OSError):
            await around.redis.set(keys.LEAD_POLLER, "intruder", px=INTRUDER_MS)


DEEDS: Mapping[Trouble, Callable[[Surroundings], Coroutine[Any, Any, None]]] = {
    Trouble.PROVIDER: _provider,
    Trouble.PROVIDER_HANGS: _provider_hangs,
    Trouble.BLACKOUT: _blackout,
    Trouble.REVISION: _revision,
    Trouble.STORM: _storm,
    Trouble.FAULTS: _faults,
    Trouble.DOWN: _down,
    Trouble.REDIS_KILLED: _kill_redis,
    Trouble.REDIS_CUT: _cut,
    Trouble.REDIS_DEAF: _deafen,
    Trouble.REDIS_STILL: _stand_still,
    Trouble.LEASE: _take_lease,
}
