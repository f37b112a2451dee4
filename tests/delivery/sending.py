"""Senders at work on a real outbox, and what is left there."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any

from redis.asyncio import Redis

from bot.delivery.pacing import Pace
from bot.delivery.sender import Sender
from bot.model import Alert, Message
from bot.ports import Outcome, Parcel, Settlement
from bot.stores.outbox import RedisOutbox
from tests.delivery.recorder import Recorder
from tests.stores.examples import Desk, alert

LINE, DUE = "{nf}:telegram:line", "{nf}:telegram:due"


def titled(name: str, topic: str = "dominance") -> Alert:
    return replace(alert(name, topic), message=Message(name))


@asynccontextmanager
async def sending(
    desk: Desk, adapter: Recorder
) -> AsyncIterator[tuple[asyncio.Event, asyncio.Task[None]]]:
    """A sender at work, and what tells it to stop; killed at the end."""
    stop = asyncio.Event()
    pace = Pace(adapter.name, adapter.limits, desk.outbox)
    task = asyncio.create_task(Sender(desk.outbox, adapter, pace).run(stop))
    try:
        yield stop, task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def settled(redis: Redis) -> bool:
    """Whether nothing is on its way any more."""
    return not await redis.exists(LINE, "{nf}:telegram:ready")


async def line(redis: Redis, member: str) -> dict[str, Any]:
    """What waits for a chat, as it is stored."""
    stored: dict[str, Any] = json.loads(await redis.hget(LINE, member) or "{}")
    return stored


async def ended(redis: Redis, job: str, outcome: str) -> int:
    """How many letters of an alert ended in a way."""
    return int(await redis.hget(f"{{nf}}:telegram:job:{job}", outcome) or 0)


class Noting(RedisOutbox):
    """An outbox that notes what it was told, whether it could be reached or not."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.told: list[tuple[str, Outcome]] = []
        """Chat and outcome of each settlement."""
        self.taking = 0
        """How many takes are under way."""

    async def take(self, platform: str, limit: int, request: str) -> Sequence[Parcel]:
        self.taking += 1
        try:
            return await super().take(platform, limit, request)
        finally:
            self.taking -= 1

    async def settle(self, platform: str, settlements: Sequence[Settlement]) -> None:
        self.told += [(each.parcel.chat.id, each.outcome) for each in settlements]
        await super().settle(platform, settlements)

    def outcomes(self, chat: str) -> list[Outcome]:
        """What was said of one chat's parcels."""
        return [outcome for told, outcome in self.told if told == chat]
