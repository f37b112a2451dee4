"""Providers, one file each: its URL and its answer's shape. Each module defines SOURCE.

What stands here are the checks at the door that every provider's answer passes. They refuse; they
never repair.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from bot.calendar import belongs, final_at, session_close
from bot.catalogue import SERIES
from bot.model import Cadence, Observation
from bot.ports import SourceError

SHAPE = ConfigDict(strict=True, frozen=True, extra="ignore", allow_inf_nan=False)
"""How every answer is parsed: a number is a finite number, and unknown keys are no news."""

UnixSeconds = Annotated[float, Field(ge=-2_208_988_800, le=4_102_444_800)]
"""An instant between 1900 and 2100, so that milliseconds are not taken for seconds."""


def _from_text(value: object) -> object:
    """A number that a provider wrote as text, such as "75275.41"; anything else stays as it is."""
    if isinstance(value, str):
        with suppress(ValueError):
            return float(value)
    return value


Number = Annotated[float, BeforeValidator(_from_text), Field(allow_inf_nan=False)]
"""A finite number, also where the provider writes it as text."""

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
        field = one_line(".".join(str(part) for part in first["loc"]))
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
    note: str = "",
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
        note=note,
    )


def sample(
    series: str, vendor: str, *, value: float, as_of: datetime, now: datetime, note: str = ""
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
        series,
        vendor,
        day=moment.date(),
        value=value,
        as_of=moment,
        now=now,
        final=False,
        note=note,
    )


def real(series: str, value: float | None) -> float | None:
    """The value, unless it is missing or cannot be real."""
    known = SERIES[series]
    return value if value is not None and known.lowest <= value <= known.highest else None


def samples(
    vendor: str, values: Mapping[str, tuple[float | None, datetime]], now: datetime
) -> list[Observation]:
    """What one answer says of several series, each with the time it is about.

    The first must be there and real; of the others, what is missing or cannot be real is left out.
    """
    required, *_ = values
    if values[required][0] is None:
        raise SourceError(f"{vendor} gives no {SERIES[required].title}.")
    found = []
    for series, (value, as_of) in values.items():
        try:
            if value is not None:
                found.append(sample(series, vendor, value=value, as_of=as_of, now=now))
        except SourceError:
            if series == required:
                raise
    return found


def history(
    series: str,
    vendor: str,
    rows: Iterable[tuple[date, float | None]],
    now: datetime,
    first: date | None = None,
) -> list[Observation]:
    """A vendor's daily values of the past, oldest first; raises SourceError if it has none at all.

    Rows without a value, of days that have none, or beyond what can be real are left out, and those
    of days before `first`; of a day that comes twice the last row counts. A value is final once its
    day's value can be known, and is then as of the moment at which its day ended: the close of a
    session, midnight UTC, or, of what is published later, the end of the day it is about.
    """
    cadence = SERIES[series].cadence
    earliest, last = first or date.min, now.date() + timedelta(days=1)
    found: dict[date, Observation] = {}
    has_older = False
    for day, value in rows:
        if value is None or not math.isfinite(value) or day > last:
            continue
        if day < earliest:
            has_older = True
            continue
        if not belongs(cadence, day):
            continue
        as_of = _end_of(cadence, day)
        final = _settled(cadence, day) <= now
        with suppress(SourceError):  # A value that cannot be real is as good as none.
            found[day] = observation(
                series, vendor, day=day, value=value, as_of=min(as_of, now), now=now, final=final
            )
    if not found and not has_older:
        raise SourceError(f"{vendor} gives no {SERIES[series].title} that could be real.")
    return [found[day] for day in sorted(found)]


def from_day(since: date | None, days: int) -> date | None:
    """So many days before `since`, as revisions reach so far back; None, for all, without it."""
    return None if since is None else since - timedelta(days=days)


def newest(observations: Sequence[Observation], since: date | None, days: int) -> list[Observation]:
    """Those from `days` before `since` on, as revisions reach so far back; all without `since`."""
    if since is None:
        return list(observations)
    first = since - timedelta(days=days)
    return [each for each in observations if each.day >= first]


def _settled(cadence: Cadence, day: date) -> datetime:
    """When a value of that day that a vendor tells of can be the last: its own end at the least."""
    if cadence in (Cadence.WEDNESDAY, Cadence.MONTH):
        return _end_of(cadence, day)  # Releases move; what is out is out.
    return final_at(cadence, day)


def _end_of(cadence: Cadence, day: date) -> datetime:
    if cadence in (Cadence.NYSE_SESSION, Cadence.NYSE_NEXT_MORNING):
        return session_close(day)
    if cadence is Cadence.MONTH:
        day = (day + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return final_at(Cadence.UTC_DAY, day)
