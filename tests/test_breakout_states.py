"""All that the breakout rule remembers after each close: its record, its highs and its lines."""

from dataclasses import replace

from bot import rules
from bot.model import Kind, Record, Status, Transition
from tests.test_rule_states import LONG_AGO, SILENCE, day, state, steps
from tests.test_rules import BREAKOUT, MONDAY, point

STOOD = Record(100.0, LONG_AGO, 100.0, LONG_AGO, first_day=LONG_AGO)
THRICE = replace(BREAKOUT, confirmations=3)


def test_every_state_on_the_way_of_a_breakout() -> None:
    normal, pending = Status.NORMAL, Status.PENDING
    firing, recovering = Status.FIRING, Status.RECOVERING
    high = replace(STOOD, high=101.0, high_day=day(2))
    higher = replace(high, high=103.0, high_day=day(5))
    out = replace(higher, armed=False, high=104.0, high_day=day(7))
    failed = replace(out, invalidated=True, reference=104.0, reference_day=day(7))
    again = replace(failed, high=107.0, high_day=day(19))
    back = replace(again, invalidated=False)
    rearmed = replace(back, armed=True, reference=107.0, reference_day=day(19))
    steps(
        THRICE,
        [
            (100.0, state(normal, LONG_AGO, day(1), record=STOOD), SILENCE),
            (101.0, state(pending, day(2), day(2), streak=1, record=high), SILENCE),
            (100.0, state(normal, day(3), day(3), record=high), SILENCE),
            (100.5, state(pending, day(4), day(4), streak=1, record=high), SILENCE),
            (103.0, state(pending, day(4), day(5), streak=2, record=higher), SILENCE),
            (
                102.0,
                state(
                    firing, day(6), day(6), episode=day(6), record=replace(higher, armed=False)
                ),
                Transition(Kind.FIRED, day(6), 100.0, LONG_AGO, LONG_AGO),
            ),
            (104.0, state(firing, day(6), day(7), episode=day(6), record=out), SILENCE),
            (96.9, state(firing, day(6), day(8), streak=1, episode=day(6), record=out), SILENCE),
            (97.0, state(firing, day(6), day(9), episode=day(6), record=out), SILENCE),
            (96.9, state(firing, day(6), day(10), streak=1, episode=day(6), record=out), SILENCE),
            (96.0, state(firing, day(6), day(11), streak=2, episode=day(6), record=out), SILENCE),
            (
                95.0,
                state(recovering, day(12), day(12), episode=day(6), record=failed),
                Transition(Kind.INVALIDATED, day(6), 97.0, LONG_AGO),
            ),
            (104.0, state(recovering, day(12), day(13), episode=day(6), record=failed), SILENCE),
            (
                104.5,
                state(
                    recovering, day(12), day(14), streak=1, episode=day(6),
                    record=replace(failed, high=104.5, high_day=day(14)),
                ),
                SILENCE,
            ),
            (
                103.0,
                state(
                    recovering, day(12), day(15), episode=day(6),
                    record=replace(failed, high=104.5, high_day=day(14)),
                ),
                SILENCE,
            ),
            (
                105.0,
                state(
                    recovering, day(12), day(16), streak=1, episode=day(6),
                    record=replace(failed, high=105.0, high_day=day(16)),
                ),
                SILENCE,
            ),
            (
                104.6,
                state(
                    recovering, day(12), day(17), streak=2, episode=day(6),
                    record=replace(failed, high=105.0, high_day=day(16)),
                ),
                SILENCE,
            ),
            (
                104.7,
                state(
                    firing, day(18), day(18), episode=day(18),
                    record=replace(failed, invalidated=False, high=105.0, high_day=day(16)),
                ),
                Transition(Kind.RECLAIMED, day(18), 104.0, day(7)),
            ),
            (107.0, state(firing, day(18), day(19), episode=day(18), record=back), SILENCE),
            # 107 x 0.9 = 96.3: at or below it the rule arms again.
            (
                96.4,
                state(firing, day(18), day(20), streak=1, episode=day(18), record=back),
                SILENCE,
            ),
            (96.3, state(normal, day(21), day(21), episode=day(18), record=rearmed), SILENCE),
            (96.0, state(normal, day(21), day(22), episode=day(18), record=rearmed), SILENCE),
        ],
        state(normal, LONG_AGO, day(0), record=STOOD),
    )  # fmt: skip


