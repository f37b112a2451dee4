"""What the store says of those who work on it: who polls, and what waits for whom."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Leader:
    """The process that polls."""

    holder: str
    left_seconds: float
    """For so long it stays the leader without renewing its lease."""


@dataclass(frozen=True, slots=True)
class Queue:
    """What is on its way on one platform, at one instant of the store's clock."""

    jobs: int = 0
    """Alerts that have recipients left."""
    chats: int = 0
    """Chats for which something waits or is being sent, suspended ones among them."""
    due: int = 0
    """Those of them that could be written to now."""
    held: int = 0
    """Chats for which something is held back, in quiet hours or by a mute."""
    suspended: int = 0
    dead: int = 0
    """Letters that were given up."""
    waited_seconds: float = 0.0
    """How long what could be sent now has waited for a sender, the longest of all."""
    audience: int = 0
    """The most recipients that one of the alerts on their way had at first."""
    listened: bool = False
    """Whether a process listens to the platform."""


class Signs(Protocol):
    """Looks and changes nothing; each raises StoreUnavailable."""

    async def leader(self) -> Leader | None:
        """Who polls; None while nobody does."""

    async def queue(self, platform: str) -> Queue:
        """What is on its way on a platform."""
