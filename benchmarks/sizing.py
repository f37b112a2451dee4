"""What stores of different sizes need: memory, disk, and time for all that is done often.

`python -m benchmarks.sizing 1000 100000 1000000` prints the table of docs/operations.md. Each chat
hears the essentials; a tenth has set something, a tenth has an alert of its own.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from redis.asyncio import Redis

from benchmarks import fanout
from benchmarks.fanout import A_JOURNEY, LANE, LEADER, NOW, PLATFORM, alert
from benchmarks.figure import Figure
from bot.model import Condition, OwnRule, Preferences, Side
from bot.own import watch
from bot.ports import Outcome, Settlement
from bot.stores import keys, own_text
from bot.stores.connect import Client, connect
from bot.stores.embedded import EmbeddedRedis
from bot.stores.journal import RedisJournal
from bot.stores.lease import RedisLease
from bot.stores.outbox import RedisOutbox
from bot.stores.preferences import PREFERENCES
from bot.topics import ESSENTIALS
from tests.adapters.fake_telegram import TOKEN, FakeTelegram, Sent
from tests.e2e.process import bot
from tests.e2e.world import CORE_ONLY, finished_sessions, market_below_record
from tests.providers.gateway import Gateway
from tests.stores.processes import until

RUNS, COMMANDS = 11, 5
FEW, MANY = 1_000, 100_000
MOST_SENT = 100_000
A_TENTH = 10
HANDED_OUT = 100
MOST_BYTES, MOST_SERVER_US = 1_300.0, 100.0
SETTINGS = PREFERENCES.dump(Preferences(zone="Europe/Berlin"))
RULE = OwnRule((Condition("btc_dominance", Side.BELOW, 30.0),))


@dataclass(frozen=True, slots=True)
class Sized:
    """What a store with so many chats needs."""

    chats: int
    bytes_a_chat: float
    file_bytes: float
    """Of the append-only file, once it is rewritten."""
    commit_ms: float
    """An alert's states and job."""
    first_ms: float
    """From there to its first message."""
    server_us: float
    """Processor time of Redis for each message of the fan-out."""
    sender_us: float
    """Time to take and settle each message, one sender alone."""
    start_s: float
    """From the start of the process to ready, the embedded server's file being read."""
    status_ms: float
    """From `/status` on Telegram to its answer."""


