from collections.abc import Mapping

from tests.providers.market import COINGECKO, Distortion, Market, Words, distorted, iso, told

COINS = 130
"""How many coins the ranking knows."""


def coingecko(
    market: Market, path: str, query: Mapping[str, str], distortion: Distortion | None
) -> object | None:
    """The global page, the price of a coin, and the ranking."""
    if distortion is Distortion.ERROR_ENVELOPE:
        return {"status": {"error_code": 429, "error_message": "You've exceeded the Rate Limit."}}
    if path == "/api/v3/simple/price":
        return _price(market, query, distortion)
    if path == "/api/v3/coins/markets":
        return _ranking(market, query, distortion)
    if path != "/api/v3/global":
        return None
    bitcoin, as_of = told(market, COINGECKO, "btc_dominance", distortion)
    ethereum, _ = told(market, COINGECKO, "eth_dominance", distortion)
    total, _ = told(market, COINGECKO, "total_market_cap", distortion)
    return {
        "data": {
            "active_cryptocurrencies": 17_397,
            "total_market_cap": {"btc": 34_570_737.2, "eth": 1_259_418_635.4, "usd": total},
            "market_cap_percentage": {"btc": bitcoin, "eth": ethereum, "usdt": 5.9},
            "updated_at": int(as_of.timestamp()),
        }
    }


def _price(market: Market, query: Mapping[str, str], distortion: Distortion | None) -> object:
    if (query.get("ids"), query.get("vs_currencies")) != ("bitcoin", "usd"):
        return {}
    price, as_of = told(market, COINGECKO, "btc_price", distortion)
    return {"bitcoin": {"usd": price, "last_updated_at": int(as_of.timestamp())}}


def _ranking(
    market: Market, query: Mapping[str, str], distortion: Distortion | None
) -> list[dict[str, object]]:
    """Bitcoin, Tether, and coins at the prices that Binance has for them."""
    bitcoin, as_of = told(market, COINGECKO, "btc_price", distortion)
    updated = iso(as_of)
    tether = _row(2, ("tether", "usdt", "Tether"), distorted(1.0, distortion), updated)
    if query.get("category") == "stablecoins":
        return [tether]
    rows = [_row(1, ("bitcoin", "btc", "Bitcoin"), bitcoin, updated), tether]
    for number in range(3, min(int(query["per_page"]), COINS) + 1):
        price = distorted(5_000.0 / number, distortion)
        named = (f"coin-{number}", f"c{number}", f"Coin Number {number}")
        rows.append(_row(number, named, price, updated))
    if distortion is Distortion.DUPLICATE_DAYS:
        rows += rows[1:20]
    return rows


def _row(
    rank: int, named: tuple[str, str, str], price: float | None, updated: str
) -> dict[str, object]:
    name, symbol, title = named
    return {
        "id": name,
        "symbol": symbol,
        "name": title,
        "current_price": price,
        "market_cap": 1_500_000_000_000 // rank,
        "market_cap_rank": rank,
        "price_change_percentage_24h": None,
        "last_updated": updated,
        "market_cap_rank_with_rehypothecated": rank,
    }


HOSTS: dict[str, Words] = {COINGECKO: coingecko}
