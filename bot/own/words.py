"""An own rule in words: as it could have been typed, and as a sentence for a reader."""

from collections.abc import Mapping
from datetime import timedelta

from bot.language import _, counted
from bot.model import Condition, Indicator, OwnRule, Side, Span, Unit
from bot.own.numbers import bare, spoken
from bot.own.options import few_text
from bot.own.windows import change_unit
from bot.wording import all_of, day_text, figure


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
    waits = all_of([condition_text(each, indicators) for each in rule.conditions])
    if rule.hold is not None:
        held = _("{condition} for {span} without a break")
        waits = held.format(condition=waits, span=span_text(rule.hold))
    return f"{waits}: {_how_often(rule, indicators)}."


def condition_text(condition: Condition, indicators: Mapping[str, Indicator]) -> str:
    """A condition for reading: Bitcoin dominance below 55 %."""
    title, unit = _title(condition, indicators), reading_unit(condition, indicators)
    if condition.window is None:
        said = _("{title} below {level}")
        if condition.side is Side.ABOVE:
            said = _("{title} at or above {level}")
        return said.format(title=title, level=spoken(condition.level, unit))
    said = _("{title} down by more than {size} {window}")
    if condition.side is Side.ABOVE:
        said = _("{title} up by {size} or more {window}")
    size = spoken(abs(condition.level), unit)
    return said.format(title=title, size=size, window=window_text(condition))


def reading_title(condition: Condition, indicators: Mapping[str, Indicator]) -> str:
    """What the condition looks at: the change of Russell 2000 in 15 sessions."""
    title = _title(condition, indicators)
    if condition.window is None:
        return title
    return _("the change of {title} {window}").format(title=title, window=window_text(condition))


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
    said = counted("in {count} day", "in {count} days", window.amount)
    if window.span is Span.SESSIONS:
        said = counted("in {count} session", "in {count} sessions", window.amount)
    return said.format(count=figure(window.amount, ","))


def span_text(span: timedelta) -> str:
    """A span in words: 2 days, 90 minutes."""
    count, name = _counted(span)
    match name:
        case "w":
            said = counted("{count} week", "{count} weeks", count)
        case "d":
            said = counted("{count} day", "{count} days", count)
        case "h":
            said = counted("{count} hour", "{count} hours", count)
        case _:
            said = counted("{count} minute", "{count} minutes", count)
    return said.format(count=figure(count, ","))


def _every(span: timedelta) -> str:
    """How often something comes: every day, every 90 minutes."""
    count, name = _counted(span)
    match name:
        case "w":
            said = counted("every week", "every {count} weeks", count)
        case "d":
            said = counted("every day", "every {count} days", count)
        case "h":
            said = counted("every hour", "every {count} hours", count)
        case _:
            said = counted("every minute", "every {count} minutes", count)
    return said.format(count=figure(count, ","))


def _counted(span: timedelta) -> tuple[int, str]:
    """How many of its largest whole unit a span has, and that unit's letter."""
    written = few_text(span)
    return int(written[:-1]), written[-1]


def _typed(condition: Condition, indicators: Mapping[str, Indicator]) -> str:
    window = condition.window
    if window is None:
        return f"{condition.indicator} {condition.side} {bare(condition.level)}"
    sign = "%" if reading_unit(condition, indicators) is Unit.PCT else "pp"
    verb = "rises" if condition.side is Side.ABOVE else "falls"
    size = f"{bare(abs(condition.level))}{sign}"
    name = window.span.removesuffix("s") if window.amount == 1 else window.span
    return f"{condition.indicator} {verb} {size} in {window.amount:,} {name}"


def _title(condition: Condition, indicators: Mapping[str, Indicator]) -> str:
    indicator = indicators.get(condition.indicator)
    return _(indicator.title) if indicator else condition.indicator


def _how_often(rule: OwnRule, indicators: Mapping[str, Indicator]) -> str:
    if rule.once:
        said = _("I tell you once")
    elif rule.remind is not None:
        again = _("I tell you each time it begins, and {every} while it holds")
        said = again.format(every=_every(rule.remind))
    elif rule.step is not None:
        unit = reading_unit(rule.conditions[0], indicators)
        step = spoken(rule.step, Unit.PP if unit is Unit.PCT and not _is_change(rule) else unit)
        said = _("I tell you each time it begins, and again each {step} further").format(step=step)
    else:
        said = _("I tell you each time it begins")
    if rule.until is None:
        return said
    return _("{said}, until {day}").format(said=said, day=day_text(rule.until))


def _is_change(rule: OwnRule) -> bool:
    return rule.conditions[0].window is not None
