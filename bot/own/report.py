"""What a chat is told of its rules: where they stand, when they fire anew, and how often."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.catalogue import SERIES
from bot.language import _, counted
from bot.model import Cadence, Condition, Indicator, KeptRule, OwnRule, Side
from bot.own import watch
from bot.own.distance import Present, Standing
from bot.own.numbers import spoken
from bot.own.past import Firings
from bot.own.words import reading_title, reading_unit, text
from bot.wording import (
    age_text,
    any_of,
    day_text,
    days_text,
    figure,
    gap,
    moment_text,
    number,
)

SHORT_YEARS = 1.0
"""A shorter past says nothing about how often."""
FEW_FIRINGS = 10
"""So few cases prove nothing, and are said to."""
LIVE = frozenset({Cadence.NYSE_SESSION, Cadence.GLOBEX, Cadence.UTC_DAY})
"""The calendars of what is sampled again and again before its day is over."""

Known = Mapping[str, Indicator]


def now_line(condition: Condition, found: Present | None, indicators: Known) -> str:
    """What a condition reads now, from whom and when, and how far that is from its level."""
    title = reading_title(condition, indicators)
    title = f"{title[:1].upper()}{title[1:]}"
    if found is None:
        return _(
            "{title} has no value right now. I keep the alert, and look as soon as there is one."
        ).format(title=title)
    unit = reading_unit(condition, indicators)
    source = f"{found.vendor}, {moment_text(found.as_of)}"
    if not found.final:
        source = _("{source}, provisional").format(source=source)
    if not found.counts:
        said = _(
            "{title} is {value} now ({source}). It is late or from a stand-in, so I wait for a "
            "better one."
        )
    elif found.holds and not found.distance:
        said = _("{title} is {value} now ({source}): exactly at the level.")
    elif found.holds:
        said = _("{title} is {value} now ({source}): beyond the level by {distance}.")
    else:
        said = _("{title} is {value} now ({source}): {distance} away.")
    return said.format(
        title=title,
        value=number(found.value, unit),
        source=source,
        distance=gap(found.distance, unit),
    )


def silence_line(kept: KeptRule, found: Sequence[Present | None]) -> tuple[str, ...]:
    """Why a rule says nothing now that fires already; empty for one that waits."""
    if not kept.firing:
        return ()
    true = all(each is not None and each.holds for each in found)
    why = _("This is already true") if true else _("This has fired, and not recovered yet")
    said = _("{why}: I tell you at the next crossing.")
    if kept.rule.remind is not None:
        said = _("{why}: I tell you at the next crossing, and remind you while it holds.")
    if kept.rule.step is not None:
        said = _("{why}: I tell you at the next crossing, and of each step further until then.")
    return (said.format(why=why),)


def again_line(rule: OwnRule, indicators: Known) -> str:
    """From where a rule that has fired can fire anew."""
    recovered = any_of([_recovery(each, indicators) for each in rule.conditions])
    said = _("After firing it waits until {recovery}, and can then fire again.")
    return said.format(recovery=recovered)


def past_line(rule: OwnRule, found: Firings | None, source: str, indicators: Known) -> str:
    """How often it would have fired on the stored daily values; with n, and what n is worth."""
    if found is None:
        return _("I have no stored past of this, so I cannot say how often it would have fired.")
    count = len(found.fired)
    said = [_fired(found, source)]
    if found.began_true:
        said.append(_("It was true on the first of these days already, which is not counted."))
    if found.years < SHORT_YEARS:
        said.append(_("That is too short a past to say how often."))
    elif 0 < count < FEW_FIRINGS:
        said.append(_("n = {count} is too few to mean much.").format(count=count))
    if any(_is_live(each, indicators) for each in rule.conditions):
        said.append(_("Live values also move within a day, so they can cross more often."))
    return " ".join(said)


def _fired(found: Firings, source: str) -> str:
    count = len(found.fired)
    match count:
        case 0:
            said = _(
                "On {span} of daily values from {source}, since {day}, it would never have fired."
            )
        case 1:
            said = _(
                "On {span} of daily values from {source}, since {day}, it would have fired once, "
                "on {newest}."
            )
        case 2:
            said = _(
                "On {span} of daily values from {source}, since {day}, it would have fired twice"
                "{pace}, last on {newest}."
            )
        case _:
            said = counted(
                "On {span} of daily values from {source}, since {day}, it would have fired {count} "
                "time{pace}, last on {newest}.",
                "On {span} of daily values from {source}, since {day}, it would have fired {count} "
                "times{pace}, last on {newest}.",
                count,
            )
    return said.format(
        span=_span_text(found),
        source=source,
        day=day_text(found.first_day),
        newest=day_text(found.fired[-1]) if found.fired else "",
        count=figure(count, ","),
        pace=_pace(found),
    )


def _span_text(found: Firings) -> str:
    if found.years >= SHORT_YEARS:
        return _("{number} years").format(number=figure(found.years, ".1f"))
    return days_text((found.last_day - found.first_day).days + 1)


MANY_A_YEAR = 10
"""From here on a decimal says nothing."""


def _pace(found: Firings) -> str:
    if found.years < SHORT_YEARS:
        return ""
    rate = len(found.fired) / found.years
    rounded = figure(rate, ",.0f" if rate >= MANY_A_YEAR else ".2g")
    a_year = _("{number} a year").format(number=rounded)
    return f" ({a_year})"


def _is_live(condition: Condition, indicators: Known) -> bool:
    """Whether what it reads also moves before its day is over."""
    indicator = indicators[condition.indicator]
    if indicator.derive is not None and not indicator.provisional:
        return False
    return any(SERIES[each].cadence in LIVE for each in indicator.series)


def row(standing: Standing, indicators: Known, now: datetime) -> str:
    """A rule in the list: its number, what it waits for, and how far that is."""
    kept = standing.kept
    sign = "●" if kept.firing else "○"
    pairs = zip(kept.rule.conditions, standing.presents, strict=True)
    said = "; ".join(_short(*pair, indicators, now) for pair in pairs)
    state = (_("firing"), said) if kept.firing else (said,)
    return f"{sign} {kept.number}. {text(kept.rule, indicators)}: {'; '.join(state)}"


def _short(condition: Condition, found: Present | None, indicators: Known, now: datetime) -> str:
    if found is None:
        return _("no value right now")
    unit = reading_unit(condition, indicators)
    age = _("{age} old").format(age=age_text(now - found.as_of))
    value = f"{number(found.value, unit)} ({found.vendor}, {age})"
    if not found.counts:
        state = _("late or a stand-in")
    elif found.holds:
        state = _("true")
    else:
        state = _("{distance} away").format(distance=gap(found.distance, unit))
    return f"{value}, {state}"


def _recovery(condition: Condition, indicators: Known) -> str:
    line = watch.rearm_line(indicators[condition.indicator], condition)
    rounded = spoken(float(f"{line:.6g}"), reading_unit(condition, indicators))
    said = _("{title} has been above {level}")
    if condition.side is Side.ABOVE:
        said = _("{title} has been below {level}")
    return said.format(title=reading_title(condition, indicators), level=rounded)
