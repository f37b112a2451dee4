"""What one request may cost."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The most time, bytes and tries that a request is given."""

    connect_seconds: float = 5.0
    total_seconds: float = 20.0
    """Of one try, from connecting to the last byte."""
    largest_bytes: int = 8 * 2**20
    """Of the body as we read it, after decompression."""
    retries: int = 2
    retry_pause_seconds: float = 1.0
    """The span of the first retry's random pause; it doubles with each further one."""
    retry_within_seconds: float = 12.0
    """No retry starts later than this after the first attempt: a poll must not be held up."""
    turn_seconds: float = 300.0
    """How long it may wait while our other requests to the same host have their turn."""


USUAL_LIMITS = Limits()
