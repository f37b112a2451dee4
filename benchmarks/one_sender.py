"""One sender as a process of its own: what it cost is printed as a line of JSON.

It says `ready` once it is connected, begins with the first line that it reads, and ends after so
many messages or with its input. Without limits it keeps `AT_ONCE` sends in flight.
"""

import argparse
import asyncio
import json
import math
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bot.adapters.discord.adapter import DiscordAdapter
from bot.adapters.telegram import TelegramAdapter
from bot.delivery.pacing import Pace
from bot.delivery.sender import Sender
from bot.ports import Adapter, Limits, Outcome, Parcel, Settlement
from bot.stores.connect import Client, connect
from bot.stores.outbox import RedisOutbox
from tests.adapters import fake_discord, fake_telegram

AT_ONCE = 64


class Clocked(RedisOutbox):
    """An outbox that notes how many messages arrived, and when."""

    def __init__(self, client: Client, messages: int, enough: asyncio.Event) -> None:
        super().__init__(client)
        self._messages = messages
        self._enough = enough
        self.sent = 0
        self.began = self.ended = 0.0
        """The first hand-out, and the end of the last settlement that counted."""

    async def take(self, platform: str, limit: int, request: str) -> Sequence[Parcel]:
        """Take, and note when the first parcels came."""
        parcels = await super().take(platform, limit, request)
        if parcels and not self.began:
            self.began = time.perf_counter()
        return parcels

    async def settle(self, platform: str, settlements: Sequence[Settlement]) -> None:
        """Settle, and count what arrived."""
        await super().settle(platform, settlements)
        self.sent += sum(each.outcome is Outcome.SENT for each in settlements)
        self.ended = time.perf_counter()
        if self.sent >= self._messages:
            self._enough.set()


def adapter_for(kind: str, root: str) -> Adapter:
    """The adapter of a kind: telegram, paid, lifted, discord."""
    if kind == "discord":
        return DiscordAdapter(fake_discord.TOKEN, root, ())
    adapter = TelegramAdapter(fake_telegram.TOKEN, root, paid=kind != "telegram")
    if kind == "lifted":
        adapter.limits = Limits(math.inf, AT_ONCE)
    return adapter


async def send(kind: str, root: str, redis_url: str, messages: int) -> dict[str, float]:
    """Deliver; returns what it took."""
    adapter, enough = adapter_for(kind, root), asyncio.Event()
    orders = await _input()
    async with connect(redis_url) as client:
        outbox = Clocked(client, messages, enough)
        print("ready", flush=True)
        await orders.readline()
        cpu_seconds = time.process_time()
        ending = asyncio.create_task(_end_with(orders, enough))
        await Sender(outbox, adapter, Pace(adapter.name, adapter.limits, outbox)).run(enough)
        cpu_seconds = time.process_time() - cpu_seconds
        ending.cancel()
        await adapter.close()
    return {
        "sent": outbox.sent,
        "seconds": outbox.ended - outbox.began,
        "cpu_seconds": cpu_seconds,
        "peak_mib": _peak_mib(),
    }


async def _input() -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    return reader


async def _end_with(orders: asyncio.StreamReader, enough: asyncio.Event) -> None:
    await orders.read()
    enough.set()


def _peak_mib() -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    (kib,) = (line.split()[1] for line in lines if line.startswith("VmHWM:"))
    return int(kib) / 1024


def main() -> None:
    """Send as the arguments say."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.one_sender", description=__doc__)
    parser.add_argument("kind", choices=("telegram", "paid", "lifted", "discord"))
    parser.add_argument("root", help="of the platform's API")
    parser.add_argument("redis_url")
    parser.add_argument("messages", type=int)
    asked = parser.parse_args()
    print(json.dumps(asyncio.run(send(asked.kind, asked.root, asked.redis_url, asked.messages))))


if __name__ == "__main__":
    main()
