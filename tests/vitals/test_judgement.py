"""When polls are good, and when the bot is ready: judged by every feed's own plan."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ports import At, Every, Hours, Leader, Plan, Queue
from bot.vitals import Pulse, Vitals, checks, polls_are_good, ready
from bot.vitals.judgement import ANSWER_BY, overdue_seconds

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
SATURDAY = datetime(2026, 11, 28, 12, tzinfo=UTC)
HALF_DAYS_LAST_QUOTES = datetime(2026, 11, 27, 18, 30, tzinfo=UTC)
MINUTELY, QUARTERLY = (Every(timedelta(minutes=1)),), (Every(timedelta(minutes=15)),)
IN_SESSIONS = (Every(timedelta(minutes=5), Hours.SESSION),)
DAILY = (At((time(12),), ZoneInfo("UTC")),)
LEADER = Leader("somebody", 12.0)


def pulse(source: str, plan: Plan = QUARTERLY, **ago: float) -> Pulse:
    """A feed that was asked so many `minutes` (or `hours`) before noon, and answered."""
    return Pulse(f"{source}/values", plan, NOON - timedelta(**ago))


def seen(*pulses: Pulse, leader: Leader | None = LEADER, **queues: Queue) -> Vitals:
    return Vitals("", 0.001, leader, pulses, queues, frozenset({"telegram"}))


FRESH = (pulse("a", minutes=1), pulse("b", minutes=5), pulse("c", minutes=9))


def test_all_is_well_while_sources_answer() -> None:
    assert polls_are_good(seen(*FRESH), NOON) is None
    assert ready(seen(*FRESH, telegram=Queue()), NOON) == ()


def test_a_store_that_is_away_is_the_only_thing_to_say() -> None:
    away = Vitals("Redis does not answer.")
    assert polls_are_good(away, NOON) == "Redis does not answer."
    assert ready(away, NOON) == ("Redis does not answer.",)


def test_without_a_leader_nothing_is_polled_however_fresh_the_answers() -> None:
    assert ready(seen(*FRESH, leader=None), NOON) == ("No process polls.",)
    assert polls_are_good(seen(*FRESH, leader=None), NOON) == "No process polls."


def test_before_the_first_answer_nothing_is_ready() -> None:
    asked = Pulse("a/values", QUARTERLY, None, NOON, is_failing=True)
    for pulses in ([Pulse("a/values", QUARTERLY)], [asked]):
        assert ready(seen(*pulses), NOON) == ("No source has answered yet.",)


def test_with_every_source_switched_off_polls_are_never_good() -> None:
    assert polls_are_good(seen(), NOON) == "No source is switched on."


def test_one_providers_outage_is_not_ours() -> None:
    dead = [Pulse("a/values", MINUTELY, NOON - timedelta(days=3), NOON, is_failing=True)]
    others = [pulse("b", minutes=14), pulse("c", minutes=14), pulse("d", minutes=14)]
    assert polls_are_good(seen(*dead, *others), NOON) is None


def test_three_sources_that_fail_in_a_row_are_ours_and_one_that_answers_ends_it() -> None:
    failing = [
        replace(pulse(name, MINUTELY, minutes=10), failed_at=NOON - timedelta(minutes=age))
        for age, name in enumerate("abc", start=1)
    ]
    slow = pulse("slow", DAILY, hours=20)
    why = polls_are_good(seen(*failing, slow), NOON)
    assert why == "No source has answered for 10 min."
    back = replace(failing[0], ok_at=NOON)
    assert polls_are_good(seen(back, *failing[1:], slow), NOON) is None


def test_a_poller_that_holds_its_lease_and_asks_nobody_is_found_out() -> None:
    hung = seen(*FRESH)
    assert polls_are_good(hung, NOON + timedelta(minutes=14)) is None
    why = polls_are_good(hung, NOON + timedelta(minutes=40))
    assert why == "No source has answered for 41 min."


def test_a_weekend_without_sessions_is_no_outage() -> None:
    closed = Pulse("yahoo/russell_2000", IN_SESSIONS, HALF_DAYS_LAST_QUOTES)
    assert polls_are_good(seen(closed), SATURDAY) is None
    tuesday = SATURDAY + timedelta(days=3)
    assert polls_are_good(seen(closed), tuesday) is not None


def test_feeds_that_no_rule_reads_do_not_excuse_those_that_rules_need() -> None:
    needed = [pulse(name, hours=2) for name in "abc"]
    shown = replace(pulse("d", minutes=1), is_needed=False)
    assert polls_are_good(seen(*needed, shown), NOON) == "No source has answered for 2 h."
    assert polls_are_good(seen(shown), NOON) is None, "Nothing else is switched on."


def test_an_answer_of_the_future_was_noted_by_a_wrong_clock() -> None:
    ahead = [pulse(name, minutes=-90) for name in "abc"]
    assert polls_are_good(seen(*ahead), NOON) == "No source has answered yet."


def test_at_a_pace_of_seconds_an_outage_is_found_within_seconds() -> None:
    plan = (Every(timedelta(seconds=1)),)
    failing = [
        Pulse(f"{name}/values", plan, NOON, NOON + timedelta(seconds=2), is_failing=True)
        for name in "abc"
    ]
    assert polls_are_good(seen(*failing), NOON + timedelta(seconds=2)) is None
    assert polls_are_good(seen(*failing), NOON + timedelta(seconds=4)) is not None


@given(st.lists(st.integers(0, 600), min_size=1, max_size=6), st.integers(0, 10_000))
def test_polls_never_get_better_by_waiting(ages: list[int], minutes: int) -> None:
    pulses = [pulse(f"s{n}", QUARTERLY, minutes=age) for n, age in enumerate(ages)]
    vitals = seen(*pulses)
    if polls_are_good(vitals, NOON + timedelta(minutes=minutes)) is not None:
        assert polls_are_good(vitals, NOON + timedelta(minutes=minutes + 60)) is not None


# --- Delivery -------------------------------------------------------------------------------------

WAITING = Queue(jobs=1, chats=3, due=3, waited_seconds=301.0)


def test_letters_that_wait_for_a_sender_are_told_with_their_platform() -> None:
    why = ready(seen(*FRESH, telegram=WAITING), NOON)
    assert why == ("Letters on telegram have waited 5 min for a sender.",)
    assert ready(seen(*FRESH, telegram=replace(WAITING, waited_seconds=300.0)), NOON) == ()


def test_the_last_of_a_large_audience_wait_as_long_as_it_takes() -> None:
    crowd = replace(WAITING, waited_seconds=3_000.0, audience=100_000)
    assert ready(seen(*FRESH, telegram=crowd), NOON) == ()
    assert ready(seen(*FRESH, telegram=replace(crowd, waited_seconds=5_000.0)), NOON)


def test_a_platform_that_nobody_serves_any_more_is_nobodys_fault() -> None:
    assert ready(seen(*FRESH, console=WAITING), NOON) == ()
    listened = replace(WAITING, listened=True)
    assert ready(seen(*FRESH, console=listened), NOON) != ()


def test_every_check_names_its_value() -> None:
    found = {each.name: each.found for each in checks(seen(*FRESH, telegram=WAITING), NOON)}
    assert found == {
        "redis": "answers in 1.0 ms",
        "lease": "held, for 12 s more if not renewed",
        "last good poll": "60 s ago",
        "delivery to telegram": "3 chats due, the first for 5 min",
    }


# --- One feed -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "overdue"), [(1, 0.0), (17, 0.0), (19, 60.0)])
def test_a_feed_is_overdue_by_its_own_plan(minutes: int, overdue: float) -> None:
    assert overdue_seconds(pulse("a", minutes=minutes), NOON) == overdue
    assert overdue_seconds(pulse("a", DAILY, hours=24), NOON + ANSWER_BY) == 0.0
    assert overdue_seconds(Pulse("a/values", DAILY), NOON) is None
