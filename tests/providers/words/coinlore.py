from collections.abc import Mapping

from tests.providers.market import Distortion, Market, Words, told

COINLORE = "api.coinlore.net"


def coinlore(
    market: Market, path: str, query: Mapping[str, str], distortion: Distortion | None
) -> object | None:
    """The global page: an array of one."""
    if path != "/api/global/":
        return None
    if distortion is Distortion.ERROR_ENVELOPE:
        return []
    total, bitcoin, ethereum = (
        told(market, COINLORE, series, distortion)[0]
        for series in ("total_market_cap", "btc_dominance", "eth_dominance")
    )
    return [
        {
            "coins_count": 14_890,
            "active_markets": 42_110,
            "total_mcap": total,
            "total_volume": 158_812_345_678.9,
            "btc_d": None if bitcoin is None else f"{bitcoin:.2f}",
            "eth_d": None if ethereum is None else f"{ethereum:.2f}",
            "mcap_change": "-2.11",
        }
    ]


HOSTS: dict[str, Words] = {COINLORE: coinlore}
