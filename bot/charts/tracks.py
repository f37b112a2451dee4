"""What a picture shows of a recording; pure, and without matplotlib."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate

from bot.book import plausible
from bot.model import Observation


@dataclass(frozen=True, slots=True)
class Days:
    """The days shown, ends included; None where there is no end."""

    since: date | None
    until: date | None

    def hold(self, moment: datetime) -> bool:
        """Whether the moment's day, in UTC, is one of them."""
        day = moment.date()
        begun = self.since is None or self.since <= day
        return begun and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Span:
    """From the first moment shown to the last."""

    first: datetime
    last: datetime

    @property
    def length(self) -> timedelta:
        """How long it is."""
        return self.last - self.first


@dataclass(frozen=True, slots=True)
class Track:
    """What is shown of one series, oldest first, each value at the moment the world knew it."""

    first_day: date
    moments: Sequence[datetime]
    values: Sequence[float]
    records: Sequence[float]
    """The highest value so far, counted from the recording's beginning."""


def track(observations: Sequence[Observation], series: str, days: Days) -> Track | None:
    """A series over these days, without what cannot be real; None where nothing is left."""
    past = [each for each in observations if each.series == series and plausible(each)]
    records = accumulate((each.value for each in past), max)
    seen = [
        (e, record) for e, record in zip(past, records, strict=True) if days.hold(e.observed_at)
    ]
    if not seen:
        return None
    shown = [each for each, _ in seen]
    return Track(
        first_day=shown[0].day,
        moments=[each.observed_at for each in shown],
        values=[each.value for each in shown],
        records=[record for _, record in seen],
    )
