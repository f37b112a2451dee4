"""Bitcoin's share of all crypto market value. The levels are set for CoinMarketCap's figure."""

from bot.language import N_
from bot.model import Indicator, LevelRule, Side, Unit

BAND_PP = 1.0
"""The 99th percentile of the daily change since 2022: a narrower band repeats itself."""

INDICATOR = Indicator(
    key="btc_dominance",
    title=N_("Bitcoin dominance"),
    unit=Unit.PCT,
    series=("btc_dominance",),
    rules=(
        LevelRule(
            id="dominance_57",
            topic="dominance",
            indicator="btc_dominance",
            side=Side.BELOW,
            level=57.0,
            band=BAND_PP,
            meaning=N_(
                "Bitcoin's grip loosens: above 57 % money has stayed in Bitcoin, and below it "
                "altcoins begin to get a share."
            ),
            resolved_meaning=N_("The gate shut again: money has moved back into Bitcoin."),
        ),
        LevelRule(
            id="dominance_55",
            topic="dominance",
            indicator="btc_dominance",
            side=Side.BELOW,
            level=55.0,
            band=BAND_PP,
            meaning=N_(
                "This is the confirmation the rotation thesis waits for. It confirms, it does "
                "not lead: past crossings came late, and some were false."
            ),
            resolved_meaning=N_(
                "The confirmation is withdrawn: money has moved back into Bitcoin."
            ),
        ),
    ),
)
