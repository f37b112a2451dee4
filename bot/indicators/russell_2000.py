"""Small caps: the Russell 2000 against its own record close."""

from bot.language import N_
from bot.model import BreakoutRule, Indicator, Unit

INDICATOR = Indicator(
    key="russell_2000",
    title=N_("Russell 2000"),
    unit=Unit.POINTS,
    series=("russell_2000",),
    needs_history=True,
    rules=(
        BreakoutRule(
            id="russell_breakout",
            topic="breakout",
            indicator="russell_2000",
            meaning=N_(
                "Small caps lead: investors are taking risk again, which in late 2016 and late "
                "2020 came about 130 days before altcoins followed. It has also led to nothing."
            ),
            invalidated_meaning=N_(
                "The breakout has failed for now: small caps fell back below the "
                "record they had broken."
            ),
            reclaimed_meaning=N_(
                "The failed breakout is back: small caps closed above their high "
                "from before the failure."
            ),
        ),
    ),
)
