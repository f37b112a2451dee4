"""Whether new tokens come faster than a month ago.

Formula: 100 * (new tokens in 30 days / the same count exactly 30 days earlier - 1). Source:
CoinMarketCap.
"""

from collections.abc import Sequence

from bot.formulas import changes
from bot.language import N_
from bot.model import Indicator, LevelRule, Measure, Point, Side, Tone, Unit


def _derive(inputs: Sequence[Sequence[Point]]) -> Sequence[Measure]:
    (tokens,) = inputs
    return changes.over_days(tokens, 30, changes.in_percent)


INDICATOR = Indicator(
    key="token_dilution",
    title=N_("New tokens against 30 days before"),
    unit=Unit.PCT,
    series=("new_tokens_30d",),
    derive=_derive,
    lookback_days=45,
    rules=(
        LevelRule(
            id="token_dilution",
            topic="dilution",
            indicator="token_dilution",
            side=Side.ABOVE,
            level=25.0,
            band=15.0,
            confirmations=1,
            inclusive=True,
            tone=Tone.BAD,
            meaning=N_(
                "New tokens come a quarter faster than a month ago: the same money is "
                "spread over more coins."
            ),
            resolved_meaning=N_("New tokens come at about the pace of a month ago again."),
        ),
    ),
)
