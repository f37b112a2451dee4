"""When an alert is told: quiet hours by the clocks of any zone, mutes, and what ends them."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.manners import LOOK_AGAIN, ended, held_back, known_zone, quiet_until, subject
from bot.model import Mute, Preferences, QuietHours
from bot.ports import Hold

NIGHT = QuietHours(time(22), time(7))
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
FIRED = "dominance_55:2026-11-21:fired"
RESOLVED = "dominance_55:2026-11-21:resolved"
OWN = "own:telegram:-100:7:3:2026-11-22T11:00:00+00:00:fired"


def decided(preferences: Preferences, job: str, topic: str, now: datetime) -> Hold | str:
    """What becomes of one letter: "told", "left out", or how it is held."""
    holds = held_back([(job, topic)], preferences, now)
    if not holds:
        return "told"
    return "left out" if holds[0].until is None else holds[0]


def muted(*mutes: Mute) -> Preferences:
    return Preferences(mutes=mutes)


# --- What a letter is about -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("job", "topic", "about"),
    [
        (FIRED, "dominance", ("dominance", "dominance_55", False)),
        (RESOLVED, "dominance", ("dominance", "dominance_55", True)),
        (f"{RESOLVED}:late", "dominance", ("dominance", "dominance_55", True)),
        (f"{RESOLVED}:corrected:1", "dominance", ("dominance", "dominance_55", False)),
        ("russell_breakout:2016-11-15:invalidated", "breakout",
         ("breakout", "russell_breakout", True)),
        ("blind:btc:2026-11-22T10:00Z:recovered", "health", ("health", "blind", True)),
        ("blind:btc:2026-11-22T10:00Z:stale", "health", ("health", "blind", False)),
        (OWN, "", ("own", "3", False)),
        (OWN.replace("-100:7:", "1:"), "", ("own", "3", False)),
    ],
)  # fmt: skip
def test_an_id_says_what_a_letter_is_about(
    job: str, topic: str, about: tuple[str, str, bool]
) -> None:
    found = subject(job, topic)
    assert found is not None
    assert (found.topic, found.rule, found.recovers) == about


@pytest.mark.parametrize("job", ["digest:1:1763800000000", f"relay:{FIRED}:1"])
def test_what_comes_at_a_chosen_time_or_for_another_chat_is_never_held(job: str) -> None:
    preferences = Preferences(quiet=NIGHT, mutes=(Mute(),))
    assert decided(preferences, job, "", MIDNIGHT) == "told"


# --- Quiet hours ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "now", "end"),
    [
        ("UTC", "2026-11-22T21:59:59+00:00", None),
        ("UTC", "2026-11-22T22:00:00+00:00", "2026-11-23T07:00:00+00:00"),
        ("UTC", "2026-11-23T06:59:59+00:00", "2026-11-23T07:00:00+00:00"),
        ("UTC", "2026-11-23T07:00:00+00:00", None),
        ("Asia/Kolkata", "2026-11-22T16:30:00+00:00", "2026-11-23T01:30:00+00:00"),
        # Nights in which clocks go forward are an hour shorter, and longer when they go back.
        ("Europe/Berlin", "2026-03-28T21:00:00+00:00", "2026-03-29T05:00:00+00:00"),
        ("Europe/Berlin", "2026-10-24T20:00:00+00:00", "2026-10-25T06:00:00+00:00"),
        # Lord Howe's clocks move by half an hour; Sao Paulo's left out midnight until 2018.
        ("Australia/Lord_Howe", "2026-10-03T12:00:00+00:00", "2026-10-03T20:00:00+00:00"),
        ("America/Sao_Paulo", "2018-11-04T02:30:00+00:00", "2018-11-04T09:00:00+00:00"),
        ("Nowhere/Atlantis", "2026-11-22T22:00:00+00:00", "2026-11-23T07:00:00+00:00"),
    ],
)
def test_quiet_hours_go_by_the_clocks_of_the_chat(zone: str, now: str, end: str | None) -> None:
    found = quiet_until(NIGHT, zone, datetime.fromisoformat(now))
    assert found == (None if end is None else datetime.fromisoformat(end))


@pytest.mark.parametrize(
    ("begin", "end", "now", "until"),
    [
        # 02:30 does not exist on 29 March: the clocks pass it at 01:00 UTC.
        (time(2, 30), time(6), "2026-03-29T00:59:59+00:00", None),
        (time(2, 30), time(6), "2026-03-29T01:00:00+00:00", "2026-03-29T04:00:00+00:00"),
        (time(22), time(2, 30), "2026-03-29T00:00:00+00:00", "2026-03-29T01:00:00+00:00"),
        # On 25 October it comes twice, at 00:30 and at 01:30 UTC.
        (time(2, 30), time(6), "2026-10-25T00:30:00+00:00", "2026-10-25T05:00:00+00:00"),
        (time(22), time(2, 30), "2026-10-25T00:45:00+00:00", "2026-10-25T01:30:00+00:00"),
    ],
)
def test_a_time_that_does_not_exist_or_comes_twice(
    begin: time, end: time, now: str, until: str | None
) -> None:
    found = quiet_until(QuietHours(begin, end), "Europe/Berlin", datetime.fromisoformat(now))
    assert found == (None if until is None else datetime.fromisoformat(until))


def test_quiet_hours_of_no_length_are_none() -> None:
    assert quiet_until(QuietHours(time(7), time(7)), "UTC", NOON.replace(hour=7)) is None


ZONES = ("Europe/Berlin", "America/Sao_Paulo", "Asia/Kolkata", "Australia/Lord_Howe", "UTC")
CHANGES = (
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2018, 11, 4, 3, tzinfo=UTC),
    datetime(2018, 2, 18, 2, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),
    datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
)
"""When the clocks of one of them change."""
minutes_of_day = st.integers(0, 24 * 60 - 1).map(lambda minute: time(minute // 60, minute % 60))


def is_quiet_there(quiet: QuietHours, wall: time) -> bool:
    if quiet.begin <= quiet.end:
        return quiet.begin <= wall < quiet.end
    return wall >= quiet.begin or wall < quiet.end


@given(
    zone=st.sampled_from(ZONES),
    quiet=st.builds(QuietHours, minutes_of_day, minutes_of_day),
    change=st.sampled_from(CHANGES),
    minutes=st.integers(-36 * 60, 36 * 60),
)
def test_nothing_is_told_while_clocks_show_quiet_hours(
    zone: str, quiet: QuietHours, change: datetime, minutes: int
) -> None:
    now, place = change + timedelta(minutes=minutes), ZoneInfo(zone)
    until = quiet_until(quiet, zone, now)
    if is_quiet_there(quiet, now.astimezone(place).time()):
        assert until is not None
    if until is not None:
        assert now < until <= now + timedelta(hours=26)
        assert not is_quiet_there(quiet, until.astimezone(place).time())
        assert quiet_until(quiet, zone, until) is None
        assert quiet_until(quiet, zone, until - timedelta(microseconds=1)) == until


def test_urgent_topics_and_own_alerts_pass_quiet_hours_if_asked() -> None:
    preferences = Preferences(quiet=NIGHT)
    end = MIDNIGHT.replace(hour=7, minute=0)
    held = Hold(FIRED, end, "quiet 22:00 07:00")
    assert decided(preferences, FIRED, "dominance", MIDNIGHT) == held
    assert decided(preferences, FIRED, "dominance", NOON) == "told"
    assert decided(preferences, OWN, "", MIDNIGHT) == replace(held, job=OWN)
    urgent = replace(preferences, urgent=("own", "dominance"))
    assert decided(urgent, FIRED, "dominance", MIDNIGHT) == "told"
    assert decided(urgent, OWN, "", MIDNIGHT) == "told"
    assert decided(urgent, "x", "season", MIDNIGHT) == replace(held, job="x")


# --- Mutes ----------------------------------------------------------------------------------------

LATER = NOON + timedelta(days=2)


@pytest.mark.parametrize(
    ("mute", "silenced"),
    [
        (Mute(until=LATER), {FIRED, OWN, "x"}),
        (Mute(topic="dominance", until=LATER), {FIRED}),
        (Mute(rule="dominance_55", until=LATER), {FIRED}),
        (Mute(rule="dominance_57", until=LATER), set()),
        (Mute(rule="3", until=LATER), {OWN}),
        (Mute(rule="4", until=LATER), set()),
        (Mute(topic="own", until=LATER), {OWN}),
        (Mute(until=NOON), set()),
    ],
)
def test_a_mute_holds_what_it_names_until_its_time(mute: Mute, silenced: set[str]) -> None:
    letters = [(FIRED, "dominance"), (OWN, ""), ("x", "season")]
    urgent = Preferences(urgent=("own", "dominance", "season"), mutes=(mute,))
    holds = held_back(letters, urgent, NOON)
    assert {hold.job for hold in holds} == silenced
    assert {(hold.until, hold.why) for hold in holds} <= {(LATER, "muted")}


def test_what_is_muted_always_is_left_out() -> None:
    always, short = Mute(topic="dominance"), Mute(until=LATER)
    assert decided(muted(short, always), FIRED, "dominance", NOON) == "left out"
    assert decided(muted(short, always), "x", "season", NOON) == Hold("x", LATER, "muted")


def test_of_several_mutes_the_last_to_end_counts() -> None:
    mutes = muted(Mute(until=NOON + timedelta(hours=1)), Mute(topic="dominance", until=LATER))
    assert decided(mutes, FIRED, "dominance", NOON) == Hold(FIRED, LATER, "muted")


@pytest.mark.parametrize("condition", ["recovers", "btc_dominance below 55"])
def test_a_condition_is_looked_at_again_before_long(condition: str) -> None:
    waits = Mute(rule="dominance_55", condition=condition)
    again = Hold(FIRED, NOON + LOOK_AGAIN, "muted")
    assert decided(muted(waits), FIRED, "dominance", NOON) == again
    soon = NOON + timedelta(minutes=1)
    brief = replace(waits, until=soon)
    assert decided(muted(brief), FIRED, "dominance", NOON) == replace(again, until=soon)


def test_a_mute_ends_with_its_time_or_with_what_it_silences() -> None:
    over, lasting = Mute(until=NOON), Mute(until=LATER)
    rule, other = (Mute(rule=f"dominance_{n}", condition="recovers") for n in (55, 57))
    topic = Mute(topic="dominance", condition="recovers")
    mutes = (over, lasting, rule, other, topic)
    assert ended(mutes, [(FIRED, "dominance"), (OWN, "")], NOON) == (over,)
    assert ended(mutes, [(FIRED, "dominance"), (RESOLVED, "dominance")], NOON) == (
        over, rule, topic,
    )  # fmt: skip


def test_a_zone_that_is_not_known_here_is_utc() -> None:
    assert (
        known_zone("../etc/passwd") == known_zone("") == known_zone("Mars/Base") == ZoneInfo("UTC")
    )
