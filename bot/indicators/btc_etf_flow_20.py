"""What went into the American spot Bitcoin funds over 20 sessions, net.

Formula: the sum of the last 20 sessions; with one of them missing there is no sum. Source: the flow
vendor.
"""

from collections.abc import Sequence

from bot.formulas import fund_flows
from bot.language import N_
from bot.model import Indicator, LevelRule, Measure, Point, Side, Tone, Unit

REGIME_USD = fund_flows.REGIME_USD


def _derive(inputs: Sequence[Sequence[Point]]) -> Sequence[Measure]:
    (flows,) = inputs
    return fund_flows.sums(flows, sessions=20)


INDICATOR = Indicator(
    key="btc_etf_flow_20",
    title=N_("Bitcoin ETF net flow, 20 sessions"),
    unit=Unit.USD,
    series=("btc_etf_flow",),
    derive=_derive,
    lookback_days=45,
    rules=(
        # The two regimes end each other: each one's recovery level is the other's level.
        LevelRule(
            id="etf_inflow",
            topic="etf",
            indicator="btc_etf_flow_20",
            side=Side.ABOVE,
            level=REGIME_USD,
            band=2 * REGIME_USD,
            confirmations=1,
            is_regime=True,
            meaning=N_(
                "Money flows into the Bitcoin funds again: institutions add Bitcoin, "
                "which steadies the market and does not by itself reach altcoins."
            ),
            resolved_meaning=N_(
                "The inflow regime is over: over 20 sessions more than a billion has "
                "left the funds."
            ),
        ),
        LevelRule(
            id="etf_outflow",
            topic="etf",
            indicator="btc_etf_flow_20",
            side=Side.BELOW,
            level=-REGIME_USD,
            band=2 * REGIME_USD,
            confirmations=1,
            is_regime=True,
            tone=Tone.BAD,
            meaning=N_(
                "Money leaves the Bitcoin funds: until it stops, the gate of the ETF "
                "flows stays shut."
            ),
            resolved_meaning=N_(
                "The outflow regime is over: over 20 sessions more than a billion has come in."
            ),
        ),
    ),
)
