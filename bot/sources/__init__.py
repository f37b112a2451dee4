"""Providers, one file each: its URL and its answer's shape. Each module defines SOURCE.

What stands here are the checks at the door that every provider's answer passes. They refuse; they
never repair.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.catalogue import SERIES
from bot.model import Observation
from bot.ports import SourceError

SHAPE = ConfigDict(strict=True, frozen=True, extra="ignore", allow_inf_nan=False)
"""How every answer is parsed: a number is a finite number, and unknown keys are no news."""

UnixSeconds = Annotated[float, Field(ge=-2_208_988_800, le=4_102_444_800)]
"""An instant between 1900 and 2100, so that milliseconds are not taken for seconds."""

FAST_CLOCK = timedelta(minutes=10)
"""How far ahead of ours a provider's clock may run."""
FIRST_SAMPLE = datetime(2013, 1, 1, tzinfo=UTC)
"""Nobody measured the crypto market earlier; an older time is a missing one."""
LONGEST_NOTE = 160

Answer = TypeVar("Answer", bound=BaseModel)


def parse(shape: type[Answer], body: bytes, vendor: str) -> Answer:
    """The body as a value of the shape; raises SourceError naming the vendor and the field."""
    try:
        return shape.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        reason = first["msg"][:1].lower() + one_line(first["msg"][1:]).rstrip(".")
        where = f"at {field}" if field else "as a whole"
        raise SourceError(f"{vendor}'s answer is unusable {where}: {reason}.") from None


def one_line(text: str) -> str:
    """A vendor's own words, made fit to stand within a sentence of ours."""
    words = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return words if len(words) <= LONGEST_NOTE else f"{words[:LONGEST_NOTE]}…"


def observation(
    series: str,
    vendor: str,
    *,
    day: date,
    value: float,
    as_of: datetime,
    now: datetime,
    final: bool,
) -> Observation:
    """An observation seen `now`; raises SourceError for a value or a time that cannot be real."""
    known = SERIES[series]
    if not known.lowest <= value <= known.highest:
        raise SourceError(f"{vendor}'s {known.title} reads {value:g}, which cannot be real.")
    if as_of > now + FAST_CLOCK:
        raise SourceError(
            f"{vendor}'s {known.title} is dated {as_of:%Y-%m-%d %H:%M} UTC, ahead of now."
        )
    return Observation(
        series=series,
        vendor=vendor,
        day=day,
        value=value,
        as_of=as_of,
        observed_at=now,
        final=final,
    )


def sample(
    series: str, vendor: str, *, value: float, as_of: datetime, now: datetime
) -> Observation:
    """One look at a value that moves all day; the calendar decides later which look was the last.

    Raises SourceError for a value or a time that cannot be real.
    """
    if as_of < FIRST_SAMPLE:
        raise SourceError(
            f"{vendor}'s {SERIES[series].title} is dated {as_of.year}, long before now."
        )
    # Compared before it is converted: the end of the year 9999 in a western zone has no UTC.
    if as_of > now + FAST_CLOCK:
        raise SourceError(
            f"{vendor}'s {SERIES[series].title} is dated {as_of:%Y-%m-%d %H:%M %Z}, ahead of now."
        )
    moment = as_of.astimezone(UTC)
    return observation(
        series, vendor, day=moment.date(), value=value, as_of=moment, now=now, final=False
    )
