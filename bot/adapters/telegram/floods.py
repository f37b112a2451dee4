"""Whom a 429 concerns: Telegram does not say whether one chat hears too much, or everybody."""

import time
from collections.abc import Callable
from dataclasses import dataclass

TOGETHER_SECONDS = 5.0
"""Two chats that are told to wait within so long were told so for one reason."""


@dataclass(frozen=True, slots=True)
class _Flood:
    """One chat's wait, on the clock of `Floods`."""

    since: float
    until: float


class Floods:
    """The chats that Telegram asked us to leave alone for a while."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._floods: dict[str, _Flood] = {}

    def begin(self, chat_id: str, seconds: float) -> bool:
        """Note that a chat is to wait; True if another one was told so just before.

        One chat alone may have had too much. A second one at the same time, though we keep to the
        limits of each, means that it is all of Telegram. A chat that waits and is told so again, by
        a reply that went ahead of alerts, is no news.
        """
        now = self._monotonic()
        self._floods = {other: each for other, each in self._floods.items() if each.until > now}
        everything = any(
            other != chat_id and now - each.since < TOGETHER_SECONDS
            for other, each in self._floods.items()
        )
        known = self._floods.get(chat_id)
        self._floods[chat_id] = _Flood(known.since if known else now, now + seconds)
        return everything
