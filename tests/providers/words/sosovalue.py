from collections.abc import Mapping

from tests.providers.etf_flows import sessions
from tests.providers.market import Distortion, Market, Words

HOST = "openapi.sosovalue.com"
SESSIONS = 300


def sosovalue(
    market: Market, path: str, query: Mapping[str, str], distortion: Distortion | None
) -> object | None:
    """The chart of net inflows, newest session first."""
    if path != "/openapi/v2/etf/historicalInflowChart":
        return None
    if distortion is Distortion.ERROR_ENVELOPE:
        return {"code": 40101, "msg": "API key quota exceeded", "traceId": "x", "data": None}
    rows = sessions(market, HOST, distortion)[-SESSIONS:]
    if distortion is Distortion.DUPLICATE_DAYS:
        rows[-2:] = [rows[-1], rows[-2]]
    inflow = "netInflow" if distortion is Distortion.DECOY_COLUMNS else "totalNetInflow"
    data = [
        {
            "date": day.isoformat(),
            inflow: total,
            "totalValueTraded": 6.25e9,
            "totalNetAssets": 9.7e10,
            "cumNetInflow": 5.474e10,
        }
        for day, total in reversed(rows)
    ]
    return {"code": 0, "msg": None, "traceId": "x", "data": data}


HOSTS: dict[str, Words] = {HOST: sosovalue}
