"""What a server says of itself (https://redis.io/docs/latest/commands/info/).

INFO alone is asked, as it is all that a careful administrator lets the bot ask; CONFIG is often
forbidden, and says nothing more of what matters here.
"""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from statistics import median

from bot.ports import StoreUnavailable
from bot.stores.connect import Client

PINGS = 20


@dataclass(frozen=True, slots=True)
class Inspection:
    """One server; None for what it does not tell us."""

    name: str
    """Such as Valkey 9.1.2."""
    append_only: bool | None
    """Whether every write goes to a file."""
    writes_fail: bool | None
    """Whether the last attempt to write its file failed."""
    eviction: str | None
    """What it does when its memory is full."""
    takes_writes: bool | None
    """Whether it is no replica."""
    used_bytes: int | None
    limit_bytes: int | None
    """The most it may use; 0 for no limit."""
    median_ms: float
    worst_ms: float
    """Of some round trips."""
    epoch_seconds: float
    """Its own clock, at the end of the look."""


async def inspect(client: Client) -> Inspection:
    """Look at the server that holds our keys; raises StoreUnavailable."""
    pings_ms = []
    for _ in range(PINGS):
        began = time.perf_counter()
        await client.ask("PING")
        pings_ms.append(1000 * (time.perf_counter() - began))
    about = await _info(client)
    seconds, microseconds = await client.ask("TIME")
    return Inspection(
        name=_name(about),
        append_only=_flag(about, "aof_enabled"),
        writes_fail=_any_is(about, ("aof_last_write_status", "aof_last_bgrewrite_status"), "err"),
        eviction=about.get("maxmemory_policy"),
        takes_writes=None if "role" not in about else about["role"] == "master",
        used_bytes=_count(about, "used_memory"),
        limit_bytes=_count(about, "maxmemory"),
        median_ms=median(pings_ms),
        worst_ms=max(pings_ms),
        epoch_seconds=int(seconds) + int(microseconds) / 1e6,
    )


async def _info(client: Client) -> Mapping[str, str]:
    """All sections; empty where it may not be asked."""
    with suppress(StoreUnavailable):
        told = await client.ask("INFO")
        return {str(name): str(value) for name, value in told.items()}
    return {}


def _name(about: Mapping[str, str]) -> str:
    if "valkey_version" in about:
        return f"Valkey {about['valkey_version']}"
    return f"Redis {about['redis_version']}" if "redis_version" in about else "a server"


def _flag(about: Mapping[str, str], name: str) -> bool | None:
    return about[name] == "1" if name in about else None


def _any_is(about: Mapping[str, str], names: tuple[str, ...], word: str) -> bool | None:
    told = [about[name] for name in names if name in about]
    return word in told if told else None


def _count(about: Mapping[str, str], name: str) -> int | None:
    text = about.get(name, "")
    return int(text) if text.isdecimal() else None
