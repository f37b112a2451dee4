"""A preset rule in one sentence: when it fires, and what ends it."""

from bot import rules
from bot.model import BreakoutRule, Indicator, Kind, LevelRule, Rule, Side
from bot.wording import level_text

ORDINALS = {1: "first", 2: "second", 3: "third"}


def rule_text(rule: Rule, indicator: Indicator) -> str:
    """The rule in one sentence, with the levels that it compares its indicator with."""
    match rule:
        case LevelRule():
            return _level_text(rule, indicator)
        case BreakoutRule():
            return _breakout_text(rule, indicator)


def meaning_text(rule: Rule, kind: Kind) -> str:
    """What it means that this happened; empty for a kind that is not the rule's own."""
    match rule, kind:
        case _, Kind.FIRED:
            return rule.meaning
        case LevelRule(), Kind.RESOLVED:
            return rule.resolved_meaning
        case BreakoutRule(), Kind.INVALIDATED:
            return rule.invalidated_meaning
        case BreakoutRule(), Kind.RECLAIMED:
            return rule.reclaimed_meaning
        case _:
            return ""


def beyond_text(rule: LevelRule) -> str:
    """In words, where a value has to be for the rule to fire."""
    where = "below" if rule.side is Side.BELOW else "above"
    return f"at or {where}" if rule.inclusive else where


def _level_text(rule: LevelRule, indicator: Indicator) -> str:
    level = level_text(rule.level, indicator.unit)
    line = level_text(rules.recovery_level(rule), indicator.unit)
    which = f"on the {_nth(rule.confirmations)} value"
    if rule.confirmations > 1:
        which = f"on the {_nth(rule.confirmations)} daily value in a row"
    end = "above" if rule.side is Side.BELOW else "below"
    return (
        f"{rule.id} fires {which} of “{indicator.title}” {beyond_text(rule)} {level}, and resolves "
        f"at the first one {end} {line}."
    )


def _breakout_text(rule: BreakoutRule, indicator: Indicator) -> str:
    nth = _nth(rule.confirmations)
    return (
        f"{rule.id} fires on the {nth} close in a row of “{indicator.title}” above its record, "
        f"fails on the {nth} in a row more than {1 - rule.invalidation_ratio:.0%} below that "
        f"record, and is armed again after a fall of {1 - rule.rearm_ratio:.0%} from the high."
    )


def _nth(number: int) -> str:
    return ORDINALS.get(number, f"{number}th")
