"""The pure core as a whole: values and time in, states and alerts out."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot import outlook
from bot.book import Book
from bot.calendar import is_session, session_close
from bot.evaluation import Evaluation, evaluate
from bot.measures import Measures
from bot.model import Alert, Kind, Observation, Phase, Reading, RuleState, Status
from bot.outlook import snapshot
from bot.parts import find_parts

INDICATORS = tuple(
    replace(each, rules=()) if each.derive else each for each in find_parts().indicators
)
"""Rules on worked-out numbers have tests of their own."""
EVENING = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
SATURDAY_NOON = datetime(2026, 2, 28, 12, tzinfo=UTC)
"""The morning after the last of the `sessions`."""
VENDORS = {
    "russell_2000": ("Yahoo",),
    "btc_dominance": ("CMC", "CoinGecko"),
    "altcoin_season_index": ("CMC",),
}


class World:
    """A book and its states, lived through day by day."""

    def __init__(self) -> None:
        self.book = Book(VENDORS)
        self.states: Mapping[str, RuleState] = {}
        self.now = EVENING
        self.told: list[Alert] = []

    def sample(self, series: str, value: float, vendor: str = "CMC") -> None:
        self.book.add(
            [Observation(series, vendor, self.now.date(), value, self.now, self.now, final=False)]
        )

    def close(self, day: date, value: float) -> None:
        bell = session_close(day)
        seen = max(self.now, bell + timedelta(hours=1))
        self.book.add([Observation("russell_2000", "Yahoo", day, value, bell, seen, final=True)])

    def look(
        self,
        without_history: frozenset[str] = frozenset(),
        unasked: frozenset[str] = frozenset(),
    ) -> Evaluation:
        result = evaluate(
            Measures(self.book), INDICATORS, self.states, self.now,
            told=self.told, without_history=without_history, unasked=unasked,
        )  # fmt: skip
        self.states = result.states
        self.told += result.alerts
        return result

    def readings(self) -> dict[str, Reading]:
        return Measures(self.book).readings(INDICATORS, self.now)

    def status(self, rule: str) -> Status:
        return self.states[rule].status

    def days(self, series: str, values: list[float]) -> list[tuple[str, Kind]]:
        """One sample a day in the evening, each looked at; returns what was said."""
        said: list[Alert] = []
        for value in values:
            self.sample(series, value)
            said += self.news()
            self.now += timedelta(days=1)
            said += self.news()
        return [(alert.rule, alert.kind) for alert in said]

    def news(self) -> list[Alert]:
        """What is said about the market, and not about our sight of it."""
        return [alert for alert in self.look().alerts if alert.rule != "blind"]


def sessions(count: int) -> list[date]:
    day = EVENING.date()
    found: list[date] = []
    while len(found) < count:
        day -= timedelta(days=1)
        if is_session(day):
            found.append(day)
    return found[::-1]


def test_two_daily_values_below_fire_each_level_once() -> None:
    said = World().days("btc_dominance", [58.5, 56.5, 54.9, 54.8, 54.7])
    assert said == [("dominance_57", Kind.FIRED), ("dominance_55", Kind.FIRED)]


def test_todays_sample_confirms_nothing_until_its_day_is_over() -> None:
    world = World()
    world.days("btc_dominance", [58.5, 56.5])
    world.sample("btc_dominance", 56.0)
    assert world.news() == []
    world.now = datetime.combine(world.now.date() + timedelta(days=1), EVENING.timetz())
    fired = [alert for alert in world.news() if alert.rule == "dominance_57"]
    assert [alert.value for alert in fired] == [56.0]


def test_the_past_loaded_at_the_first_start_fires_nothing_but_sets_the_state() -> None:
    world = World()
    for index, day in enumerate(sessions(40)):
        world.close(day, 2000.0 + 10 * index)
    assert world.look().alerts == ()
    assert world.states["russell_breakout"].status is Status.FIRING


def test_a_record_without_history_is_not_judged() -> None:
    world = World()
    for day in sessions(5):
        world.close(day, 2500.0)
    world.look(without_history=frozenset({"russell_2000"}))
    assert "russell_breakout" not in world.states


def breakout(*, look_between: bool = False) -> list[Alert]:
    """Two closes above the record, judged together or one after the other."""
    world = World()
    world.now = SATURDAY_NOON
    *past, first, second = sessions(40)
    for index, day in enumerate(past):
        world.close(day, 2500.0 if index == 0 else 2100.0 + index)
    world.look()
    world.close(first, 2510.0)
    if look_between:
        assert world.news() == []
    world.close(second, 2520.0)
    world.sample("btc_dominance", 58.9)
    return world.news()


def test_an_alert_carries_everything_a_reader_needs() -> None:
    (alert,) = breakout()
    day = sessions(1)[0]
    assert alert.id == f"russell_breakout:{day}:fired"
    assert (alert.topic, alert.value, alert.level) == ("breakout", 2520.0, 2500.0)
    assert (alert.vendor, alert.day, alert.as_of) == ("Yahoo", day, session_close(day))
    text = "\n".join(alert.message.lines)
    assert "above the record of 2,500.00" in alert.message.title
    assert "had stood since" in text
    assert "Source: Yahoo" in text
    assert (
        "– Bitcoin dominance: needs below 55; is 58.90 % (CMC, 2026-02-28 12:00 UTC), 3.90 pp away"
    ) in text
    assert "– ETF flows, Altcoin Season Index, Fed liquidity: no data yet" in text
    assert "buy" not in text.lower()


def test_the_same_data_gives_the_same_alert_however_often_it_is_looked_at() -> None:
    assert breakout(look_between=True) == breakout()


def test_silence_makes_one_notice_and_the_return_another() -> None:
    world = World()
    world.sample("btc_dominance", 58.5)
    world.look()
    kinds = []
    for hours in range(1, 25):
        world.now = EVENING + timedelta(hours=hours)
        kinds += [alert.kind for alert in world.look().alerts]
    assert kinds == [Kind.STALE]
    assert world.status("dominance_57") is Status.NO_DATA
    world.sample("btc_dominance", 58.4)
    assert [alert.kind for alert in world.look().alerts] == [Kind.RECOVERED]
    assert world.status("dominance_57") is Status.NORMAL


def test_a_second_outage_after_a_recovery_has_an_id_of_its_own() -> None:
    world, ids = World(), []
    for _ in range(2):
        world.sample("btc_dominance", 58.5)
        ids += [alert.id for alert in world.look().alerts]
        world.now += timedelta(hours=3)
        ids += [alert.id for alert in world.look().alerts]
    assert len(ids) == len(set(ids)) == 3


def test_a_fallback_is_shown_as_degraded_and_fires_nothing() -> None:
    world = World()
    world.days("btc_dominance", [58.5, 58.4])
    for _ in range(3):
        world.sample("btc_dominance", 50.0, "CoinGecko")
        assert {alert.kind for alert in world.look().alerts} <= {Kind.STALE}
        world.now += timedelta(days=1)
    world.now -= timedelta(days=1)
    seen = snapshot(world.readings(), INDICATORS, world.states, world.now)
    (reading,) = (each for each in seen.readings if each.indicator == "btc_dominance")
    assert (reading.vendor, reading.value, reading.degraded) == ("CoinGecko", 50.0, True)
    assert world.states["dominance_55"].status is Status.NO_DATA
    gates = {gate.name: gate for gate in seen.board.gates}
    assert gates["dominance"].state == "unknown"
    assert seen.board.phase is Phase.UNKNOWN


def test_an_indicator_that_is_late_has_no_data_in_one_word() -> None:
    world = World()
    world.sample("btc_dominance", 56.0)
    world.look()
    seen = snapshot(world.readings(), INDICATORS, world.states, world.now)
    (reading,) = seen.readings
    assert outlook.overall(seen.rules["btc_dominance"], reading) is Status.FIRING
    late = replace(reading, late=True)
    assert outlook.overall(seen.rules["btc_dominance"], late) is Status.NO_DATA


@given(st.lists(st.floats(52, 60, allow_nan=False), min_size=2, max_size=25))
def test_looking_often_says_the_same_as_looking_once_a_day(values: list[float]) -> None:
    seldom, often = World(), World()
    said_seldom = seldom.days("btc_dominance", values)
    said_often = []
    for value in values:
        for hour in (5, 11, 17, 23):
            often.now = often.now.replace(hour=hour)
            often.sample("btc_dominance", value)
            said_often += [(alert.rule, alert.kind) for alert in often.news()]
        often.now += timedelta(days=1)
    often.now = often.now.replace(hour=12)
    said_often += [(alert.rule, alert.kind) for alert in often.news()]
    assert said_often == said_seldom


def test_a_corrected_close_does_not_stand_as_the_record() -> None:
    world = World()
    world.now = SATURDAY_NOON
    *past, mistaken, first, second = sessions(40)
    for index, day in enumerate(past):
        world.close(day, 2500.0 if index == 0 else 2100.0 + index)
    world.close(mistaken, 2900.0)
    world.look()
    world.close(mistaken, 2310.0)
    assert world.news() == []
    record = world.states["russell_breakout"].record
    assert record is not None
    assert record.high == 2500.0
    world.close(first, 2510.0)
    world.close(second, 2520.0)
    assert [alert.kind for alert in world.news()] == [Kind.FIRED]


def test_an_alert_from_an_older_day_says_that_it_was_found_late() -> None:
    world = World()
    world.days("btc_dominance", [58.5, 56.5])
    world.sample("btc_dominance", 56.4)
    world.now += timedelta(days=3)
    world.sample("btc_dominance", 56.3)
    quiet, told = world.news()
    assert (quiet.id, quiet.kind, quiet.quiet) == (
        "dominance_57:2026-03-04:fired", Kind.FIRED, True,
    )  # fmt: skip
    assert (told.id, told.kind, told.quiet) == (f"{quiet.id}:late", Kind.LATE, False)
    assert told.message.title.startswith("Found late: Bitcoin dominance below 57 %")
    assert "It is the past, and no news." in told.message.lines[0]
    (usual,) = breakout()
    assert not usual.message.title.startswith("Found late")


def test_a_short_history_is_named_beside_a_record() -> None:
    (alert,) = breakout()
    assert "My history begins on" in "\n".join(alert.message.lines)


def test_what_nobody_asked_for_is_left_as_it_is() -> None:
    world = World()
    world.sample("btc_dominance", 58.5)
    world.look()
    before = dict(world.states)
    world.now += timedelta(hours=8)
    assert world.look(unasked=frozenset({"btc_dominance"})).alerts == ()
    assert world.states == before


def test_status_freezes_what_went_blind_even_when_no_poller_noted_it() -> None:
    world = World()
    world.days("altcoin_season_index", [70, 80, 81])
    world.sample("altcoin_season_index", 82)
    world.look()
    assert world.status("altseason") is Status.FIRING
    seen = snapshot(world.readings(), INDICATORS, world.states, world.now + timedelta(days=11))
    assert seen.board.phase is Phase.UNKNOWN
    assert {view.status for view in seen.rules["altcoin_season_index"]} == {Status.NO_DATA}


# --- Fallbacks on the first vendor's scale --------------------------------------------------------


def common_days(world: World, cmc: float, coingecko: float, days: int = 7) -> None:
    """Days on which both vendors speak, in the evening; ends on the morning after."""
    for _ in range(days):
        world.sample("btc_dominance", cmc)
        world.sample("btc_dominance", coingecko, "CoinGecko")
        world.look()
        world.now += timedelta(days=1)


def fallback_days(world: World, values: list[float]) -> list[tuple[str, Kind]]:
    """Days on which only the fallback speaks; a day is judged with the next one's first sample."""
    said = []
    for value in values:
        world.sample("btc_dominance", value, "CoinGecko")
        said += world.news()
        world.now += timedelta(days=1)
        said += world.news()
    return [(alert.rule, alert.kind) for alert in said]


