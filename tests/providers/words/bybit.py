from collections.abc import Mapping

from tests.providers.market import Distortion, Market, Words, told

BYBIT = "api.bybit.com"


def bybit(
    market: Market, path: str, query: Mapping[str, str], distortion: Distortion | None
) -> object | None:
    """The ticker of a linear perpetual."""
    if path != "/v5/market/tickers" or query.get("category") != "linear":
        return None
    if distortion is Distortion.ERROR_ENVELOPE:
        refused = {"retCode": 10006, "retMsg": "Too many visits!", "result": {}, "retExtInfo": {}}
        return {**refused, "time": int(market.clock().timestamp() * 1_000)}
    contracts, as_of = told(market, BYBIT, "bybit_open_interest", distortion)
    percent, _ = told(market, BYBIT, "bybit_funding", distortion)
    ticker = {
        "symbol": query["symbol"],
        "lastPrice": "75255.50",
        "markPrice": "75255.00",
        "openInterest": contracts if contracts is None else f"{contracts:.3f}",
        "openInterestValue": "3600000000.12",
        "fundingRate": percent if percent is None else f"{percent / 100:.8f}",
        "nextFundingTime": "1772640000000",
    }
    return {
        "retCode": 0,
        "retMsg": "OK",
        "result": {"category": "linear", "list": [ticker]},
        "retExtInfo": {},
        "time": int(as_of.timestamp() * 1_000),
    }


HOSTS: dict[str, Words] = {BYBIT: bybit}
