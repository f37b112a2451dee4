"""The boards that stand pinned in chats, and are kept up to date there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.model import Chat


@dataclass(frozen=True, slots=True)
class PinnedBoard:
    """A message of ours that shows the board."""

    message: str
    """The platform's own id of it."""
    said: str = ""
    """What tells its text from another, ages of numbers aside; empty before the first edit."""
    edited_at: datetime | None = None


class Boards(Protocol):
    """Remembers which message shows the board; a chat has one at most."""

    async def pin(self, chat: Chat, message: str) -> None:
        """From now on this message of the chat's shows the board, and no other."""

    async def unpin(self, chat: Chat) -> bool:
        """Forget the chat's; returns whether there was one."""

    async def pinned(self, platform: str) -> Sequence[tuple[Chat, PinnedBoard]]:
        """All that stand somewhere on a platform."""

    async def note(self, chat: Chat, before: PinnedBoard, after: PinnedBoard | None) -> None:
        """Remember what a board says now, or forget it, unless another was pinned meanwhile."""
