"""The bot as it is, in one process, with a fast clock and somebody who looks at what it holds.

`--plant` breaks it on purpose, to see that the run notices.
"""

import argparse
import asyncio
import itertools
import os
from collections.abc import Callable, Coroutine
from enum import StrEnum
from pathlib import Path
from typing import Any, TextIO

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot import app, logs, settings
from bot.model import Chat
from bot.ports import Adapter, Part
from bot.settings import Settings
from tests.soak.clock import FastClock
from tests.soak.probe import Probe

LEAK_SECONDS = 0.05
LEAK_BYTES = 32_768
DROPPED_ONE_IN = 40
GROWING_KEY = "{nf}:soak:growing"


class Plant(StrEnum):
    """What is broken on purpose."""

    NOTHING = "nothing"
    MEMORY = "memory"
    TASK = "task"
    DESCRIPTOR = "descriptor"
    STREAM = "stream"
    LETTER = "letter"


def main() -> None:
    """Run until SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.subject", description=__doc__)
    parser.add_argument("--began", type=float, required=True, help="the clock's start, since 1970")
    parser.add_argument("--speed", type=float, required=True)
    parser.add_argument("--vitals", type=Path, required=True, help="the file that is written to")
    parser.add_argument("--plant", type=Plant, choices=list(Plant), default=Plant.NOTHING)
    asked = parser.parse_args()
    chosen = settings.load()
    logs.set_up(chosen.secrets)
    with asked.vitals.open("w", encoding="utf-8") as vitals:
        asyncio.run(_run(chosen, FastClock(asked.began, asked.speed), asked.plant, vitals))


async def _run(chosen: Settings, clock: FastClock, plant: Plant, vitals: TextIO) -> None:
    async with asyncio.TaskGroup() as tasks:
        beside = [tasks.create_task(Probe().report(vitals))]
        if plant in LEAKS:
            beside.append(tasks.create_task(LEAKS[plant](chosen)))
        wrap = _forgetful if plant is Plant.LETTER else _as_it_is
        await app.run(chosen, app.Roles(), clock=clock, wrap=wrap)
        for each in beside:
            each.cancel()


def _as_it_is(adapter: Adapter) -> Adapter:
    return adapter


def _forgetful(adapter: Adapter) -> Adapter:
    """An adapter that now and then says it has sent what it has not."""
    posts, post = itertools.count(1), adapter.post

    async def most(chat: Chat, part: Part, key: str) -> float:
        return 0.0 if next(posts) % DROPPED_ONE_IN == 0 else await post(chat, part, key)

    adapter.post = most  # type: ignore[method-assign]
    return adapter


async def _leak_memory(_chosen: Settings) -> None:
    kept: list[bytearray] = []
    while True:
        await asyncio.sleep(LEAK_SECONDS)
        kept.append(bytearray(LEAK_BYTES))


async def _leak_tasks(_chosen: Settings) -> None:
    never = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        while True:
            await asyncio.sleep(10 * LEAK_SECONDS)
            tasks.create_task(never.wait())


async def _leak_descriptors(_chosen: Settings) -> None:
    while True:
        await asyncio.sleep(10 * LEAK_SECONDS)
        os.open(os.devnull, os.O_RDONLY)


async def _grow_a_stream(chosen: Settings) -> None:
    async with Redis.from_url(chosen.redis_url or "", protocol=2) as redis:
        while True:
            await asyncio.sleep(LEAK_SECONDS)
            try:
                await redis.xadd(GROWING_KEY, {"leaked": "x" * 100})
            except (RedisError, OSError):
                continue


LEAKS: dict[Plant, Callable[[Settings], Coroutine[Any, Any, None]]] = {
    Plant.MEMORY: _leak_memory,
    Plant.TASK: _leak_tasks,
    Plant.DESCRIPTOR: _leak_descriptors,
    Plant.STREAM: _grow_a_stream,
}


if __name__ == "__main__":
    main()
