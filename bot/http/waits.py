"""For how long a host is left alone."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_WAIT_SECONDS = 86_400.0
"""A server that wants to be left alone for longer is asked again after this anyway."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long a host is left alone when it answers 429 and does not say for how long."""

    first_seconds: float = 15.0
    cap_seconds: float = 3_600.0

    def seconds(self, refusals: int, jitter: float) -> float:
        """The wait after so many refusals in a row: never less than the first, doubling its span.

        `jitter` within [0, 1) picks the place in the span.
        """
        ceiling = min(self.cap_seconds, self.first_seconds * 2.0 ** min(refusals, 32))
        return self.first_seconds + jitter * max(0.0, ceiling - self.first_seconds)


BACKOFFS = {"query1.finance.yahoo.com": Backoff(first_seconds=900.0, cap_seconds=21_600.0)}
"""Yahoo blocks an address for minutes to hours, and longer if it keeps asking."""


def named_wait_seconds(retry_after: str, now: datetime) -> float | None:
    """How long a Retry-After asks to wait, as a number or a date; None if it says nothing."""
    try:
        if retry_after.isascii() and retry_after.isdigit():
            seconds = float(retry_after)
        else:
            moment = parsedate_to_datetime(retry_after)
            aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            seconds = (aware - now).total_seconds()
    except (ValueError, OverflowError):
        return None
    return min(max(0.0, seconds), LONGEST_WAIT_SECONDS)
