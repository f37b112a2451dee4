"""A chat platform that writes down what it is told to send, and fails as it is asked to."""

import asyncio
from collections import defaultdict
from collections.abc import Callable

from bot.model import Chat, Message
from bot.ports import Answer

Trouble = Exception | asyncio.Event
"""What a send meets: an error it raises, or an event it waits for."""


class Recorder:
    """An adapter whose chats are lists."""

    def __init__(self, name: str = "telegram") -> None:
        self.name = name
        self.sends_per_second = 1000.0
        self.sent: list[tuple[str, str]] = []
        """Chat and title, in the order of arrival."""
        self.tried: list[tuple[str, str]] = []
        self.keys: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        self.refusal: Exception | None = None
        self.over = asyncio.Event()
        """Set, it lets `listen` end with the refusal."""
        self.listened: list[float] = []
        """When each `listen` began, by the loop's clock."""
        self.bugs: list[Exception] = []
        """What the next calls of `listen` break with, one each."""
        self._troubles: defaultdict[str, list[Trouble]] = defaultdict(list)
        self._change = asyncio.Condition()

    def meets(self, chat: str, *troubles: Trouble) -> None:
        """Let the next sends to a chat fail or wait, one trouble each."""
        self._troubles[chat] += troubles

    async def listen(self, answer: Answer) -> None:
        self.listened.append(asyncio.get_running_loop().time())
        async with self._change:
            self._change.notify_all()
        if self.bugs:
            raise self.bugs.pop(0)
        await self.over.wait()
        if self.refusal is not None:
            raise self.refusal

    async def send(self, chat: Chat, message: Message, key: str) -> None:
        delivery = (chat.id, message.title)
        self.keys[delivery].add(key)
        await self._note(self.tried, delivery)
        if self._troubles[chat.id]:
            trouble = self._troubles[chat.id].pop(0)
            if isinstance(trouble, Exception):
                raise trouble
            await trouble.wait()
        await self._note(self.sent, delivery)

    async def close(self) -> None:
        """Nothing to let go of."""

    def heard(self, chat: str) -> list[str]:
        """The titles that arrived in one chat."""
        return [title for where, title in self.sent if where == chat]

    async def until(self, holds: Callable[[], bool], seconds: float = 8.0) -> None:
        """Wait until what was tried or sent fulfils a condition."""
        async with asyncio.timeout(seconds), self._change:
            await self._change.wait_for(holds)

    async def _note(self, where: list[tuple[str, str]], delivery: tuple[str, str]) -> None:
        where.append(delivery)
        async with self._change:
            self._change.notify_all()
