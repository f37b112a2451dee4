"""What an own rule says: what crossed, value against level, source, and when it can fire again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.model import (
    Condition,
    Indicator,
    Message,
    OwnRule,
    Reading,
    Saying,
    Side,
)
from bot.own import words
from bot.own.windows import change_unit
from bot.wording import age_text, gap, level_text, moment_text, number


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
    """The message of an own rule; every number in it has a source and a time."""
    named = " and ".join(_named(each, news, indicators) for each in news.rule.conditions)
    title = named if news.saying is Saying.FIRED else f"Still so: {named}"
    lines = (
        *(_fact(each, news, indicators) for each in news.rule.conditions),
        *_held(news),
        *_found_late(news, now),
        f"Your alert {news.number}: {words.text(news.rule, indicators)}.",
        _next(news, indicators),
    )
    return Message(title, lines, f"alert {news.number} · {news.saying}")


def _named(condition: Condition, news: News, indicators: Mapping[str, Indicator]) -> str:
    indicator = indicators[condition.indicator]
    unit = indicator.unit if condition.window is None else change_unit(indicator.unit)
    side = "below" if condition.side is Side.BELOW else "at or above"
    reading = news.readings.get(condition.reading)
    title = _title(condition, indicators)
    line = f"{title} {side} {level_text(condition.level, unit)}"
    return line if reading is None else f"{line}: {number(reading.value, unit)}"


def _title(condition: Condition, indicators: Mapping[str, Indicator]) -> str:
    title, window = indicators[condition.indicator].title, condition.window
    return title if window is None else f"{title}, change over {window.amount} {window.span},"


def _fact(condition: Condition, news: News, indicators: Mapping[str, Indicator]) -> str:
    reading = news.readings.get(condition.reading)
    if reading is None:
        title = indicators[condition.indicator].title
        return f"{title} has no fresh value now; this held when it was last seen."
    value, level = number(reading.value, reading.unit), level_text(condition.level, reading.unit)
    away = gap(reading.value - condition.level, reading.unit)
    standing = "final" if reading.final else "provisional, as its day is not over"
    return (
        f"{value} against your level of {level}, {away} beyond it. "
        f"Source: {reading.vendor}, as of {moment_text(reading.as_of)}, {standing}."
    )


def _held(news: News) -> tuple[str, ...]:
    if news.since is None or (news.rule.hold is None and news.saying is Saying.FIRED):
        return ()
    return (f"True since {moment_text(news.since)}, for {age_text(news.at - news.since)}.",)


def _found_late(news: News, now: datetime) -> tuple[str, ...]:
    if not news.late:
        return ()
    return (f"Found late: I missed this value when it was new, {age_text(now - news.at)} ago.",)


def _next(news: News, indicators: Mapping[str, Indicator]) -> str:
    if news.rule.once:
        return "You asked to be told once, so this alert is gone now."
    pairs = zip(news.rule.conditions, news.lines, strict=True)
    ends = " or ".join(_recovery(each, line, indicators) for each, line in pairs)
    return f"It can fire again after {ends}. /unalert {news.number} stops it."


def _recovery(condition: Condition, line: float, indicators: Mapping[str, Indicator]) -> str:
    indicator = indicators[condition.indicator]
    unit = indicator.unit if condition.window is None else change_unit(indicator.unit)
    way = "risen above" if condition.side is Side.BELOW else "fallen below"
    return f"{_title(condition, indicators)} has {way} {level_text(line, unit)}"
