"""Where a chat platform's own servers may bring us what happens there."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

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
