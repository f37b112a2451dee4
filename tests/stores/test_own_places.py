"""Where the index holds a rule: it finds all that a look at every rule would move."""

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from bot.model import OwnRule, OwnState, Side
from bot.own import watch
from bot.stores import own_text
from tests.own.rules import MADE, rules, states


def found(rule: OwnRule, state: OwnState, lines: Sequence[float], moment: watch.Moment) -> bool:
    """Whether the index finds a rule by these values, as `own_look` searches."""
    for (key, _), score in own_text.places(rule, state, "1:1", lines).items():
        if key == own_text.DUE:
            if score <= moment.now.timestamp():
                return True
            continue
        _, side, place, reading = key.split(":")
        value = moment.values.get(reading)
        if value is None:
            continue
        hit = {
            ("above", "armed"): score <= value,
            ("below", "armed"): score > value,
            ("above", "fired"): score > value,
            ("below", "fired"): score < value,
        }[side, place]
        if hit:
            return True
    return False


@given(st.data())
def test_a_look_moves_a_rule_only_where_the_index_finds_it(data: st.DataObject) -> None:
    rule = data.draw(rules())
    readings = [each.reading for each in rule.conditions]
    assume(len(set(readings)) == len(readings))
    exact = st.sampled_from([each.level for each in rule.conditions])
    value = st.one_of(exact, st.floats(-1e6, 1e6))
    lines = [
        each.level + (-1 if each.side is Side.ABOVE else 1) * data.draw(st.floats(0, 50))
        for each in rule.conditions
    ]
    state: OwnState | None = watch.begin(
        rule, [watch.holds(each, data.draw(value)) for each in rule.conditions], MADE
    )
    now = MADE
    for _ in range(8):
        assert state is not None
        now += timedelta(hours=data.draw(st.integers(0, 2000)))
        told = {reading: data.draw(value) for reading in readings if data.draw(st.booleans())}
        moment = watch.Moment(told, now)
        after, saying = watch.look(rule, state, moment, lines)
        if not found(rule, state, lines, moment):
            assert (after, saying) == (state, None)
        if after is None:
            return
        state = after
        # What has been looked at is at rest: the same look again finds nothing.
        if found(rule, state, lines, moment):
            again, saying = watch.look(rule, state, moment, lines)
            assert again != state or saying is not None


@given(st.data())
def test_every_state_has_its_places(data: st.DataObject) -> None:
    rule = data.draw(rules())
    state = data.draw(states(rule))
    lines = [each.level for each in rule.conditions]
    places = own_text.places(rule, state, "7:-100:3", lines)
    members = {member for key, member in places if key != own_text.DUE}
    assert len(members) == len(rule.conditions) + (rule.step is not None and state.firing)
