"""Positions all exchanges closed by force within 24 hours, in USD.

Source: a vendor that adds up the exchanges, named beside the value.
"""

from bot.language import N_
from bot.model import Indicator, LevelRule, Side, Tone, Unit

INDICATOR = Indicator(
    key="liquidations_24h",
    title=N_("Liquidations on all exchanges, 24 hours"),
    unit=Unit.USD,
    series=("liquidations_24h",),
    rules=(
        LevelRule(
            id="leverage_flush",
            topic="leverage",
            indicator="liquidations_24h",
            side=Side.ABOVE,
            level=1e9,
            band=5e8,
            confirmations=1,
            inclusive=True,
            on_samples=True,
            tone=Tone.BAD,
            meaning=N_(
                "Borrowed positions were closed by force on a large scale: prices moved "
                "against the crowd, and part of the leverage is gone."
            ),
            resolved_meaning=N_("The flush is over: less than half of that is being closed."),
        ),
    ),
)
