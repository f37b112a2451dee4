"""What happens in this process, told to whoever counts it."""

from typing import Protocol

from bot.ports.chats import Departure
from bot.ports.outbox import Outcome
from bot.ports.sources import Trouble


class Meters(Protocol):
    """Counts; what it is told costs next to nothing and cannot fail."""

    def answered(self, feed: str, trouble: Trouble | None) -> None:
        """A feed was asked, and gave values or trouble."""

    def responded(self, host: str, status: int) -> None:
        """A provider's host answered a request with an HTTP status."""

    def sent(self, platform: str, outcome: Outcome) -> None:
        """A message to one chat was tried, and this became of it."""

    def slowed_down(self, platform: str) -> None:
        """A platform refused a message because it was sent too many (HTTP 429)."""

    def departed(self, platform: str, departure: Departure) -> None:
        """A chat takes no more messages, and was suspended."""


class Unmetered:
    """For commands that are over before anybody could look."""

    def answered(self, feed: str, trouble: Trouble | None) -> None:
        """Count nothing."""

    def responded(self, host: str, status: int) -> None:
        """Count nothing."""

    def sent(self, platform: str, outcome: Outcome) -> None:
        """Count nothing."""

    def slowed_down(self, platform: str) -> None:
        """Count nothing."""

    def departed(self, platform: str, departure: Departure) -> None:
        """Count nothing."""


UNMETERED = Unmetered()
