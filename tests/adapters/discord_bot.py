"""Our bot at a Discord on loopback, and somebody who receives what is said to it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

from discord.gateway import DiscordWebSocket
from discord.http import Route
from pydantic import SecretStr

from bot.adapters.discord import PLATFORM
from bot.adapters.discord.adapter import DiscordAdapter
from bot.model import Chart, Chat, Message
from bot.ports import Author, CommandCard, Option, changes_if_more_is_said
from bot.settings import Settings
from tests.adapters.fake_discord import FakeDiscord
from tests.adapters.reception import Deaf

CHANNEL = Chat("discord", "6000000000000000001")
STATUS = CommandCard("status", "What fired, what confirms, what is missing")
MUTE = CommandCard(
    "mute",
    "Leave out some alerts for a while",
    (
        Option("what", "A topic, a rule, or the number of your own", suggests=True),
        Option("how_long", "For how long", ("1h", "1d", "always")),
    ),
    changes_if_more_is_said,
)
CARDS = (STATUS, MUTE)


def echo(chat: Chat, text: str) -> Message | None:
    return Message("You said", (text,), chat.member)


@dataclass
class Receptionist(Deaf):
    """Answers as told, and writes down what it hears."""

    reply: Callable[[Chat, str], Message | None] = echo
    heard: list[tuple[str, str]] = field(default_factory=list)
    authors: list[Author] = field(default_factory=list)
    told_pinned: list[tuple[str, str]] = field(default_factory=list)
    offers: Sequence[str] = ()
    asked_for: list[tuple[str, str, str]] = field(default_factory=list)
    png: bytes | None = None

    async def answer(self, chat: Chat, text: str, author: Author) -> Message | None:
        self.heard.append((chat.id, text))
        self.authors.append(author)
        return self.reply(chat, text)

    async def suggest(
        self, chat: Chat, command: str, option: str, typed: str, author: Author
    ) -> Sequence[str]:
        self.asked_for.append((command, option, typed))
        return self.offers

    async def drawn(self, chart: Chart) -> bytes | None:
        return self.png

    async def pinned(self, chat: Chat, message: str) -> None:
        self.told_pinned.append((chat.id, message))


@contextlib.asynccontextmanager
async def listening(
    fake: FakeDiscord, desk: Receptionist, cards: Sequence[CommandCard] = CARDS
) -> AsyncIterator[DiscordAdapter]:
    """The bot as the settings make it, listening until the end."""
    addresses = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    settings = Settings(
        _env_file=None,
        discord_bot_token=SecretStr(fake.token),
        discord_api_base_url=fake.rest_url,
        discord_gateway_url=fake.gateway_url,
    )
    adapter = PLATFORM.build(settings, cards)
    assert isinstance(adapter, DiscordAdapter)
    task = asyncio.create_task(adapter.listen(desk))
    try:
        yield adapter
    finally:
        task.cancel()
        await asyncio.wait([task], timeout=5)
        assert task.cancelled(), task
        await adapter.close()
        # They are class attributes of the library.
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = addresses
