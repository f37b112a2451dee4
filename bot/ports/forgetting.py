"""What is asked of the store when a chat wants to be forgotten."""

from dataclasses import dataclass
from typing import Protocol

from bot.model import Chat


@dataclass(frozen=True, slots=True)
class Belongings:
    """How much is stored of a chat."""

    topics: int
    own: int
    """Its own alerts."""
    waiting: int
    """Alerts on their way to it, those being sent right now among them."""
    given_up: int
    """Alerts that could not be delivered, and wait for the operator."""
    settings: int = 0
    """1 where it has set anything, a mute say."""
    linked: int = 0
    """1 if it is linked with a chat on another platform."""
    board: int = 0
    """1 if a board stands pinned there."""


NOTHING = Belongings(topics=0, own=0, waiting=0, given_up=0)


class Forgetting(Protocol):
    """Lets a chat leave with nothing behind it."""

    async def belongings(self, chat: Chat) -> Belongings:
        """How much there is of a chat."""

    async def forget(self, chat: Chat) -> Belongings:
        """Delete all of it in one atomic step; returns how much there was.

        What is being sent right now may still arrive, and nothing after it. What remains names the
        chat in its alerts of before, and expires by itself: see `/privacy`.
        """
