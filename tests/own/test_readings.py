"""What own rules compare: a change is worked out as over the whole past, newest value included."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.book import Book
from bot.calendar import is_session
from bot.measures import Measures
from bot.model import Condition, Observation, Reading, Side, Span, Unit, Window
from bot.own.readings import OwnReadings, parse
from bot.own.windows import over
from bot.parts import find_indicators
from tests.own.rules import windows

INDICATORS = {each.key: each for each in find_indicators()}
RUSSELL = INDICATORS["russell_2000"]
FIRST = date(2024, 10, 1)
SESSIONS = [d for n in range(760) if is_session(d := FIRST + timedelta(days=n))]
VENDOR = "Yahoo"


def observed(day: date, value: float, *, final: bool = True) -> Observation:
    at = datetime(day.year, day.month, day.day, 22, tzinfo=UTC)
    return Observation("russell_2000", VENDOR, day, value, at, at, final)


def book_of(days: list[date], *more: Observation) -> Book:
    book = Book({"russell_2000": (VENDOR,)})
    book.load(observed(day, 2_000.0 + (7 * n) % 97) for n, day in enumerate(days))
    book.load(more)
    return book


@given(windows)
def test_a_reading_reads_back_as_its_indicator_and_window(window: Window) -> None:
    condition = Condition("russell_2000", Side.ABOVE, 1.0, window)
    assert parse(condition.reading) == ("russell_2000", window)
    assert parse("russell_2000") == ("russell_2000", None)


@given(
    window=st.builds(Window, st.integers(1, 260), st.just(Span.SESSIONS))
    | st.builds(Window, st.integers(1, 400), st.just(Span.DAYS)),
    holes=st.sets(st.integers(0, len(SESSIONS) - 2), max_size=5),
)
def test_the_present_change_is_the_one_over_the_whole_past(window: Window, holes: set[int]) -> None:
    days = [day for n, day in enumerate(SESSIONS) if n not in holes]
    book = book_of(days)
    now = datetime(days[-1].year, days[-1].month, days[-1].day, 23, tzinfo=UTC)
    name = Condition("russell_2000", Side.ABOVE, 1.0, window).reading
    found = OwnReadings([RUSSELL]).fresh([name], {}, Measures(book), now)
    whole = over(window, book.final_points("russell_2000", VENDOR, now, None), Unit.POINTS)
    expected = whole[-1].value if whole and whole[-1].day == days[-1] else None
    assert (found[name].value if name in found else None) == expected


def test_the_newest_value_counts_before_its_day_is_over_and_says_so() -> None:
    noon = datetime(2024, 11, 11, 17, tzinfo=UTC)
    days = [day for day in SESSIONS if day < noon.date()]
    live = Observation("russell_2000", VENDOR, noon.date(), 2_200.0, noon, noon, final=False)
    book = book_of(days, live)
    readings = OwnReadings([RUSSELL])
    found = readings.fresh(["russell_2000~5s"], {}, Measures(book), noon)
    reading = found["russell_2000~5s"]
    then = book.value("russell_2000", VENDOR, days[-5])
    assert then is not None
    assert (reading.value, reading.final) == (100 * (2_200 / then - 1), False)
    assert (reading.unit, reading.as_of, reading.vendor) == (Unit.PCT, noon, VENDOR)
    late = readings.fresh(["russell_2000~5s"], {}, Measures(book), noon + timedelta(days=3))
    assert late == {}


def test_what_is_late_or_from_a_fallback_does_not_count() -> None:
    now = datetime(2026, 2, 2, 12, tzinfo=UTC)
    reading = Reading(
        "btc_dominance", "Bitcoin dominance", 54.0, Unit.PCT, "CoinGecko", now.date(), now,
        final=False, late=False, degraded=True,
    )  # fmt: skip
    readings = OwnReadings([INDICATORS["btc_dominance"]])
    told = {"btc_dominance": reading}
    assert readings.fresh(["btc_dominance"], told, Measures(Book({})), now) == {}
    assert readings.fresh(["gone_indicator~5d"], told, Measures(Book({})), now) == {}
