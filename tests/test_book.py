"""What may enter the book, and what comes out of it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.book import Book, plausible
from bot.calendar import session_close
from bot.model import Observation

EVENING = datetime(2026, 11, 18, 23, 30, tzinfo=UTC)
SAMPLE = Observation("btc_dominance", "CMC", EVENING.date(), 58.0, EVENING, EVENING, final=False)
CLOSE = datetime(2026, 11, 18, 21, tzinfo=UTC)
BAR = Observation(
    "russell_2000", "Yahoo", CLOSE.date(), 2400.0, CLOSE, CLOSE + timedelta(hours=1), final=True
)


def book() -> Book:
    return Book({"btc_dominance": ("CMC", "CoinGecko"), "russell_2000": ("Yahoo",)})


@pytest.mark.parametrize(
    "observation",
    [
        replace(SAMPLE, value=float("nan")),
        replace(SAMPLE, value=float("inf")),
        replace(SAMPLE, value=0.0),
        replace(SAMPLE, value=0.58),
        replace(SAMPLE, value=100.1),
        replace(SAMPLE, as_of=EVENING + timedelta(minutes=11)),
        replace(SAMPLE, series="unheard_of"),
        replace(BAR, value=0.0),
        replace(BAR, day=date(2026, 11, 21)),
        replace(BAR, day=date(2026, 11, 26)),
    ],
)
def test_what_cannot_be_real_stays_outside(observation: Observation) -> None:
    assert not plausible(observation)
    assert book().add([observation]) == []


def test_an_older_sample_does_not_replace_a_newer_one() -> None:
    kept = book()
    assert kept.add([SAMPLE]) == [SAMPLE]
    assert kept.add([replace(SAMPLE, value=50.0, as_of=EVENING - timedelta(hours=1))]) == []
    assert kept.add([SAMPLE]) == []
    assert kept.latest("btc_dominance", "CMC") == SAMPLE


def test_a_final_bar_is_never_replaced_by_an_unfinished_one() -> None:
    kept = book()
    kept.add([BAR])
    later = BAR.observed_at + timedelta(hours=1)
    assert kept.add([replace(BAR, final=False, value=2500.0, observed_at=later)]) == []


def test_a_bar_seen_again_after_the_close_becomes_final_even_with_the_same_value() -> None:
    kept = book()
    early = replace(BAR, observed_at=CLOSE + timedelta(minutes=5))
    kept.add([early])
    now = CLOSE + timedelta(days=1)
    assert kept.final_points("russell_2000", "Yahoo", now, None) == []
    assert kept.add([BAR]) == [BAR]
    assert [p.value for p in kept.final_points("russell_2000", "Yahoo", now, None)] == [2400.0]


def test_vendors_are_never_mixed() -> None:
    kept = book()
    kept.add([SAMPLE, replace(SAMPLE, vendor="CoinGecko", value=55.0)])
    tomorrow = EVENING + timedelta(days=1)
    assert [p.value for p in kept.final_points("btc_dominance", "CMC", tomorrow, None)] == [58.0]
    assert kept.primary("btc_dominance") == "CMC"


def test_final_points_come_in_order_of_days_and_only_after_the_day_named() -> None:
    kept = book()
    days = [BAR.day - timedelta(days=back) for back in (0, 2, 1)]
    kept.add([replace(BAR, day=day, as_of=session_close(day)) for day in days])
    found = kept.final_points("russell_2000", "Yahoo", CLOSE + timedelta(days=1), min(days))
    assert [p.day for p in found] == sorted(days)[1:]


def test_a_stale_caches_answer_is_no_news_even_for_a_day_not_seen_yet() -> None:
    kept = book()
    kept.add([SAMPLE])
    yesterday = EVENING - timedelta(days=1)
    assert kept.add([replace(SAMPLE, day=yesterday.date(), value=50.0, as_of=yesterday)]) == []


def test_lateness_is_unknown_before_the_first_value() -> None:
    assert book().late("btc_dominance", "CMC", EVENING) is None


def test_a_final_close_beats_a_look_taken_after_the_bell() -> None:
    kept = book()
    look = replace(
        BAR, value=2_399.0, as_of=CLOSE + timedelta(minutes=12), final=False,
        observed_at=CLOSE + timedelta(minutes=14),
    )  # fmt: skip
    assert kept.add([look]) == [look]
    assert kept.add([BAR]) == [BAR], "Its time is the bell, before the look's."
    now = CLOSE + timedelta(days=1)
    assert [p.value for p in kept.final_points("russell_2000", "Yahoo", now, None)] == [2400.0]


def test_a_usual_distance_needs_three_common_finished_days() -> None:
    kept = book()
    for days in range(3):
        moment = EVENING + timedelta(days=days)
        for vendor, value in (("CMC", 58.0), ("CoinGecko", 55.0)):
            kept.add([replace(SAMPLE, vendor=vendor, value=value, day=moment.date(), as_of=moment,
                              observed_at=moment)])  # fmt: skip
    third = EVENING + timedelta(days=2)
    assert kept.usual_distance("btc_dominance", "CMC", "CoinGecko", third) is None
    next_day = third + timedelta(hours=1)
    assert kept.usual_distance("btc_dominance", "CMC", "CoinGecko", next_day) == 3.0


def test_a_finished_day_is_no_present_value_of_what_is_sampled_live() -> None:
    kept = Book({"btc_dominance": ("CMC",)}, frozenset({("btc_dominance", "CMC")}))
    midnight = datetime(2026, 11, 19, tzinfo=UTC)
    kept.add([replace(SAMPLE, as_of=midnight, observed_at=midnight, final=True)])
    assert kept.late("btc_dominance", "CMC", midnight + timedelta(minutes=59)) is False
    assert kept.late("btc_dominance", "CMC", midnight + timedelta(minutes=61)) is True


def test_an_index_that_stands_still_while_the_market_trades_is_drowsy_and_not_late() -> None:
    kept = book()
    noon = datetime(2026, 11, 18, 17, tzinfo=UTC)
    kept.add([replace(BAR, as_of=noon, observed_at=noon, final=False)])
    for minutes, drowsy in ((20, False), (31, True)):
        now = noon + timedelta(minutes=minutes)
        assert kept.drowsy("russell_2000", "Yahoo", now) is drowsy
        assert kept.late("russell_2000", "Yahoo", now) is False
    assert not kept.drowsy("russell_2000", "Yahoo", CLOSE + timedelta(minutes=30)), "It is closed."
