"""What an own rule says: what crossed, value against level, source, and when it can fire again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.language import _, counted
from bot.model import (
    Condition,
    Indicator,
    Message,
    OwnRule,
    Reading,
    Saying,
    Side,
    Span,
)
from bot.own import words
from bot.own.windows import change_unit
from bot.wording import age_text, all_of, any_of, gap, level_text, moment_text, number


@dataclass(frozen=True, slots=True)
class News:
    """A rule that has something to say, and the values by which it says so."""

    number: int
    rule: OwnRule
    saying: Saying
    readings: Mapping[str, Reading]
    """The fresh ones of those that it compares."""
    lines: Sequence[float]
    since: datetime | None
    """When all conditions began to hold, where that was before."""
    at: datetime
    """The time at which it came true, or was seen still to be."""
    late: bool
    """That time is over: a value was missed, and is told now."""


def own_alert(news: News, indicators: Mapping[str, Indicator], now: datetime) -> Message:
    """The message of an own rule, as it is spoken; every number has a source and a time."""
    title = all_of([_named(each, news, indicators) for each in news.rule.conditions])
    if news.saying is not Saying.FIRED:
        title = _("Still so: {title}").format(title=title)
    own_text = words.text(news.rule, indicators)
    lines = (
        *(_fact(each, news, indicators) for each in news.rule.conditions),
        *_held(news),
        *_found_late(news, now),
        _("Your alert {number}: {rule}.").format(number=news.number, rule=own_text),
        _next(news, indicators),
    )
    return Message(title, lines, f"alert {news.number} · {news.saying}")


def _named(condition: Condition, news: News, indicators: Mapping[str, Indicator]) -> str:
    indicator = indicators[condition.indicator]
    unit = indicator.unit if condition.window is None else change_unit(indicator.unit)
    reading = news.readings.get(condition.reading)
    title, level = _title(condition, indicators), level_text(condition.level, unit)
    below = condition.side is Side.BELOW
    if reading is None:
        line = _("{title} below {level}") if below else _("{title} at or above {level}")
        return line.format(title=title, level=level)
    line = _("{title} below {level}: {value}")
    if not below:
        line = _("{title} at or above {level}: {value}")
    return line.format(title=title, level=level, value=number(reading.value, unit))


def _title(condition: Condition, indicators: Mapping[str, Indicator]) -> str:
    title, window = _(indicators[condition.indicator].title), condition.window
    if window is None:
        return title
    change = counted(
        "{title}, change over {count} days,", "{title}, change over {count} days,", window.amount
    )
    if window.span is Span.SESSIONS:
        change = counted(
            "{title}, change over {count} sessions,",
            "{title}, change over {count} sessions,",
            window.amount,
        )
    return change.format(title=title, count=window.amount)


def _fact(condition: Condition, news: News, indicators: Mapping[str, Indicator]) -> str:
    reading = news.readings.get(condition.reading)
    if reading is None:
        title = _(indicators[condition.indicator].title)
        unseen = _("{title} has no fresh value now; this held when it was last seen.")
        return unseen.format(title=title)
    value, level = number(reading.value, reading.unit), level_text(condition.level, reading.unit)
    away = gap(reading.value - condition.level, reading.unit)
    fact = _("{value} against your level of {level}, {distance} beyond it.")
    source = _("Source: {vendor}, as of {as_of}, final.")
    if not reading.final:
        source = _("Source: {vendor}, as of {as_of}, provisional, as its day is not over.")
    told = source.format(vendor=reading.vendor, as_of=moment_text(reading.as_of))
    return f"{fact.format(value=value, level=level, distance=away)} {told}"


def _held(news: News) -> tuple[str, ...]:
    if news.since is None or (news.rule.hold is None and news.saying is Saying.FIRED):
        return ()
    age = age_text(news.at - news.since)
    return (_("True since {moment}, for {age}.").format(moment=moment_text(news.since), age=age),)


def _found_late(news: News, now: datetime) -> tuple[str, ...]:
    if not news.late:
        return ()
    said = _("Found late: I missed this value when it was new, {age} ago.")
    return (said.format(age=age_text(now - news.at)),)


def _next(news: News, indicators: Mapping[str, Indicator]) -> str:
    if news.rule.once:
        return _("You asked to be told once, so this alert is gone now.")
    pairs = zip(news.rule.conditions, news.lines, strict=True)
    ends = any_of([_recovery(each, line, indicators) for each, line in pairs])
    again = _("It can fire again after {recovery}. /unalert {number} stops it.")
    return again.format(recovery=ends, number=news.number)


def _recovery(condition: Condition, line: float, indicators: Mapping[str, Indicator]) -> str:
    indicator = indicators[condition.indicator]
    unit = indicator.unit if condition.window is None else change_unit(indicator.unit)
    recovered = _("{title} has fallen below {level}")
    if condition.side is Side.BELOW:
        recovered = _("{title} has risen above {level}")
    return recovered.format(title=_title(condition, indicators), level=level_text(line, unit))
