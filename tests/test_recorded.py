"""The recorded alerts, as people ask for them."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot import recorded
from bot.messages.record import record_line
from bot.model import Alert, Kind, Message, Unit

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)


def alert(name: str, topic: str = "dominance", kind: Kind = Kind.FIRED) -> Alert:
    return Alert(
        name, name.split(":", maxsplit=1)[0], topic, kind, "btc_dominance", 54.9, 55.0, Unit.PCT,
        "CMC", AT, date(2026, 3, 1), AT, Message("Dominance below 55 %"),
    )  # fmt: skip


FIRED = alert("dominance_55:2026-03-01:fired")
SEASON = alert("altseason:2026-03-01:fired", "season")
QUIET = replace(alert("dominance_57:2026-02-01:fired"), quiet=True)
LATE = replace(QUIET, id=f"{QUIET.id}:late", kind=Kind.LATE, quiet=False)
FIRST = replace(FIRED, id=f"{FIRED.id}:corrected:1", kind=Kind.CORRECTED)
TENTH = replace(FIRST, id=f"{FIRED.id}:corrected:10", withdrawn=True)
ALL = recorded.numbered([TENTH, FIRST, LATE, QUIET, SEASON, FIRED])


def test_what_was_found_late_is_one_happening() -> None:
    assert [each.alert for each in ALL] == [TENTH, FIRST, QUIET, SEASON, FIRED]
    assert [each.number for each in ALL] == [1, 2, 3, 4, 5]
    assert [each.alert for each in recorded.numbered([LATE, FIRED])] == [LATE, FIRED]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("4", SEASON),
        ("#4", SEASON),
        ("dominance_55:2026-03-01:FIRED", FIRED),
        ("0", None),
        ("6", None),
        ("dominance_55", None),
        ("", None),
    ],
)
def test_one_is_found_by_number_or_id(typed: str, found: Alert | None) -> None:
    each = recorded.find(ALL, typed)
    assert (each and each.alert) == found


def test_some_are_found_by_rule_then_topic() -> None:
    assert [e.alert for e in recorded.of_rule_or_topic(ALL, "dominance_57")] == [QUIET]
    assert [e.number for e in recorded.of_rule_or_topic(ALL, "dominance")] == [1, 2, 3, 5]
    assert [e.alert for e in recorded.of_topics(ALL, {"season", "etf"})] == [SEASON]


def test_corrections_are_counted_as_numbers() -> None:
    assert recorded.corrections(FIRED, ALL) == (FIRST, TENTH)
    assert recorded.corrections(SEASON, ALL) == ()
    assert recorded.corrected_id(TENTH) == FIRED.id == recorded.corrected_id(FIRED)


def test_a_line_says_what_became_of_it() -> None:
    source = "Dominance 54.90 % against 55 % (CMC, as of 2026-03-02 12:00 UTC)"
    assert record_line(FIRED, "Dominance") == f"1 Mar 2026: dominance_55 fired; {source}"
    assert "dominance_55 corrected and withdrawn;" in record_line(TENTH, "Dominance")
    assert "dominance_57 fired, found late;" in record_line(QUIET, "Dominance")
    assert "1 Mar 2026: Dominance below 55 %;" in record_line(FIRED, "", composed=True)
