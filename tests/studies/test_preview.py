"""How a rule behaved over the past."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.studies.preview import preview
from tests.studies.examples import RULES, day, flat, points

BELOW_57 = RULES["dominance_57"]


def test_a_rule_without_a_value_has_no_past() -> None:
    assert preview(BELOW_57, []) is None


def test_firings_are_counted_with_their_length_and_those_that_flapped_back() -> None:
    values = flat((5, 60.0), (6, 56.0), (10, 60.0), (40, 56.0), (9, 60.0), (3, 56.0))
    seen = preview(BELOW_57, points(values))
    assert seen is not None
    assert seen.fired == (day(6), day(22), day(71))
    # From the second value below to the first above 58: five days, and thirty-nine.
    assert (seen.ended, seen.median_days) == (2, 22)
    assert (seen.flapped, seen.judged) == (1, 2), "The last one may still flap back."
    assert not seen.began_true


def test_an_end_on_the_tenth_day_is_a_flap_and_on_the_eleventh_none() -> None:
    for length, flapped in ((10, 1), (11, 0)):
        seen = preview(BELOW_57, points(flat((3, 60.0), (length + 1, 56.0), (2, 60.0))))
        assert seen is not None
        assert (seen.median_days, seen.flapped, seen.judged) == (length, flapped, 1)


def test_what_lasts_is_judged_once_it_has_lasted_longer_than_a_flap() -> None:
    for lasting, judged in ((10, 0), (11, 1)):
        seen = preview(BELOW_57, points(flat((3, 60.0), (lasting + 2, 56.0))))
        assert seen is not None
        assert (seen.ended, seen.flapped, seen.judged) == (0, 0, judged)
        assert seen.median_days is None


def test_what_was_true_at_first_is_told_and_not_counted() -> None:
    seen = preview(BELOW_57, points(flat((3, 56.0), (3, 60.0))))
    assert seen is not None
    assert (seen.fired, seen.began_true, seen.ended) == ((), True, 0)


@given(st.lists(st.floats(50, 64), min_size=1, max_size=120))
def test_the_figures_agree_with_each_other(values: list[float]) -> None:
    seen = preview(BELOW_57, points(values))
    assert seen is not None
    assert seen.flapped <= seen.judged <= len(seen.fired)
    assert len(seen.fired) - 1 <= seen.ended <= len(seen.fired)
    assert (seen.median_days is None) is (seen.ended == 0)
    assert seen.last - seen.first == timedelta(days=len(values) - 1)
