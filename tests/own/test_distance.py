"""What a condition reads now, and which rule is nearest to firing."""

from bot.model import Condition, KeptRule, OwnRule, Side, Span, Window
from bot.own.distance import Present, nearest_first, present, presents
from tests.own.days import day, points, reading
from tests.own.typed import BY_KEY

BELOW = Condition("btc_dominance", Side.BELOW, 55.0)
FALL = Condition("btc_dominance", Side.BELOW, -2.0, Window(3, Span.DAYS))
DOMINANCE = BY_KEY["btc_dominance"]
PAST = points([60.0, 61.0, 62.0, 63.0])


def now(condition: Condition, value: float, number: int = 4, **state: bool) -> Present:
    found = present(condition, DOMINANCE, reading("btc_dominance", value, number, **state), PAST)
    assert found is not None
    return found


def test_a_level_is_compared_with_the_reading() -> None:
    found = now(BELOW, 58.0)
    assert (found.value, found.distance, found.holds) == (58.0, -3.0, False)
    assert found.relative_distance == 3.0 / 58.0
    assert now(BELOW, 54.9).holds
    assert now(BELOW, 54.9).relative_distance == 0.0


def test_a_change_ends_at_the_newest_value_though_its_day_is_not_over() -> None:
    assert now(FALL, 58.0).value == 58.0 - 61.0
    assert now(FALL, 58.0).holds
    assert now(FALL, 64.0, number=3).value == 64.0 - 60.0


def test_a_change_needs_a_past_and_the_same_vendors() -> None:
    newest = reading("btc_dominance", 58.0, 4)
    assert present(FALL, DOMINANCE, newest, PAST[-1:]) is None
    assert present(FALL, DOMINANCE, newest, ()) is None
    assert present(FALL, DOMINANCE, reading("btc_dominance", 58.0, 4, degraded=True), PAST) is None
    assert present(FALL, DOMINANCE, None, PAST) is None


def test_a_late_or_borrowed_value_is_shown_and_holds_nothing() -> None:
    for found in (now(BELOW, 50.0, late=True), now(BELOW, 50.0, degraded=True)):
        assert found.value == 50.0
        assert not found.counts
        assert not found.holds


def test_what_nobody_watches_any_more_reads_nothing() -> None:
    gone = Condition("gone", Side.ABOVE, 1.0)
    found = presents([BELOW, gone], BY_KEY, {"btc_dominance": reading("x", 58.0, 4)}, {})
    assert [each.indicator for each in found] == ["btc_dominance"]
    assert found[BELOW] == now(BELOW, 58.0)
    assert day(4) == now(BELOW, 58.0).as_of.date()


def test_the_farthest_condition_says_how_near_a_rule_is() -> None:
    far = Condition("altcoin_season_index", Side.ABOVE, 75.0)
    near = Condition("russell_2000", Side.ABOVE, 2700.0)
    unknown = Condition("total3", Side.ABOVE, 1e12)
    rules = [
        KeptRule(1, OwnRule((unknown,))),
        KeptRule(2, OwnRule((far,))),
        KeptRule(3, OwnRule((near, far))),
        KeptRule(4, OwnRule((near,))),
        KeptRule(5, OwnRule((near, unknown))),
        KeptRule(6, OwnRule((far,)), firing=True),
        KeptRule(7, OwnRule((BELOW,))),
    ]
    readings = {
        "altcoin_season_index": reading("altcoin_season_index", 45.0, 4),
        "russell_2000": reading("russell_2000", 2600.0, 4),
        "btc_dominance": reading("btc_dominance", 54.0, 4),
    }
    conditions = {each for kept in rules for each in kept.rule.conditions}
    ordered = nearest_first(rules, presents(conditions, BY_KEY, readings, {}))
    assert [each.kept.number for each in ordered] == [6, 7, 4, 2, 3, 1, 5]
