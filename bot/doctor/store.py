"""Redis, and what is on its way in it."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.doctor import delivery
from bot.ports import Clock, Finding, StoreInUse, StoreUnavailable, fail, ok, warn
from bot.settings import Settings, WrongSetting
from bot.stores import Inspection, Stores, open_stores
from bot.stores.connect import UnsupportedServer
from bot.stores.embedded import EmbeddedServerError
from bot.stores.schema import UnknownLayout

NO_STORE = (
    EmbeddedServerError,
    StoreInUse,
    StoreUnavailable,
    UnknownLayout,
    UnsupportedServer,
    WrongSetting,
)
"""Why there is none to look at, in one sentence each."""

SLOW_MS = 20.0
"""Turns are asked for ten times a second: with so long a way they cost a fifth of the rate."""
FULL = 0.9
NO_EVICTION = "noeviction"
MEBIBYTE = 2**20


@dataclass(frozen=True, slots=True)
class Look:
    """What was found, and how far our clock is ahead of the server's; None where nobody told."""

    findings: Sequence[Finding]
    ahead_seconds: float | None = None


async def examine(
    settings: Settings, wrong: Mapping[str, str], platforms: Sequence[str], now: Clock
) -> Look:
    """Look at the server, and at what waits in it."""
    if unusable := {"REDIS_URL", "DATA_DIR"} & wrong.keys():
        names = " and ".join(sorted(unusable))
        return Look([fail("store", f"not looked at, as {names} is wrong", f"Mend {names} first.")])
    try:
        began = time.monotonic()
        async with open_stores(settings, platforms, now, looks_only=True) as stores:
            took_ms = 1000 * (time.monotonic() - began)
            return await _look(settings, stores, platforms, now, took_ms)
    except NO_STORE as error:
        advice = "Mend REDIS_URL or DATA_DIR: nothing works without the store."
        return Look([fail("store", str(error).rstrip("."), advice)])


async def _look(
    settings: Settings, stores: Stores, platforms: Sequence[str], now: Clock, took_ms: float
) -> Look:
    seen = await stores.inspect()
    ahead = now().timestamp() - seen.epoch_seconds
    where = "at REDIS_URL" if settings.redis_url else f"embedded under {settings.data_dir}"
    found = f"{seen.name} {where}, ready in {took_ms:.0f} ms"
    waiting = [each for name in platforms for each in await delivery.examine(stores, name)]
    return Look([ok("store", found, server=seen.name), *_server(seen), *waiting], ahead)


def _server(seen: Inspection) -> Iterator[Finding]:
    yield _persistence(seen)
    yield _eviction(seen)
    yield _memory(seen)
    if seen.takes_writes is False:
        yield fail(
            "store writes",
            "REDIS_URL names a replica, which takes no writes",
            "Name the primary, or its sentinels with redis+sentinel://.",
        )
    latency = f"median {seen.median_ms:.1f} ms, worst {seen.worst_ms:.1f} ms"
    facts = {"median_ms": round(seen.median_ms, 3), "worst_ms": round(seen.worst_ms, 3)}
    if seen.median_ms > SLOW_MS:
        advice = "Run the bot nearer to Redis: a long way costs a part of the sending rate."
        yield warn("store latency", latency, advice, **facts)
    else:
        yield ok("store latency", latency, **facts)


def _persistence(seen: Inspection) -> Finding:
    subject = "store persistence"
    if seen.append_only is None:
        return ok(subject, "cannot be asked here; it must be appendonly yes", append_only=None)
    if seen.writes_fail:
        return fail(
            subject,
            "the server could not write its append-only file",
            "See its log; most often the disk is full.",
            append_only=seen.append_only,
        )
    if not seen.append_only:
        return warn(
            subject,
            "appendonly no: when the server dies it forgets all since its last snapshot",
            "Set appendonly yes in its configuration, or its provider's word for that.",
            append_only=False,
        )
    return ok(subject, "appendonly yes", append_only=True)


def _eviction(seen: Inspection) -> Finding:
    subject, policy = "store eviction", seen.eviction
    if policy is None:
        return ok(subject, "cannot be asked here; it must be noeviction", policy=None)
    if policy != NO_EVICTION:
        return fail(
            subject,
            f"maxmemory-policy {policy}: a full server throws away alerts without a word",
            "Set maxmemory-policy noeviction.",
            policy=policy,
        )
    return ok(subject, f"maxmemory-policy {policy}", policy=policy)


def _memory(seen: Inspection) -> Finding:
    subject, used, limit = "store memory", seen.used_bytes, seen.limit_bytes
    if used is None:
        return ok(subject, "cannot be asked here", used_bytes=None)
    found = f"{used / MEBIBYTE:.1f} MiB"
    if limit:
        found = f"{found} of {limit / MEBIBYTE:.0f}"
        if used > FULL * limit:
            advice = "Raise maxmemory: a full server takes no more alerts."
            return warn(subject, found, advice, used_bytes=used, limit_bytes=limit)
    return ok(subject, found, used_bytes=used, limit_bytes=limit)
