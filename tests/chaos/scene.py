"""Sets up a run: Redis with its subscribers, the platforms, the network, senders and pollers."""

import random
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from redis.asyncio import Redis

from bot.stores.connect import connect
from bot.stores.subscriptions import RedisSubscriptions
from tests.adapters import fake_discord, fake_telegram
from tests.chaos.crowd import drawn, store
from tests.chaos.plan import PLATFORMS, SHORT_SECONDS, Deed
from tests.chaos.processes import RedisServer, Supervised
from tests.chaos.proxy import proxied
from tests.chaos.tariff import FREE, LATENCY_SECONDS, PAID
from tests.chaos.world import World
from tests.platforms import Started, started

ALERTS_SHARE = 0.8
"""Of the time of faults, in which the alerts fire."""
NEWCOMERS_SHARE = 0.05
OF_EACH = 2
"""Pollers, and senders of each platform."""
SPARE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What a run is to be like."""

    seed: int
    seconds: float
    """For which things go wrong."""
    subscribers: int
    alerts: int
    settle_seconds: float
    """So long it may take afterwards until everything has arrived."""
    is_paid: bool = True
    """Whether Telegram lets 1000 messages a second pass instead of 30."""
    discord_share: float = 0.05
    """Of the chats; Discord takes 50 messages a second."""
    kinds: tuple[Deed, ...] = tuple(Deed)
    """What goes wrong."""


@asynccontextmanager
async def scene(asked: Asked) -> AsyncIterator[World]:
    """Everything that does not need supervision runs; the senders are yet to be started."""
    chance = random.Random(asked.seed)  # noqa: S311 - a plan, not a secret
    crowd = drawn(chance, round(asked.subscribers * (1 + NEWCOMERS_SHARE)), asked.discord_share)
    first, newcomers = crowd[: asked.subscribers], crowd[asked.subscribers :]
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="chaos-")))
        server = RedisServer(folder)
        stack.push_async_callback(server.kill)
        await server.start()
        address = str(server.socket)
        redis = Redis(unix_socket_path=address, decode_responses=True, protocol=2)
        await stack.enter_async_context(redis)
        await store(redis, first)
        client = await stack.enter_async_context(connect(f"unix://{address}"))
        proxy, url = await stack.enter_async_context(proxied(server.socket))
        longest = asked.seconds + asked.settle_seconds + SPARE_SECONDS
        flags = ("--seed", str(asked.seed), "--seconds", str(longest))
        fakes = await stack.enter_async_context(started(*flags))
        platforms = dict(zip(PLATFORMS, (fakes.telegram, fakes.discord), strict=True))
        for remote in platforms.values():
            await remote.control(latency_seconds=LATENCY_SECONDS)
        yield World(
            chance=chance,
            folder=folder,
            redis_url=url,
            server=server,
            proxy=proxy,
            redis=redis,
            subscriptions=RedisSubscriptions(client),
            platforms=platforms,
            tariff=PAID if asked.is_paid else FREE,
            senders={each: _senders(asked, each, url, fakes, folder) for each in PLATFORMS},
            crowd=first,
            newcomers=newcomers,
            spells=min(1.0, asked.seconds / SHORT_SECONDS),
        )


def _senders(
    asked: Asked, platform: str, redis_url: str, fakes: Started, folder: Path
) -> list[Supervised]:
    settings = {
        "REDIS_URL": redis_url,
        "TELEGRAM_BOT_TOKEN": fake_telegram.TOKEN,
        "TELEGRAM_API_BASE_URL": fakes.telegram.url,
        "TELEGRAM_PAID_BROADCAST": str(asked.is_paid),
        "DISCORD_BOT_TOKEN": fake_discord.TOKEN,
        "DISCORD_API_BASE_URL": f"{fakes.discord.url}/api/v10",
        "DISCORD_GATEWAY_URL": fakes.gateway_url,
    }
    words = ("bot", "deliver", "--platform", platform)
    return [Supervised(f"{platform}-{n}", words, settings, folder) for n in range(OF_EACH)]


def pollers(asked: Asked, world: World) -> list[Supervised]:
    """Pollers for which the run begins now."""
    words = (
        "tests.chaos.poller", "--redis-url", world.redis_url, "--seed", str(asked.seed),
        "--alerts", str(asked.alerts), "--seconds", str(asked.seconds * ALERTS_SHARE),
        "--began", str(time.time()),
    )  # fmt: skip
    return [Supervised(f"poller-{n}", words, {}, world.folder) for n in range(OF_EACH)]
