"""The states around an alert, and the day on which a replay tells it."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot import replay
from bot.model import Alert, Kind, Point, Status
from bot.studies.around import around
from bot.studies.reproduced import needed, replayed_on
from tests.handlers.past import HISTORY, NOW, PARTS
from tests.handlers.told import alerts

RULE = next(r for each in PARTS.indicators for r in each.rules if r.id == "dominance_57")
DAY = date(2026, 3, 1)


def points(*values: float) -> list[Point]:
    days = [DAY + timedelta(days=n) for n in range(len(values))]
    return [Point(day, value, "CMC", NOW) for day, value in zip(days, values, strict=True)]


def test_the_states_are_those_of_the_days_around() -> None:
    past = points(60.0, 56.0, 56.0, 56.0, 59.0)
    found = around(RULE, past, past[2].day, Kind.FIRED)
    assert found is not None
    assert (found.before.status, found.after.status) == (Status.PENDING, Status.FIRING)
    found = around(RULE, past, past[4].day, Kind.RESOLVED)
    assert found is not None
    assert (found.before.status, found.after.status) == (Status.FIRING, Status.NORMAL)


@pytest.mark.parametrize(("day", "kind"), [(1, Kind.FIRED), (2, Kind.RESOLVED), (3, Kind.FIRED),
                                           (9, Kind.FIRED), (-1, Kind.FIRED)])  # fmt: skip
def test_what_the_values_do_not_show_is_not_known(day: int, kind: Kind) -> None:
    past = points(60.0, 56.0, 56.0, 56.0)
    assert around(RULE, past, DAY + timedelta(days=day), kind) is None
    assert around(RULE, [], DAY, Kind.FIRED) is None


def test_a_day_that_is_not_stored_is_not_taken_for_the_next() -> None:
    first, second, third, fourth = points(60.0, 56.0, 60.0, 56.0)
    stored = [first, second, fourth]
    assert around(RULE, stored, fourth.day, Kind.FIRED) is not None
    assert around(RULE, stored, third.day, Kind.FIRED) is None


def missed(told: list[Alert]) -> list[str]:
    """Those that a replay tells on another day than we say."""
    days = [(each, replayed_on(each, PARTS.indicators)) for each in told]
    return [each.id for each, day in days if day != each.decided_at.date()]


def test_a_replay_tells_it_on_the_day_that_is_said(tmp_path: Path) -> None:
    told = list(alerts(tmp_path))
    assert {each.rule for each in told} >= {"russell_breakout", "phase", "breakout_follow_up"}
    assert missed(told) == []


def test_when_it_was_decided_live_changes_nothing(tmp_path: Path) -> None:
    for each in alerts(tmp_path):
        later = replace(each, decided_at=each.decided_at + timedelta(days=3))
        assert replayed_on(later, PARTS.indicators) == each.decided_at.date()


def test_a_recording_of_what_is_named_alone_tells_it(tmp_path: Path) -> None:
    """The other series of the market change the words, and never the alert."""
    for n, each in enumerate(alerts(tmp_path)):
        folder = tmp_path / str(n)
        folder.mkdir()
        for series in needed(each, PARTS.indicators):
            name = f"{series}.csv"
            (folder / name).write_bytes((tmp_path / name).read_bytes())
        again = [a.id for a in replay.replay(replay.read(folder), PARTS.indicators)]
        assert each.id in again


@pytest.mark.skipif(not HISTORY.is_dir(), reason="the recorded history is not beside this checkout")
def test_so_it_is_for_years_of_history() -> None:
    past = replay.read(HISTORY)
    since = [each for each in past.observations if each.day >= date(2019, 1, 1)]
    told = list(replay.replay(replay.Recording(since, ()), PARTS.indicators))
    assert len(told) > 100
    assert missed([each for each in told if each.rule != "blind"]) == []
    assert all(needed(each, PARTS.indicators) for each in told)
