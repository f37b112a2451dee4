"""One warning as an outage begins and one line as it ends, however often it is met in between."""

import logging

from bot.ports import StoreAway


class ToldOnce:
    """Something that one part of the bot cannot do for a while."""

    def __init__(self, log: logging.Logger) -> None:
        """Take the log of that part."""
        self._log = log
        self._told = False

    def met(self, error: Exception, text: str, *arguments: object) -> None:
        """Warn of it, unless that is done.

        While the store is away everything waits, and its connection has told that for all.
        """
        is_news = not self._told and not isinstance(error, StoreAway)
        self._log.log(logging.WARNING if is_news else logging.DEBUG, text, *arguments)
        self._told = self._told or is_news

    def over(self, text: str, *arguments: object) -> None:
        """Say that it is over, if it was told."""
        if self._told:
            self._log.info(text, *arguments)
        self._told = False


def warning_unless_away(error: Exception) -> int:
    """The level of a line about something that went wrong once, and not only for this part."""
    return logging.DEBUG if isinstance(error, StoreAway) else logging.WARNING
