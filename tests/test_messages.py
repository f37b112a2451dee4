"""What people read."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import messages, wording
from bot.book import Book
from bot.evaluation import evaluate
from bot.measures import Measures
from bot.model import (
    Alert,
    Board,
    Gate,
    GateState,
    Message,
    Observation,
    Phase,
    Reading,
    RuleState,
    RuleView,
    Side,
    Snapshot,
    Status,
    Unit,
)
from bot.parts import find_parts

INDICATORS = find_parts().indicators
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (2648.5, Unit.POINTS, "2,648.50"),
        (58.9, Unit.PCT, "58.90 %"),
        (45.0, Unit.SCORE, "45"),
        (45.25, Unit.SCORE, "45.2"),
    ],
)
def test_numbers_read_as_people_write_them(value: float, unit: Unit, text: str) -> None:
    assert wording.number(value, unit) == text


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (timedelta(seconds=-5), "0 min"),
        (timedelta(minutes=119), "119 min"),
        (timedelta(hours=47, minutes=59), "47 h"),
        (timedelta(days=3), "3 days"),
    ],
)
def test_ages_read_in_the_unit_that_says_enough(age: timedelta, text: str) -> None:
    assert wording.age_text(age) == text


def test_plain_leaves_out_what_is_empty() -> None:
    assert messages.plain(Message("Title", ("one", "", "two"))) == "Title\none\n\ntwo"


def reading(**changes: object) -> Reading:
    plain = Reading(
        "btc_dominance", "Bitcoin dominance", 58.9, Unit.PCT, "CoinMarketCap", NOW.date(),
        NOW - timedelta(minutes=4), final=False, late=False, degraded=False,
    )  # fmt: skip
    return replace(plain, **changes)  # type: ignore[arg-type]  # the tests name fields


def status_of(*readings: Reading) -> str:
    gate = Gate("dominance", "Bitcoin dominance", GateState.OFF, 58.9, 55.0, -3.9, Unit.PCT, "why")
    board = Board(Phase.WAITING, (gate,), NOW)
    snapshot = Snapshot(board, readings, {"btc_dominance": ()}, {"S&P 500": "no value yet"})
    return messages.plain(messages.status(snapshot))


def test_status_shows_value_vendor_age_and_what_is_wrong_with_it() -> None:
    assert "Bitcoin dominance 58.90 % (CoinMarketCap, 4 min old, provisional)" in status_of(
        reading()
    )
    assert "provisional, fallback)" in status_of(reading(degraded=True))
    assert "late" in status_of(reading(late=True))
    assert "S&P 500: no value yet." in status_of()


NUMBERS = re.compile(r"(?<![\w.])\d[\d,]*\.?\d*")


def story(values: list[float]) -> tuple[Book, list[Alert]]:
    """Every alert of a series of daily values, and the book they came from."""
    book = Book({"btc_dominance": ("CoinMarketCap",)})
    states: dict[str, RuleState] = {}
    alerts: list[Alert] = []
    for index, value in enumerate(values):
        moment = NOW + timedelta(days=index)
        seen = (moment.date(), value, moment, moment)
        book.add([Observation("btc_dominance", "CoinMarketCap", *seen, final=True)])
        result = evaluate(Measures(book), INDICATORS, states, moment + timedelta(hours=13))
        states = dict(result.states)
        alerts += result.alerts
    return book, alerts


@given(st.lists(st.floats(50, 60, allow_nan=False), min_size=3, max_size=20))
def test_an_alert_holds_no_value_that_the_book_does_not(values: list[float]) -> None:
    book, alerts = story(values)
    for alert in alerts:
        stored = book.latest("btc_dominance", alert.vendor)
        assert stored is not None
        assert alert.value in values
        assert alert.vendor in "\n".join(alert.message.lines)
        assert f"{alert.as_of:%Y-%m-%d %H:%M}" in "\n".join(alert.message.lines)
        known = {f"{value:.2f}" for value in values}
        shares = {n for n in NUMBERS.findall(alert.message.title) if "." in n}
        assert shares <= known


def test_no_message_gives_advice() -> None:
    for indicator in INDICATORS:
        for rule in indicator.rules:
            words = repr(rule).lower()
            assert not re.search(r"\b(buy|sell|should|moon|guarante)", words)


@pytest.mark.parametrize(
    ("view", "line"),
    [
        (
            RuleView("dominance_57", Status.NORMAL, Side.BELOW, 57.0, None, -1.9),
            "dominance_57: waiting; level below 57 %, 1.90 pp away",
        ),
        (
            RuleView("dominance_57", Status.PENDING, Side.BELOW, 57.0, None, 0.4),
            "level below 57 %, 0.40 pp beyond it, not confirmed yet",
        ),
        (
            RuleView("dominance_57", Status.FIRING, Side.BELOW, 57.0, 58.0, 1.5, NOW.date()),
            "firing, true since 2 Mar 2026; level 57 %, ends above 58 %, 1.50 pp away",
        ),
        (
            RuleView("dominance_57", Status.NO_DATA, Side.BELOW, 57.0),
            "dominance_57: no current data; level below 57 %",
        ),
    ],
)
def test_a_rule_shows_its_state_its_level_and_how_far_it_is(view: RuleView, line: str) -> None:
    board = Board(Phase.WAITING, (), NOW)
    snapshot = Snapshot(board, (reading(),), {"btc_dominance": (view,)})
    assert line in messages.plain(messages.status(snapshot))


def line_of(*views: RuleView, missing: dict[str, str] | None = None) -> str:
    board = Board(Phase.WAITING, (), NOW)
    return messages.board_line(Snapshot(board, (), {"x": views}, missing or {}))


def test_a_new_subscriber_is_told_what_is_true_and_what_cannot_be_judged() -> None:
    firing = RuleView("altseason", Status.FIRING, Side.ABOVE, 75.0, since=NOW.date())
    failed = RuleView(
        "russell_breakout", Status.RECOVERING, Side.ABOVE, since=NOW.date(), failed=True
    )
    blind = RuleView("dominance_57", Status.NO_DATA, Side.BELOW, 57.0)
    assert "Already true: altseason since 2 Mar 2026." in line_of(firing, failed)
    assert "russell_breakout" not in line_of(firing, failed)
    assert line_of(blind, missing={"S&P 500": "no value"}).endswith(
        "Cannot be judged now: dominance_57."
    )
    assert line_of().endswith("Nothing is firing yet.")


def test_a_failed_breakout_says_so() -> None:
    view = RuleView(
        "russell_breakout", Status.RECOVERING, Side.ABOVE, 2500.0, None, 100.0, NOW.date(),
        NOW.date(), failed=True,
    )  # fmt: skip
    board = Board(Phase.WAITING, (), NOW)
    shown = reading(unit=Unit.POINTS, value=2400.0)
    text = messages.plain(messages.status(Snapshot(board, (shown,), {"btc_dominance": (view,)})))
    assert (
        "russell_breakout: failed on 2 Mar 2026, may come back; "
        "level above 2,500.00 of 2 Mar 2026, 100.00 points away"
    ) in text


def gate_of(name: str, title: str, state: GateState, distance: float, unit: Unit) -> Gate:
    return Gate(name, title, state, 1.0, 2.0, distance, unit, "CMC", NOW, "why")


@pytest.mark.parametrize(
    ("dominance", "season", "line"),
    [
        (
            GateState.OFF, GateState.OFF,
            "The leader fired, the followers have not, day 40: Bitcoin dominance is 3.90 pp away "
            "and Season is 30 points away.",
        ),
        (
            GateState.ON, GateState.OFF,
            "The leader fired, one follower has not, day 40: Season is 30 points away.",
        ),
        (
            GateState.UNKNOWN, GateState.ON,
            "The leader fired, one follower has not, day 40: Bitcoin dominance cannot be told.",
        ),
        (GateState.ON, GateState.ON, "The leader fired and the followers have followed, day 40."),
    ],
)  # fmt: skip
def test_status_says_on_which_day_the_followers_have_or_have_not_followed(
    dominance: GateState, season: GateState, line: str
) -> None:
    gates = (
        gate_of("dominance", "Bitcoin dominance", dominance, -3.9, Unit.PCT),
        gate_of("season", "Season", season, 30.0, Unit.SCORE),
    )
    board = Board(Phase.WARMING_UP, gates, NOW, NOW.date() - timedelta(days=40))
    told = messages.plain(messages.status(Snapshot(board, ())))
    assert line in told.splitlines()
    alone = messages.plain(messages.status(Snapshot(replace(board, breakout=None), ())))
    assert "leader" not in alone
