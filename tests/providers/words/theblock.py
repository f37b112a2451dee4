from collections.abc import Mapping
from datetime import UTC, datetime, time

from tests.providers.etf_flows import FUNDS, by_fund, sessions
from tests.providers.market import Distortion, Market, Words

HOST = "data.tbstat.com"


def theblock(
    market: Market, path: str, query: Mapping[str, str], distortion: Distortion | None
) -> object | None:
    """The dashboard file of flows by fund."""
    if path != "/dashboard/markets_structuredproducts_btcspotetfflows_daily_other.json":
        return None
    if distortion is Distortion.ERROR_ENVELOPE:
        return {"error": "not found"}
    rows = [
        (int(datetime.combine(day, time(), UTC).timestamp()), by_fund(total))
        for day, total in sessions(market, HOST, distortion)
    ]
    return {
        "Title": "Spot Bitcoin ETF Flows",
        "Frequency": "Weekly" if distortion is Distortion.DECOY_COLUMNS else "Daily",
        "UpdatedAt": int(market.clock().timestamp()),
        "Series": {
            fund: {"Data": [{"Timestamp": at, "Result": flows[fund]} for at, flows in rows]}
            for fund in FUNDS
        },
    }


HOSTS: dict[str, Words] = {HOST: theblock}
