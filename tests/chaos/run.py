"""One run: everything is started, everything goes wrong, everything is counted."""

import asyncio
import resource
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.stores import keys
from bot.stores.keys import Lane
from tests.chaos import deeds
from tests.chaos.crowd import Fate
from tests.chaos.judge import Told, Verdict, judged
from tests.chaos.plan import PLATFORMS, Deed, Step, steps
from tests.chaos.scene import ALERTS_SHARE, Asked, pollers, scene
from tests.chaos.schedule import Planned, planned
from tests.chaos.tariff import unanswered
from tests.chaos.world import World, ask, by_platform, come_back

LOOK_SECONDS = 1.0
SPEAK_AGAIN_SECONDS = 10.0
TELL_SECONDS = 10.0
NEVER = 2**53


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a run."""

    asked: Asked
    verdicts: Mapping[str, Verdict]
    copies_allowed: Mapping[str, int]
    """On Telegram, by their cause; on Discord none is."""
    counters: Mapping[str, Mapping[str, Any]]
    dead: Mapping[str, int]
    """Letters that were given up."""
    done: Mapping[tuple[Deed, str], int]
    own_ends: Mapping[str, Mapping[int, int]]
    """By process and exit code, how often it ended without having been killed."""
    last_words: Sequence[str]
    settled: bool
    """Whether nothing was on its way at the end."""
    seconds: float
    cpu_seconds: float


async def run(asked: Asked) -> Report:
    """Run it; how it goes is told on standard error."""
    begun = time.monotonic()
    plan = planned(asked.seed, asked.alerts, asked.seconds * ALERTS_SHARE)
    async with scene(asked) as world:
        async with asyncio.TaskGroup() as tasks:
            await _begin(asked, world, tasks)
            telling = tasks.create_task(_tell(world, begun))
            await _wreak(world, steps(world.chance, asked.seconds, asked.kinds))
            await _calm(world)
            settled = await _settle(world, plan, asked.settle_seconds)
            telling.cancel()
            codes = await asyncio.gather(*(each.stop() for each in world.supervised))
        ends = {each.name: Counter(each.own_ends) for each in world.supervised}
        for each, code in zip(world.supervised, codes, strict=True):
            if each not in world.pollers and code != 0:
                ends[each.name][-1 if code is None else code] += 1
        return await _report(asked, world, plan, ends, settled=settled, begun=begun)


async def _begin(asked: Asked, world: World, tasks: asyncio.TaskGroup) -> None:
    senders = list(world.supervised)
    for each in senders:
        tasks.create_task(each.run())
    for each in senders:
        await each.ready()
    world.pollers.extend(pollers(asked, world))
    for each in world.pollers:
        tasks.create_task(each.run())


async def _wreak(world: World, plan: Sequence[Step]) -> None:
    """Do every deed at its time, and return when all spells are over."""
    began = time.monotonic()
    async with asyncio.TaskGroup() as tasks:
        for step in plan:
            await asyncio.sleep(began + step.after_seconds - time.monotonic())
            sys.stderr.write(f"{step.after_seconds:6.1f} s: {step.deed}, {step.platform}\n")
            tasks.create_task(deeds.do(world, step))


async def _calm(world: World) -> None:
    for platform, chats in by_platform(world.crowd).items():
        await world.platforms[platform].control(
            rates=dict.fromkeys(deeds.RATES[platform], 0.0), down=False
        )
        away = [each for each in chats if each.fate is Fate.AWAY]
        await come_back(world, platform, away)


async def _settle(world: World, plan: Sequence[Planned], seconds: float) -> bool:
    """Wait until nothing is on its way; False when that takes too long.

    Who came back speaks again now and then: a refusal may have been under way when it did first.
    """
    ends = time.monotonic() + seconds
    speaks = time.monotonic() + SPEAK_AGAIN_SECONDS
    while time.monotonic() < ends:
        deaf = [each for each in await _suspended(world) if each.fate is Fate.BACK]
        if not deaf and await _all_told(world, plan):
            return True
        if deaf and time.monotonic() > speaks:
            speaks = time.monotonic() + SPEAK_AGAIN_SECONDS
            for platform, chats in by_platform(deaf).items():
                await come_back(world, platform, chats)
        await asyncio.sleep(LOOK_SECONDS)
    return False


async def _suspended(world: World) -> Sequence[Any]:
    members = {platform: await _names(world, Lane(platform).suspended) for platform in PLATFORMS}
    return [each for each in world.crowd if each.chat.member in members[each.chat.platform]]


async def _all_told(world: World, plan: Sequence[Planned]) -> bool:
    if await ask(world, "ZCARD", keys.ALERT_ORDER) < len(plan):
        return False
    for platform in PLATFORMS:
        lane = Lane(platform)
        if await ask(world, "ZCARD", lane.ready):
            return False
        if await _names(world, lane.line) - await _names(world, lane.suspended):
            return False
    return True


async def _names(world: World, key: str) -> set[str]:
    return set(await ask(world, "HKEYS", key))


async def _report(
    asked: Asked,
    world: World,
    plan: Sequence[Planned],
    ends: Mapping[str, Mapping[int, int]],
    *,
    settled: bool,
    begun: float,
) -> Report:
    order: list[str] = await ask(world, "ZRANGE", keys.ALERT_ORDER, 0, -1)
    places = {id_: int(await ask(world, "ZSCORE", keys.ALERT_ORDER, id_)) for id_ in order}
    told = {p.marker: Told(places.get(p.alert_id, NEVER), p.topic) for p in plan}
    verdicts, counters, dead = {}, {}, {}
    for platform, chats in by_platform(world.crowd).items():
        remote = world.platforms[platform]
        suspended = await _names(world, Lane(platform).suspended)
        verdicts[platform] = judged(chats, await remote.ledger(), told, suspended)
        counters[platform] = await remote.counters()
        dead[platform] = len(await _names(world, Lane(platform).dead))
    world.allow("not answered", unanswered(counters["telegram"]["faults"]))
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Report(
        asked=asked,
        verdicts=verdicts,
        copies_allowed=world.copies_allowed,
        counters=counters,
        dead=dead,
        done=world.done,
        own_ends={name: codes for name, codes in ends.items() if codes},
        last_words=[line for each in world.supervised for line in each.errors()],
        settled=settled,
        seconds=time.monotonic() - begun,
        cpu_seconds=used.ru_utime + used.ru_stime,
    )


async def _tell(world: World, begun: float) -> None:
    """Say now and then how far it is."""
    while True:
        await asyncio.sleep(TELL_SECONDS)
        counters = [await remote.counters() for remote in world.platforms.values()]
        delivered = ", ".join(
            f"{name} {each['delivered']}"
            for name, each in zip(world.platforms, counters, strict=True)
        )
        sys.stderr.write(f"after {time.monotonic() - begun:.0f} s delivered: {delivered}\n")
