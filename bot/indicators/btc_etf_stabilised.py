"""Whether the flows of the American spot Bitcoin funds have steadied.

Formula: 1 outside an outflow regime with the 20-session sum above 0 for five sessions in a row,
else 0. A sum above +1 bn USD makes an inflow regime, one below -1 bn USD an outflow regime, any
other leaves the regime as it was. Source: the flow vendor.
"""

from collections.abc import Sequence

from bot.formulas import fund_flows
from bot.language import N_
from bot.model import Indicator, Measure, Point, Unit


def _derive(inputs: Sequence[Sequence[Point]]) -> Sequence[Measure]:
    (flows,) = inputs
    return fund_flows.stabilised(flows)


INDICATOR = Indicator(
    key="btc_etf_stabilised",
    title=N_("Bitcoin ETF flows have stabilised"),
    unit=Unit.TRUTH,
    series=("btc_etf_flow",),
    derive=_derive,
)