def test_a_fallback_that_reads_lower_fires_nothing_by_its_raw_value() -> None:
    world = World()
    common_days(world, 59.0, 56.5)
    assert fallback_days(world, [54.9, 54.8, 54.7]) == []


def test_a_fallback_fires_where_both_its_value_and_the_adjusted_one_cross() -> None:
    world = World()
    common_days(world, 59.0, 56.5)
    world.sample("btc_dominance", 54.4, "CoinGecko")
    said = fallback_days(world, [54.4, 54.3, 54.2])
    assert said == [("dominance_57", Kind.FIRED)], "54.3 + 2.5 is under 57, and over 55."


def test_a_fallback_that_reads_higher_is_not_moved_below_a_level_it_has_not_crossed() -> None:
    world = World()
    common_days(world, 57.5, 58.5)
    assert fallback_days(world, [57.9, 57.8, 57.7]) == [], "56.8 adjusted, but 57.8 in its words."
    assert fallback_days(world, [56.9, 56.8, 56.8]) == [("dominance_57", Kind.FIRED)]


def test_the_alert_of_a_fallback_says_whose_value_it_is_and_on_what_scale() -> None:
    world = World()
    common_days(world, 59.0, 56.5)
    told: list[Alert] = []
    for value in (54.4, 54.3, 54.2):
        world.sample("btc_dominance", value, "CoinGecko")
        told += world.news()
        world.now += timedelta(days=1)
    (alert,) = told
    assert (alert.value, alert.vendor) == (54.3, "CoinGecko")
    text = " ".join(alert.message.lines)
    assert "Source: CoinGecko" in text
    assert "stands in for CMC" in text
    assert "+2.50 pp, the usual distance" in text


def test_without_a_common_past_a_fallback_is_only_shown() -> None:
    world = World()
    world.sample("btc_dominance", 59.0)
    world.look()
    world.now += timedelta(days=1)
    assert fallback_days(world, [50.0, 50.0, 50.0]) == []
    assert world.status("dominance_57") is Status.NO_DATA


def test_the_first_vendor_takes_over_again_without_a_second_alert() -> None:
    world = World()
    common_days(world, 59.0, 56.5)
    assert fallback_days(world, [54.4, 54.3, 54.3]) == [("dominance_57", Kind.FIRED)]
    assert world.days("btc_dominance", [56.7, 56.6]) == []
    world.sample("btc_dominance", 56.6)
    assert world.news() == []
    assert world.status("dominance_57") is Status.FIRING
