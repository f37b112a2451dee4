"""How chats want to be told what they hear, and the pictures they are shown."""

from collections.abc import Callable, Sequence
from typing import Protocol

from bot.model import Chart, Chat, Preferences


class PreferenceStore(Protocol):
    """Keeps what each chat has set."""

    async def of(self, chat: Chat) -> Preferences:
        """What the chat has set."""

    async def change(self, chat: Chat, change: Callable[[Preferences], Preferences]) -> Preferences:
        """Set something; returns all that is set now.

        `change` may be asked again where somebody else set something meanwhile.
        """


class Holding(Protocol):
    """What is held back from chats, in quiet hours or while it is muted."""

    async def release(self, chat: Chat) -> int:
        """Judge what is held by what the chat has set now; returns how many come at once."""

    async def held(self, chat: Chat) -> int:
        """How many letters are held back from the chat."""


class Waiting(Protocol):
    """Chats that muted something until a condition is true."""

    async def waiting(self, platform: str) -> Sequence[tuple[Chat, Preferences]]:
        """All of them on a platform, with what they have set."""


class Pictures(Protocol):
    """Draws charts."""

    async def drawn(self, chart: Chart) -> bytes | None:
        """The chart as a PNG; None where it cannot be drawn now."""
