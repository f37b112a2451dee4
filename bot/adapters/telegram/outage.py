"""What is in the way of hearing people: each trouble is told once, and once when it is over."""

import asyncio
import logging

from telegram.error import InvalidToken, TelegramError

from bot.adapters.telegram.admins import UNREADABLE
from bot.adapters.telegram.requests import Flood
from bot.adapters.telegram.token import Token

log = logging.getLogger(__name__)

LONGEST_PAUSE_SECONDS = 10.0
TROUBLE = (TelegramError, *UNREADABLE)
"""What a question to Telegram may fail with."""


class Outage:
    """Times in which Telegram gives no answer of any use; the pauses between tries grow."""

    def __init__(self, token: Token, first_pause_seconds: float) -> None:
        self._token = token
        self._first = first_pause_seconds
        self._next = 0.0

    async def pause(self, error: Exception) -> None:
        """Another try failed: wait before the next."""
        seconds = self._goes_on(self.reason(error))
        await asyncio.sleep(max(error.seconds, seconds) if isinstance(error, Flood) else seconds)

    def is_over(self) -> None:
        """A try succeeded."""
        if self._next:
            log.info("Telegram can be reached again.")
            self._next = 0.0

    def reason(self, error: Exception) -> str:
        """An error in one line, without the token."""
        if isinstance(error, InvalidToken):
            return self._token.refusal
        return self._token.hidden(str(error) if isinstance(error, TelegramError) else repr(error))

    def _goes_on(self, reason: str) -> float:
        if not self._next:
            log.warning("Telegram cannot be reached (%s); trying again until it can.", reason)
            self._next = self._first
        pause, self._next = self._next, min(2 * self._next, LONGEST_PAUSE_SECONDS)
        return pause


class Rivalry:
    """Times in which Telegram gives what people say to somebody else: its 409.

    While one release follows another both are there for some seconds, and of two that poll each
    ends the other's poll: so it is over only once nothing has disturbed us for a while.
    """

    def __init__(self, first_pause_seconds: float, longest_pause_seconds: float) -> None:
        self._first = first_pause_seconds
        self._longest = longest_pause_seconds
        self._next = 0.0
        self._seen_at = 0.0

    async def pause(self, reason: str) -> None:
        """It goes on: leave the other alone for a while."""
        loop = asyncio.get_running_loop()
        if not self._next:
            log.warning(
                "Something else takes this bot's messages from Telegram (%s): another process with "
                "the same token, perhaps one that is about to end. Waiting for it.",
                reason,
            )
            self._next = self._first
        pause, self._next = self._next, min(2 * self._next, self._longest)
        await asyncio.sleep(pause)
        self._seen_at = loop.time()

    def undisturbed(self) -> None:
        """Telegram let us ask."""
        quiet = asyncio.get_running_loop().time() - self._seen_at
        if self._next and quiet > self._longest:
            log.info("Telegram gives this bot's messages to nobody else any more.")
            self._next = 0.0
