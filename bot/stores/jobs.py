"""How long alerts are told, and in which lane."""

from dataclasses import dataclass
from datetime import timedelta

from bot.stores import milliseconds

ALERTS, DIGESTS = 1, 2
"""The lanes of jobs: what was found late lets what is new go first. Chats' own alerts need no lane
of jobs, as they wait in their chats' lines from the beginning; replies never wait with them."""


NEWS = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """What becomes of an alert that nobody could deliver, as time goes by."""

    news: timedelta = NEWS
    """For so long it is told as news, and after that in a catch-up."""
    told: timedelta = timedelta(days=7)
    """After so long it is told no more, and counted as expired."""
    known: timedelta = timedelta(days=30)
    """For so long the same alert is not enqueued again, and its walk can go on."""

    @property
    def milliseconds(self) -> tuple[int, int, int]:
        """All three."""
        told = max(self.told, self.news)
        return (
            milliseconds.of_span(self.news),
            milliseconds.of_span(told),
            milliseconds.of_span(max(self.known, told)),
        )
