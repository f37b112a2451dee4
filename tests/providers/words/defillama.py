from collections.abc import Mapping
from datetime import UTC, datetime, time

from tests.providers.market import Distortion, Market, Words, distorted

DEFILLAMA = "stablecoins.llama.fi"
EURO_SHARE, DOLLAR_SHARE = 0.004, 0.996


def defillama(
    market: Market, path: str, query: Mapping[str, str], distortion: Distortion | None
) -> object | None:
    """The chart of all stablecoins, today's point last."""
    if path != "/stablecoincharts/all":
        return None
    if distortion is Distortion.ERROR_ENVELOPE:
        return {"statusCode": 500, "message": "Internal server error"}
    days = market.days(DEFILLAMA, "stablecoin_supply")
    day, value = days[-1]
    if distortion is Distortion.YESTERDAY:
        days.pop()
    elif distortion is Distortion.DUPLICATE_DAYS and value is not None:
        days[-1:] = [(day, value / 2), (day, value)]
    elif value is not None:
        days[-1] = (day, distorted(value, distortion))
    rows = []
    for day, value in days:
        dollars = None if value is None else value * DOLLAR_SHARE
        euros = None if value is None else value * EURO_SHARE
        pegs = {"peggedUSD": dollars, "peggedEUR": euros}
        midnight = datetime.combine(day, time(), UTC).timestamp()
        rows.append(
            {
                "date": f"{midnight:.0f}",
                "totalCirculating": {"peggedUSD": dollars},
                "totalCirculatingUSD": pegs,
            }
        )
    return rows


HOSTS: dict[str, Words] = {DEFILLAMA: defillama}
