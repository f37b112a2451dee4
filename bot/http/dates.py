"""What an answer's Date says of our clock (RFC 9110, section 6.6.1; Age: RFC 9111, section 5.1)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

RESOLUTION = timedelta(seconds=1)
"""The header has whole seconds."""


def ahead_seconds(headers: Mapping[str, str], asked: datetime, answered: datetime) -> float | None:
    """How far our clock is surely ahead of a server's, negative if behind; None without a Date.

    The answer was made between the two instants; 0 where the Date may lie between them.
    """
    try:
        made = parsedate_to_datetime(headers["Date"])
        made += timedelta(seconds=float(headers.get("Age", 0)))
    except (KeyError, ValueError, TypeError, OverflowError):
        return None
    if made.tzinfo is None:
        made = made.replace(tzinfo=UTC)
    least, most = asked - (made + RESOLUTION), answered - made
    return max(least, timedelta(0)).total_seconds() or min(most, timedelta(0)).total_seconds()
