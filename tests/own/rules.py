"""Own rules as the tests of the watch and of its store speak of them."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from bot.model import Condition, OwnRule, OwnState, Side, Span, Window

MADE = datetime(2026, 11, 20, 8, tzinfo=UTC)
INDICATORS = ("btc_dominance", "altcoin_season_index", "russell_2000")

levels = st.one_of(
    st.integers(-5, 105).map(float),
    st.floats(-1e12, 1e12, allow_nan=False, allow_infinity=False),
)
instants = st.integers(0, 10**9).map(lambda seconds: MADE + timedelta(seconds=seconds))
spans = st.integers(300, 10**7).map(lambda seconds: timedelta(seconds=seconds))
windows = st.builds(Window, st.integers(1, 400), st.sampled_from(Span))
conditions = st.builds(
    Condition,
    st.sampled_from(INDICATORS),
    st.sampled_from(Side),
    levels,
    st.one_of(st.none(), windows),
)


@st.composite
def rules(draw: st.DrawFn, condition: st.SearchStrategy[Condition] = conditions) -> OwnRule:
    """Any rule that a chat can make."""
    asked = tuple(draw(st.lists(condition, min_size=1, max_size=3)))
    repeat = draw(st.sampled_from(["every", "once", "remind", *(["step"] * (len(asked) == 1))]))
    return OwnRule(
        asked,
        once=repeat == "once",
        remind=draw(spans) if repeat == "remind" else None,
        step=draw(st.floats(0.001, 1e9)) if repeat == "step" else None,
        hold=draw(st.one_of(st.none(), spans)),
        until=draw(st.one_of(st.none(), st.dates(date(2026, 11, 20), date(2060, 1, 1)))),
    )


@st.composite
def states(draw: st.DrawFn, rule: OwnRule) -> OwnState:
    """Any state that a store may have to hold."""
    maybe = st.one_of(st.none(), instants)
    firing = draw(st.booleans())
    beyond = tuple(firing or draw(st.booleans()) for _ in rule.conditions)
    further = draw(st.one_of(st.none(), levels))
    return OwnState(draw(instants), beyond, firing, draw(maybe), draw(maybe), further)


def below(
    level: float, indicator: str = "btc_dominance", window: Window | None = None
) -> Condition:
    return Condition(indicator, Side.BELOW, level, window)


def above(
    level: float, indicator: str = "altcoin_season_index", window: Window | None = None
) -> Condition:
    return Condition(indicator, Side.ABOVE, level, window)


FIFTEEN_SESSIONS = Window(15, Span.SESSIONS)
