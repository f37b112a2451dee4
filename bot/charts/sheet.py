"""What the picture of one number shows: plain data, which another process can draw."""

from dataclasses import dataclass
from datetime import date, datetime

from pydantic import TypeAdapter, ValidationError

from bot.language import ENGLISH
from bot.model import Kind, Side, Unit


@dataclass(frozen=True, slots=True)
class Watched:
    """A rule's line, in the number's unit."""

    rule: str
    side: Side
    level: float
    recovery: float | None = None
    """The line that ends an episode, where it is another."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The days of an episode that are shown."""

    rule: str
    began: date
    ended: date | None
    """None where it goes on beyond the last day shown."""


@dataclass(frozen=True, slots=True)
class Mark:
    """An alert that was told."""

    rule: str
    kind: Kind
    day: date
    value: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """One number over a period; the same sheet always gives the same picture."""

    title: str
    """In English, like all words here: whoever draws says them in the sheet's language."""
    unit: Unit
    since: date
    until: date
    days: tuple[date, ...]
    """Never empty, oldest first, all within the period."""
    values: tuple[float, ...]
    vendor: str
    """Of the last value, as is the time."""
    as_of: datetime
    records: tuple[float, ...] = ()
    """The highest value so far, since the stored past began; empty where no rule asks for it."""
    watched: tuple[Watched, ...] = ()
    stretches: tuple[Stretch, ...] = ()
    marks: tuple[Mark, ...] = ()
    language: str = ENGLISH

    @property
    def rules(self) -> tuple[str, ...]:
        """All rules of which something is shown."""
        shown = [each.rule for each in self.watched] + [each.rule for each in self.stretches]
        return tuple(dict.fromkeys([*shown, *(each.rule for each in self.marks)]))


_JSON = TypeAdapter(Sheet)


def write(sheet: Sheet) -> bytes:
    """The sheet as JSON: the same for the same sheet, and nothing but data for whoever reads it."""
    return _JSON.dump_json(sheet)


def read(body: bytes) -> Sheet:
    """The sheet that was written; raises ValueError for what is none."""
    try:
        return _JSON.validate_json(body)
    except ValidationError as error:
        raise ValueError(f"{len(body)} bytes are no sheet") from error
