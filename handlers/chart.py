"""/chart: a number over some time, as a picture and in words."""

import asyncio
import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.commands import Command, Request, Services, UserError
from bot.language import N_, _, counted
from bot.messages import chart_of, course_text
from bot.model import Button, Indicator, LevelRule, Message, Point, Reading, Rule, RuleView
from bot.own.mistakes import NotUnderstood
from bot.own.names import meant
from bot.ports import Option
from bot.studies.episodes import episodes
from bot.wording import age_text, day_text, gap, level_text, moment_text, number

PERIOD = re.compile(r"([1-9][0-9]{0,2})(d|w|m|y)[a-z]*|(max|all)")
EVERYTHING = "max"
USUAL = "1y"
CHOICES = ("30d", "90d", "6m", "1y", "2y", "5y", EVERYTHING)
BUTTONS = ((N_("1 month"), "30d"), (N_("1 year"), "1y"), (N_("5 years"), "5y"))


@dataclass(frozen=True, slots=True)
class _Asked:
    indicator: Indicator
    period: str


async def run(request: Request, services: Services) -> Message:
    """Show the number's course, its extremes, and how far it is to each level."""
    asked = _asked(request.arguments, services.indicators)
    indicator, today = asked.indicator, request.now.date()
    alerts = await services.records.recent_alerts()
    told = [each.decided_at for each in alerts if each.indicator == indicator.key]
    # Nobody reads that it did not fire who was told a minute ago that it did.
    points = await services.past.points(indicator.key, not_before=max(told, default=None))
    if not points:
        nothing = _("I have no finished day's value of {title} yet.")
        raise UserError(nothing.format(title=_(indicator.title)))
    since = _since(asked.period, today, points[0].day)
    shown = [point for point in points if point.day >= since]
    if not shown:
        older = _("The last value of {title} is of {day}; /chart {key} max shows all there is.")
        key, last = indicator.key, day_text(points[-1].day)
        raise UserError(older.format(title=_(indicator.title), day=last, key=key))
    snapshot = await services.outlook.snapshot(request.now)
    reading = next((each for each in snapshot.readings if each.indicator == indicator.key), None)
    views = {view.rule: view for view in snapshot.rules.get(indicator.key, ())}
    lines = [_now(reading, request.now)] if reading is not None else []
    lines.append(course_text(indicator, shown))
    for rule in indicator.rules:
        fired = await asyncio.to_thread(_episodes, rule, points, since)
        lines.append(
            " ".join(filter(None, (_level(rule, views[rule.id], reading, indicator), fired)))
        )
    return Message(
        _("{title}, {period}").format(title=_(indicator.title), period=_words(asked.period)),
        tuple(lines),
        _("Of days that are over; what they did, not what they will do"),
        buttons=_buttons(indicator),
        chart=chart_of(indicator, points, since, today),
    )


def _asked(words: Sequence[str], indicators: Sequence[Indicator]) -> _Asked:
    """What is to be shown; raises UserError. A name may itself end like a period."""
    if not words:
        raise UserError(_("Say which number, as in /chart btc_dominance 6m; /status lists them."))
    *name, last = words
    period = PERIOD.fullmatch(last)
    if period is None or not name:
        return _Asked(_found(" ".join(words), indicators), USUAL)
    try:
        whole = meant(" ".join(words), indicators)
        if not whole.guessed:
            return _Asked(whole.indicator, USUAL)
    except NotUnderstood:
        pass
    short = EVERYTHING if period[3] else f"{period[1]}{period[2]}"
    return _Asked(_found(" ".join(name), indicators), short)


def _found(typed: str, indicators: Sequence[Indicator]) -> Indicator:
    """The number of this name, or the only one with these words in its name."""
    try:
        return meant(typed, indicators).indicator
    except NotUnderstood as mistake:
        words = typed.replace("_", " ")
        having = [
            each
            for each in indicators
            if words in each.key.replace("_", " ") or words in each.title.casefold()
        ]
        if len(having) == 1:
            return having[0]
        raise UserError(str(mistake)) from None


def _since(period: str, today: date, first: date) -> date:
    if period == EVERYTHING:
        return first
    count, unit = int(period[:-1]), period[-1]
    if unit in "dw":
        return today - timedelta(days=count * (7 if unit == "w" else 1))
    months = today.year * 12 + today.month - 1 - count * (12 if unit == "y" else 1)
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(today.day, monthrange(year, month)[1]))


def _words(period: str) -> str:
    if period == EVERYTHING:
        return _("all there is")
    count, unit = int(period[:-1]), period[-1]
    match unit:
        case "d":
            words = counted("{count} day", "{count} days", count)
        case "w":
            words = counted("{count} week", "{count} weeks", count)
        case "m":
            words = counted("{count} month", "{count} months", count)
        case _years:
            words = counted("{count} year", "{count} years", count)
    return words.format(count=count)


def _now(reading: Reading, now: datetime) -> str:
    said = _("Now {value} ({vendor}, as of {moment}, {age} old).").format(
        value=number(reading.value, reading.unit),
        vendor=reading.vendor,
        moment=moment_text(reading.as_of),
        age=age_text(now - reading.as_of),
    )
    notes = [said]
    if reading.late:
        notes.append(_("That is late."))
    elif not reading.final:
        notes.append(_("The day is not over."))
    return " ".join(notes)


def _level(rule: Rule, view: RuleView, reading: Reading | None, indicator: Indicator) -> str:
    """How far it is from the value now to the rule's level, where the two can be compared."""
    level = rule.level if isinstance(rule, LevelRule) else view.level
    if level is None:
        return f"{rule.id}:"
    said = level_text(level, indicator.unit)
    if reading is None or reading.degraded:
        return _("{rule}: level {level}.").format(rule=rule.id, level=said)
    away = gap(reading.value - level, indicator.unit)
    if view.level_day is not None:
        words = _("{rule}: {away} above the record of {level} of {day}.")
        if reading.value <= level:
            words = _("{rule}: {away} below the record of {level} of {day}.")
        return words.format(rule=rule.id, away=away, level=said, day=day_text(view.level_day))
    words = _("{rule}: {away} above the level of {level}.")
    if reading.value < level:
        words = _("{rule}: {away} below the level of {level}.")
    return words.format(rule=rule.id, away=away, level=said)


def _episodes(rule: Rule, points: Sequence[Point], since: date) -> str:
    """How often it fired in the time shown, and whether it still holds."""
    found = episodes(rule, points)
    count = sum(each.seen and each.began >= since for each in found)
    words = counted("It fired once in this time.", "It fired {count} times in this time.", count)
    said = words.format(count=count) if count else _("It did not fire in this time.")
    if found and found[-1].ended is None:
        still = _("It has been true since {day}.").format(day=day_text(found[-1].began))
        return f"{said} {still}"
    return said


def _buttons(indicator: Indicator) -> tuple[Button, ...]:
    return tuple(
        Button(_(label), f"/chart {indicator.key} {period}", replaces=True)
        for label, period in BUTTONS
    )


async def suggest(option: str, _request: Request, services: Services) -> Sequence[str]:
    """Every number, by its key and by its title."""
    if option != "indicator":
        return CHOICES
    keys = [each.key for each in services.indicators]
    return [*keys, *(_(each.title) for each in services.indicators)]


COMMAND = Command(
    "chart",
    N_("A number over some time, as a picture"),
    run,
    usage=N_("<indicator> [period]"),
    options=(
        Option("indicator", N_("the number to draw"), suggests=True),
        Option("period", N_("how far back; a year if nothing is said"), choices=CHOICES),
    ),
    suggest=suggest,
)
