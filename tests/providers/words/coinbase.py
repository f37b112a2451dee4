from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

from tests.providers.market import Distortion, Market, Words, distorted, told

COINBASE = "api.exchange.coinbase.com"
MOST_ROWS = 300


def _day(query: Mapping[str, str], end: str) -> date:
    return datetime.fromisoformat(query[end]).date()


def _candle(day: date, close: float | None) -> list[float | None]:
    opened = int(datetime.combine(day, time(), UTC).timestamp())
    if close is None:
        return [opened, None, None, None, None, 0]
    return [opened, close * 0.97, close * 1.02, close * 0.99, close, 19_031.88]


def _candles(
    market: Market, query: Mapping[str, str], distortion: Distortion | None
) -> object | None:
    """Newest first, from the start to the end, both of which count."""
    first, last = _day(query, "start"), _day(query, "end")
    if query["granularity"] != "86400" or (last - first).days >= MOST_ROWS:
        return None
    today = market.clock().date()
    rows = market.days(COINBASE, "btc_price")
    if distortion is Distortion.YESTERDAY:
        rows = rows[:-1]
    candles = []
    for day, close in reversed(rows):
        if not first <= day <= last or close is None:
            continue
        newest_finished = day == today - timedelta(days=1)
        candles.append(_candle(day, distorted(close, distortion) if newest_finished else close))
        if newest_finished and distortion is Distortion.DUPLICATE_DAYS:
            candles.append(_candle(day, close / 2))
    return candles


def coinbase(
    market: Market, path: str, query: Mapping[str, str], distortion: Distortion | None
) -> object | None:
    """The exchange's last trade and its daily candles."""
    if distortion is Distortion.ERROR_ENVELOPE:
        return {"message": "Internal server error"}
    if path == "/products/BTC-USD/candles":
        return _candles(market, query, distortion)
    if path != "/products/BTC-USD/ticker":
        return None
    price, traded = told(market, COINBASE, "btc_price", distortion)
    text = None if price is None else f"{price:.2f}"
    return {
        "trade_id": 843439,
        "price": text,
        "size": "0.0021",
        "time": traded.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "bid": text,
        "ask": text,
        "volume": "19031.88",
    }


HOSTS: dict[str, Words] = {COINBASE: coinbase}
