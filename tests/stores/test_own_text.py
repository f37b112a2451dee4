"""Own rules as short texts: nothing is lost, and a text that nobody wrote is refused."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import OwnRule, OwnState
from bot.stores import own_text
from bot.stores.codec import DamagedValue
from tests.own.rules import FIFTEEN_SESSIONS, MADE, above, below, rules, states

LONGEST_PACKED = 64
"""A Redis hash keeps its fields packed as long as none has more bytes."""


@given(st.data())
def test_a_rule_and_its_state_read_back_as_they_were(data: st.DataObject) -> None:
    rule = data.draw(rules())
    state = data.draw(states(rule))
    assert own_text.load(own_text.dump(rule, state), "") == (rule, state)


@pytest.mark.parametrize(
    ("rule", "state", "text"),
    [
        (OwnRule((below(55),)), OwnState(MADE, (False,)), "btc_dominance<55!tosjk0"),
        (
            OwnRule((above(9, "russell_2000", FIFTEEN_SESSIONS),), once=True),
            OwnState(MADE, (False,)),
            "russell_2000~15s>9 o!tosjk0",
        ),
        (
            OwnRule(
                (above(75), below(55.5)),
                remind=timedelta(days=1),
                hold=timedelta(hours=1),
                until=date(2027, 1, 31),
            ),
            OwnState(MADE, (True, True), firing=True, since=MADE, due=MADE + timedelta(1)),
            "altcoin_season_index>75&btc_dominance<55.5 r86400 h3600 u2027-01-31"
            "!tosjk0 f b01 @tosjk0 +toue80",
        ),
    ],
)
def test_the_text_is_short_and_stays_as_it_is(rule: OwnRule, state: OwnState, text: str) -> None:
    """What older versions stored must still be found unchanged."""
    assert own_text.dump(rule, state) == text
    if len(rule.conditions) == 1:
        assert len(text) <= LONGEST_PACKED


@given(st.text(max_size=80))
def test_any_text_is_read_in_full_or_refused(text: str) -> None:
    with suppress(DamagedValue):
        rule, state = own_text.load(text, "own rule 1")
        assert own_text.load(own_text.dump(rule, state), "") == (rule, state)


def test_the_refusal_says_what_it_is_about() -> None:
    with pytest.raises(DamagedValue, match=r"^The stored own rule 1 cannot be read \(btc"):
        own_text.load("btc_dominance", "own rule 1")
