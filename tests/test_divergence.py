"""Two vendors of one number that part."""

from datetime import UTC, datetime, timedelta

from bot.book import Book
from bot.divergence import apart
from bot.model import Observation

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def book(*pairs: tuple[float, float], apart_minutes: float = 0.0) -> tuple[Book, datetime]:
    """A value of each vendor a day, and the time after the last."""
    kept = Book({"btc_dominance": ("CMC", "CoinGecko")})
    for number, (one, other) in enumerate(pairs):
        moment = NOON + timedelta(days=number)
        later = moment + timedelta(minutes=apart_minutes)
        kept.add(
            [
                Observation("btc_dominance", "CMC", moment.date(), one, moment, later, final=False),
                Observation(
                    "btc_dominance", "CoinGecko", later.date(), other, later, later, final=False
                ),
            ]
        )
    return kept, NOON + timedelta(days=len(pairs) - 1, minutes=30)


def said(kept: Book, now: datetime) -> str | None:
    return apart(kept, "btc_dominance", "CMC", "CoinGecko", now)


def test_a_usual_distance_is_no_news_however_large() -> None:
    assert said(*book((59.0, 55.0), (59.5, 55.5), (58.0, 54.0), (58.0, 54.2))) == ""


def test_more_than_the_usual_distance_is_said_with_both_values() -> None:
    sentence = said(*book((59.0, 56.5), (59.0, 56.5), (59.0, 56.5), (59.0, 55.0)))
    assert sentence == (
        "CMC and CoinGecko have drifted apart on Bitcoin dominance: 59.00 % (as of 2026-03-05 "
        "12:00 UTC) against 55.00 % (as of 2026-03-05 12:00 UTC); their usual distance is 2.50 pp."
    )


def test_nothing_can_be_told_of_looks_at_different_times_or_without_a_common_past() -> None:
    assert said(*book((59.0, 56.5), (59.0, 50.0), apart_minutes=31)) is None
    assert said(*book((59.0, 50.0))) is None
    assert said(Book({"btc_dominance": ("CMC", "CoinGecko")}), NOON) is None
