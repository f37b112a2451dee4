import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

from tests.providers.market import Distortion, Market, Words, distorted, told

BINANCE_VISION = "data-api.binance.vision"
DAY_MILLISECONDS = 86_400_000
COIN_DAYS = 91
"""For how long each coin but Bitcoin has been traded."""


def _row(day: date, close: float | None) -> list[object]:
    opened = int(datetime.combine(day, time(), UTC).timestamp()) * 1_000
    prices = [None if close is None else f"{close * part:.2f}" for part in (0.99, 1.02, 0.97, 1)]
    return [
        opened,
        *prices,
        "41211.11000000",
        opened + DAY_MILLISECONDS - 1,
        "3140000000.10000000",
        5_123_456,
        "20000.10000000",
        "1520000000.20000000",
        "0",
    ]


def binance_vision(
    market: Market, path: str, query: Mapping[str, str], distortion: Distortion | None
) -> object | None:
    """The daily klines, oldest first; the last one is still trading."""
    if distortion is Distortion.ERROR_ENVELOPE:
        return {"code": -1121, "msg": "Invalid symbol."}
    if path != "/api/v3/klines" or query.get("interval") != "1d":
        return None
    if coin := re.fullmatch(r"C(\d+)USDT", query.get("symbol", "")):
        return _coin(market, int(coin[1]), query, distortion)
    if query.get("symbol") != "BTCUSDT":
        return None
    finished = [day for day in market.days(BINANCE_VISION, "btc_price") if day[1] is not None][:-1]
    rows = [_row(day, close) for day, close in finished]
    price, _ = told(market, BINANCE_VISION, "btc_price", distortion)
    if distortion is not Distortion.YESTERDAY:
        rows.append(_row(market.clock().date(), price))
    day, close = finished[-1]
    if close is not None:
        rows[len(finished) - 1] = _row(day, distorted(close, distortion))
        if distortion is Distortion.DUPLICATE_DAYS:
            rows.insert(len(finished) - 1, _row(day, close / 2))
    return rows[-int(query.get("limit", "500")) :]


def _coin(
    market: Market, number: int, query: Mapping[str, str], distortion: Distortion | None
) -> object | None:
    """Of every hundred coins, as many doubled as the season index says; the others halved.

    The days of a coin lie on a line. Every eleventh coin is not listed.
    """
    if number % 11 == 0:
        return None
    index = market.now(BINANCE_VISION, "altcoin_season_index").value
    price = 5_000.0 / number
    before = price * (0.5 if number * 37 % 100 < index else 2.0)
    today, count = market.clock().date(), min(int(query.get("limit", "500")), COIN_DAYS)
    rows = []
    for ago in reversed(range(count)):
        close = price + (before - price) * ago / 90
        rows.append(_row(today - timedelta(days=ago), distorted(close, distortion)))
    return rows


HOSTS: dict[str, Words] = {BINANCE_VISION: binance_vision}
