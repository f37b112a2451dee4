from collections.abc import Mapping
from datetime import UTC, datetime, time

from tests.providers.market import Distortion, Market, Words, distorted, told

ALTERNATIVE_ME = "api.alternative.me"


def _moods(market: Market, query: Mapping[str, str], distortion: Distortion | None) -> object:
    """Newest first, each value out at the beginning of its day."""
    days = market.days(ALTERNATIVE_ME, "fear_greed")[::-1]
    if distortion is Distortion.YESTERDAY:
        days = days[1:]
    rows = [(day, value) for day, value in days if value is not None]
    today, newest = rows[0]
    points = [(today, distorted(newest, distortion)), *rows[1:]]
    if distortion is Distortion.DUPLICATE_DAYS:
        points.insert(1, (today, newest / 2))
    limit = int(query.get("limit", "1"))
    data = [
        {
            "value": None if value is None else f"{value:.0f}",
            "value_classification": "Fear",
            "timestamp": f"{datetime.combine(day, time(), UTC).timestamp():.0f}",
        }
        for day, value in (points[:limit] if limit else points)
    ]
    data[0]["time_until_update"] = "27735"
    return {"name": "Fear and Greed Index", "data": data, "metadata": {"error": None}}


def alternative_me(
    market: Market, path: str, query: Mapping[str, str], distortion: Distortion | None
) -> object | None:
    """The Fear & Greed Index and the global page."""
    if distortion is Distortion.ERROR_ENVELOPE:
        return {"data": [], "metadata": {"error": "Something went wrong."}}
    if path == "/fng/":
        return _moods(market, query, distortion)
    if path != "/v2/global/":
        return None
    share, as_of = told(market, ALTERNATIVE_ME, "btc_dominance", distortion)
    total, _ = told(market, ALTERNATIVE_ME, "total_market_cap", distortion)
    updated = int(as_of.timestamp())
    return {
        "data": {
            "active_cryptocurrencies": 9_461,
            "active_markets": 36_000,
            "bitcoin_percentage_of_market_cap": share,
            "quotes": {"USD": {"total_market_cap": total, "total_volume_24h": 190_000_000_000}},
            "last_updated": updated,
        },
        "metadata": {"timestamp": updated + 60, "error": None},
    }


HOSTS: dict[str, Words] = {ALTERNATIVE_ME: alternative_me}
