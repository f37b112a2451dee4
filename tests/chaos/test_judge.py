"""The judge is told what a broken delivery would have done, and has to notice."""

import pytest

from bot.model import Chat
from tests.chaos.crowd import Fate, Subscriber
from tests.chaos.judge import Told, Verdict, judged

TOLD = {"#A1": Told(10, "etf"), "#A2": Told(20, "phase"), "#A3": Told(30, "etf")}


def subscriber(fate: Fate = Fate.STAYS, joined: int = 1, new: str = "") -> Subscriber:
    """Chat 5, which hears of the funds and nothing else."""
    moved = Chat("telegram", new) if new else None
    return Subscriber(Chat("telegram", "5"), ("etf",), {"etf": joined}, fate, moved)


def verdict(who: Subscriber, *heard: str, suspended: bool = False) -> Verdict:
    return judged([who], {"5": heard}, TOLD, {"5"} if suspended else set())


def test_all_is_well() -> None:
    assert verdict(subscriber(), "#A1", "#A3") == Verdict(expected=2, delivered=2)


def test_what_did_not_arrive_is_lost() -> None:
    assert verdict(subscriber(), "#A3") == Verdict(expected=2, delivered=1, lost=1)
    assert judged([subscriber()], {}, TOLD, set()) == Verdict(expected=2, lost=2)


def test_what_fired_before_the_chat_joined_is_not_expected() -> None:
    assert verdict(subscriber(joined=15), "#A3") == Verdict(expected=1, delivered=1)
    assert verdict(subscriber(joined=15), "#A1", "#A3").unasked == 1


def test_other_topics_and_other_chats_are_not_asked_for() -> None:
    assert verdict(subscriber(), "#A1", "#A2", "#A3").unasked == 1
    assert judged([], {"6": ["#A1", "#A2"]}, TOLD, set()) == Verdict(unasked=2)


@pytest.mark.parametrize(
    ("heard", "copies"),
    [
        ("13", 0),
        ("1133", 2),
        ("1313", 1),
        ("131313", 2),
        ("1113", 2),
        ("113", 1),
        ("133", 1),
    ],
)
def test_a_message_that_came_again_is_a_copy(heard: str, copies: int) -> None:
    found = verdict(subscriber(), *(f"#A{number}" for number in heard))
    assert found == Verdict(expected=2, delivered=2, copies=copies)


@pytest.mark.parametrize(("heard", "disordered"), [("31", 1), ("131", 1), ("1331", 1)])
def test_what_comes_after_something_newer_is_out_of_order(heard: str, disordered: int) -> None:
    assert verdict(subscriber(), *(f"#A{n}" for n in heard)).disordered == disordered


def test_who_left_is_owed_nothing() -> None:
    assert verdict(subscriber(Fate.LEFT), "#A1") == Verdict(expected=1, delivered=1)


def test_who_takes_nothing_is_excused_only_when_suspended() -> None:
    gone = subscriber(Fate.GONE)
    assert verdict(gone, suspended=True) == Verdict(rightly=1)
    assert verdict(gone) == Verdict(expected=2, lost=2)


@pytest.mark.parametrize("fate", [Fate.STAYS, Fate.BACK, Fate.MOVED])
def test_who_takes_messages_is_suspended_wrongly(fate: Fate) -> None:
    found = verdict(subscriber(fate), "#A1", suspended=True)
    assert found == Verdict(expected=2, delivered=1, lost=1, wrongly=1)


def test_a_chat_that_moved_goes_on_under_its_new_id() -> None:
    moved = subscriber(Fate.MOVED, new="6")
    ledger = {"5": ["#A1"], "6": ["#A1", "#A3"]}
    assert judged([moved], ledger, TOLD, set()) == Verdict(expected=2, delivered=2, copies=1)
    assert judged([moved], {"5": ["#A3"], "6": ["#A1"]}, TOLD, set()).disordered == 1
