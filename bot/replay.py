"""The same core over recorded history: what would have been sent, and when."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from pathlib import Path

from bot.book import Book
from bot.calendar import belongs, final_at, late_at, session_close
from bot.catalogue import SERIES
from bot.evaluation import evaluate, follow_up
from bot.measures import Measures
from bot.model import Alert, Cadence, Indicator, Observation, Point, RuleState, Series

VENDOR = "recorded"


Progress = Callable[[int, int], None]
"""(values fed, values in all): called as time goes on."""


class UnusableRecording(Exception):
    """A recording cannot be read; the text is one sentence that names the file and line."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A folder's series, oldest value first by the time at which the world knew it."""

    observations: Sequence[Observation]
    unused: Sequence[str]
    """Files whose series the product does not watch."""

    @property
    def series(self) -> tuple[str, ...]:
        """The series recorded."""
        return tuple(dict.fromkeys(each.series for each in self.observations))


def read(folder: Path) -> Recording:
    """Read every `<series>.csv` (`date,value`, ISO dates, one final value a day) of a folder."""
    if not folder.is_dir():
        raise UnusableRecording(f"There is no folder {folder}.")
    observations: list[Observation] = []
    unused = []
    for path in sorted(folder.glob("*.csv")):
        series = SERIES.get(path.stem)
        if series is None:
            unused.append(path.name)
        else:
            observations.extend(_read_series(path, series))
    if not observations:
        raise UnusableRecording(
            f"{folder} holds no series I watch; expected one of "
            f"{', '.join(f'{key}.csv' for key in SERIES)}."
        )
    observations.sort(key=lambda each: each.observed_at)
    return Recording(observations, unused)


def replay(
    recording: Recording,
    indicators: Sequence[Indicator],
    until: date | None = None,
    *,
    progress: Progress = lambda _fed, _all: None,
) -> Iterator[Alert]:
    """Every alert that would have been sent, in order, up to and including the day `until`."""
    book = _empty_book()
    measures = Measures(book, _foreseen(recording, indicators))
    states: dict[str, RuleState] = {}
    recorded, fed = recording.series, 0

    def look(now: datetime) -> Iterator[Alert]:
        result = evaluate(measures, indicators, states, now)
        states.update(result.states)
        yield from result.alerts

    for known_at, group in groupby(recording.observations, key=lambda each: each.observed_at):
        for deadline in _deadlines(book, recorded, states, known_at):
            if until is None or deadline.date() <= until:
                yield from look(deadline)
        if until is not None and known_at.date() > until:
            return
        values = list(group)
        book.add(values)
        fed += len(values)
        yield from look(known_at)
        progress(fed, len(recording.observations))


def _empty_book() -> Book:
    return Book(dict.fromkeys(SERIES, (VENDOR,)))


def _foreseen(recording: Recording, indicators: Sequence[Indicator]) -> dict[str, Sequence[Point]]:
    """What is worked out from the recording, all days at once: day by day it would take minutes.

    No day's value depends on a later one, and none is seen before its day is reached.
    """
    book = _empty_book()
    book.add(recording.observations)
    measures, end = Measures(book), recording.observations[-1].observed_at
    derived = (each for each in indicators if each.rules and each.derive)
    return {each.key: measures.points(each, end, None) for each in derived}


def _deadlines(
    book: Book, recorded: Sequence[str], states: Mapping[str, RuleState], before: datetime
) -> list[datetime]:
    """The moments before `before` at which time alone makes news.

    A series became late, or a breakout old enough for its follow-up.
    """
    moments = {moment for moment in follow_up.moments(states) if moment < before}
    for key in recorded:
        latest = book.latest(key, VENDOR)
        if latest is not None:
            due = late_at(SERIES[key], latest, latest.day)
            if latest.observed_at < due < before:
                moments.add(due)
    return sorted(moments)


def _read_series(path: Path, series: Series) -> Iterator[Observation]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UnusableRecording(f"{path.name} cannot be read: {reason}.") from None
    if lines[:1] != ["date,value"]:
        raise UnusableRecording(f"{path.name} must begin with the line date,value.")
    before: Observation | None = None
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        told = _observation(line.split(","), series, f"{path.name}, line {number}")
        if not _is_first_print(series, before, told):
            yield told
            before = told


def _is_first_print(series: Series, before: Observation | None, told: Observation) -> bool:
    """Whether a zero, too far from the value before it to be real, stands for one to come."""
    if told.value != 0.0 or before is None or series.step is None:
        return False
    return abs(before.value) > series.step.of(before.value)


def _observation(row: Sequence[str], series: Series, where: str) -> Observation:
    try:
        day, value = date.fromisoformat(row[0]), float(row[1])
    except (IndexError, ValueError):
        raise UnusableRecording(f"{where}: expected a date and a number, not {row}.") from None
    if not math.isfinite(value):
        raise UnusableRecording(f"{where}: {value} is not a value.")
    if not belongs(series.cadence, day):
        # Weekend and holiday rows are in real recordings; the book refuses them by their day.
        known_at = as_of = final_at(Cadence.UTC_DAY, day)
    else:
        known_at = final_at(series.cadence, day)
        is_bar = series.cadence in (Cadence.NYSE_SESSION, Cadence.NYSE_NEXT_MORNING)
        as_of = session_close(day) if is_bar else min(known_at, final_at(Cadence.UTC_DAY, day))
    return Observation(series.key, VENDOR, day, value, as_of, known_at, final=True)
