"""What went into the American spot Bitcoin funds over 5 sessions, net.

Formula: the sum of the last 5 sessions; with one of them missing there is no sum. Source: the flow
vendor.
"""

from collections.abc import Sequence

from bot.formulas import fund_flows
from bot.language import N_
from bot.model import Indicator, Measure, Point, Unit


def _derive(inputs: Sequence[Sequence[Point]]) -> Sequence[Measure]:
    (flows,) = inputs
    return fund_flows.sums(flows, sessions=5)


INDICATOR = Indicator(
    key="btc_etf_flow_5",
    title=N_("Bitcoin ETF net flow, 5 sessions"),
    unit=Unit.USD,
    series=("btc_etf_flow",),
    derive=_derive,
    lookback_days=15,
)
