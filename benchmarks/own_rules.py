"""What a million own rules cost: a poll that crosses ten of them, and memory.

Both are measured on the product's own embedded server: the poll from the value to the stored jobs,
through the same code as the poller's, against one with a thousand rules.
"""

import asyncio
import json
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from redis.asyncio import Redis

from benchmarks.figure import Figure
from bot.book import Book
from bot.measures import Measures
from bot.model import Chat, Condition, OwnRule, Reading, Side, Unit
from bot.own import watch
from bot.own_watch import OwnWatch
from bot.parts import find_indicators
from bot.stores import keys, own_text
from bot.stores.connect import connect
from bot.stores.embedded import EmbeddedRedis
from bot.stores.keys import Lane
from bot.stores.lease import RedisLease
from bot.stores.own_index import RedisOwnIndex
from bot.stores.own_rules import RedisOwnRules

RUNS = 31
MANY, FEW, A_CHAT = 1_000_000, 1_000, 10
CROSSED = 10
MOST_RATIO, MOST_BYTES = 1.5, 200.0
NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)
LEADER = "bench"
LANE = Lane("telegram")
PLATFORMS = ("console", "discord", "telegram")
LEVEL, BEYOND, RECOVERED = 50.0, 49.9, 52.0
CHATS_A_JOURNEY = 500
QUIET = Reading(
    "btc_dominance", "Bitcoin dominance", RECOVERED, Unit.PCT, "CoinMarketCap", NOW.date(), NOW,
    final=False, late=False, degraded=False,
)  # fmt: skip


def _rules(chat: int) -> Iterator[OwnRule]:
    """Ten rules of one chat on one reading, none of which the measured values cross."""
    for number in range(A_CHAT):
        level = 20 + (chat * A_CHAT + number) % 2_500 / 100
        first = Condition("btc_dominance", Side.BELOW, level)
        second = Condition("altcoin_season_index", Side.ABOVE, 75.0)
        match number:
            case 0:
                yield OwnRule((first, second))
            case 1:
                yield OwnRule((first,), remind=timedelta(days=1))
            case _:
                yield OwnRule((first,))


async def _load(redis: Redis, rules: int) -> None:
    """Write what `RedisOwnRules.keep` writes, many chats a journey."""
    uses: Counter[str] = Counter()
    pipeline = redis.pipeline(transaction=False)
    for chat in range(rules // A_CHAT):
        member, texts = str(10**9 + chat), {}
        for number, rule in enumerate(_rules(chat), start=1):
            state = watch.begin(rule, [False] * len(rule.conditions), NOW)
            texts[str(number)] = own_text.dump(rule, state)
            ref = keys.own_rule(number, member)
            for (key, entry), score in own_text.places(rule, state, ref, None).items():
                pipeline.zadd(f"{LANE.prefix}{key}", {entry: score})
            uses.update(condition.reading for condition in rule.conditions)
        pipeline.hset(
            LANE.own_rules(member), items=[part for each in texts.items() for part in each]
        )
        if chat % CHATS_A_JOURNEY == CHATS_A_JOURNEY - 1:
            await pipeline.execute()
    for reading, count in uses.items():
        pipeline.hset(keys.OWN_USES, reading, str(count))
    await pipeline.execute()


class Poll:
    """The watch over the rules of one server, ten of which are made to cross."""

    def __init__(self, index: RedisOwnIndex) -> None:
        self._watch = OwnWatch(index, find_indicators(), LEADER)
        self._measures = Measures(Book({}))
        self._now = NOW

    async def sees(self, value: float) -> float:
        """How long one look at a new value takes, in seconds."""
        self._now += timedelta(seconds=1)
        reading = replace(QUIET, value=value, as_of=self._now)
        started = time.perf_counter()
        await self._watch.see(self._measures, {reading.indicator: reading}, self._now)
        return time.perf_counter() - started


@asynccontextmanager
async def _stored(rules: int) -> AsyncIterator[tuple[Poll, float]]:
    """A server with so many rules and ten more, and the bytes that each of the many takes."""
    with tempfile.TemporaryDirectory() as folder:
        async with (
            EmbeddedRedis(Path(folder)) as server,
            connect(server.url) as client,
            Redis.from_url(server.url, decode_responses=True, protocol=2) as redis,
        ):
            before = (await redis.info("memory"))["used_memory"]
            await _load(redis, rules)
            after = (await redis.info("memory"))["used_memory"]
            own = RedisOwnRules(client, lambda: NOW)
            for number in range(CROSSED):
                rule = OwnRule((Condition("btc_dominance", Side.BELOW, LEVEL),))
                await own.keep(Chat("telegram", str(number)), rule, holds=[False], limit=9)
            assert await RedisLease(client, seconds=3600).acquire(LEADER)
            yield Poll(RedisOwnIndex(client, PLATFORMS)), (after - before) / rules
            lines = await redis.hvals(LANE.line)
            assert sum(len(json.loads(line)["jobs"]) for line in lines) == RUNS * CROSSED


async def measure() -> list[Figure]:
    """The ratio of a poll with many rules to one with few, and the memory of a rule."""
    many_seconds: list[float] = []
    few_seconds: list[float] = []
    idle_seconds: list[float] = []
    async with _stored(FEW) as (few, _), _stored(MANY) as (many, bytes_a_rule):
        for _ in range(RUNS):
            for poll, seconds in ((few, few_seconds), (many, many_seconds)):
                await poll.sees(RECOVERED)
                seconds.append(await poll.sees(BEYOND))
            idle_seconds.append(await many.sees(BEYOND))
    for name, seconds in (("1,000", few_seconds), ("1,000,000", many_seconds)):
        told = sorted(seconds)[len(seconds) // 2] * 1000
        print(f"a look that crosses {CROSSED} of {name} own rules: {told:.2f} ms")
    idle = sorted(idle_seconds)[len(idle_seconds) // 2] * 1000
    print(f"a look that crosses none of 1,000,000 own rules: {idle:.2f} ms")
    usual = sorted(few_seconds)[len(few_seconds) // 2]
    return [
        Figure(
            "a poll that crosses 10 of 1,000,000 own rules against 10 of 1,000", "x", MOST_RATIO,
            [seconds / usual for seconds in many_seconds],
        ),
        Figure("memory of an own rule", "bytes", MOST_BYTES, [bytes_a_rule]),
    ]  # fmt: skip


if __name__ == "__main__":
    for figure in asyncio.run(measure()):
        print(figure.told())
