"""Every rule that somebody can type."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from bot.model import Condition, Indicator, OwnRule, Side, Span, Unit, Window
from bot.own import limits
from bot.own.mistakes import NotUnderstood
from bot.parts import find_indicators

INDICATORS = find_indicators()
BY_KEY = {each.key: each for each in INDICATORS}
TODAY = date(2026, 11, 25)
SPANS = st.integers(5, 365 * 1440).map(lambda minutes: timedelta(minutes=minutes))


def numbers(lowest: float, highest: float) -> st.SearchStrategy[float]:
    """What can be typed with fifteen digits, eight of them decimals; small and round ones too."""
    first, last = Decimal(repr(max(lowest, -1e15))), Decimal(repr(min(highest, 1e15)))
    fine = st.decimals(first, last, places=8).filter(lambda d: len(d.as_tuple().digits) <= 15)
    coarse = st.decimals(first, last, places=0)
    return st.one_of(fine, coarse).map(lambda number: float(number) + 0.0)


def passes(check: Callable[[], None]) -> bool:
    try:
        check()
    except NotUnderstood:
        return False
    return True


@st.composite
def levels(draw: st.DrawFn, indicator: Indicator) -> Condition:
    side = draw(st.sampled_from(Side))
    lowest, highest = limits._bounds(indicator) or (-1e15, 1e15)
    wanted = numbers(lowest, highest)
    level = draw(wanted.filter(lambda v: passes(lambda: limits.check_level(indicator, side, v))))
    return Condition(indicator.key, side, level)


@st.composite
def changes(draw: st.DrawFn, indicator: Indicator) -> Condition:
    amounts = {Span.SESSIONS: limits.MOST_SESSIONS, Span.DAYS: limits.MOST_DAYS}
    windows = st.sampled_from(Span).flatmap(
        lambda span: st.integers(1, amounts[span]).map(lambda amount: Window(amount, span))
    )
    window = draw(windows.filter(lambda w: passes(lambda: limits.check_window(indicator, w))))
    wanted = numbers(0.01, 99.0) if indicator.unit is not Unit.PCT else numbers(0.01, 10.0)
    size = draw(wanted.filter(bool))
    if draw(st.booleans()):
        return Condition(indicator.key, Side.ABOVE, size, window)
    return Condition(indicator.key, Side.BELOW, -size, window)


LEVELLED = [each for each in INDICATORS if each.unit is not Unit.TRUTH]
CHANGING = [
    each
    for each in LEVELLED
    if any(
        passes(lambda each=each, w=w: limits.check_window(each, w))  # type: ignore[misc]
        for w in (Window(15, Span.SESSIONS), Window(28, Span.DAYS))
    )
]
CONDITIONS = st.one_of(
    st.sampled_from(LEVELLED).flatmap(levels), st.sampled_from(CHANGING).flatmap(changes)
)


@st.composite
def rules(draw: st.DrawFn) -> OwnRule:
    """Any rule that the grammar can give."""
    several = st.lists(CONDITIONS, min_size=1, max_size=3)
    conditions = tuple(draw(several.filter(lambda c: passes(lambda: limits.check_together(c)))))
    repeat = draw(
        st.sampled_from(["every", "once", "remind", *(["step"] * (len(conditions) == 1))])
    )
    return OwnRule(
        conditions,
        once=repeat == "once",
        remind=draw(SPANS) if repeat == "remind" else None,
        step=draw(numbers(0.00000001, 1.0).filter(bool)) if repeat == "step" else None,
        hold=draw(st.one_of(st.none(), SPANS)),
        until=draw(st.one_of(st.none(), st.dates(TODAY, date(2036, 12, 31)))),
    )
