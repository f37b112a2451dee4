from collections.abc import Mapping
from datetime import UTC, date, datetime, time

from tests.providers.etf_flows import by_fund, sessions
from tests.providers.market import Distortion, Market, Words, told

HOST = "open-api-v4.coinglass.com"


def _milliseconds(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp()) * 1000


def _flows(market: Market, distortion: Distortion | None) -> list[dict[str, object]]:
    data: list[dict[str, object]] = []
    for day, total in sessions(market, HOST, distortion):
        flows: list[dict[str, object]] = [
            {"etf_ticker": fund} if flow is None else {"etf_ticker": fund, "flow_usd": flow}
            for fund, flow in by_fund(total).items()
        ]
        if distortion is Distortion.DECOY_COLUMNS:
            flows = []
        stamp = _milliseconds(day)
        data.append({"timestamp": stamp, "flow_usd": total, "price_usd": 1.0, "etf_flows": flows})
    return data


def _season(market: Market, distortion: Distortion | None) -> list[dict[str, object]]:
    """In the shape that the source assumes."""
    today = market.clock().date()
    values = dict(market.days(HOST, "altcoin_season_index"))
    values[today] = told(market, HOST, "altcoin_season_index", distortion)[0]
    if distortion is Distortion.YESTERDAY:
        del values[today]
    index = "index" if distortion is Distortion.DECOY_COLUMNS else "altcoin_index"
    return [{"timestamp": _milliseconds(day), index: value} for day, value in values.items()]


def coinglass(
    market: Market, path: str, query: Mapping[str, str], distortion: Distortion | None
) -> object | None:
    """The histories of fund flows and of the season index."""
    pages = {"/api/etf/bitcoin/flow-history": _flows, "/api/index/altcoin-season": _season}
    if path not in pages:
        return None
    if distortion is Distortion.ERROR_ENVELOPE:
        return {"code": "40001", "msg": "Upgrade plan"}
    return {"code": "0", "msg": "success", "data": pages[path](market, distortion)}


HOSTS: dict[str, Words] = {HOST: coinglass}
