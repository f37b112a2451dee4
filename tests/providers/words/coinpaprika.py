from collections.abc import Mapping
from datetime import UTC

from tests.providers.market import COINPAPRIKA, Distortion, Market, Words, distorted, told


def coinpaprika(
    market: Market, path: str, query: Mapping[str, str], distortion: Distortion | None
) -> object | None:
    """The global page, and Ethereum's, whose cap is its share of the total."""
    if distortion is Distortion.ERROR_ENVELOPE:
        return {"error": "something went wrong"}
    total, _ = told(market, COINPAPRIKA, "total_market_cap", distortion)
    share, as_of = told(market, COINPAPRIKA, "btc_dominance", distortion)
    if path == "/v1/global":
        return {
            "market_cap_usd": total,
            "volume_24h_usd": 161_234_567_890,
            "bitcoin_dominance_percentage": share,
            "cryptocurrencies_number": 12_639,
            "market_cap_ath_date": "2025-10-06T18:00:00Z",
            "last_updated": int(as_of.timestamp()),
        }
    if path != "/v1/tickers/eth-ethereum":
        return None
    whole = market.now(COINPAPRIKA, "total_market_cap").value
    cap = whole * market.now(COINPAPRIKA, "eth_dominance").value / 100
    return {
        "id": "eth-ethereum",
        "name": "Ethereum",
        "symbol": "ETH",
        "rank": 2,
        "last_updated": as_of.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "quotes": {"USD": {"price": 2_230.4, "market_cap": distorted(cap, distortion)}},
    }


HOSTS: dict[str, Words] = {COINPAPRIKA: coinpaprika}
