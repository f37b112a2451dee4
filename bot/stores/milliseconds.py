"""Times as the scripts count them: whole milliseconds."""

from datetime import datetime, timedelta


def of_seconds(seconds: float) -> int:
    """So many seconds; what is over already is none."""
    return max(0, round(seconds * 1000))


def of_span(span: timedelta) -> int:
    """A span of time."""
    return round(span / timedelta(milliseconds=1))


def of_instant(instant: datetime) -> int:
    """Since 1970."""
    return round(instant.timestamp() * 1000)
