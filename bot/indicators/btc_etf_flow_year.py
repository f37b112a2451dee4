"""What went into the American spot Bitcoin funds this year, net.

Formula: the sum since the year began; the note says through which session, and what is missing.
Source: the flow vendor.
"""

from collections.abc import Sequence

from bot.formulas import fund_flows
from bot.language import N_
from bot.model import Indicator, Measure, Point, Unit


def _derive(inputs: Sequence[Sequence[Point]]) -> Sequence[Measure]:
    (flows,) = inputs
    return fund_flows.year_to_date(flows)


INDICATOR = Indicator(
    key="btc_etf_flow_year",
    title=N_("Bitcoin ETF net flow, year to date"),
    unit=Unit.USD,
    series=("btc_etf_flow",),
    derive=_derive,
    lookback_days=400,
)
