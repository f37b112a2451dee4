"""Two chats on different platforms that belong to one person."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.model import Chat


@dataclass(frozen=True, slots=True)
class Link:
    """With whom a chat is linked, and whether the two can be reached."""

    other: Chat
    failing_since: datetime | None = None
    """Since when the chat itself cannot be reached."""
    other_failing_since: datetime | None = None


class Refusal(StrEnum):
    """Why two chats are not linked."""

    UNKNOWN = "unknown"
    """Nobody offers this code: it was never given, was used, or is too old."""
    SAME_PLATFORM = "same platform"
    LINKED = "linked"
    """The chat itself is linked already."""
    OTHER_LINKED = "other linked"


class LinkRefused(Exception):
    """Two chats are not linked, and everything is as it was."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


class Links(Protocol):
    """Links of chats in pairs; a chat has at most one."""

    async def of(self, chat: Chat) -> Link | None:
        """The chat's link."""

    async def offer(self, chat: Chat) -> str:
        """A code that links the chat with the one in which it is said, once and within 15 minutes.

        An earlier one is good no more. Raises LinkRefused where the chat is linked already.
        """

    async def accept(self, chat: Chat, code: str) -> Chat:
        """Link the chat with the one that offered the code, and return that; raises LinkRefused."""

    async def remove(self, chat: Chat) -> Chat | None:
        """End the chat's link; returns the other one, None where there was none."""
