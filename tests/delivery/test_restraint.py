"""Slowing down one person: at most so much in a minute, told once, and nobody else is affected."""

from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.restraint import Hearing, Restraint

ANSWERED, TOLD, IGNORED = Hearing.ANSWERED, Hearing.TOLD_TO_WAIT, Hearing.IGNORED

asked = st.lists(
    st.tuples(st.sampled_from("abc"), st.floats(0.0, 20.0)), max_size=150
)  # fmt: skip
"""Who asks, and how many seconds after the one before."""


def heard(restraint: Restraint, person: str, times: Sequence[float]) -> list[Hearing]:
    return [restraint.hear(person, now) for now in times]


def test_so_much_at_once_is_answered_and_then_one_word_and_silence() -> None:
    found = heard(Restraint(), "a", [100.0] * 25)
    assert found == [ANSWERED] * 20 + [TOLD] + [IGNORED] * 4


def test_time_makes_up_for_it_evenly() -> None:
    restraint = Restraint()
    heard(restraint, "a", [100.0] * 20)
    assert heard(restraint, "a", [102.9, 103.1, 103.2, 106.1]) == [
        TOLD,
        ANSWERED,
        IGNORED,
        ANSWERED,
    ]
    assert heard(restraint, "a", [200.0] * 21) == [ANSWERED] * 20 + [TOLD]


def test_who_goes_on_flooding_is_told_once_a_minute() -> None:
    found = heard(Restraint(), "a", [step / 10 for step in range(3000)])
    assert found.count(TOLD) == 5
    assert found.count(ANSWERED) == 20 + 99


def test_a_person_at_an_even_pace_is_never_slowed_down() -> None:
    assert set(heard(Restraint(), "a", [3.0 * step for step in range(500)])) == {ANSWERED}


@given(asked)
def test_nobody_notices_what_others_do(asked: Sequence[tuple[str, float]]) -> None:
    together, alone = Restraint(5), {name: Restraint(5) for name in "abc"}
    now = 0.0
    for person, after in asked:
        now += after
        assert together.hear(person, now) is alone[person].hear(person, now)


@given(asked)
def test_no_minute_holds_more_than_twice_the_allowance(asked: Sequence[tuple[str, float]]) -> None:
    restraint, now = Restraint(5), 0.0
    answered: list[float] = []
    told: list[float] = []
    for _, after in asked:
        now += after
        hearing = restraint.hear("a", now)
        (answered if hearing is ANSWERED else told if hearing is TOLD else []).append(now)
    for begin in answered:
        assert sum(begin <= each < begin + 60.0 for each in answered) <= 10
    assert all(after - before >= 60.0 for before, after in pairwise(told))


def test_no_more_people_are_kept_in_mind_than_said() -> None:
    restraint = Restraint(most_people=100)
    for number in range(1000):
        restraint.hear(str(number), number / 1000)
        assert len(restraint) <= 100


def test_a_crowd_does_not_hide_who_floods_in_its_midst() -> None:
    restraint = Restraint(per_minute=5, most_people=10)
    heard(restraint, "a", [0.0] * 6)
    for number in range(100):
        restraint.hear(str(number), 0.0)
        assert restraint.hear("a", 0.0) is IGNORED


def test_who_owes_nothing_is_forgotten() -> None:
    restraint = Restraint()
    for number in range(1000):
        restraint.hear(str(number), number / 1000)
    restraint.hear("somebody", 100.0)
    assert len(restraint) == 1
