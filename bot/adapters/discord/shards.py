"""How many connections Discord wants from us at its gateway, and how they begin.

A bot in many servers hears each of them over the shard that they belong to, and direct messages
over the first one; see discord.com/developers/docs/events/gateway#sharding.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

import discord

from bot.adapters.discord.errors import outcome, span_s, told
from bot.http.wire import WireAnswer

BEGIN_EVERY_S = 5.0
_LONGEST_WAIT_S = 3600.0
"""Then the gateway is asked again, whatever it said before."""
_MS = 1000.0


@dataclass(frozen=True, slots=True)
class Shard:
    """One connection among several."""

    number: int = 0
    of: int = 1


@dataclass(frozen=True, slots=True)
class Plan:
    """How Discord wants to be visited now."""

    shards: int = 1
    begin_at_once: int = 1
    """So many shards may begin their session within BEGIN_EVERY_S."""
    wait_seconds: float = 0.0
    """Before the next session, as those of today are used up."""


def plan(answer: WireAnswer) -> Plan:
    """What GET /gateway/bot says; a server that does not know it has the usual single shard.

    Raises LoginFailure for a refused token, and a DeliveryError for what is no answer of Discord's.
    """
    if answer.status == HTTPStatus.NOT_FOUND:
        return Plan()
    if answer.status == HTTPStatus.UNAUTHORIZED:
        raise discord.LoginFailure
    body = told(answer)
    if not answer.succeeded or "url" not in body:
        raise outcome(answer)
    starts = body.get("session_start_limit")
    starts = starts if isinstance(starts, Mapping) else {}
    shards = _count(body.get("shards"))
    used_up = (span_s(starts.get("remaining", shards)) or 0.0) < shards
    wait_s = (span_s(starts.get("reset_after")) or 0.0) / _MS if used_up else 0.0
    return Plan(shards, _count(starts.get("max_concurrency")), min(wait_s, _LONGEST_WAIT_S))


class Turns:
    """Who of the shards may begin a session when: those of one class stay BEGIN_EVERY_S apart."""

    def __init__(self, at_once: int, every_s: float = BEGIN_EVERY_S) -> None:
        """Take how many may begin at once, each class of shards having one."""
        self._at_once = at_once
        self._every_s = every_s
        self._next: defaultdict[int, float] = defaultdict(lambda: float("-inf"))

    async def take(self, shard: Shard) -> None:
        """Wait for a turn of the shard's class."""
        now, key = asyncio.get_running_loop().time(), shard.number % self._at_once
        begin = max(now, self._next[key])
        self._next[key] = begin + self._every_s
        await asyncio.sleep(begin - now)


async def first_end(stays: Iterable[Awaitable[None]]) -> None:
    """Stay at the gateway with several shards; with the first of them that ends, all do."""
    tasks = [asyncio.ensure_future(stay) for stay in stays]
    try:
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in ended:
        task.result()


def _count(value: object) -> int:
    """At least one, whatever is told."""
    return max(int(span_s(value) or 1.0), 1)
