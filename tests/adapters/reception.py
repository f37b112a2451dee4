"""A reception for adapters under test that hears, and has nothing more to say."""

from collections.abc import Sequence

from bot.model import Chart, Chat
from bot.ports import Author


class Deaf:
    """What a reception does besides answering, where a test does not look at it."""

    async def suggest(
        self, chat: Chat, command: str, option: str, typed: str, author: Author
    ) -> Sequence[str]:
        return ()

    async def drawn(self, chart: Chart) -> bytes | None:
        return None

    async def turn(self, chat: Chat) -> None:
        """At once."""

    async def pinned(self, chat: Chat, message: str) -> None:
        """Nobody keeps it up to date."""

    async def invited(self, chats: Sequence[Chat]) -> None:
        """Nobody was away."""

    async def left(self, chats: Sequence[Chat]) -> None:
        """Nothing is stored."""

    async def moved(self, old: Chat, new: Chat) -> None:
        """Nothing is stored."""
