"""Whom a 429 concerns: Telegram does not say whether one chat hears too much, or everybody."""

import time
from collections.abc import Callable


class Floods:
    """The chats that Telegram asked us to leave alone for a while."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._until: dict[str, float] = {}

    def begin(self, chat_id: str, seconds: float) -> bool:
        """Note that a chat is to wait; True if another one waits too.

        One chat alone may have had too much. A second one at the same time, though we keep to the
        limits of each, means that it is all of Telegram.
        """
        now = self._monotonic()
        self._until = {other: until for other, until in self._until.items() if until > now}
        everything = any(other != chat_id for other in self._until)
        self._until[chat_id] = now + seconds
        return everything
