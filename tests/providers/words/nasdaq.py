from collections.abc import Mapping
from datetime import date

from bot.calendar import session_close
from tests.providers.market import Distortion, Market, Words, distorted

NASDAQ = "api.nasdaq.com"
PATH = "/api/quote/IWM/historical"
COLUMNS = ("open", "high", "low", "close")


def _finished(market: Market) -> list[tuple[date, float | None]]:
    """The fund's closes, except where a test lets Nasdaq say something else."""
    own = market.daily.get((NASDAQ, "iwm"), {})
    sessions = market.sessions("IWM")
    return [(d, own.get(d, v)) for d, v in sessions if session_close(d) <= market.clock()]


def _row(day: date, close: float | None, columns: tuple[str, ...]) -> dict[str, str]:
    price = "N/A" if close is None else f"${close:,.4f}"
    return {"date": f"{day:%m/%d/%Y}", "volume": "38,214,110", **dict.fromkeys(columns, price)}


def nasdaq(
    market: Market, path: str, query: Mapping[str, str], distortion: Distortion | None
) -> object | None:
    """The history of IWM."""
    if path != PATH or query.get("assetclass") != "etf":
        return None
    if distortion is Distortion.ERROR_ENVELOPE:
        problems = [{"code": 1001, "errorMessage": "Something went wrong."}]
        status = {"rCode": 400, "bCodeMessage": problems, "developerMessage": None}
        return {"data": None, "message": None, "status": status}
    first, last = date.fromisoformat(query["fromdate"]), date.fromisoformat(query["todate"])
    found = [row for row in _finished(market) if first <= row[0] <= last]
    if distortion is Distortion.YESTERDAY:
        found = found[:-1]
    columns = COLUMNS[:-1] if distortion is Distortion.DECOY_COLUMNS else COLUMNS
    day, close = found[-1]
    if distortion is Distortion.DUPLICATE_DAYS:
        found.append((day, close))
    elif close is not None:
        found[-1] = (day, distorted(close, distortion))
    rows = [_row(*each, columns) for each in reversed(found)][: int(query["limit"])]
    headers = {"date": "Date", "close": "Close/Last", "volume": "Volume"}
    table = {"asOf": None, "headers": headers, "rows": rows}
    data = {"symbol": "IWM", "totalRecords": len(rows), "tradesTable": table}
    status = {"rCode": 200, "bCodeMessage": None, "developerMessage": None}
    return {"data": data, "message": None, "status": status}


HOSTS: dict[str, Words] = {NASDAQ: nasdaq}
