"""What an alert of a preset rule says: what crossed, value against level, source, meaning."""

from dataclasses import dataclass
from datetime import timedelta

from bot.language import N_, _, counted
from bot.messages.board import missing_lines
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
from bot.wording import day_text, gap, level_text, moment_text, number, percent, share

TRUSTED_HISTORY = timedelta(days=25 * 365)
"""The longest wait for a new record since 1987 was under five years; this leaves no doubt."""
CROSSED = {
    (Side.BELOW, False): N_("{title} below {level}: {value}"),
    (Side.BELOW, True): N_("{title} at or below {level}: {value}"),
    (Side.ABOVE, False): N_("{title} above {level}: {value}"),
    (Side.ABOVE, True): N_("{title} at or above {level}: {value}"),
}
"""Side of the level, whether the level itself counts -> the headline."""
RECOVERED = {
    Side.BELOW: N_("{title} back above {level}: {value}"),
    Side.ABOVE: N_("{title} back below {level}: {value}"),
}


def source_text(point: Point, unit: Unit) -> str:
    """Where a decisive value comes from, and what time it is about."""
    source = _("Source: {vendor}, value of {day} (as of {as_of}).").format(
        vendor=point.vendor, day=day_text(point.day), as_of=moment_text(point.as_of)
    )
    if point.raw is None:
        return source
    offset = f"{'+' if point.value >= point.raw else '-'}{gap(point.value - point.raw, unit)}"
    moved = _(
        "It stands in for {vendor}, which is silent; it crosses as it is, and also moved by "
        "{offset}, the usual distance between the two."
    ).format(vendor=point.stands_in_for, offset=offset)
    return f"{source} {moved}"


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
    title, unit = _(indicator.title), indicator.unit
    told = point.value if point.raw is None else point.raw
    value, level = number(told, unit), level_text(rule.level, unit)
    if news.kind is Kind.FIRED:
        return _News(
            _(CROSSED[rule.side, rule.inclusive]).format(title=title, level=level, value=value),
            _beyond(rule).format(
                value=value,
                level=level,
                distance=gap(told - rule.level, unit),
                count=rule.confirmations,
            ),
            _(rule.meaning),
            rule.tone,
        )
    recovery = rule.level if news.level is None else news.level
    line = level_text(recovery, unit)
    passed = _("{value} has passed the recovery level of {level} by {distance}.").format(
        value=value, level=line, distance=gap(told - recovery, unit)
    )
    lasted = _("The rule at {level} had been true since {day}.").format(
        level=level, day=day_text(news.episode)
    )
    return _News(
        _(RECOVERED[rule.side]).format(title=title, level=line, value=value),
        f"{passed} {lasted}",
        _(rule.resolved_meaning),
        Tone.NEUTRAL,
    )


def _beyond(rule: LevelRule) -> str:
    if rule.confirmations == 1:
        return _("{value} against the level of {level}, {distance} beyond it.")
    return counted(
        "{value} against the level of {level}, {distance} beyond it, on {count} daily value in a "
        "row.",
        "{value} against the level of {level}, {distance} beyond it, on {count} daily values in a "
        "row.",
        rule.confirmations,
    )


def _breakout_news(
    indicator: Indicator, rule: BreakoutRule, news: Transition, point: Point
) -> _News:
    level = news.level
    if level is None:
        raise ValueError(f"{rule.id} crossed no line")
    told = point.value if point.raw is None else point.raw
    said = {
        "title": _(indicator.title),
        "value": number(told, indicator.unit),
        "line": number(level, indicator.unit),
        "distance": percent(100 * (told / level - 1), "+.2f"),
        "day": day_text(news.level_day or news.episode),
        "share": share(1 - rule.invalidation_ratio),
        "count": rule.confirmations,
    }
    headline, fact = _breakout_words(rule, news.kind)
    return _News(
        headline.format_map(said),
        f"{fact.format_map(said)}{_short_memory(news)}",
        *_breakout_meaning(rule, news.kind),
    )


def _breakout_words(rule: BreakoutRule, kind: Kind) -> tuple[str, str]:
    """The headline and the fact, with what they name left open."""
    closes = rule.confirmations
    match kind:
        case Kind.INVALIDATED:
            return _("{title} breakout failed: {value}"), counted(
                "{count} close in a row below {line} ({distance}), which is {share} under the "
                "record of {day} that it had broken.",
                "{count} closes in a row below {line} ({distance}), which is {share} under the "
                "record of {day} that it had broken.",
                closes,
            )
        case Kind.RECLAIMED:
            return _("{title} breakout is back: {value}, above {line}"), counted(
                "{count} close in a row above {line}, the high of {day} ({distance}).",
                "{count} closes in a row above {line}, the high of {day} ({distance}).",
                closes,
            )
        case _:
            return _("{title} breaks out: {value}, above the record of {line}"), counted(
                "{count} close in a row above {line} ({distance}). That record close had stood "
                "since {day}.",
                "{count} closes in a row above {line} ({distance}). That record close had stood "
                "since {day}.",
                closes,
            )


def _breakout_meaning(rule: BreakoutRule, kind: Kind) -> tuple[str, Tone]:
    match kind:
        case Kind.INVALIDATED:
            return _(rule.invalidated_meaning), Tone.BAD
        case Kind.RECLAIMED:
            return _(rule.reclaimed_meaning), Tone.GOOD
        case _:
            return _(rule.meaning), Tone.GOOD


def _short_memory(news: Transition) -> str:
    """A word of warning where the history is too short for a record to be beyond doubt."""
    told = news.kind in (Kind.INVALIDATED, Kind.RECLAIMED)
    if told or news.first_day is None or news.episode - news.first_day >= TRUSTED_HISTORY:
        return ""
    warning = _("My history begins on {day}; an older record may stand higher.")
    return f" {warning.format(day=day_text(news.first_day))}"
