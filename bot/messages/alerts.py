"""What an alert of a preset rule says: what crossed, value against level, source, meaning."""

from dataclasses import dataclass
from datetime import timedelta

from bot.messages.board import missing_lines
from bot.messages.rule import beyond_text
from bot.model import (
    Board,
    BreakoutRule,
    Indicator,
    Kind,
    LevelRule,
    Message,
    Point,
    Rule,
    Side,
    Tone,
    Transition,
    Unit,
)
from bot.wording import day_text, gap, level_text, moment_text, number

TRUSTED_HISTORY = timedelta(days=25 * 365)
"""The longest wait for a new record since 1987 was under five years; this leaves no doubt."""


def source_text(point: Point, unit: Unit) -> str:
    """Where a decisive value comes from, and what time it is about."""
    day, as_of = day_text(point.day), moment_text(point.as_of)
    source = f"Source: {point.vendor}, value of {day} (as of {as_of})."
    if point.raw is None:
        return source
    offset = f"{'+' if point.value >= point.raw else '-'}{gap(point.value - point.raw, unit)}"
    return (
        f"{source} It stands in for {point.stands_in_for}, which is silent; it crosses as it is, "
        f"and also moved by {offset}, the usual distance between the two."
    )


def alert(
    indicator: Indicator, rule: Rule, news: Transition, point: Point, now_board: Board
) -> Message:
    """What an alert of a preset rule says, at the board's time."""
    match rule:
        case LevelRule():
            said = _level_news(indicator, rule, news, point)
        case BreakoutRule():
            said = _breakout_news(indicator, rule, news, point)
    lines = (
        said.fact,
        source_text(point, indicator.unit),
        said.meaning,
        *missing_lines(now_board),
    )
    return Message(said.headline, lines, f"{rule.id} · {news.kind}", said.tone)


@dataclass(frozen=True, slots=True)
class _News:
    headline: str
    fact: str
    meaning: str
    tone: Tone


def _level_news(indicator: Indicator, rule: LevelRule, news: Transition, point: Point) -> _News:
    title, unit = indicator.title, indicator.unit
    told = point.value if point.raw is None else point.raw
    value, level = number(told, unit), level_text(rule.level, unit)
    below = rule.side is Side.BELOW
    if news.kind is Kind.FIRED:
        away = gap(told - rule.level, unit)
        return _News(
            f"{title} {beyond_text(rule)} {level}: {value}",
            f"{value} against the level of {level}, {away} beyond it{_confirmed(rule)}.",
            rule.meaning,
            rule.tone,
        )
    recovery = rule.level if news.level is None else news.level
    line, away = level_text(recovery, unit), gap(told - recovery, unit)
    return _News(
        f"{title} back {'above' if below else 'below'} {line}: {value}",
        f"{value} has passed the recovery level of {line} by {away}. "
        f"The rule at {level} had been true since {day_text(news.episode)}.",
        rule.resolved_meaning,
        Tone.NEUTRAL,
    )


def _confirmed(rule: LevelRule) -> str:
    times = rule.confirmations
    return f", on {times} daily values in a row" if times > 1 else ""


def _breakout_news(
    indicator: Indicator, rule: BreakoutRule, news: Transition, point: Point
) -> _News:
    title, unit = indicator.title, indicator.unit
    level = news.level
    if level is None:
        raise ValueError(f"{rule.id} crossed no line")
    told = point.value if point.raw is None else point.raw
    value, line = number(told, unit), number(level, unit)
    share = f"{100 * (told / level - 1):+.2f} %"
    since = day_text(news.level_day or news.episode)
    closes = f"{rule.confirmations} closes in a row"
    match news.kind:
        case Kind.INVALIDATED:
            return _News(
                f"{title} breakout failed: {value}",
                f"{closes} below {line} ({share}), which is {1 - rule.invalidation_ratio:.0%} "
                f"under the record of {since} that it had broken.",
                rule.invalidated_meaning,
                Tone.BAD,
            )
        case Kind.RECLAIMED:
            return _News(
                f"{title} breakout is back: {value}, above {line}",
                f"{closes} above {line}, the high of {since} ({share}).",
                rule.reclaimed_meaning,
                Tone.GOOD,
            )
        case _:
            return _News(
                f"{title} breaks out: {value}, above the record of {line}",
                f"{closes} above {line} ({share}). That record close had stood since {since}."
                f"{_short_memory(news)}",
                rule.meaning,
                Tone.GOOD,
            )


def _short_memory(news: Transition) -> str:
    """A word of warning where the history is too short for a record to be beyond doubt."""
    if news.first_day is None or (news.episode - news.first_day) >= TRUSTED_HISTORY:
        return ""
    return f" My history begins on {day_text(news.first_day)}; an older record may stand higher."
