"""Nasdaq's site interface, without a key: daily closes of IWM, the largest Russell 2000 fund.

GET https://api.nasdaq.com/api/quote/IWM/historical, newest day first, every number as text such as
"$262.86" or "38,214,110". It serves its own pages: without their Origin and Referer it never
answers. A refusal comes with HTTP 200 and another `status.rCode`. Closes are as traded, dividends
not taken out.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from bot.calendar import NEW_YORK, session_close
from bot.model import Observation
from bot.ports import At, Feed, Http, Source, SourceError
from bot.sources import SHAPE, history, one_line, parse

VENDOR = "Nasdaq"
HOST = "api.nasdaq.com"
SYMBOL = "IWM"
PAGES = {"Origin": "https://www.nasdaq.com", "Referer": "https://www.nasdaq.com/"}

FIRST_DAY = date(2000, 5, 1)
"""The fund began to trade in this month."""
OVERLAP = timedelta(days=7)
"""How far before the last stored day an answer starts, to correct what Nasdaq corrected."""
DAY = re.compile(r"(\d\d)/(\d\d)/(\d{4})", re.ASCII)
PRICE = re.compile(r"\$?(\d[\d,]*(?:\.\d+)?)", re.ASCII)
NO_ERROR = 200

CAMEL = SHAPE | ConfigDict(alias_generator=to_camel)


class _Problem(BaseModel):
    model_config = CAMEL
    error_message: str | None = None


class _Status(BaseModel):
    model_config = CAMEL
    code: Annotated[int, Field(alias="rCode")]
    problems: Annotated[list[_Problem] | None, Field(alias="bCodeMessage")] = None


class _Envelope(BaseModel):
    model_config = CAMEL
    status: _Status


class _Row(BaseModel):
    model_config = CAMEL
    date: str
    close: str | None


class _Table(BaseModel):
    model_config = CAMEL
    rows: list[_Row] | None = None


class _Data(BaseModel):
    model_config = CAMEL
    symbol: str
    trades_table: _Table | None = None


class _Answer(BaseModel):
    model_config = CAMEL
    data: _Data | None = None


def _rows(body: bytes) -> list[_Row]:
    """The table's rows; raises SourceError with Nasdaq's words if there are none."""
    status = parse(_Envelope, body, VENDOR).status
    if status.code != NO_ERROR:
        words = [each.error_message for each in status.problems or () if each.error_message]
        said = one_line(" ".join(words) or "no reason given").rstrip(".")
        raise SourceError(f"{VENDOR} refused with {status.code}: {said}.")
    data = parse(_Answer, body, VENDOR).data
    if data is None or data.trades_table is None or not data.trades_table.rows:
        raise SourceError(f"{VENDOR} answered without a table of {SYMBOL}.")
    if data.symbol != SYMBOL:
        raise SourceError(f"{VENDOR} answered with {one_line(data.symbol)} instead of {SYMBOL}.")
    return data.trades_table.rows


def _closes(rows: Sequence[_Row], now: datetime) -> Iterator[tuple[date, float]]:
    """The sessions that are over by now; a row without a day or a price is left out."""
    for row in rows:
        day, price = DAY.fullmatch(row.date), PRICE.fullmatch(row.close or "")
        if day is None or price is None:
            continue
        month, of_month, year = (int(part) for part in day.groups())
        try:
            session = date(year, month, of_month)
        except ValueError:  # There is no 30th of February.
            continue
        if session_close(session) <= now:
            yield session, float(price[1].replace(",", ""))


async def _iwm(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    first = FIRST_DAY if since is None else since - OVERLAP
    params = {
        "assetclass": "etf",
        "fromdate": first.isoformat(),
        "todate": now.astimezone(NEW_YORK).date().isoformat(),
        "limit": "9999",
    }
    url = f"https://{HOST}/api/quote/{SYMBOL}/historical"
    rows = _rows(await http.get(url, params=params, headers=PAGES))
    return history("iwm", VENDOR, _closes(rows, now), now)


SOURCE = Source(
    name=VENDOR,
    host=HOST,
    feeds=(
        Feed(
            name="nasdaq/iwm",
            vendor=VENDOR,
            series=("iwm",),
            plan=(At((time(16, 45), time(18, 30)), NEW_YORK, frozenset(range(5))),),
            fetch=_iwm,
            has_history=True,
        ),
    ),
    terms="Undocumented interface of its own site, for personal use; no redistribution.",
    min_interval_seconds=2.0,
)
