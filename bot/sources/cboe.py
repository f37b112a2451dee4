"""Cboe's public files, without a key: the Russell 2000 and the S&P 500, by day and delayed.

GET https://cdn.cboe.com/api/global/us_indices/daily_prices/<name>_History.csv: official closes,
`DATE,<name>` and then `07/08/2026,2956.388700`, all of them, updated after the close. A file of
the same kind with other columns exists, so the header must be just this one; what is missing is
answered in XML.

GET https://cdn.cboe.com/api/global/delayed_quotes/quotes/_<name>.json: a price about fifteen
minutes old. `last_trade_time` is New York's without saying so, and 0 where it is missing.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial

from pydantic import BaseModel, NaiveDatetime

from bot.calendar import NEW_YORK, SETTLE, is_session, session_close, session_open
from bot.model import Observation
from bot.ports import At, Feed, Http, Source, SourceError
from bot.sources import SHAPE, from_day, history, observation, one_line, parse, sample

VENDOR = "Cboe"
HOST = "cdn.cboe.com"
ROOT = f"https://{HOST}/api/global"

REVISED_DAYS = 7
"""How far before the last stored day closes are given again, to correct what Cboe corrected."""
ROW = re.compile(r"(\d\d)/(\d\d)/(\d{4}),(\d+(?:\.\d+)?)", re.ASCII)
"""Month, day, year, close."""


def _closes(body: bytes, name: str, now: datetime) -> Iterator[tuple[date, float]]:
    """The sessions that are over by now; raises SourceError for a file of something else.

    Lines that are no row are left out.
    """
    header, *lines = body.decode(errors="replace").splitlines() or [""]
    if header.strip() != f"DATE,{name}":
        said = one_line(header)
        raise SourceError(f'{VENDOR}\'s history of {name} has other columns: "{said}".')
    for line in lines:
        row = ROW.fullmatch(line.strip())
        if row is None:
            continue
        month, day, year, close = row.groups()
        try:
            session = date(int(year), int(month), int(day))
        except ValueError:  # There is no 30th of February.
            continue
        if session_close(session) <= now:
            yield session, float(close)


async def _history(
    name: str, series: str, http: Http, now: datetime, since: date | None
) -> Sequence[Observation]:
    body = await http.get(f"{ROOT}/us_indices/daily_prices/{name}_History.csv", expect="csv")
    return history(series, VENDOR, _closes(body, name, now), now, from_day(since, REVISED_DAYS))


class _Data(BaseModel):
    model_config = SHAPE
    symbol: str
    current_price: float
    high: float | None = None
    last_trade_time: NaiveDatetime


class _Quote(BaseModel):
    model_config = SHAPE
    data: _Data


async def _quote(
    name: str, series: tuple[str, ...], http: Http, now: datetime, since: date | None
) -> Sequence[Observation]:
    """The last price and, where a second series is named, the day's high, whatever `since` says.

    A high that is missing, below the price or otherwise unreal is left out.
    """
    body = await http.get(f"{ROOT}/delayed_quotes/quotes/_{name}.json")
    data = parse(_Quote, body, VENDOR).data
    if data.symbol != f"^{name}":
        raise SourceError(f"{VENDOR} answered with {one_line(data.symbol)} instead of ^{name}.")
    price = _stamped(series[0], data.current_price, data.last_trade_time, now)
    found = [price]
    if len(series) > 1 and data.high is not None and data.high >= price.value:
        with suppress(SourceError):
            found.append(_of_the_same_moment(price, series[1], data.high))
    return found


def _stamped(series: str, value: float, traded: datetime, now: datetime) -> Observation:
    """A price of the session it was traded in; raises SourceError if it was traded in none.

    It is the close only if it was traded at the closing bell or after it, and when late quotes have
    had their time.
    """
    seen = sample(series, VENDOR, value=value, as_of=traded.replace(tzinfo=NEW_YORK), now=now)
    day = traded.date()
    if not is_session(day) or seen.as_of < session_open(day):
        raise SourceError(f"{VENDOR}'s last trade is dated {traded:%Y-%m-%d %H:%M}, in no session.")
    close = session_close(day)
    final = seen.as_of >= close and now >= close + SETTLE
    return replace(seen, day=day, final=final, as_of=close if final else seen.as_of)


def _of_the_same_moment(price: Observation, series: str, value: float) -> Observation:
    return observation(
        series,
        VENDOR,
        day=price.day,
        value=value,
        as_of=price.as_of,
        now=price.observed_at,
        final=price.final,
    )


AFTER_SESSIONS = (
    At((time(8), time(16, 45), time(18, 30), time(21)), NEW_YORK, frozenset(range(5))),
)


def _history_feed(name: str, series: str) -> Feed:
    return Feed(
        name=f"cboe/{series}",
        vendor=VENDOR,
        series=(series,),
        plan=AFTER_SESSIONS,
        fetch=partial(_history, name, series),
        rank=1,
        has_history=True,
        standby_every=timedelta(hours=4),
    )


def _quote_feed(name: str, *series: str) -> Feed:
    return Feed(
        name=f"cboe/{series[0]}_quote",
        vendor=VENDOR,
        series=series,
        plan=(),
        fetch=partial(_quote, name, series),
        rank=1,
        standby_every=timedelta(minutes=10),
    )


SOURCE = Source(
    name=VENDOR,
    host=HOST,
    feeds=(
        _history_feed("RUT", "russell_2000"),
        _history_feed("SPX", "sp_500"),
        _quote_feed("RUT", "russell_2000", "russell_2000_high"),
        _quote_feed("SPX", "sp_500"),
    ),
    terms="Index data for internal use, with attribution; no redistribution of its series.",
    min_interval_seconds=1.0,
)
