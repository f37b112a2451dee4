"""What Redis holds, by the kinds of keys that bot/stores/keys.py lists."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

SCANNED_AT_ONCE = 1000
LENGTH = {"hash": "HLEN", "zset": "ZCARD", "set": "SCARD", "list": "LLEN", "stream": "XLEN"}
PLATFORMS = ("telegram", "discord", "console")


@dataclass(frozen=True, slots=True)
class Holdings:
    """One look at the server."""

    at: float
    """In seconds since 1970."""
    used_bytes: int
    job_bytes: int
    """What the jobs take: each is kept for 30 real days, however fast the market is."""
    keys: Mapping[str, int]
    """By kind, how many there are."""
    elements: Mapping[str, int]
    """By kind, how many fields, members or entries these have together."""


def kind_of(key: str) -> str:
    """A key without what is different for each chat, alert, sender or platform."""
    parts = key.removeprefix("{nf}:").split(":")
    if parts[0] in PLATFORMS:
        parts = parts[1:]
    match parts:
        case ["own", _side, "armed" | "fired", *_]:
            # A condition moves from one to the other and back.
            return "own:placed"
        case [("own" | "dead") as first, second, *_]:
            return f"{first}:{second}"
    return parts[0]


async def holdings(redis: Redis) -> Holdings:
    """Look at every key; raises what the client raises."""
    names = [str(name) async for name in redis.scan_iter(count=SCANNED_AT_ONCE)]
    types = await _each(redis, [("TYPE", name) for name in names])
    measured = [(LENGTH.get(of, "EXISTS"), name) for of, name in zip(types, names, strict=True)]
    keys: Counter[str] = Counter()
    elements: Counter[str] = Counter()
    for name, length in zip(names, await _each(redis, measured), strict=True):
        keys[kind_of(name)] += 1
        elements[kind_of(name)] += length
    jobs = [name for name in names if kind_of(name) == "job"]
    used = int((await redis.info("memory"))["used_memory"])
    return Holdings(time.time(), used, await _bytes(redis, jobs), keys, elements)


async def _bytes(redis: Redis, jobs: Sequence[str]) -> int:
    """How much these take; counted field by field, as one of them is far longer than the rest."""
    sizes = await _each(redis, [("MEMORY", "USAGE", name, "SAMPLES", "0") for name in jobs])
    return sum(size for size in sizes if size)


async def _each(redis: Redis, commands: Sequence[tuple[str, ...]]) -> list[Any]:
    """Many commands in one journey."""
    pipeline = redis.pipeline(transaction=False)
    for command in commands:
        pipeline.execute_command(*command)
    return list(await pipeline.execute()) if commands else []
