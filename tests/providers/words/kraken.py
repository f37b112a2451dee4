from collections.abc import Mapping
from datetime import UTC, date, datetime, time

from tests.providers.market import Distortion, Market, Words, distorted, told

KRAKEN = "api.kraken.com"
MOST_ROWS = 720


def _text(price: float | None) -> str | None:
    return None if price is None else f"{price:.1f}"


def _row(day: date, close: float | None) -> list[object]:
    opened = int(datetime.combine(day, time(), UTC).timestamp())
    spread = [None if close is None else f"{close * part:.1f}" for part in (0.99, 1.02, 0.97)]
    return [opened, *spread, _text(close), _text(close), "3022.1", 51_234]


def _ohlc(market: Market, distortion: Distortion | None) -> object:
    """Oldest first; the last row is still trading."""
    days = market.days(KRAKEN, "btc_price")[-MOST_ROWS:]
    if distortion is Distortion.YESTERDAY:
        days = days[:-1]
    rows = [_row(day, close) for day, close in days]
    finished, close = days[-2]
    if close is not None:
        rows[-2] = _row(finished, distorted(close, distortion))
        if distortion is Distortion.DUPLICATE_DAYS:
            rows.insert(-2, _row(finished, close / 2))
    return {"error": [], "result": {"XXBTZUSD": rows, "last": rows[-2][0]}}


def kraken(
    market: Market, path: str, query: Mapping[str, str], distortion: Distortion | None
) -> object | None:
    """The last trade, and the days."""
    if distortion is Distortion.ERROR_ENVELOPE:
        return {"error": ["EGeneral:Internal error"]}
    if query.get("pair") != "XBTUSD":
        return {"error": ["EQuery:Unknown asset pair"]}
    if path == "/0/public/OHLC" and query.get("interval") == "1440":
        return _ohlc(market, distortion)
    if path != "/0/public/Ticker":
        return None
    price = _text(told(market, KRAKEN, "btc_price", distortion)[0])
    return {
        "error": [],
        "result": {
            "XXBTZUSD": {
                "a": [price, "1", "1.000"],
                "b": [price, "2", "2.000"],
                "c": [price, "0.044"],
                "v": ["4147.9", "8896.9"],
                "p": [price, price],
                "t": [39_070, 100_560],
                "l": [price, price],
                "h": [price, price],
                "o": price,
            }
        },
    }


HOSTS: dict[str, Words] = {KRAKEN: kraken}
