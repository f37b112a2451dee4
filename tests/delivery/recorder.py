"""A chat platform that writes down what it is told to send, and fails as it is asked to."""

import asyncio
import json
import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.model import Chart, Chat, Message
from bot.ports import NO_PICTURES, Limits, Part, Reception, Rejected

Trouble = Exception | asyncio.Event | None
"""What a post meets: an error it raises, an event it waits for, or nothing."""


@dataclass(frozen=True, slots=True)
class Post:
    """One part that arrived."""

    chat: str
    titles: tuple[str, ...]
    text: str
    """All of it: titles, lines and footers."""
    at: float
    """By the loop's clock."""


class Recorder:
    """An adapter whose chats are lists."""

    def __init__(
        self,
        name: str = "telegram",
        per_second: float = 1000.0,
        at_once: int = 16,
        messages_per_minute: float = math.inf,
    ) -> None:
        self.name = name
        self.limits = Limits(per_second, at_once, messages_per_minute)
        self.messages_a_part = 99
        self.posts: list[Post] = []
        """What arrived, in the order of arrival."""
        self.edits: list[tuple[str, str, str]] = []
        """Chat, message and its new text, in the order of arrival."""
        self.edits_tried: list[tuple[str, str]] = []
        """Chat and message of what was to be edited."""
        self.tried: list[tuple[str, str]] = []
        """Chat and title of what was to be posted, in the order in which that began."""
        self.tried_at: list[float] = []
        """When each post began, by the loop's clock."""
        self.keys: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        self.rests: dict[str, float] = {}
        """For how many seconds a chat is to be left alone after each post."""
        self.poison: set[str] = set()
        """Titles with which a part is rejected."""
        self.unspeakable: set[str] = set()
        """Titles at which rendering breaks."""
        self.down: Exception | None = None
        """What every post and every check fails with."""
        self.silent: Exception | None = None
        """What every check fails with."""
        self.checks = 0
        self.refusal: Exception | None = None
        self.over = asyncio.Event()
        """Set, it lets `listen` end with the refusal."""
        self.listened: list[float] = []
        """When each `listen` began, by the loop's clock."""
        self.listening = 0
        """How many listen now."""
        self.bugs: list[Exception] = []
        """What the next calls of `listen` break with, one each."""
        self._troubles: defaultdict[str, list[Trouble]] = defaultdict(list)
        self._change = asyncio.Condition()

    @property
    def sent(self) -> list[tuple[str, str]]:
        """Chat and title, in the order of arrival."""
        return [(post.chat, title) for post in self.posts for title in post.titles]

    def meets(self, chat: str, *troubles: Trouble) -> None:
        """Let the next posts and edits in a chat fail or wait, one trouble each."""
        self._troubles[chat] += troubles

    def calm(self, chat: str) -> None:
        """Let all further posts to a chat pass."""
        self._troubles[chat].clear()

    async def listen(self, reception: Reception) -> None:
        self.listened.append(_now())
        self.listening += 1
        try:
            await self._tell()
            if self.bugs:
                raise self.bugs.pop(0)
            await self.over.wait()
            if self.refusal is not None:
                raise self.refusal
        finally:
            self.listening -= 1

    def render(
        self, messages: Sequence[Message], pictures: Mapping[Chart, bytes] = NO_PICTURES
    ) -> Sequence[Part]:
        if self.unspeakable.intersection(each.title for each in messages):
            raise ZeroDivisionError("of a library")
        size = self.messages_a_part
        pages = [messages[start : start + size] for start in range(0, len(messages), size)]
        return [
            json.dumps([[each.title, *each.lines, each.footer] for each in page]).encode()
            for page in pages
        ]

    async def edit(self, chat: Chat, message: str, part: Part) -> None:
        assert isinstance(part, bytes)
        self.edits_tried.append((chat.id, message))
        await self._tell()
        if self.down is not None:
            raise self.down
        await self._meet(chat)
        blocks: list[list[str]] = json.loads(part)
        text = "\n".join(line for block in blocks for line in block)
        self.edits.append((chat.id, message, text))
        await self._tell()

    async def post(self, chat: Chat, part: Part, key: str) -> float:
        assert isinstance(part, bytes)
        blocks: list[list[str]] = json.loads(part)
        titles = tuple(block[0] for block in blocks)
        for title in titles:
            self.tried.append((chat.id, title))
            self.keys[chat.id, title].add(key)
        self.tried_at.append(_now())
        await self._tell()
        if self.down is not None:
            raise self.down
        await self._meet(chat)
        if self.poison.intersection(titles):
            raise Rejected("message is too long")
        text = "\n".join(line for block in blocks for line in block)
        self.posts.append(Post(chat.id, titles, text, _now()))
        await self._tell()
        return self.rests.get(chat.id, 0.0)

    async def _meet(self, chat: Chat) -> None:
        trouble = self._troubles[chat.id].pop(0) if self._troubles[chat.id] else None
        if isinstance(trouble, Exception):
            raise trouble
        if trouble is not None:
            await trouble.wait()

    async def check(self) -> None:
        self.checks += 1
        await self._tell()
        trouble = self.down or self.silent
        if trouble is not None:
            raise trouble

    async def close(self) -> None:
        """Nothing to let go of."""

    def heard(self, chat: str) -> list[str]:
        """The titles that arrived in one chat."""
        return [title for where, title in self.sent if where == chat]

    def posted(self, chat: str) -> list[tuple[str, ...]]:
        """The same, post by post."""
        return [post.titles for post in self.posts if post.chat == chat]

    async def until(self, holds: Callable[[], bool], seconds: float = 8.0) -> None:
        """Wait until what was tried or sent fulfils a condition."""
        async with asyncio.timeout(seconds), self._change:
            await self._change.wait_for(holds)

    async def _tell(self) -> None:
        async with self._change:
            self._change.notify_all()


def most_in_a_second(times: Sequence[float]) -> int:
    """How many of these fall into the fullest half-open window of one second."""
    times, first, most = sorted(times), 0, 0
    for index, time in enumerate(times):
        while time - times[first] >= 1.0:
            first += 1
        most = max(most, index - first + 1)
    return most


def _now() -> float:
    return asyncio.get_running_loop().time()
