"""An own rule in words: as it could have been typed, and as a sentence for a reader."""

from collections.abc import Mapping
from datetime import timedelta

from bot.model import Condition, Indicator, OwnRule, Side, Span, Unit
from bot.own.numbers import bare, spoken
from bot.own.options import few_text
from bot.own.windows import change_unit
from bot.wording import day_text

NAMES = {"w": "week", "d": "day", "h": "hour", "m": "minute"}


def text(rule: OwnRule, indicators: Mapping[str, Indicator]) -> str:
    """The rule as the grammar reads it back to the same rule, in its one canonical form."""
    said = [" and ".join(_typed(each, indicators) for each in rule.conditions)]
    if rule.hold is not None:
        said.append(f"for {few_text(rule.hold)}")
    if rule.once:
        said.append("once")
    if rule.remind is not None:
        said.append(f"remind {few_text(rule.remind)}")
    if rule.step is not None:
        said.append(f"step {bare(rule.step)}")
    if rule.until is not None:
        said.append(f"until {rule.until.isoformat()}")
    return " ".join(said)


def sentence(rule: OwnRule, indicators: Mapping[str, Indicator]) -> str:
    """What the rule waits for and how often it says so, in one sentence."""
    said = [" and ".join(condition_text(each, indicators) for each in rule.conditions)]
    if rule.hold is not None:
        said.append(f"for {span_text(rule.hold)} without a break")
    return f"{' '.join(said)}: {_how_often(rule, indicators)}."


def condition_text(condition: Condition, indicators: Mapping[str, Indicator]) -> str:
    """A condition for reading: Bitcoin dominance below 55 %."""
    title, unit = _title(condition, indicators), reading_unit(condition, indicators)
    if condition.window is None:
        side = "at or above" if condition.side is Side.ABOVE else "below"
        return f"{title} {side} {spoken(condition.level, unit)}"
    size, window = spoken(abs(condition.level), unit), window_text(condition)
    if condition.side is Side.ABOVE:
        return f"{title} up by {size} or more {window}"
    return f"{title} down by more than {size} {window}"


def reading_title(condition: Condition, indicators: Mapping[str, Indicator]) -> str:
    """What the condition looks at: the change of Russell 2000 in 15 sessions."""
    title = _title(condition, indicators)
    return title if condition.window is None else f"the change of {title} {window_text(condition)}"


def reading_unit(condition: Condition, indicators: Mapping[str, Indicator]) -> Unit:
    """What the condition's level is measured in."""
    indicator = indicators.get(condition.indicator)
    unit = indicator.unit if indicator else Unit.SCORE
    return unit if condition.window is None else change_unit(unit)


def window_text(condition: Condition) -> str:
    """How long a change may take: in 15 sessions; empty for a level."""
    window = condition.window
    if window is None:
        return ""
    return f"in {few_of(window.amount, 'session' if window.span is Span.SESSIONS else 'day')}"


def span_text(span: timedelta) -> str:
    """A span in words: 2 days, 90 minutes."""
    count, name = few_text(span)[:-1], few_text(span)[-1]
    return few_of(int(count), NAMES[name])


def few_of(count: int, name: str) -> str:
    """So many of something: 1 day, 2 days."""
    return f"{count:,} {name}{'' if count == 1 else 's'}"


def _typed(condition: Condition, indicators: Mapping[str, Indicator]) -> str:
    if condition.window is None:
        return f"{condition.indicator} {condition.side} {bare(condition.level)}"
    sign = "%" if reading_unit(condition, indicators) is Unit.PCT else "pp"
    verb = "rises" if condition.side is Side.ABOVE else "falls"
    size = f"{bare(abs(condition.level))}{sign}"
    return f"{condition.indicator} {verb} {size} {window_text(condition)}"


def _title(condition: Condition, indicators: Mapping[str, Indicator]) -> str:
    indicator = indicators.get(condition.indicator)
    return indicator.title if indicator else condition.indicator


def _how_often(rule: OwnRule, indicators: Mapping[str, Indicator]) -> str:
    ending = f", until {day_text(rule.until)}" if rule.until else ""
    if rule.once:
        return f"I tell you once{ending}"
    if rule.remind is not None:
        again = f"every {span_text(rule.remind).removeprefix('1 ')} while it holds"
        return f"I tell you each time it begins, and {again}{ending}"
    if rule.step is not None:
        unit = reading_unit(rule.conditions[0], indicators)
        step = spoken(rule.step, Unit.PP if unit is Unit.PCT and not _is_change(rule) else unit)
        return f"I tell you each time it begins, and again each {step} further{ending}"
    return f"I tell you each time it begins{ending}"


def _is_change(rule: OwnRule) -> bool:
    return rule.conditions[0].window is not None
