import math
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import Alert, FeedHealth, Message, Observation, Record, RuleState, Status
from bot.ports import History, StoreUnavailable
from bot.stores import codec

few = settings(max_examples=40, deadline=None)
floats = st.floats(allow_nan=False, allow_infinity=False)
instants = st.datetimes(timezones=st.just(UTC))
optional_instants = st.none() | instants
records = st.builds(Record, reference=floats, high=floats)
states = st.builds(RuleState, record=st.none() | records)
untranslated = st.builds(Message, translations=st.just(()))
in_languages = st.lists(st.tuples(st.text(max_size=3), untranslated), max_size=2).map(tuple)
messages = st.builds(Message, translations=in_languages)
observations = st.builds(Observation, value=floats, as_of=instants, observed_at=instants)


@few
@given(states)
def test_a_rule_state_reads_as_it_was_written(state: RuleState) -> None:
    assert codec.RULE_STATE.load(codec.RULE_STATE.dump(state), "state") == state


@few
@given(messages)
def test_a_message_reads_as_it_was_written(message: Message) -> None:
    assert codec.MESSAGE.load(codec.MESSAGE.dump(message), "message") == message


@few
@given(
    st.builds(
        Alert, value=floats, level=floats, as_of=instants, decided_at=instants, message=messages
    )
)
def test_an_alert_reads_as_it_was_written(alert: Alert) -> None:
    assert codec.ALERT.load(codec.ALERT.dump(alert), "alert") == alert


@few
@given(observations)
def test_an_observation_reads_as_it_was_written(observation: Observation) -> None:
    o = observation
    text = codec.dump_day(o)
    assert codec.load_day(o.series, o.vendor, o.day.isoformat(), text) == o


@few
@given(st.builds(FeedHealth, ok_at=optional_instants, failed_at=optional_instants))
def test_health_reads_as_it_was_written(health: FeedHealth) -> None:
    assert codec.FEED_HEALTH.load(codec.FEED_HEALTH.dump(health), "health") == health


@few
@given(st.builds(History, loaded_at=instants))
def test_a_history_mark_reads_as_it_was_written(history: History) -> None:
    assert codec.HISTORY.load(codec.HISTORY.dump(history), "history") == history


def test_instants_come_back_aware_and_in_utc() -> None:
    now = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)
    o = Observation("cpi", "fred", date(2026, 11, 1), 3.1, now, now, final=True)
    loaded = codec.load_day("cpi", "fred", "2026-11-01", codec.dump_day(o))
    assert loaded.as_of.utcoffset() == UTC.utcoffset(None)


def test_fields_a_writer_did_not_know_have_their_defaults() -> None:
    assert codec.RULE_STATE.load('{"status":"firing"}', "state") == RuleState(Status.FIRING)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"status":"flying"}', '{"streak":"many"}', '{"episode":"2026-13-01"}']
)
def test_a_damaged_state_is_told_in_a_sentence(text: str) -> None:
    with pytest.raises(StoreUnavailable, match="stored state of rule phase cannot be read"):
        codec.RULE_STATE.load(text, "state of rule phase")


@pytest.mark.parametrize(
    ("day", "text"),
    [
        ("yesterday", '[1.0,"2026-11-22T12:00:00Z","2026-11-22T12:00:00Z",true]'),
        ("2026-11-22", '[1.0,"2026-11-22T12:00:00Z"]'),
        ("2026-11-22", '[null,"2026-11-22T12:00:00Z","2026-11-22T12:00:00Z",true]'),
    ],
)
def test_a_damaged_day_is_told_in_a_sentence(day: str, text: str) -> None:
    with pytest.raises(StoreUnavailable, match=r"value of cpi from fred for .* cannot be read"):
        codec.load_day("cpi", "fred", day, text)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_no_number_is_never_read_as_one(value: float) -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    o = Observation("cpi", "fred", now.date(), value, now, now, final=True)
    with pytest.raises(StoreUnavailable):
        codec.load_day("cpi", "fred", o.day.isoformat(), codec.dump_day(o))
