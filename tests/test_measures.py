"""What is worked out anew, and from whose values."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.book import Book
from bot.measures import Measures
from bot.model import Indicator, Observation, Point, Reading
from bot.parts import find_parts

INDICATORS = {each.key: each for each in find_parts().indicators}
EVENING = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
COUNTED = "worked out"


def sample(day: int, value: float, vendor: str = "DefiLlama", hour: float = 0.0) -> Observation:
    moment = EVENING + timedelta(days=day, hours=hour)
    return Observation(
        "stablecoin_supply", vendor, moment.date(), value, moment, moment, final=False
    )


@pytest.fixture
def book() -> Book:
    kept = Book({"stablecoin_supply": ("DefiLlama", "CoinMarketCap")})
    for day in range(40):
        kept.add([sample(day, 3.0e11 + day * 1e9)])
    return kept


def read(measures: Measures, key: str, now: datetime) -> Reading:
    reading = measures.reading(INDICATORS[key], now)
    assert reading is not None
    return reading


def test_what_is_worked_out_from_finished_days_is_not_worked_out_at_every_look(book: Book) -> None:
    counted: list[int] = []
    change = INDICATORS["stablecoin_change_30d"]
    derive = change.derive
    assert derive is not None

    def counting(inputs: list[list[Point]]) -> object:
        counted.append(len(inputs))
        return derive(inputs)

    spied: Indicator = replace(change, derive=counting)  # type: ignore[arg-type]  # It only counts.
    measures = Measures(book)
    now = EVENING + timedelta(days=40)
    for hour in range(-20, 0):
        book.add([sample(40, 3.5e11 + hour, hour=hour)])
        assert measures.reading(spied, now + timedelta(hours=hour)) is not None
    assert len(counted) <= 2, "Once a day, and once when the day before is over."
    book.add([sample(40, 9.9e11, hour=0.4)])
    after = EVENING + timedelta(days=41, hours=-22)
    book.add([sample(41, 3.6e11, hour=-22)])
    found = measures.reading(spied, after)
    assert found is not None
    assert found.day == (EVENING + timedelta(days=40)).date()


def test_a_raw_number_follows_every_look(book: Book) -> None:
    measures = Measures(book)
    now = EVENING + timedelta(days=40)
    for value in (3.6e11, 3.7e11):
        now += timedelta(minutes=5)
        minutes = (now - EVENING - timedelta(days=40)) / timedelta(hours=1)
        book.add([sample(40, value, hour=minutes)])
        assert read(measures, "stablecoin_supply", now).value == value


def test_a_revised_finished_day_is_worked_out_anew(book: Book) -> None:
    measures = Measures(book)
    now = EVENING + timedelta(days=39, hours=2)
    before = read(measures, "stablecoin_change_30d", now).value
    seen = replace(sample(39, 4.0e11), final=True, observed_at=now)
    assert book.add([seen]) == [seen]
    assert read(measures, "stablecoin_change_30d", now).value > before + 10
