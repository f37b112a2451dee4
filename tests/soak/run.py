"""One run: everything is started, goes wrong for some minutes, comes to rest and is judged."""

import asyncio
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass

from redis.exceptions import RedisError

from bot.stores import keys
from bot.stores.keys import Lane
from tests.chaos.plan import PLATFORMS
from tests.soak import letters
from tests.soak.evidence import Jobs, Life, gathered
from tests.soak.judge import Evidence
from tests.soak.people import browse, come_to_rest, follow_habits, talk
from tests.soak.scene import Asked, Scene, scene
from tests.soak.stored import Holdings, holdings
from tests.soak.trouble import Trouble, calm, stir

LOOK_SECONDS = 4.0
TELL_SECONDS = 20.0
LOADED_SECONDS, LOADED_WITHIN_SECONDS = 6.0, 120.0
"""All pasts are asked for at once, so that the last one comes soon after the one before it."""
REST_AGAIN_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a run."""

    asked: Asked
    evidence: Evidence
    done: Mapping[Trouble, int]
    said: int
    pages: Mapping[str, int]
    requests: int
    """To providers."""
    seconds: float


async def run(asked: Asked) -> Report:
    """Run it; how it goes is told on standard error."""
    begun = time.monotonic()
    async with scene(asked) as all_of_it:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(all_of_it.bot.run())
            await all_of_it.bot.ready()
            await _pasts_are_loaded(all_of_it)
            began = time.time()
            seen = await _live(all_of_it)
            ended = time.time()
            fired, settled = await _settle(all_of_it)
            at_rest = await holdings(all_of_it.around.redis)
            life = Life(seen, at_rest, began, ended, fired, settled, await all_of_it.bot.stop())
        return Report(
            asked=asked,
            evidence=await gathered(all_of_it, life),
            done=all_of_it.around.done,
            said=all_of_it.street.said,
            pages=all_of_it.street.pages,
            requests=len(all_of_it.around.gateway.asked),
            seconds=time.monotonic() - begun,
        )


async def _pasts_are_loaded(all_of_it: Scene) -> None:
    """Wait until no series gets a past any more: that happens once, and is no growth."""
    redis, known = all_of_it.around.redis, 0
    async with asyncio.timeout(LOADED_WITHIN_SECONDS):
        while not known or known < await redis.hlen(keys.HISTORY):
            known = await redis.hlen(keys.HISTORY)
            await asyncio.sleep(LOADED_SECONDS)


async def _live(all_of_it: Scene) -> list[Holdings]:
    """Minutes of everything at once; returns what Redis held meanwhile."""
    seen: list[Holdings] = []
    street, around = all_of_it.street, all_of_it.around
    async with asyncio.TaskGroup() as tasks:
        lives = [
            tasks.create_task(stir(around)),
            tasks.create_task(talk(street)),
            tasks.create_task(follow_habits(street)),
            tasks.create_task(browse(street)),
            tasks.create_task(_look(all_of_it, seen)),
            tasks.create_task(_tell(all_of_it, seen)),
        ]
        await asyncio.sleep(60 * all_of_it.asked.minutes)
        for each in lives:
            each.cancel()
    await calm(around)
    return seen


async def _look(all_of_it: Scene, seen: list[Holdings]) -> None:
    """Note what Redis holds, until cancelled."""
    around = all_of_it.around
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        try:
            async with around.server_is_ours:
                seen.append(await holdings(around.redis))
        except (RedisError, OSError):
            continue


async def _settle(all_of_it: Scene) -> tuple[Jobs, bool]:
    """Wait until all is told that had fired a moment before; False when that takes too long.

    The market goes on meanwhile: what fires later is still on its way when the bot is stopped.
    """
    ends = time.monotonic() + all_of_it.asked.settle_seconds
    rests = time.monotonic()
    while True:
        if time.monotonic() >= rests:
            await come_to_rest(all_of_it.street)
            rests = time.monotonic() + REST_AGAIN_SECONDS
        redis = all_of_it.around.redis
        fired = {platform: await letters.jobs(redis, platform) for platform in PLATFORMS}
        if await _all_told(all_of_it):
            return fired, True
        if time.monotonic() > ends:
            return fired, False
        await asyncio.sleep(1.0)


async def _all_told(all_of_it: Scene) -> bool:
    """Whether no line holds anything, and nothing is held back from those who count."""
    redis, street = all_of_it.around.redis, all_of_it.street
    counted = {each.chat.member for each in street.crowd} | set(street.moved.values())
    for platform in PLATFORMS:
        lane = Lane(platform)
        waiting = {*await redis.hkeys(lane.line)} - {*await redis.hkeys(lane.suspended)}
        held = counted & {*await redis.hkeys(f"{lane.prefix}held")}
        if await redis.zcard(lane.ready) or waiting or held:
            return False
    return True


async def _tell(all_of_it: Scene, seen: list[Holdings]) -> None:
    """Say now and then how far it is, until cancelled."""
    while True:
        await asyncio.sleep(TELL_SECONDS)
        counters = [await each.counters() for each in all_of_it.around.platforms.values()]
        told = ", ".join(str(each["delivered"]) for each in counters)
        held = f"{sum(seen[-1].keys.values())} keys" if seen else "nothing looked at"
        sys.stderr.write(f"{all_of_it.clock():%Y-%m-%d %H:%M}: delivered {told}; {held}\n")