async def fill(redis: Redis, chats: int) -> None:
    """Write what the stores would write of so many chats, many a journey."""
    state = watch.begin(RULE, [False], NOW)
    text = own_text.dump(RULE, state)
    for start in range(0, chats, A_JOURNEY):
        pipeline = redis.pipeline(transaction=False)
        numbers = range(start + 1, min(start + A_JOURNEY, chats) + 1)
        for topic in ESSENTIALS:
            pipeline.zadd(LANE.subscribers(topic), {_member(each): each for each in numbers})
        for each in numbers:
            pipeline.sadd(LANE.chat(_member(each)), *ESSENTIALS)
        for each in numbers[::A_TENTH]:
            member = _member(each)
            pipeline.hset(LANE.preferences, member, SETTINGS)
            pipeline.hset(LANE.own_rules(member), "1", text)
            places = own_text.places(RULE, state, keys.own_rule(1, member), None)
            for (key, entry), score in places.items():
                pipeline.zadd(f"{LANE.prefix}{key}", {entry: score})
        pipeline.set(keys.SEQ, chats)
        await pipeline.execute()
    await redis.hset(keys.OWN_USES, "btc_dominance", str(chats // A_TENTH))


def _member(number: int) -> str:
    return str(10**9 + number)


async def sized(chats: int) -> Sized:
    """Measure all of it on one store."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        async with (
            EmbeddedRedis(data) as server,
            connect(server.url) as client,
            Redis.from_url(server.url, decode_responses=True, protocol=2) as redis,
        ):
            before = (await redis.info("memory"))["used_memory"]
            await fill(redis, chats)
            bytes_a_chat = ((await redis.info("memory"))["used_memory"] - before) / chats
            file_bytes = await _rewritten(redis, data)
            assert await RedisLease(client, seconds=3600).acquire(LEADER)
            commit_ms = await _middle(lambda n: fanout._commit_seconds(client, redis, n))
            first_ms = await _middle(lambda n: fanout._first_seconds(client, redis, RUNS + n))
            server_us, sender_us = await _sent_to_all(client, redis, chats)
            await redis.delete(LANE.ready, LANE.line, LANE.due, f"{LANE.prefix}rest")
        start_s, status_ms = await _started(data, chats)
    return Sized(
        chats, bytes_a_chat, file_bytes, commit_ms, first_ms, server_us, sender_us, start_s,
        status_ms,
    )  # fmt: skip


async def _middle(seconds: Callable[[int], Awaitable[float]]) -> float:
    """The median of some runs, in milliseconds."""
    return 1000 * median([await seconds(number) for number in range(RUNS)])


async def _rewritten(redis: Redis, data: Path) -> float:
    await redis.bgrewriteaof()

    async def is_done() -> bool:
        found = await redis.info("persistence")
        return not (found["aof_rewrite_in_progress"] or found["aof_rewrite_scheduled"])

    await until(is_done, 300.0)
    return float(sum(file.stat().st_size for file in (data / "appendonlydir").iterdir()))


async def _sent_to_all(client: Client, redis: Redis, chats: int) -> tuple[float, float]:
    """Redis's processor time and a sender's time for each message of one alert, in us."""
    outbox, sent = RedisOutbox(client), 0
    await redis.delete(LANE.ready, LANE.line, LANE.due)
    journal = RedisJournal(client, (PLATFORM,))
    await journal.commit([], [alert(3 * RUNS)], leader=LEADER, now=NOW)
    busy, began = await _busy_seconds(redis), time.perf_counter()
    while sent < min(chats, MOST_SENT):
        parcels = await outbox.take(PLATFORM, HANDED_OUT, f"bench:{sent}")
        settled = [Settlement(each, Outcome.SENT, 1.0) for each in parcels]
        await outbox.settle(PLATFORM, settled)
        sent += len(parcels)
    spent = time.perf_counter() - began
    return 1e6 * (await _busy_seconds(redis) - busy) / sent, 1e6 * spent / sent


async def _busy_seconds(redis: Redis) -> float:
    found = await redis.info("cpu")
    return float(found["used_cpu_sys"] + found["used_cpu_user"])


async def _started(data: Path, chats: int) -> tuple[float, float]:
    """Seconds until the bot is ready, and milliseconds until it has answered."""
    async with (
        Gateway(market_below_record(finished_sessions(300))) as gateway,
        FakeTelegram() as telegram,
    ):
        settings = {
            "SOURCE_GATEWAY_URL": gateway.url,
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_BASE_URL": telegram.url,
            **CORE_ONLY,
        }
        began = time.perf_counter()
        async with bot(data, settings) as running:
            await running.log.says("ready in")
            start_s = time.perf_counter() - began
            await running.log.says("loaded Russell 2000 from Yahoo")
            waited = []
            for number in range(COMMANDS):
                chat = 10**9 + number + 1
                began = time.perf_counter()
                await telegram.say(chat, "/status", by=chat)
                await telegram.wait_for(partial(_is_to, str(chat)))
                waited.append(1000 * (time.perf_counter() - began))
            await running.stop()
    return start_s, median(waited)


def _is_to(chat: str, sent: Sent) -> bool:
    return sent.chat_id == chat


def table(rows: Sequence[Sized]) -> str:
    """The table of docs/operations.md."""
    lines: list[tuple[str, Callable[[Sized], str]]] = [
        ("chats", lambda each: f"{each.chats:,}"),
        ("Redis memory, all", lambda each: f"{each.chats * each.bytes_a_chat / 1e6:,.1f} MB"),
        ("Redis memory, each chat", lambda each: f"{each.bytes_a_chat:,.0f} bytes"),
        ("append-only file, rewritten", lambda each: f"{each.file_bytes / 1e6:,.1f} MB"),
        ("an alert's commit", lambda each: f"{each.commit_ms:.1f} ms"),
        ("from there to the first message", lambda each: f"{each.first_ms:.1f} ms"),
        ("Redis's processor for each message", lambda each: f"{each.server_us:.0f} us"),
        ("take and settle, each message", lambda each: f"{each.sender_us:.0f} us"),
        ("start to ready", lambda each: f"{each.start_s:.1f} s"),
        ("`/status` answered", lambda each: f"{each.status_ms:.0f} ms"),
    ]
    told = [" | ".join([name, *(say(each) for each in rows)]) for name, say in lines]
    told.insert(1, " | ".join(["---"] * (len(rows) + 1)))
    return "\n".join(f"| {line} |" for line in told)


async def measure() -> list[Figure]:
    """What must stay small, with few chats and with many."""
    few, many = await sized(FEW), await sized(MANY)
    print(table([few, many]))
    return [
        Figure(f"memory of one of {MANY:,} chats", "bytes", MOST_BYTES, [many.bytes_a_chat]),
        Figure("Redis's time for a message of a fan-out", "us", MOST_SERVER_US, [many.server_us]),
    ]


if __name__ == "__main__":
    print(table([asyncio.run(sized(int(each))) for each in sys.argv[1:] or ("1000", "100000")]))
