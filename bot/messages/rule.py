"""A preset rule in one sentence: when it fires, and what ends it."""

from bot import rules
from bot.language import N_, _
from bot.model import BreakoutRule, Indicator, Kind, LevelRule, Rule, Side
from bot.wording import level_text, share

VALUES = {
    1: N_("on the first value"),
    2: N_("on the second daily value in a row"),
    3: N_("on the third daily value in a row"),
}
"""Confirmations -> which value decides."""
ORDINALS = {1: N_("first"), 2: N_("second"), 3: N_("third")}
BEYOND = {
    (Side.BELOW, False): N_("below {level}"),
    (Side.BELOW, True): N_("at or below {level}"),
    (Side.ABOVE, False): N_("above {level}"),
    (Side.ABOVE, True): N_("at or above {level}"),
}
"""Side of the level, whether the level itself counts -> where a value has to be."""


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
            meaning = rule.meaning
        case LevelRule(), Kind.RESOLVED:
            meaning = rule.resolved_meaning
        case BreakoutRule(), Kind.INVALIDATED:
            meaning = rule.invalidated_meaning
        case BreakoutRule(), Kind.RECLAIMED:
            meaning = rule.reclaimed_meaning
        case _:
            meaning = ""
    return _(meaning)


def _level_text(rule: LevelRule, indicator: Indicator) -> str:
    level = level_text(rule.level, indicator.unit)
    line = level_text(rules.recovery_level(rule), indicator.unit)
    end = BEYOND[Side.ABOVE if rule.side is Side.BELOW else Side.BELOW, False]
    when = _("on the {count}th daily value in a row").format(count=rule.confirmations)
    if rule.confirmations in VALUES:
        when = _(VALUES[rule.confirmations])
    return _(
        "{rule} fires {when} of “{title}” {where}, and resolves at the first one {end}."
    ).format(
        rule=rule.id,
        when=when,
        title=_(indicator.title),
        where=_(BEYOND[rule.side, rule.inclusive]).format(level=level),
        end=_(end).format(level=line),
    )


def _breakout_text(rule: BreakoutRule, indicator: Indicator) -> str:
    count = rule.confirmations
    return _(
        "{rule} fires on the {nth} close in a row of “{title}” above its record, fails on the "
        "{nth} in a row more than {below} below that record, and is armed again after a fall of "
        "{fall} from the high."
    ).format(
        rule=rule.id,
        nth=_(ORDINALS[count]) if count in ORDINALS else _("{count}th").format(count=count),
        title=_(indicator.title),
        below=share(1 - rule.invalidation_ratio),
        fall=share(1 - rule.rearm_ratio),
    )
