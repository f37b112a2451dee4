"""A poller that has no sources: what is due fires, by way of the real lease and journal.

Like the real one it works with levels: it fires whatever is due and, by the stored states, has not
fired yet. So it does not matter who began, and who was killed half-way.
"""

import argparse
import asyncio
import time
import uuid
from collections.abc import Sequence

from bot.ports import StaleLeader, StoreUnavailable
from bot.stores.connect import Client, connect
from bot.stores.journal import RedisJournal
from bot.stores.lease import RedisLease
from tests.chaos.schedule import Planned, now, planned

PLATFORMS = ("telegram", "discord")
LOOK_SECONDS = 0.2


def main() -> None:
    """Poll until killed."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.poller", description=__doc__)
    parser.add_argument("--redis-url", required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--alerts", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True, help="the alerts fire within these")
    parser.add_argument("--began", type=float, required=True, help="when, in seconds since 1970")
    asked = parser.parse_args()
    plan = planned(asked.seed, asked.alerts, asked.seconds)
    asyncio.run(_poll(asked.redis_url, plan, asked.began))


async def _poll(url: str, plan: Sequence[Planned], began: float) -> None:
    holder = f"chaos-{uuid.uuid4().hex}"
    while True:
        try:
            async with connect(url) as client:
                await _lead(client, holder, plan, began)
        except StoreUnavailable:
            await asyncio.sleep(LOOK_SECONDS)


async def _lead(client: Client, holder: str, plan: Sequence[Planned], began: float) -> None:
    """Fire what is due whenever the lease is ours; raises StoreUnavailable."""
    lease, journal = RedisLease(client), RedisJournal(client, PLATFORMS)
    while True:
        if await lease.acquire(holder):
            try:
                await _fire(journal, holder, [p for p in plan if p.after_seconds <= _age(began)])
            except StaleLeader:
                continue
        await asyncio.sleep(LOOK_SECONDS)


async def _fire(journal: RedisJournal, holder: str, due: Sequence[Planned]) -> None:
    states = await journal.states()
    fresh = [each for each in due if each.rule not in states]
    if not fresh:
        return
    at = now()
    changes = [each.change for each in fresh]
    await journal.commit(changes, [each.alert(at) for each in fresh], leader=holder, now=at)


def _age(began: float) -> float:
    return time.time() - began


if __name__ == "__main__":
    main()
