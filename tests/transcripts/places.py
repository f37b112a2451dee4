"""The real program with a person on each platform, in a market that is about to break out."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.stores.embedded import EmbeddedRedis
from tests.adapters.fake_discord import TOKEN as DISCORD_TOKEN
from tests.adapters.fake_discord import FakeDiscord
from tests.adapters.fake_telegram import TOKEN as TELEGRAM_TOKEN
from tests.adapters.fake_telegram import FakeTelegram
from tests.e2e.process import Bot, bot
from tests.e2e.world import CORE_ONLY, finished_sessions, market_below_record
from tests.providers.gateway import Gateway
from tests.providers.market import RUSSELL, Market
from tests.transcripts.people import OnDiscord, OnTelegram, Person

TELEGRAM_CHAT = 7_714_003_317
DISCORD_CHANNEL = "6171819202122232425"
SESSIONS = 300
BREAKOUT = (2510.0, 2520.5)
"""Two closes above the record, as many as the alert wants."""


@dataclass(frozen=True, slots=True)
class Place:
    """A person, the program they talk with, its store, and the market that it watches."""

    person: Person
    id: str
    """The chat's, as the platform has it."""
    running: Bot
    redis_url: str
    market: Market

    def break_out(self) -> None:
        """Let the market close above its record, twice."""
        days = finished_sessions(len(BREAKOUT))
        self.market.closes[RUSSELL] += zip(days, BREAKOUT, strict=True)


Visit = Callable[[Path], AbstractAsyncContextManager[Place]]


@asynccontextmanager
async def on_telegram(
    directory: Path, market: Callable[[list[date]], Market] = market_below_record
) -> AsyncIterator[Place]:
    """A private chat."""
    async with FakeTelegram() as telegram:
        settings = {"TELEGRAM_BOT_TOKEN": TELEGRAM_TOKEN, "TELEGRAM_API_BASE_URL": telegram.url}
        person = OnTelegram(telegram, TELEGRAM_CHAT)
        async with _place(directory, settings, person, str(TELEGRAM_CHAT), market) as place:
            yield place


@asynccontextmanager
async def on_discord(
    directory: Path, market: Callable[[list[date]], Market] = market_below_record
) -> AsyncIterator[Place]:
    """A channel of a server, and somebody who may manage it."""
    async with FakeDiscord() as discord:
        settings = {
            "DISCORD_BOT_TOKEN": DISCORD_TOKEN,
            "DISCORD_API_BASE_URL": discord.rest_url,
            "DISCORD_GATEWAY_URL": discord.gateway_url,
        }
        person = OnDiscord(discord, DISCORD_CHANNEL)
        async with _place(directory, settings, person, DISCORD_CHANNEL, market) as place:
            await discord.wait_for(lambda: discord.connected and discord.commands, 15.0)
            yield place


@asynccontextmanager
async def _place(
    directory: Path,
    settings: Mapping[str, str],
    person: Person,
    chat: str,
    world: Callable[[list[date]], Market],
) -> AsyncIterator[Place]:
    market = world(finished_sessions(SESSIONS)[: -len(BREAKOUT)])
    async with Gateway(market) as gateway, EmbeddedRedis(directory / "redis") as redis:
        everything = {
            "REDIS_URL": redis.url,
            "SOURCE_GATEWAY_URL": gateway.url,
            "POLL_SECONDS": "0.1",
            **CORE_ONLY,
            **settings,
        }
        async with bot(directory / "data", everything) as running:
            await running.log.says(f"loaded Russell 2000 from Yahoo: {SESSIONS - 2} days")
            yield Place(person, chat, running, redis.url, market)
