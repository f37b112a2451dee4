from collections.abc import Mapping

from tests.providers.market import Distortion, Market, Words, told

BINANCE_FUTURES = "fapi.binance.com"


def binance_futures(
    market: Market, path: str, query: Mapping[str, str], distortion: Distortion | None
) -> object | None:
    """Open interest by the hour, and the running premium."""
    if distortion is Distortion.ERROR_ENVELOPE:
        return {"code": -1121, "msg": "Invalid symbol."}
    match path:
        case "/futures/data/openInterestHist":
            value, as_of = told(market, BINANCE_FUTURES, "binance_open_interest", distortion)
            hour = {
                "symbol": query["symbol"],
                "sumOpenInterest": value if value is None else f"{value:.8f}",
                "sumOpenInterestValue": "5600000000.71251440",
                "timestamp": int(as_of.timestamp() // 3_600 * 3_600_000),
            }
            return [hour]
        case "/fapi/v1/premiumIndex":
            value, as_of = told(market, BINANCE_FUTURES, "binance_funding", distortion)
            return {
                "symbol": query["symbol"],
                "markPrice": "75255.81129892",
                "indexPrice": "75245.47701915",
                "lastFundingRate": value if value is None else f"{value / 100:.8f}",
                "interestRate": "0.00010000",
                "nextFundingTime": 1772640000000,
                "time": int(as_of.timestamp() * 1_000),
            }
        case _:
            return None


HOSTS: dict[str, Words] = {BINANCE_FUTURES: binance_futures}
