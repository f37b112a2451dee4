from collections.abc import Mapping
from datetime import date, timedelta

from bot.calendar import session_close, session_open
from tests.providers.market import (
    NEW_YORK,
    RUSSELL,
    SP,
    SYMBOLS,
    Distortion,
    Market,
    Words,
    distorted,
)

CBOE = "cdn.cboe.com"
FILES = "/api/global/us_indices/daily_prices/"
QUOTES = "/api/global/delayed_quotes/quotes/"
NAMES = {"RUT": RUSSELL, "SPX": SP}
DELAY = timedelta(minutes=15)
DENIED = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n'
    b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
)


def _sessions(market: Market, name: str) -> list[tuple[date, float | None]]:
    """The same closes as Yahoo's, except where a test lets Cboe say something else."""
    own = market.daily.get((CBOE, SYMBOLS[NAMES[name]]), {})
    return [(day, own.get(day, value)) for day, value in market.sessions(NAMES[name])]


def _history(market: Market, name: str, distortion: Distortion | None) -> bytes:
    rows = [(d, v) for d, v in _sessions(market, name) if session_close(d) <= market.clock()]
    if distortion is Distortion.YESTERDAY:
        rows = rows[:-1]
    day, close = rows[-1]
    if distortion is Distortion.DUPLICATE_DAYS:
        rows[-1:] = [(day, (close or 0.0) / 2), (day, close)]
    elif close is not None:
        rows[-1] = (day, distorted(close, distortion))
    header = "DATE,RETURN 1M" if distortion is Distortion.DECOY_COLUMNS else f"DATE,{name}"
    lines = (f"{d:%m/%d/%Y},{'' if v is None else format(v, '.6f')}" for d, v in rows)
    return "\r\n".join((header, *lines, "")).encode()


def _quote(market: Market, name: str, distortion: Distortion | None) -> object:
    day, close = _sessions(market, name)[-1]
    told = market.told.get((CBOE, SYMBOLS[NAMES[name]]), 0.0 if close is None else close)
    sample = market.sampled(told)
    seen = max(session_open(day), min(sample.as_of - DELAY, session_close(day)))
    if distortion is Distortion.YESTERDAY:
        seen = session_close(_sessions(market, name)[-2][0])
    value = distorted(sample.value, distortion)
    traded = f"{seen.astimezone(NEW_YORK):%Y-%m-%dT%H:%M:%S}"
    data = {
        "symbol": f"^{name}",
        "security_type": "index",
        "exchange_id": 5,
        "current_price": value,
        "bid": value,
        "ask": value,
        "open": sample.value,
        "high": distorted(round(sample.value * 1.001, 4), distortion),
        "low": sample.value,
        "close": 0.0,
        "prev_day_close": sample.value,
        "volume": 0,
        "seqno": 1_234_567,
        "last_trade_time": 0 if distortion is Distortion.NULLS else traded,
        "tick": "up",
    }
    stamp = f"{market.clock():%Y-%m-%d %H:%M:%S}"
    return {"timestamp": stamp, "data": data, "symbol": f"_{name}"}


def cboe(
    market: Market, path: str, query: Mapping[str, str], distortion: Distortion | None
) -> object | bytes | None:
    """The files of closes and the delayed quotes."""
    for name in NAMES:
        if path not in (f"{FILES}{name}_History.csv", f"{QUOTES}_{name}.json"):
            continue
        if distortion is Distortion.ERROR_ENVELOPE:
            return DENIED
        asked = _history if path.startswith(FILES) else _quote
        return asked(market, name, distortion)
    return None


HOSTS: dict[str, Words] = {CBOE: cboe}
