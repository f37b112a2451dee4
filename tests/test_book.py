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
