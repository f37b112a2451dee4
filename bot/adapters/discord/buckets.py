"""How soon a channel takes another message, as Discord's answers tell it.

The headers are those of discord.com/developers/docs/topics/rate-limits#header-format; the limit
itself is Discord's to choose, and it does change.
"""

import time
from collections.abc import Callable, Mapping

from bot.adapters.discord.errors import span_s

UNTOLD_S = 1.02
"""Between two messages where nothing is told: five in five seconds is what a channel takes."""
PLENTY = 2
"""With room for so many messages, nobody needs to wait."""
_TIDY_AT = 1024


class Buckets:
    """Each channel's room for messages."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        """Take a clock in seconds."""
        self._now = now
        self._empty_until: dict[str, float] = {}
        self._tidy_at = _TIDY_AT

    def wait_s(self, channel: str) -> float:
        """For how many seconds the channel takes nothing; 0 if it may."""
        return max(self._empty_until.get(channel, 0.0) - self._now(), 0.0)

    def learn(self, channel: str, headers: Mapping[str, str]) -> float:
        """After a message: for how many seconds the channel is to be left alone."""
        reset_s = span_s(headers.get("X-RateLimit-Reset-After"))
        remaining = span_s(headers.get("X-RateLimit-Remaining"))
        if reset_s is None or remaining is None:
            return UNTOLD_S
        if remaining < 1:
            self.empty(channel, reset_s)
        return 0.0 if remaining >= PLENTY else reset_s / (remaining + 1)

    def empty(self, channel: str, seconds: float) -> None:
        """The channel takes nothing for so long."""
        now = self._now()
        if len(self._empty_until) >= self._tidy_at:
            self._empty_until = {
                each: until for each, until in self._empty_until.items() if until > now
            }
            self._tidy_at = max(_TIDY_AT, 2 * len(self._empty_until))
        self._empty_until[channel] = now + seconds
