"""What goes wrong, deed by deed."""

import asyncio
import time

from tests.chaos.crowd import Fate
from tests.chaos.plan import FROZEN_SECONDS, Deed, Step
from tests.chaos.world import World, come_back, join, leave, move

RECOVERY_SECONDS = 3.0
"""The bot comes back to a server that is back within these."""

REFUSALS = {
    "private": ("blocked", "deactivated", "vanished"),
    "group": ("kicked", "no_rights", "vanished"),
    "discord": ("blocked", "vanished", "no_access", "no_permission"),
}
REFUSING_SHARE, MOVING_SHARE, GOING_SHARE = 0.006, 0.002, 0.002
FEWEST = 10
RATES = {
    "telegram": {
        "5xx": 0.05, "hang_before": 0.004, "hang_after": 0.004, "drop_before": 0.01,
        "drop_after": 0.006,
    },
    "discord": {
        "5xx": 0.05, "hang_before": 0.02, "hang_after": 0.02, "drop_before": 0.03,
        "drop_after": 0.03,
    },
}  # fmt: skip
HANGS_SECONDS = (1.0, 3.0, 25.0)
"""The last is longer than the bot waits for an answer."""


async def do(world: World, step: Step) -> None:
    """Do it, and return when its spell is over."""
    world.done[step.deed, step.platform] += 1
    match step.deed:
        case Deed.KILL_POLLER | Deed.KILL_SENDER | Deed.FREEZE_SENDERS | Deed.KILL_REDIS:
            await _to_processes(world, step.deed, step.platform)
        case Deed.CUT:
            world.proxy.cut()
        case Deed.LOSE_REPLIES:
            await world.proxy.lose_replies(world.spell_seconds(0.05, 0.6))
        case Deed.STAND_STILL:
            await world.proxy.stand_still(world.spell_seconds(1.0, 7.0))
        case Deed.REFUSE | Deed.RETURN | Deed.MOVE | Deed.JOIN | Deed.LEAVE:
            await _among_chats(world, step.deed, step.platform)
        case _:
            await _on_platform(world, step.deed, step.platform)


async def _to_processes(world: World, deed: Deed, platform: str) -> None:
    match deed:
        case Deed.KILL_POLLER:
            world.chance.choice(world.pollers).kill()
        case Deed.KILL_SENDER:
            _kill_sender(world, platform)
        case Deed.FREEZE_SENDERS:
            await _freeze_senders(world, platform)
        case Deed.KILL_REDIS:
            await _kill_redis(world)


def _kill_sender(world: World, platform: str) -> None:
    alive = [each for each in world.senders[platform] if each.runs]
    if not alive:
        return
    world.chance.choice(alive).kill()
    if platform == "telegram":
        if time.monotonic() < world.proxy.in_trouble_until:
            world.allow("sender killed while Redis was away", world.tariff.without_redis)
        else:
            world.allow("sender killed", world.tariff.in_flight)


async def _freeze_senders(world: World, platform: str) -> None:
    """As on a machine that sleeps: when they wake up, what they had is theirs no more."""
    if platform == "telegram":
        world.allow("senders stood still", len(world.senders[platform]) * world.tariff.in_flight)
    await asyncio.gather(*(each.freeze(FROZEN_SECONDS) for each in world.senders[platform]))


async def _kill_redis(world: World) -> None:
    away = world.spell_seconds(0.1, 6.0)
    async with world.server_is_ours:
        world.proxy.trouble(away + RECOVERY_SECONDS)
        world.allow("Redis killed", world.tariff.in_flight)
        await world.server.kill()
        await asyncio.sleep(away)
        await world.server.start()
        world.proxy.trouble(RECOVERY_SECONDS)


async def _on_platform(world: World, deed: Deed, platform: str) -> None:
    remote, chance = world.platforms[platform], world.chance
    seconds = world.spell_seconds(1.0, 5.0)
    match deed:
        case Deed.STORM:
            await remote.control(storm={"seconds": seconds, "retry_after": chance.randint(1, 4)})
        case Deed.CHAT_STORM:
            chats = [each.chat.id for each in world.some(platform, 30)]
            storm = {"seconds": 2 * seconds, "retry_after": chance.randint(1, 6), "chats": chats}
            await remote.control(storm=storm)
        case Deed.DOWN:
            await remote.control(down=True)
            await asyncio.sleep(seconds)
            await remote.control(down=False)
        case Deed.TROUBLE:
            rates = {kind: rate * world.tariff.trouble for kind, rate in RATES[platform].items()}
            await remote.control(rates=rates, hang_seconds=chance.choice(HANGS_SECONDS))
            await asyncio.sleep(chance.uniform(1.0, 5.0))
            await remote.control(rates=dict.fromkeys(rates, 0.0))


async def _among_chats(world: World, deed: Deed, platform: str) -> None:
    of_all = sum(each.chat.platform == platform for each in world.crowd)
    match deed:
        case Deed.REFUSE:
            await _refuse(world, platform, max(FEWEST, round(of_all * REFUSING_SHARE)))
        case Deed.RETURN:
            away = [
                each
                for each in world.crowd
                if each.chat.platform == platform and each.fate is Fate.AWAY
            ]
            await come_back(world, platform, away[: len(away) // 2])
        case Deed.MOVE:
            count = max(FEWEST, round(of_all * MOVING_SHARE))
            await move(world, world.some(platform, count, groups=True))
        case Deed.JOIN:
            coming = [each for each in world.newcomers if each.chat.platform == platform]
            for each in coming[: max(FEWEST, round(of_all * GOING_SHARE))]:
                world.newcomers.remove(each)
                await join(world, each)
        case Deed.LEAVE:
            for each in world.some(platform, max(FEWEST, round(of_all * GOING_SHARE))):
                await leave(world, each)


async def _refuse(world: World, platform: str, count: int) -> None:
    """Half of them for good."""
    for number, each in enumerate(world.some(platform, count)):
        kind = "group" if each.chat.id.startswith("-") else "private"
        refusals = REFUSALS["discord" if platform == "discord" else kind]
        each.refusal = world.chance.choice(refusals)
        each.fate = Fate.GONE if number % 2 else Fate.AWAY
        await world.platforms[platform].control(refuse={each.refusal: [each.chat.id]})
