"""How chats want to be told what they hear, and the pictures they are shown."""

from collections.abc import Callable
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
    """Keeps back what a chat does not want to be told for now."""

    async def held(self, chat: Chat) -> int:
        """How many alerts are kept back for the chat."""

    async def release(self, chat: Chat) -> int:
        """Put what is kept back into the chat's line again, and say how many alerts that are.

        Whatever its preferences still hold is kept back anew when its turn comes.
        """


class Pictures(Protocol):
    """Draws charts."""

    async def drawn(self, chart: Chart) -> bytes | None:
        """The chart as a PNG; None where it cannot be drawn now."""
