"""The recorded history as lists of rows, and folders of such lists to replay."""

import csv
import warnings
from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path

import exchange_calendars as xcals
import pytest

from bot import replay
from bot.model import Alert
from bot.parts import find_parts
from tests.acceptance.reference import Rows, Told

INDICATORS = find_parts().indicators
HISTORY = Path(__file__).parents[3] / "shared" / "history"

real_history = pytest.mark.skipif(
    not HISTORY.is_dir(), reason="the recorded history is not beside this checkout"
)


@cache
def _rows(series: str) -> tuple[tuple[date, float], ...]:
    with (HISTORY / f"{series}.csv").open(newline="", encoding="utf-8") as file:
        return tuple(
            (date.fromisoformat(r["date"]), float(r["value"])) for r in csv.DictReader(file)
        )


def rows(series: str) -> Rows:
    """A series of the recorded history."""
    return list(_rows(series))


def names() -> list[str]:
    """Every series recorded."""
    return sorted(path.stem for path in HISTORY.glob("*.csv"))


def write(folder: Path, series: str, values: Rows) -> None:
    with (folder / f"{series}.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("date", "value"), *values])


def alerts(folder: Path) -> tuple[Alert, ...]:
    return tuple(replay.replay(replay.read(folder), INDICATORS))


@cache
def recorded() -> tuple[Alert, ...]:
    """All alerts of the recorded history, worked out once."""
    return alerts(HISTORY)


def told(by: Iterable[Alert], rule: str) -> Told:
    """What a rule told, in order, with the day of the value that decided it."""
    return [(str(alert.kind), alert.day) for alert in by if alert.rule == rule]


@cache
def _all_sessions() -> tuple[date, ...]:
    with warnings.catch_warnings():
        # exchange-calendars meets pandas' deprecations inside, which are not ours to mend.
        warnings.simplefilter("ignore")
        calendar = xcals.get_calendar("XNYS", start="1987-01-02", end="2025-12-31")
        return tuple(session.date() for session in calendar.sessions)


def sessions(first: date, last: date) -> list[date]:
    """The New York sessions from one day to another, by a calendar that is not our own."""
    return [day for day in _all_sessions() if first <= day <= last]
