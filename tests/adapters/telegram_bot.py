"""Our bot on the fake Telegram, and somebody who receives what is said to it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.adapters.telegram import TelegramAdapter
from bot.model import Chart, Chat, Message
from bot.ports import NO_PICTURES, Author, CommandCard
from tests.adapters.fake_telegram import TOKEN, FakeTelegram, Sent
from tests.adapters.reception import Deaf

CARDS = (CommandCard("status", "Where the rotation stands"), CommandCard("help", "What I can do"))
HELLO = Message("Hello", ("A line.",), "A footer.")
ADA = Chat("telegram", "1001")
BOB = Chat("telegram", "1002")
EVE = Chat("telegram", "1003")
GROUP = Chat("telegram", "-1007")
TOPIC = Chat("telegram", "-1007", "42")


async def echo(chat: Chat, text: str) -> Message | None:
    return Message("You said", (text,), chat.member) if text.startswith("/") else None


@dataclass
class Receptionist(Deaf):
    """Answers as told, and writes down all that happens in its order."""

    reply: Callable[[Chat, str], Awaitable[Message | None]] = echo
    drawings: Mapping[Chart, bytes] = field(default_factory=dict)
    journal: list[tuple[object, ...]] = field(default_factory=list)
    authors: list[Author] = field(default_factory=list)

    async def answer(self, chat: Chat, text: str, author: Author) -> Message | None:
        self.authors.append(author)
        self.journal.append(("answer", chat.member, text))
        return await self.reply(chat, text)

    async def turn(self, chat: Chat) -> None:
        self.journal.append(("turn", chat.member))

    async def drawn(self, chart: Chart) -> bytes | None:
        return self.drawings.get(chart)

    async def pinned(self, chat: Chat, message: str) -> None:
        self.journal.append(("pinned", chat.member, message))

    async def invited(self, chats: Sequence[Chat]) -> None:
        self.journal.append(("invited", *(chat.member for chat in chats)))

    async def moved(self, old: Chat, new: Chat) -> None:
        self.journal.append(("moved", old.member, new.member))

    def of(self, kind: str) -> list[tuple[object, ...]]:
        """What happened of one kind."""
        return [entry for entry in self.journal if entry[0] == kind]


@contextlib.asynccontextmanager
async def connected(
    telegram: FakeTelegram, token: str = TOKEN, *, paid: bool = False, answer_seconds: float = 2.0
) -> AsyncIterator[TelegramAdapter]:
    adapter = TelegramAdapter(
        token,
        telegram.url,
        CARDS,
        paid=paid,
        answer_seconds=answer_seconds,
        first_pause_seconds=0.05,
    )
    try:
        yield adapter
    finally:
        await adapter.close()


@contextlib.asynccontextmanager
async def listening(
    telegram: FakeTelegram, receptionist: Receptionist, *, paid: bool = False
) -> AsyncIterator[TelegramAdapter]:
    async with connected(telegram, paid=paid) as adapter, asyncio.TaskGroup() as group:
        task = group.create_task(adapter.listen(receptionist))
        try:
            yield adapter
        finally:
            task.cancel()


async def shown(
    telegram: FakeTelegram,
    adapter: TelegramAdapter,
    message: Message,
    chat: Chat = ADA,
    pictures: Mapping[Chart, bytes] = NO_PICTURES,
) -> Sent:
    """A message as it stands in its chat; of several parts, the last."""
    for part in adapter.render([message], pictures):
        await adapter.post(chat, part, "k")
    return telegram.sent[-1]


async def send(adapter: TelegramAdapter, chat: Chat, *messages: Message) -> list[float]:
    """Messages in all their parts; the rest after each."""
    return [await adapter.post(chat, part, "k") for part in adapter.render(messages)]
