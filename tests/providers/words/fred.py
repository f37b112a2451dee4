from collections.abc import Mapping
from datetime import date

from bot.calendar import NEVER_PUBLISHED, final_at
from bot.catalogue import SERIES
from bot.model import Cadence
from tests.providers.market import Distortion, Market, Words, distorted

FRED = "fred.stlouisfed.org"
FRED_KEYED = "api.stlouisfed.org"
MILLION = 1e6
IDS = {
    "WALCL": ("fed_assets", MILLION),
    "DFF": ("fed_funds", 1.0),
    "CPIAUCSL": ("cpi", 1.0),
    "CPIAUCNS": ("cpi_nsa", 1.0),
    "SP500": ("sp_500", 1.0),
}
"""FRED's names: our series, and how many of its units one of FRED's is."""

Row = tuple[date, float | None]


def published(
    market: Market, series_id: str, first: str, distortion: Distortion | None
) -> list[Row] | None:
    """What has come out by now, oldest first, in FRED's units."""
    if series_id not in IDS:
        return None
    series, scale = IDS[series_id]
    cadence = SERIES[series].cadence
    rows: list[Row] = [
        (day, None if value is None else value / scale)
        for day, value in market.days(FRED, series)
        if final_at(cadence, day) <= market.clock()
    ]
    if cadence is Cadence.MONTH:
        holes = [day for day in NEVER_PUBLISHED if rows[0][0] < day < rows[-1][0]]
        rows = sorted([*rows, *((day, None) for day in holes)])
    day, value = rows[-1]
    if distortion is Distortion.YESTERDAY:
        rows.pop()
    elif distortion is Distortion.DUPLICATE_DAYS and value is not None:
        rows[-1:] = [(day, value / 2), (day, value)]
    elif value is not None:
        rows[-1] = (day, distorted(value, distortion))
    return [row for row in rows if row[0] >= date.fromisoformat(first)]


def cell(value: float | None, missing: str) -> str:
    """A value as FRED writes it; nobody publishes a sixteenth digit."""
    return missing if value is None else f"{value:.10g}"


def fred(
    market: Market, path: str, query: Mapping[str, str], distortion: Distortion | None
) -> object | None:
    """The table behind a graph."""
    if path != "/graph/fredgraph.csv":
        return None
    series_id = query["id"]
    rows = published(market, series_id, query.get("cosd", "1776-07-04"), distortion)
    if rows is None or distortion is Distortion.ERROR_ENVELOPE:
        return b"<!DOCTYPE html><html><title>Error</title></html>"
    column = f"{series_id}_PC1" if distortion is Distortion.DECOY_COLUMNS else series_id
    lines = [f"observation_date,{column}", *(f"{day},{cell(value, '')}" for day, value in rows)]
    return "\n".join([*lines, ""]).encode()


def keyed(
    market: Market, path: str, query: Mapping[str, str], distortion: Distortion | None
) -> object | None:
    """The same with a key."""
    if path != "/fred/series/observations" or query.get("file_type") != "json":
        return None
    first = query.get("observation_start", "1776-07-04")
    rows = published(market, query["series_id"], first, distortion)
    if rows is None or "api_key" not in query or distortion is Distortion.ERROR_ENVELOPE:
        return {"error_code": 400, "error_message": "Bad Request.  The series does not exist."}
    today = f"{market.clock():%Y-%m-%d}"
    realtime = {"realtime_start": today, "realtime_end": today}
    return {
        **realtime,
        "observation_start": first,
        "observation_end": "9999-12-31",
        "units": "lin",
        "output_type": 1,
        "file_type": "json",
        "order_by": "observation_date",
        "sort_order": "asc",
        "count": len(rows),
        "offset": 0,
        "limit": 100_000,
        "observations": [
            {**realtime, "date": day.isoformat(), "value": cell(value, ".")} for day, value in rows
        ],
    }


HOSTS: dict[str, Words] = {FRED: fred, FRED_KEYED: keyed}
