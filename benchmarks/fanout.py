"""What an alert to a million subscribers costs the poller, and when its first message leaves.

Measured on the product's own embedded server, through the same commit as the poller's.
"""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from redis.asyncio import Redis

from benchmarks.figure import Figure
from bot.delivery.pacing import Pace
from bot.delivery.sender import Sender
from bot.model import Alert, Chart, Chat, Kind, Message, Unit
from bot.ports import NO_PICTURES, Limits, Part, Reception
from bot.stores import keys
from bot.stores.connect import Client, connect
from bot.stores.embedded import EmbeddedRedis
from bot.stores.journal import RedisJournal
from bot.stores.keys import Lane
from bot.stores.lease import RedisLease
from bot.stores.outbox import RedisOutbox
from tests.stores.processes import until

RUNS = 21
MANY, FEW = 1_000_000, 10_000
MOST_MS, MOST_RATIO, MOST_FIRST_MS = 10.0, 5.0, 50.0
NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)
LEADER, PLATFORM, TOPIC = "bench", "telegram", "breakout"
LANE = Lane(PLATFORM)
A_JOURNEY = 5_000


def alert(number: int) -> Alert:
    """An alert like those that are sent, with an id of its own."""
    lines = ("2,648.50 against 2,587.30, 2.4 % beyond it. Source: Yahoo, as of 2026-11-24.",) * 3
    message = Message(f"Russell 2000 above its record #{number}", lines, "breakout")
    return Alert(
        f"russell_breakout:{number}:fired", "russell_breakout", TOPIC, Kind.FIRED, "russell_2000",
        2648.5, 2587.3, Unit.POINTS, "Yahoo", NOW, NOW.date(), NOW, message,
    )  # fmt: skip


@dataclass
class Ear:
    """A platform without limits that notes when the first message of each alert leaves."""

    name: str = PLATFORM
    limits: Limits = field(default_factory=lambda: Limits(float("inf"), 1))
    heard_at: float = 0.0
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self, reception: Reception) -> None:
        """Nobody speaks here."""

    def render(
        self, messages: Sequence[Message], pictures: Mapping[Chart, bytes] = NO_PICTURES
    ) -> Sequence[Part]:
        """One part."""
        return ["".join(message.title for message in messages).encode()]

    async def edit(self, chat: Chat, message: str, part: Part) -> None:
        """Nothing is edited here."""

    async def post(self, chat: Chat, part: Part, key: str) -> float:
        """Note the first, and hold up all that would come after it."""
        if not self.heard.is_set():
            self.heard_at = time.perf_counter()
            self.heard.set()
        await asyncio.Event().wait()
        return 0.0

    async def check(self) -> None:
        """Always there."""

    async def close(self) -> None:
        """Nothing to let go of."""


async def subscribe(redis: Redis, members: Sequence[str]) -> None:
    """Write what `RedisSubscriptions.subscribe` writes, many chats a journey."""
    for start in range(0, len(members), A_JOURNEY):
        pipeline = redis.pipeline(transaction=False)
        part = members[start : start + A_JOURNEY]
        places = {member: start + number for number, member in enumerate(part, 1)}
        pipeline.zadd(LANE.subscribers(TOPIC), places)
        for member in part:
            pipeline.sadd(LANE.chat(member), TOPIC)
        pipeline.set(keys.SEQ, start + len(part))
        await pipeline.execute()


@asynccontextmanager
async def subscribed(count: int) -> AsyncIterator[tuple[Client, Redis, float]]:
    """A server with so many subscribers, and the bytes that each takes."""
    with tempfile.TemporaryDirectory() as folder:
        async with (
            EmbeddedRedis(Path(folder)) as server,
            connect(server.url) as client,
            Redis.from_url(server.url, decode_responses=True, protocol=2) as redis,
        ):
            before = (await redis.info("memory"))["used_memory"]
            await subscribe(redis, [str(10**9 + number) for number in range(count)])
            after = (await redis.info("memory"))["used_memory"]
            assert await RedisLease(client, seconds=3600).acquire(LEADER)
            yield client, redis, (after - before) / count


async def _commit_seconds(client: Client, redis: Redis, number: int) -> float:
    journal = RedisJournal(client, (PLATFORM,))
    # Each commit meets the same outbox: nothing else is on its way.
    await redis.delete(LANE.ready)
    started = time.perf_counter()
    await journal.commit([], [alert(number)], leader=LEADER, now=NOW)
    return time.perf_counter() - started


async def _waits(redis: Redis) -> bool:
    return bool((await redis.info("clients"))["blocked_clients"])


async def _first_seconds(client: Client, redis: Redis, number: int) -> float:
    """From the commit's return to the first message's leaving."""
    await redis.delete(LANE.ready, LANE.line, LANE.due)
    outbox, ear, stop = RedisOutbox(client), Ear(), asyncio.Event()
    sending = asyncio.create_task(Sender(outbox, ear, Pace(PLATFORM, ear.limits, outbox)).run(stop))
    # The sender waits for something to take.
    await until(lambda: _waits(redis))
    await RedisJournal(client, (PLATFORM,)).commit([], [alert(number)], leader=LEADER, now=NOW)
    committed = time.perf_counter()
    async with asyncio.timeout(30):
        await ear.heard.wait()
    sending.cancel()
    await asyncio.wait((sending,))
    return ear.heard_at - committed


async def measure() -> list[Figure]:
    """Enqueueing for many against few, the first message's delay, and memory."""
    async with (
        subscribed(FEW) as (few, few_redis, _),
        subscribed(MANY) as (many, redis, bytes_each),
    ):
        few_ms, many_ms = list[float](), list[float]()
        for number in range(RUNS):
            few_ms.append(1000 * await _commit_seconds(few, few_redis, number))
            many_ms.append(1000 * await _commit_seconds(many, redis, number))
        first_ms = [1000 * await _first_seconds(many, redis, RUNS + n) for n in range(RUNS)]
    print(
        f"memory of a subscriber of one topic, with its own set of topics: {bytes_each:.0f} bytes"
    )
    usual = sorted(few_ms)[len(few_ms) // 2]
    return [
        Figure("enqueue an alert for 1,000,000 subscribers", "ms", MOST_MS, many_ms),
        Figure(
            "enqueue for 1,000,000 subscribers against 10,000", "x", MOST_RATIO,
            [each / usual for each in many_ms],
        ),
        Figure("commit to first message, 1,000,000 subscribers", "ms", MOST_FIRST_MS, first_ms),
    ]  # fmt: skip


if __name__ == "__main__":
    for figure in asyncio.run(measure()):
        print(figure.told())