def test_a_deep_fall_after_a_failure_arms_again_and_remembers_the_failure() -> None:
    record = replace(STOOD, high=110.0, armed=False, invalidated=True)
    seen, told = rules.step(
        BREAKOUT, state(Status.RECOVERING, LONG_AGO, day(0), streak=1, record=record), point(99.0)
    )
    armed = replace(record, armed=True, reference=110.0)
    assert (seen, told) == (state(Status.NORMAL, MONDAY, MONDAY, record=armed), None)


def test_a_fall_below_a_high_that_was_never_confirmed_moves_the_line_and_keeps_the_rest() -> None:
    record = replace(STOOD, high=120.0, high_day=day(0))
    moved = replace(record, reference=120.0, reference_day=day(0))
    before = state(Status.NORMAL, LONG_AGO, day(0), record=record)
    seen, told = rules.step(BREAKOUT, before, point(99.0))
    assert (seen, told) == (state(Status.NORMAL, LONG_AGO, MONDAY, record=moved), None)


def test_a_close_above_the_old_line_does_not_count_for_the_new_one() -> None:
    """120, a gap too long to count over, and 108: above the record of 100, a tenth below 120."""
    before = state(Status.PENDING, day(-20), day(-20), streak=1, record=replace(STOOD, high=120.0))
    seen, told = rules.step(BREAKOUT, before, point(108.0))
    assert (seen.status, seen.streak, seen.since, told) == (Status.NORMAL, 0, MONDAY, None)
    assert seen.record is not None
    assert seen.record.reference == 120.0
    _, told = rules.step(BREAKOUT, seen, point(121.0, day(2)))
    assert told is None


def test_what_was_counted_for_the_old_line_is_forgotten_with_it() -> None:
    before = state(Status.PENDING, day(0), day(0), streak=1, record=replace(STOOD, high=120.0))
    seen, told = rules.step(THRICE, before, point(108.0))
    assert (seen.status, seen.streak, seen.since, told) == (Status.NORMAL, 0, MONDAY, None)


def test_the_next_breakout_after_a_failed_one_has_not_failed() -> None:
    failed = replace(STOOD, invalidated=True)
    before = state(Status.PENDING, day(0), day(0), streak=1, record=failed)
    seen, told = rules.step(BREAKOUT, before, point(101.0))
    assert seen.record == replace(
        failed, armed=False, invalidated=False, high=101.0, high_day=MONDAY
    )
    assert told is not None


def test_a_breakout_rule_without_a_record_begins_one() -> None:
    seen, told = rules.step(BREAKOUT, state(Status.FIRING, LONG_AGO, day(0)), point(100.0))
    record = Record(100.0, MONDAY, 100.0, MONDAY, first_day=MONDAY)
    assert (seen, told) == (state(Status.NORMAL, MONDAY, MONDAY, record=record), None)


def test_a_fallbacks_close_has_to_pass_the_line_on_both_scales() -> None:
    armed = state(Status.PENDING, day(0), day(0), streak=1, record=STOOD)
    out = replace(armed, status=Status.FIRING, record=replace(STOOD, armed=False))
    failed = replace(out, record=replace(STOOD, armed=False, invalidated=True))
    for before, agreed, one, other in (
        (armed, (101.0, 102.0), (101.0, 99.0), (99.0, 101.0)),
        (out, (96.0, 95.0), (96.0, 98.0), (98.0, 96.0)),
        (failed, (101.0, 102.0), (101.0, 99.0), (99.0, 101.0)),
    ):
        for value, raw in (one, other):
            seen, told = rules.step(BREAKOUT, before, replace(point(value), raw=raw))
            assert (seen.streak, told) == (0, None)
        value, raw = agreed
        assert rules.step(BREAKOUT, before, replace(point(value), raw=raw))[1] is not None
