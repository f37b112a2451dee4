"""What a chat is told of its rules: where they stand, when they fire anew, and how often."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.catalogue import SERIES
from bot.model import Cadence, Condition, Indicator, KeptRule, OwnRule, Side
from bot.own import watch
from bot.own.distance import Present, Standing
from bot.own.numbers import spoken
from bot.own.past import Firings
from bot.own.words import few_of, reading_title, reading_unit, text
from bot.wording import age_text, day_text, gap, moment_text, number

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
        return (
            f"{title} has no value right now. I keep the alert, and look as soon as there is one."
        )
    unit = reading_unit(condition, indicators)
    source = f"{found.vendor}, {moment_text(found.as_of)}{'' if found.final else ', provisional'}"
    value = f"{title} is {number(found.value, unit)} now ({source})"
    if not found.counts:
        return f"{value}. It is late or from a stand-in, so I wait for a better one."
    if found.holds and not found.distance:
        return f"{value}: exactly at the level."
    if found.holds:
        return f"{value}: beyond the level by {gap(found.distance, unit)}."
    return f"{value}: {gap(found.distance, unit)} away."


def silence_line(kept: KeptRule, found: Sequence[Present | None]) -> tuple[str, ...]:
    """Why a rule says nothing now that fires already; empty for one that waits."""
    if not kept.firing:
        return ()
    true = all(each is not None and each.holds for each in found)
    why = "This is already true" if true else "This has fired, and not recovered yet"
    meanwhile = ""
    if kept.rule.remind is not None:
        meanwhile = ", and remind you while it holds"
    if kept.rule.step is not None:
        meanwhile = ", and of each step further until then"
    return (f"{why}: I tell you at the next crossing{meanwhile}.",)


def again_line(rule: OwnRule, indicators: Known) -> str:
    """From where a rule that has fired can fire anew."""
    lines = " or ".join(_recovery(each, indicators) for each in rule.conditions)
    return f"After firing it waits until {lines}, and can then fire again."


def past_line(rule: OwnRule, found: Firings | None, source: str, indicators: Known) -> str:
    """How often it would have fired on the stored daily values; with n, and what n is worth."""
    if found is None:
        return "I have no stored past of this, so I cannot say how often it would have fired."
    count = len(found.fired)
    times = {1: "once", 2: "twice"}.get(count, f"{count:,} times")
    said = (
        f"On {_span_text(found)} of daily values from {source}, since {day_text(found.first_day)}, "
        f"it would {f'have fired {times}' if count else 'never have fired'}"
    )
    if found.fired:
        newest = day_text(found.fired[-1])
        said += f", on {newest}" if count == 1 else f"{_pace(found)}, last on {newest}"
    said += "."
    if found.began_true:
        said += " It was true on the first of these days already, which is not counted."
    if found.years < SHORT_YEARS:
        said += " That is too short a past to say how often."
    elif 0 < count < FEW_FIRINGS:
        said += f" n = {count} is too few to mean much."
    if any(_is_live(each, indicators) for each in rule.conditions):
        said += " Live values also move within a day, so they can cross more often."
    return said


def _span_text(found: Firings) -> str:
    if found.years >= SHORT_YEARS:
        return f"{found.years:.1f} years"
    return few_of((found.last_day - found.first_day).days + 1, "day")


MANY_A_YEAR = 10
"""From here on a decimal says nothing."""


def _pace(found: Firings) -> str:
    if found.years < SHORT_YEARS:
        return ""
    rate = len(found.fired) / found.years
    return f" ({rate:,.0f} a year)" if rate >= MANY_A_YEAR else f" ({rate:.2g} a year)"


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
    state = "firing; " if kept.firing else ""
    return f"{sign} {kept.number}. {text(kept.rule, indicators)}: {state}{said}"


def _short(condition: Condition, found: Present | None, indicators: Known, now: datetime) -> str:
    if found is None:
        return "no value right now"
    unit = reading_unit(condition, indicators)
    value = f"{number(found.value, unit)} ({found.vendor}, {age_text(now - found.as_of)} old)"
    if not found.counts:
        return f"{value}, late or a stand-in"
    if found.holds:
        return f"{value}, true"
    return f"{value}, {gap(found.distance, unit)} away"


def _recovery(condition: Condition, indicators: Known) -> str:
    line = watch.rearm_line(indicators[condition.indicator], condition)
    rounded = spoken(float(f"{line:.6g}"), reading_unit(condition, indicators))
    side = "below" if condition.side is Side.ABOVE else "above"
    return f"{reading_title(condition, indicators)} has been {side} {rounded}"
