"""The share of CoinMarketCap's top 100 coins that beat Bitcoin over 90 days."""

from bot.language import N_
from bot.model import Indicator, LevelRule, Side, Tone, Unit

INDICATOR = Indicator(
    key="altcoin_season_index",
    title=N_("Altcoin Season Index"),
    unit=Unit.SCORE,
    series=("altcoin_season_index",),
    rules=(
        LevelRule(
            id="altseason",
            topic="season",
            indicator="altcoin_season_index",
            side=Side.ABOVE,
            level=75.0,
            inclusive=True,
            band=15.0,
            meaning=N_(
                "Three in four large altcoins beat Bitcoin over 90 days: by the index's own "
                "definition this is altseason."
            ),
            resolved_meaning=N_(
                "Altseason is over by the index's own definition: too few altcoins "
                "still beat Bitcoin."
            ),
        ),
        LevelRule(
            id="bitcoin_season",
            topic="season",
            indicator="altcoin_season_index",
            side=Side.BELOW,
            level=25.0,
            band=10.0,
            tone=Tone.BAD,
            meaning=N_(
                "Fewer than one in four large altcoins beat Bitcoin over 90 days: Bitcoin season."
            ),
            resolved_meaning=N_("Bitcoin season is over: enough altcoins beat Bitcoin again."),
        ),
    ),
)
