"""A value that was told and is revised: the message is corrected, and nothing fires twice."""

from dataclasses import replace
from datetime import date, timedelta

from bot.calendar import session_close
from bot.model import Alert, Kind, Observation, Status
from tests.evaluation.test_evaluation import (
    SATURDAY_NOON,
    World,
    common_days,
    fallback_days,
    sessions,
)

DAYS = sessions(42)
RECORD = 2_500.0


def world_after_a_breakout() -> tuple[World, Alert]:
    """Two closes above the record, told."""
    world = World()
    world.now = SATURDAY_NOON
    *past, first, second = DAYS
    for index, day in enumerate(past):
        world.close(day, RECORD if index == 0 else 2_100.0 + index)
    world.look()
    world.close(first, 2_510.0)
    world.close(second, 2_520.0)
    (alert,) = world.news()
    return world, alert


def revise(world: World, day: date, value: float) -> list[Alert]:
    world.now += timedelta(hours=1)
    world.close(day, value)
    return world.news()


def test_a_revision_that_keeps_the_breakout_corrects_the_number() -> None:
    world, alert = world_after_a_breakout()
    (correction,) = revise(world, DAYS[-1], 2_560.0)
    assert correction.kind is Kind.CORRECTED
    assert correction.id == f"{alert.id}:corrected:1"
    assert (correction.topic, correction.value, correction.vendor) == ("breakout", 2_560.0, "Yahoo")
    text = " ".join((correction.message.title, *correction.message.lines))
    assert "Correction: Russell 2000 breaks out" in text
    assert "from 2,520.00 to 2,560.00" in text
    assert "With it the alert holds" in text
    assert world.status("russell_breakout") is Status.FIRING


def test_a_revision_that_undoes_the_breakout_withdraws_it_and_the_state() -> None:
    world, _ = world_after_a_breakout()
    (correction,) = revise(world, DAYS[-1], 2_480.0)
    assert "take it as withdrawn" in " ".join(correction.message.lines)
    assert world.status("russell_breakout") is Status.NORMAL
    assert world.news() == [], "It is said once."


def test_after_a_withdrawal_the_next_real_breakout_is_told() -> None:
    world, _ = world_after_a_breakout()
    revise(world, DAYS[-1], 2_480.0)
    record = world.states["russell_breakout"].record
    assert record is not None
    assert record.armed


def test_a_revision_of_another_day_says_nothing() -> None:
    world, _ = world_after_a_breakout()
    assert revise(world, DAYS[5], 2_150.0) == []


def test_a_revision_within_what_vendors_differ_by_says_nothing() -> None:
    world, _ = world_after_a_breakout()
    assert revise(world, DAYS[-1], 2_520.4) == []


def test_every_further_revision_is_a_correction_of_its_own() -> None:
    world, alert = world_after_a_breakout()
    first = revise(world, DAYS[-1], 2_560.0)
    second = revise(world, DAYS[-1], 2_580.0)
    again = revise(world, DAYS[-1], 2_580.0)
    assert [c.id for c in (*first, *second, *again)] == [
        f"{alert.id}:corrected:1", f"{alert.id}:corrected:2",
    ]  # fmt: skip


def test_a_level_rule_that_a_revision_undoes_stands_where_it_would_have() -> None:
    world = World()
    day = world.now.date()
    values = [58.0, 57.5, 56.9, 56.8]
    rows = [(day + timedelta(days=n), value) for n, value in enumerate(values)]

    def enter(at: int, value: float) -> None:
        when = rows[at][0]
        moment = session_close(when)
        world.now = max(world.now, moment + timedelta(hours=12))
        world.book.add(
            [Observation("btc_dominance", "CMC", when, value, moment, world.now, final=True)]
        )

    said = []
    for index, (_, value) in enumerate(rows):
        enter(index, value)
        said += world.news()
    assert [(alert.rule, alert.kind) for alert in said] == [("dominance_57", Kind.FIRED)]
    enter(3, 57.4)
    (correction,) = world.news()
    assert correction.kind is Kind.CORRECTED
    assert world.status("dominance_57") is Status.NORMAL


def test_blind_notices_are_never_corrected() -> None:
    world = World()
    world.sample("btc_dominance", 58.0)
    world.look()
    world.now += timedelta(hours=3)
    (stale,) = world.look().alerts
    assert stale.kind is Kind.STALE
    world.told = [replace(stale, value=57.0)]
    assert [alert.kind for alert in world.look().alerts] == []


def test_a_value_that_comes_back_reinstates_what_was_withdrawn_and_fires_nothing() -> None:
    world, alert = world_after_a_breakout()
    (withdrawn,) = revise(world, DAYS[-1], 2_480.0)
    (again,) = revise(world, DAYS[-1], 2_520.0)
    assert (withdrawn.withdrawn, again.withdrawn) == (True, False)
    assert again.id == f"{alert.id}:corrected:2"
    assert "With it the alert holds" in " ".join(again.message.lines)
    assert world.status("russell_breakout") is Status.FIRING
    assert world.news() == []


def test_a_revision_of_the_first_of_the_deciding_days_counts_as_well() -> None:
    world, _ = world_after_a_breakout()
    (correction,) = revise(world, DAYS[-2], 2_400.0)
    assert correction.withdrawn
    assert "from 2,510.00 to 2,400.00" in " ".join(correction.message.lines)
    assert world.status("russell_breakout") is not Status.FIRING


def test_a_fallback_that_takes_its_value_back_withdraws_what_it_decided() -> None:
    world = World()
    common_days(world, 59.0, 56.5)
    said = fallback_days(world, [54.4, 54.3, 54.2])
    assert said == [("dominance_57", Kind.FIRED)]
    (alert,) = (each for each in world.told if each.kind is Kind.FIRED)
    day, _ = alert.decided_by[-1]
    (old,) = world.book.values_up_to("btc_dominance", "CoinGecko", day, 1)
    world.book.add([replace(old, value=58.9, final=True)])
    (correction,) = (each for each in world.look().alerts if each.kind is Kind.CORRECTED)
    assert (correction.withdrawn, correction.vendor) == (True, "CoinGecko")
    state = world.states["dominance_57"]
    assert (state.held or state.status) is Status.NORMAL
