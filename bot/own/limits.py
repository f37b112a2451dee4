"""What a condition may ask: nothing that can never happen, and nothing that is always so."""

from collections.abc import Sequence

from bot.catalogue import SERIES
from bot.language import _
from bot.model import Cadence, Condition, Indicator, Series, Side, Span, Unit, Window
from bot.own.mistakes import NotUnderstood
from bot.own.numbers import spoken
from bot.own.windows import IN_POINTS, change_unit
from bot.wording import days_text, sessions_text

MOST_DAYS = 400
MOST_SESSIONS = 260
MOST_PCT = 1000.0
"""Nothing that I watch rises elevenfold within a window."""
WEEK = 7
BY_UNIT = {
    Unit.CORRELATION: (-1.0, 1.0),
    Unit.DEVIATIONS: (-100.0, 100.0),
    Unit.USD_BN_A_MONTH: (-10_000.0, 10_000.0),
}
"""Bounds of numbers that are worked out, where their unit has some."""
SESSION_CADENCES = frozenset({Cadence.NYSE_SESSION, Cadence.NYSE_NEXT_MORNING})


def check_indicator(indicator: Indicator) -> None:
    """Raise NotUnderstood for what has no level to cross."""
    if indicator.unit is Unit.TRUTH:
        raise NotUnderstood(
            _("“{title}” is a yes or a no: it has no level to cross. /status shows it.").format(
                title=_(indicator.title)
            )
        )


def check_level(indicator: Indicator, side: Side, level: float) -> None:
    """Raise NotUnderstood for a level that is never crossed."""
    bounds = _bounds(indicator)
    if bounds is None:
        return
    lowest, highest = bounds
    # At its lowest value it is always at or above it, and never below it.
    within = lowest < level <= highest if side is Side.ABOVE else lowest < level < highest
    if not within:
        first, last = spoken(lowest, indicator.unit), spoken(highest, indicator.unit)
        never = _(
            "{title} can be from {first} to {last}, so there is no crossing above {level} to wait "
            "for."
        )
        if side is Side.BELOW:
            never = _(
                "{title} can be from {first} to {last}, so there is no crossing below {level} to "
                "wait for."
            )
        wanted = spoken(level, indicator.unit)
        title = _(indicator.title)
        raise NotUnderstood(never.format(title=title, first=first, last=last, level=wanted))


def check_step(indicator: Indicator, step: float) -> None:
    """Raise NotUnderstood for a step that cannot be made."""
    bounds = _bounds(indicator)
    if bounds is not None and step > bounds[1] - bounds[0]:
        too_far = _("{title} cannot move so far: make the step smaller.")
        raise NotUnderstood(too_far.format(title=_(indicator.title)))


def check_window(indicator: Indicator, window: Window) -> None:
    """Raise NotUnderstood for a window in which the indicator has no change."""
    if indicator.derive is not None:
        raise NotUnderstood(
            _(
                "{title} is itself worked out from a past, so I watch its level only: {key} above "
                "or below a number."
            ).format(title=_(indicator.title), key=indicator.key)
        )
    series = SERIES[indicator.series[0]]
    if series.lowest < 0 and series.unit not in IN_POINTS:
        raise NotUnderstood(
            _(
                "{title} goes below zero, where a change in percent says nothing. Its level can be "
                "watched: {key} above or below a number."
            ).format(title=_(indicator.title), key=indicator.key)
        )
    if window.span is Span.SESSIONS:
        _check_sessions(indicator, series, window.amount)
    else:
        _check_days(indicator, series, window.amount)


def check_change(indicator: Indicator, change: float, window: Window) -> None:
    """Raise NotUnderstood for a change that cannot come about; a fall is negative."""
    if change_unit(indicator.unit) is Unit.PP:
        lowest, highest = _bounds(indicator) or (-MOST_PCT, MOST_PCT)
        most = highest - lowest
    else:
        most = 100.0 if change < 0 else MOST_PCT
    # A fall by all of it would have to be passed, which nothing does.
    if abs(change) > most or -change == most:
        never = _("{title} cannot rise by {size} in {span}.")
        if change < 0:
            never = _("{title} cannot fall by {size} in {span}.")
        size = spoken(abs(change), change_unit(indicator.unit))
        in_sessions = window.span is Span.SESSIONS
        span = sessions_text(window.amount) if in_sessions else days_text(window.amount)
        raise NotUnderstood(never.format(title=_(indicator.title), size=size, span=span))


def check_together(conditions: Sequence[Condition]) -> None:
    """Raise NotUnderstood for conditions that exclude or contain one another."""
    for number, one in enumerate(conditions):
        for other in conditions[number + 1 :]:
            if one.reading != other.reading:
                continue
            if one.side is other.side:
                twice = _("Two lines above which {key} has to be: the farther one is enough.")
                if one.side is Side.BELOW:
                    twice = _("Two lines below which {key} has to be: the farther one is enough.")
                raise NotUnderstood(twice.format(key=one.indicator))
            above, below = sorted((one, other), key=lambda each: each.side is Side.BELOW)
            if above.level >= below.level:
                never = _("{key} cannot be above the one and below the other line at once.")
                raise NotUnderstood(never.format(key=one.indicator))


def _bounds(indicator: Indicator) -> tuple[float, float] | None:
    if indicator.derive is not None:
        return BY_UNIT.get(indicator.unit)
    series = SERIES[indicator.series[0]]
    return series.lowest, series.highest


def _check_sessions(indicator: Indicator, series: Series, sessions: int) -> None:
    if series.cadence not in SESSION_CADENCES:
        in_days = _("{title} knows no trading sessions: count in days.")
        raise NotUnderstood(in_days.format(title=_(indicator.title)))
    if not 1 <= sessions <= MOST_SESSIONS:
        longest = _("I look back from 1 to {most} sessions.")
        raise NotUnderstood(longest.format(most=MOST_SESSIONS))


def _check_days(indicator: Indicator, series: Series, days: int) -> None:
    if not 1 <= days <= MOST_DAYS:
        raise NotUnderstood(_("I look back from 1 to {most} days.").format(most=MOST_DAYS))
    title = _(indicator.title)
    if series.cadence is Cadence.MONTH:
        monthly = _(
            "{title} comes once a month, so it has no change over days: I watch its level only."
        )
        raise NotUnderstood(monthly.format(title=title))
    if series.cadence is Cadence.GLOBEX:
        endless = _(
            "{title} comes without a day's last word, so it has no change over days: I watch its "
            "level only."
        )
        raise NotUnderstood(endless.format(title=title))
    if series.cadence is Cadence.WEDNESDAY and days % WEEK:
        raise NotUnderstood(_("{title} comes once a week: count in weeks.").format(title=title))
