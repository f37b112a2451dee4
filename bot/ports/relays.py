"""What waits for chats that cannot be reached, and may be heard in those they are linked with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.model import Chat, Message, Preferences

BEGINNING = "0"
"""The place at which a look begins, and at which the last one ends."""


@dataclass(frozen=True, slots=True)
class Stranded:
    """A letter that does not get to its chat."""

    job: str
    """The alert's id, or that of another job of this chat alone."""
    topic: str
    """Empty for what has none, such as an own alert."""
    message: Message


@dataclass(frozen=True, slots=True)
class Failing:
    """A linked chat that cannot be reached."""

    chat: Chat
    other: Chat
    since: datetime
    preferences: Preferences
    other_preferences: Preferences
    letters: tuple[Stranded, ...]
    """Those that are news still, oldest first, and that the other has not heard."""


class Relays(Protocol):
    """Finds what waits for chats in vain, and puts it on its way to others."""

    async def any_link(self, platform: str) -> bool:
        """Whether any chat of the platform is linked with one of another."""

    async def failing(
        self, platform: str, place: str, *, down_seconds: float | None = None
    ) -> tuple[Sequence[Failing], str]:
        """Some linked chats that have not been reached for long, and where to go on from.

        `down_seconds` is for how long the platform as a whole has given no sign of life.
        """

    async def relay(self, failing: Failing, messages: Mapping[str, Message]) -> int:
        """Let the other chat hear messages, by the jobs that they stand for; each once.

        Returns how many are new.
        """
