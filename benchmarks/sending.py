"""What a sender gets onto the wire: at the platforms' own speed, and with nothing in its way.

The fake platforms, Redis and each sender are processes of their own. With limits, the fakes refuse
what comes too fast; without, a sender is compared with bare posts of the same bodies, by turns.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from redis.asyncio import Redis

from benchmarks.fanout import LEADER, NOW, TOPIC, alert, subscribe
from benchmarks.figure import Figure
from benchmarks.measured import LONGEST_RUN_SECONDS, Told, measured, run
from bot.model import Chat
from bot.stores.connect import connect
from bot.stores.embedded import EmbeddedRedis
from bot.stores.journal import RedisJournal
from bot.stores.lease import RedisLease
from bot.stores.subscriptions import RedisSubscriptions
from tests.platforms import Remote, started
from tests.platforms.discord_wire import ROOT as DISCORD_ROOT

TURNS, MESSAGES = 9, 4_000
FEW, MANY, SOME_MESSAGES = 10_000, 500_000, 2_000
LEAST_RATIO, MOST_MEMORY_RATIO, LEAST_SHARE = 0.8, 1.1, 0.97
STEADY = 0.9
"""Of the messages with limits: while the rest is sent, one sender after the other runs dry."""
LATENCY_SECONDS = 0.1
"""A platform far away: so many sends are in flight."""
LOOK_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Pacing:
    """A kind of sender, and what its platform permits."""

    kind: str
    platform: str
    per_second: float
    seconds: float


PACINGS = (
    Pacing("telegram", "telegram", 30.0, 15.0),
    Pacing("paid", "telegram", 1000.0, 10.0),
    Pacing("discord", "discord", 50.0, 12.0),
)


@dataclass(frozen=True, slots=True)
class Store:
    """A server with subscribers."""

    url: str
    redis: Redis
    journal: RedisJournal
    lease: RedisLease

    async def fire(self, number: int) -> None:
        """Enqueue an alert for all, of whom nobody was written to a moment ago."""
        await self.redis.delete(*(f"{{nf}}:{each}:rest" for each in ("telegram", "discord")))
        assert await self.lease.acquire(LEADER)
        await self.journal.commit([], [alert(number)], leader=LEADER, now=NOW)

    async def commands(self) -> tuple[int, int]:
        """How many were called in all: by clients, and by scripts."""
        stats: dict[str, dict[str, int]] = await self.redis.info("commandstats")
        calls = {name.removeprefix("cmdstat_"): each["calls"] for name, each in stats.items()}
        ours = sum(calls.get(name, 0) for name in ("eval", "evalsha", "blpop"))
        return ours, sum(calls.values()) - ours


@asynccontextmanager
async def _stored(platform: str, chats: int) -> AsyncIterator[Store]:
    with tempfile.TemporaryDirectory() as folder:
        async with (
            EmbeddedRedis(Path(folder)) as server,
            connect(server.url) as client,
            Redis.from_url(server.url, decode_responses=True, protocol=2) as redis,
        ):
            members = [str(10**9 + number) for number in range(chats)]
            if platform == "telegram":
                await subscribe(redis, members)
            else:
                subscriptions = RedisSubscriptions(client)
                for member in members:
                    await subscriptions.subscribe(Chat(platform, member), [TOPIC])
            journal, lease = RedisJournal(client, (platform,)), RedisLease(client, seconds=3600)
            yield Store(server.url, redis, journal, lease)


async def _lifted(telegram: Remote) -> list[Figure]:
    """A sender and bare posts by turns, in what both reach and in what both cost."""
    ratios, sender, bare = list[float](), list[Told](), list[Told]()
    async with _stored("telegram", MESSAGES) as store:
        before = await store.commands()
        for turn in range(TURNS):
            await store.fire(turn)
            sender.append(await run("one_sender", "lifted", telegram.url, store.url, str(MESSAGES)))
            bare.append(await run("bare_posts", telegram.url, str(MESSAGES)))
            ratios.append(bare[-1]["seconds"] / sender[-1]["seconds"])
        after = await store.commands()
    counted = await telegram.counters()
    assert counted["delivered"] == 2 * TURNS * MESSAGES, counted
    calls, inside = ((b - a) / (TURNS * MESSAGES) for a, b in zip(before, after, strict=True))
    print(f"a sender without limits: {_pace(sender)}; bare posts: {_pace(bare)}")
    print(f"Redis: {calls:.3f} calls a message, and {inside:.1f} commands in their scripts")
    name = "a sender's messages against as many bare posts"
    return [Figure(name, "x", LEAST_RATIO, ratios, at_least=True)]


def _pace(runs: Sequence[Told]) -> str:
    rate = median(each["sent"] / each["seconds"] for each in runs)
    cpu_us = median(1e6 * each["cpu_seconds"] / each["sent"] for each in runs)
    return f"{rate:.0f} messages/s, {cpu_us:.0f} us of CPU each"


async def _memory(telegram: Remote) -> Figure:
    """The most a sender ever held, with few subscribers and with many."""
    peaks = list[float]()
    for chats in (FEW, MANY):
        async with _stored("telegram", chats) as store:
            await store.fire(0)
            arguments = ("lifted", telegram.url, store.url, str(SOME_MESSAGES))
            peaks.append((await run("one_sender", *arguments))["peak_mib"])
    few, many = peaks
    print(f"memory of a sender: {few:.1f} MiB for {FEW:,} chats, {many:.1f} MiB for {MANY:,}")
    name = f"memory of a sender for {MANY:,} subscribers against {FEW:,}"
    return Figure(name, "x", MOST_MEMORY_RATIO, [many / few])


async def _paced(pacing: Pacing, root: str, remote: Remote, senders: int) -> list[Figure]:
    """The share of the permitted rate, in steady state, and the refusals."""
    messages = round(pacing.per_second * pacing.seconds)
    await remote.control(reset=True)
    async with _stored(pacing.platform, messages) as store, AsyncExitStack() as stack:
        await store.fire(0)
        given = (pacing.kind, root, store.url, str(messages))
        each = [
            await stack.enter_async_context(measured("one_sender", *given)) for _ in range(senders)
        ]
        for sender in each:
            sender.begin()
        counted = await _arrived(remote, messages)
        for sender in each:
            sender.end()
        told = [await sender.told() for sender in each]
    assert sum(one["sent"] for one in told) == messages, told
    times = sorted(await _times(remote))[: round(STEADY * messages)]
    rate = (len(times) - 1) / (times[-1] - times[0])
    cpu_us = 1e6 * sum(one["cpu_seconds"] for one in told) / messages
    name = f"{pacing.kind}, {senders} sender{'s' * (senders > 1)}"
    print(f"{name}: {rate:.1f} messages/s, {cpu_us:.0f} us of CPU each; {counted['worst_second']}")
    share = [rate / pacing.per_second]
    refusals = [float(sum(counted["limited"].values()))]
    return [
        Figure(f"share of the permitted rate, {name}", "x", LEAST_SHARE, share, at_least=True),
        Figure(f"429s answered, {name}", "answers", 0.0, refusals),
    ]


async def _arrived(remote: Remote, messages: int) -> dict[str, Any]:
    async with asyncio.timeout(LONGEST_RUN_SECONDS):
        while (counted := await remote.counters())["delivered"] < messages:  # noqa: ASYNC110 - another process counts
            await asyncio.sleep(LOOK_SECONDS)
        return counted


async def _times(remote: Remote) -> list[float]:
    async with remote.session.get(f"{remote.url}/ledger?full=1") as answer:
        chats = (await answer.json())["chats"]
    return [each["at"] for deliveries in chats.values() for each in deliveries]


async def measure() -> list[Figure]:
    """Everything about sending."""
    async with started("--no-limits") as platforms:
        figures = [*await _lifted(platforms.telegram), await _memory(platforms.telegram)]
    async with started() as platforms:
        remotes = {"telegram": platforms.telegram, "discord": platforms.discord}
        roots = {
            "telegram": platforms.telegram.url,
            "discord": platforms.discord.url + DISCORD_ROOT,
        }
        for remote in remotes.values():
            await remote.control(latency_seconds=LATENCY_SECONDS)
        for pacing in PACINGS:
            remote, root = remotes[pacing.platform], roots[pacing.platform]
            for senders in (1, 3):
                figures += await _paced(pacing, root, remote, senders)
    return figures


if __name__ == "__main__":
    for figure in asyncio.run(measure()):
        print(figure.told())
