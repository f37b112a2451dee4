"""Sets up a run: Redis with its crowd, the platforms, the providers, the network, and the bot."""

import random
import socket
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from redis.asyncio import Redis

from bot.stores.connect import connect
from tests.adapters import fake_discord, fake_telegram
from tests.chaos.processes import RedisServer, Supervised
from tests.chaos.proxy import proxied
from tests.platforms import Started, started
from tests.providers.gateway import Gateway
from tests.soak.clock import Behind, FastClock
from tests.soak.crowd import members, store
from tests.soak.market import LivelyMarket
from tests.soak.people import Street
from tests.soak.subject import Plant
from tests.soak.trouble import Surroundings

TOLD_LATE = timedelta(minutes=20)
"""Providers tell values of this age, as the real ones do."""
HISTORY_DAYS = 420
SPARE_SECONDS = 600.0
LATENCY_SECONDS = 0.05
POLL_SIMULATED_SECONDS = 900.0
"""Every feed is asked so often; most of them are by their own plans, too."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a run is to be like."""

    seed: int
    minutes: float
    speed: float
    settle_seconds: float
    plant: Plant


@dataclass(frozen=True, slots=True)
class Scene:
    """All that takes part."""

    asked: Asked
    clock: FastClock
    folder: Path
    bot: Supervised
    street: Street
    around: Surroundings

    @property
    def vitals(self) -> Path:
        """Where the bot's process writes what it holds."""
        return self.folder / "vitals.jsonl"


@asynccontextmanager
async def scene(asked: Asked) -> AsyncIterator[Scene]:
    """Everything runs but the bot, which is yet to be started."""
    chance = random.Random(asked.seed)  # noqa: S311 - a plan, not a secret
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="soak-")))
        server = RedisServer(folder)
        stack.push_async_callback(server.kill)
        await server.start()
        redis = Redis(unix_socket_path=str(server.socket), decode_responses=True, protocol=2)
        await stack.enter_async_context(redis)
        proxy, url = await stack.enter_async_context(proxied(server.socket))
        longest = 60 * asked.minutes + asked.settle_seconds + SPARE_SECONDS
        flags = ("--seed", str(asked.seed), "--seconds", str(longest))
        fakes = await stack.enter_async_context(started(*flags))
        platforms = {"telegram": fakes.telegram, "discord": fakes.discord}
        for remote in platforms.values():
            await remote.control(latency_seconds=LATENCY_SECONDS)
        clock = FastClock(time.time(), asked.speed)
        market = LivelyMarket(clock=Behind(clock, TOLD_LATE), history_days=HISTORY_DAYS)
        gateway = await stack.enter_async_context(Gateway(market))
        crowd = members()
        async with connect(f"unix://{server.socket}") as client:
            await store(client, crowd, clock)
        port = _free_port()
        bot = _bot(asked, clock, folder, _settings(asked, url, fakes, gateway, port))
        web = f"http://127.0.0.1:{port}"
        yield Scene(
            asked=asked,
            clock=clock,
            folder=folder,
            bot=bot,
            street=Street(chance, fakes.telegram, web, crowd),
            around=Surroundings(chance, gateway, market, platforms, server, proxy, redis),
        )


def _settings(
    asked: Asked, redis_url: str, fakes: Started, gateway: Gateway, port: int
) -> dict[str, str]:
    return {
        "REDIS_URL": redis_url,
        "TELEGRAM_BOT_TOKEN": fake_telegram.TOKEN,
        "TELEGRAM_API_BASE_URL": fakes.telegram.url,
        "DISCORD_BOT_TOKEN": fake_discord.TOKEN,
        "DISCORD_API_BASE_URL": f"{fakes.discord.url}/api/v10",
        "DISCORD_GATEWAY_URL": fakes.gateway_url,
        "SOURCE_GATEWAY_URL": gateway.url,
        "POLL_SECONDS": str(POLL_SIMULATED_SECONDS / asked.speed),
        "LISTEN_HOST": "127.0.0.1",
        "PORT": str(port),
        # So that a coroutine that is never awaited, or a socket left open, is told in the log.
        "PYTHONWARNINGS": "default::RuntimeWarning,default::ResourceWarning",
    }


def _bot(asked: Asked, clock: FastClock, folder: Path, settings: dict[str, str]) -> Supervised:
    words = (
        "tests.soak.subject", "--began", str(clock.began), "--speed", str(clock.speed),
        "--vitals", str(folder / "vitals.jsonl"), "--plant", asked.plant,
    )  # fmt: skip
    return Supervised("bot", words, settings, folder)


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port
