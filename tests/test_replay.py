"""Recorded history through the same core."""

import csv
import json
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest

from bot import as_json, replay
from bot.calendar import is_session
from bot.model import Alert
from bot.parts import find_parts

INDICATORS = find_parts().indicators
HISTORY = Path(__file__).parents[2] / "shared" / "history"


def write(folder: Path, series: str, rows: list[tuple[date, float]]) -> None:
    with (folder / f"{series}.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("date", "value"), *rows])


def days(count: int) -> list[date]:
    return [date(2024, 1, 1) + timedelta(days=index) for index in range(count)]


def sessions(count: int) -> list[date]:
    return [day for day in days(2 * count) if is_session(day)][:count]


def alerts(folder: Path) -> list[Alert]:
    return list(replay.replay(replay.read(folder), INDICATORS))


def test_a_breakout_is_sent_on_the_day_of_the_close_that_decided(tmp_path: Path) -> None:
    calendar = sessions(6)
    write(tmp_path, "russell_2000", list(zip(calendar, [100, 85, 95, 101, 102, 103], strict=True)))
    (alert,) = alerts(tmp_path)
    assert (alert.id, alert.value, alert.level) == (
        f"russell_breakout:{calendar[4]}:fired", 102.0, 100.0,
    )  # fmt: skip
    told = json.loads(as_json.alert(alert))
    assert (told["date"], told["as_of"]) == (str(calendar[4]), str(calendar[4]))


def test_a_utc_days_value_is_known_only_when_the_day_is_over(tmp_path: Path) -> None:
    calendar = days(4)
    write(tmp_path, "btc_dominance", list(zip(calendar, [58, 56.9, 56.8, 56.7], strict=True)))
    (alert,) = alerts(tmp_path)
    told = json.loads(as_json.alert(alert))
    assert (told["as_of"], told["date"]) == (str(calendar[2]), str(calendar[3]))
    assert set(told) == {
        "id", "date", "as_of", "topic", "rule", "kind", "indicator", "value", "level", "text",
    }  # fmt: skip


def test_replaying_twice_gives_the_same_alerts(tmp_path: Path) -> None:
    values = [50 + (index * 7) % 13 for index in range(60)]
    write(tmp_path, "btc_dominance", list(zip(days(60), values, strict=True)))
    assert alerts(tmp_path) == alerts(tmp_path)
    assert len({alert.id for alert in alerts(tmp_path)}) == len(alerts(tmp_path))


def test_a_gap_is_told_once_when_it_opens_and_once_when_it_closes(tmp_path: Path) -> None:
    calendar = days(12)
    kept = [(day, 58.0) for day in (*calendar[:3], *calendar[9:])]
    write(tmp_path, "btc_dominance", kept)
    assert [(a.rule, a.kind) for a in alerts(tmp_path)] == [
        ("blind", "stale"), ("blind", "recovered"),
    ]  # fmt: skip


def test_rows_off_the_exchanges_calendar_are_no_closes(tmp_path: Path) -> None:
    calendar = sessions(4)
    saturday = date(2024, 1, 6)
    rows = [*zip(calendar, [100, 85, 95, 96], strict=True), (saturday, 999.0)]
    write(tmp_path, "russell_2000", sorted(rows))
    assert alerts(tmp_path) == []


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("day,value\n", "must begin with the line date,value"),
        ("date,value\n2024-01-01,abc\n", "line 2: expected a date and a number"),
        ("date,value\n2024-01-01\n", "line 2: expected a date and a number"),
        ("date,value\n01.01.2024,5\n", "line 2: expected a date and a number"),
        ("date,value\n2024-01-01,nan\n", "line 2: nan is not a value"),
    ],
)
def test_a_bad_recording_is_refused_with_file_and_line(
    tmp_path: Path, text: str, complaint: str
) -> None:
    (tmp_path / "btc_dominance.csv").write_text(text, encoding="utf-8")
    with pytest.raises(replay.UnusableRecording, match=complaint):
        replay.read(tmp_path)


def test_a_folder_without_known_series_says_what_it_expected(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("date,value\n", encoding="utf-8")
    with pytest.raises(replay.UnusableRecording, match=r"russell_2000\.csv"):
        replay.read(tmp_path)


real_history = pytest.mark.skipif(
    not HISTORY.is_dir(), reason="the recorded history is not beside this checkout"
)


@cache
def recorded() -> tuple[Alert, ...]:
    """All alerts of the recorded history, worked out once."""
    return tuple(alerts(HISTORY))


@real_history
def test_the_breakouts_of_four_decades() -> None:
    fired = [
        str(alert.day)
        for alert in recorded()
        if (alert.rule, alert.kind) == ("russell_breakout", "fired") and alert.day.year >= 1990
    ]
    assert fired == [
        "1991-10-17", "1992-12-01", "1995-05-17", "1997-01-10", "1998-03-12", "1999-12-30",
        "2004-11-10", "2005-07-11", "2006-11-15", "2011-04-28", "2013-01-03", "2014-12-29",
        "2016-11-15", "2020-11-16",
    ]  # fmt: skip


def _level_reference(path: Path, *, level: float, recovery: float, below: bool) -> list[str]:
    """The preset's arithmetic written anew from its table, for one level with a band."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = [(row["date"], float(row["value"])) for row in csv.DictReader(file)]
    hit = [value < level if below else value >= level for _, value in rows]
    firing, fired = hit[0], []
    for index in range(1, len(rows)):
        value = rows[index][1]
        if firing:
            firing = not (value > recovery if below else value < recovery)
        elif hit[index] and hit[index - 1]:
            firing = True
            fired.append(rows[index][0])
    return fired


@real_history
@pytest.mark.parametrize(
    ("rule", "series", "level", "recovery", "below"),
    [
        ("dominance_57", "btc_dominance", 57, 58, True),
        ("dominance_55", "btc_dominance", 55, 56, True),
        ("altseason", "altcoin_season_index", 75, 60, False),
        ("bitcoin_season", "altcoin_season_index", 25, 35, True),
    ],
)
def test_level_rules_fire_where_an_independent_reading_of_the_table_does(
    rule: str,
    series: str,
    level: float,
    recovery: float,
    below: bool,  # noqa: FBT001
) -> None:
    fired = [str(a.day) for a in recorded() if a.rule == rule and a.kind == "fired"]
    expected = _level_reference(
        HISTORY / f"{series}.csv", level=level, recovery=recovery, below=below
    )
    # A gap day between two hits is still two values in a row, for both.
    assert fired == expected
