"""Where a chat platform's own servers may bring us what happens there, and where it waits."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

TakeIn = Callable[[Mapping[str, str], bytes], Awaitable[int]]
"""(headers, body) of a POST request -> the HTTP status to answer with.

Header names match in any case. Whoever knocks may be anybody: proving who it is, is its task.
"""


@dataclass(frozen=True, slots=True)
class Hook:
    """A path of the bot's own web server, and what takes in what is brought there."""

    path: str
    """Below PUBLIC_URL, beginning with a slash."""
    take: TakeIn


@dataclass(frozen=True, slots=True)
class Brought:
    """One thing that a platform brought, as it came."""

    number: int
    """Its platform's own: what happened later has a higher one."""
    text: str


class Inbox(Protocol):
    """What a platform brought to any process, until whoever listens has answered it.

    Each raises StoreUnavailable.
    """

    async def put(self, brought: Brought) -> bool:
        """Keep it; one that was brought before is not kept twice. False where too much waits."""

    async def waiting(self) -> Sequence[Brought]:
        """Some of what waits, by its numbers."""

    async def wait(self) -> None:
        """Return when there may be something new, or after about a second."""

    async def done(self, numbers: Sequence[int]) -> None:
        """These are answered."""


@runtime_checkable
class Hooked(Protocol):
    """An adapter whose platform can bring what happens there, instead of being asked for it."""

    def use(self, inbox: Inbox) -> Hook | None:
        """Answer also what waits in the inbox; returns where to bring it, if that is wanted."""
