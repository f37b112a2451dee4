"""What CoinMarketCap's own web pages draw their charts from, without a key: years of the past.

GET https://api.coinmarketcap.com/data-api/v3/global-metrics/quotes/historical,
.../v4/global-metrics/quotes/historical, .../v3/altcoin-season/chart and
.../v3/etf/overview/netflow/chart. Nobody has documented or promised any of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from bot.calendar import final_at
from bot.catalogue import SERIES
from bot.model import Observation
from bot.ports import At, Default, Feed, Http, Source, SourceError
from bot.sources import SHAPE, Number, UnixSeconds, history, newest
from bot.sources._coinmarketcap import PACE_SECONDS, REVISED_DAYS, VENDOR, day_that_ended, opened

HOST = "api.coinmarketcap.com"
ROOT = f"https://{HOST}/data-api"
USD_ID = "2781"
"""CoinMarketCap's number for the dollar."""

FIRST_DAY = date(2017, 1, 1)
LONGEST_SPAN = timedelta(days=2200)
"""The most days that one answer about the market's caps holds."""
MOST_SPANS = 2
SEASON_SPAN = timedelta(days=365)
SEASON_YEARS = 3
"""The index began in 2023; a year without data is answered with older points."""

CAMEL = SHAPE | ConfigDict(alias_generator=to_camel)


def _digits(units_per_second: float) -> BeforeValidator:
    """Takes a time written as text to unix seconds; anything else stays as it is."""

    def seconds(value: object) -> object:
        is_text = isinstance(value, str) and value.isascii() and value.isdigit()
        return float(str(value)) / units_per_second if is_text else value

    return BeforeValidator(seconds)


Seconds = Annotated[UnixSeconds, _digits(1.0)]
Milliseconds = Annotated[float, Field(ge=1_356_998_400, le=4_102_444_800), _digits(1000.0)]
"""Unix seconds, of a text in milliseconds; seconds would be before 2013 and are refused."""


class _Whole(BaseModel):
    model_config = CAMEL
    total_market_cap: Number | None = None


class _Day(BaseModel):
    model_config = CAMEL
    timestamp: AwareDatetime
    btc_dominance: Number | None = None
    quote: list[_Whole] = []


class _Days(BaseModel):
    model_config = CAMEL
    quotes: list[_Day]


class _GlobalAnswer(BaseModel):
    model_config = CAMEL
    data: _Days


class _Caps(BaseModel):
    """Caps in USD, split four ways."""

    model_config = CAMEL
    timestamp: Seconds
    market_cap: Number | None = None
    eth_value: Number | None = None
    stable_value: Number | None = None
    other_value: Number | None = None


class _CapsPoints(BaseModel):
    model_config = CAMEL
    points: list[_Caps]


class _CapsAnswer(BaseModel):
    model_config = CAMEL
    data: _CapsPoints


class _Season(BaseModel):
    model_config = CAMEL
    timestamp: Seconds
    altcoin_index: Number | None = None


class _SeasonPoints(BaseModel):
    model_config = CAMEL
    points: list[_Season]


class _SeasonAnswer(BaseModel):
    model_config = CAMEL
    data: _SeasonPoints


class _Flow(BaseModel):
    model_config = CAMEL
    timestamp: Milliseconds
    value: Number | None = None
    """USD into all spot Bitcoin funds on that day."""


class _FlowPoints(BaseModel):
    model_config = CAMEL
    points: list[_Flow]


class _FlowAnswer(BaseModel):
    model_config = CAMEL
    data: _FlowPoints


Row = tuple[date, float | None]
Span = tuple[datetime, datetime]


def _spans(first: date, now: datetime, longest: timedelta) -> Iterator[Span]:
    """The time from the first day until now, cut into spans that one request may ask for."""
    start = datetime.combine(first, time(), UTC)
    while start < now:
        end = min(start + longest, now)
        yield start, end
        start = end


def _unix(moment: datetime) -> str:
    return f"{moment.timestamp():.0f}"


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _first_day(since: date | None, earliest: date) -> date:
    """From where to ask: some days before what is stored, and never before the earliest."""
    return earliest if since is None else max(earliest, since - timedelta(days=REVISED_DAYS))


async def _global(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    """Bitcoin's share and the whole market's cap, day by day."""
    first = max(_first_day(since, FIRST_DAY), (now - MOST_SPANS * LONGEST_SPAN).date())
    shares: list[Row] = []
    caps: list[Row] = []
    for start, end in _spans(first, now, LONGEST_SPAN):
        url = f"{ROOT}/v3/global-metrics/quotes/historical"
        params = {"timeStart": _unix(start), "timeEnd": _unix(end)}
        body = await http.get(url, params={"format": "chart", "interval": "1d"} | params)
        for point in opened(_GlobalAnswer, body).data.quotes:
            day = day_that_ended(point.timestamp, now)
            if day is not None and day >= FIRST_DAY:
                shares.append((day, point.btc_dominance))
                caps.append((day, point.quote[0].total_market_cap if point.quote else None))
    found = [
        *history("btc_dominance", VENDOR, shares, now),
        *history("total_market_cap", VENDOR, caps, now),
    ]
    return newest(found, since, REVISED_DAYS)


def _split(caps: _Caps) -> dict[str, float | None]:
    """The series of one day; None where a part they are made of is missing or 0."""
    eth = 100.0 * caps.eth_value / caps.market_cap if caps.eth_value and caps.market_cap else None
    total3 = (
        caps.stable_value + caps.other_value if caps.stable_value and caps.other_value else None
    )
    return {
        "eth_dominance": eth,
        "total3": total3,
        "total3_ex_stablecoins": caps.other_value,
    }


async def _caps(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    """Ethereum's share and what is left of the market without the two largest coins."""
    short = since is not None and (now.date() - since).days < 365 - REVISED_DAYS
    url = f"{ROOT}/v4/global-metrics/quotes/historical"
    params = {"convertId": USD_ID, "range": "1y" if short else "all"}
    points = opened(_CapsAnswer, await http.get(url, params=params)).data.points
    rows: dict[str, list[Row]] = {"eth_dominance": [], "total3": [], "total3_ex_stablecoins": []}
    for point in points:
        day = day_that_ended(_moment(point.timestamp), now)
        if day is not None and day >= FIRST_DAY:
            for series, value in _split(point).items():
                rows[series].append((day, value))
    found = [each for series in rows for each in history(series, VENDOR, rows[series], now)]
    return newest(found, since, REVISED_DAYS)


async def _season(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    """The season index, a request a year.

    Asked about a year it does not know, the interface silently tells of another one.
    """
    earliest = (now - SEASON_YEARS * SEASON_SPAN).date()
    rows: list[Row] = []
    for start, end in _spans(_first_day(since, earliest), now, SEASON_SPAN):
        params = {"start": _unix(start), "end": _unix(end), "convertId": USD_ID}
        body = await http.get(f"{ROOT}/v3/altcoin-season/chart", params=params)
        for point in opened(_SeasonAnswer, body).data.points:
            moment = _moment(point.timestamp)
            day = day_that_ended(moment, now)
            if day is not None and start <= moment <= end:
                rows.append((day, point.altcoin_index or None))
    if not rows:
        raise SourceError(f"{VENDOR} tells of another time than the one it was asked about.")
    return history("altcoin_season_index", VENDOR, rows, now)


def _published(rows: Sequence[Row]) -> list[Row]:
    """The rows up to the newest that is not 0: a 0 at the end is a flow not published yet."""
    known = [day for day, value in rows if value]
    return [row for row in rows if known and row[0] <= max(known)]


async def _etf_flow(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    """Net flows by session, final at noon UTC of the day after."""
    short = since is not None and (now.date() - since).days < 30 - REVISED_DAYS
    url = f"{ROOT}/v3/etf/overview/netflow/chart"
    params = {"category": "btc", "range": "30d" if short else "all", "convertId": USD_ID}
    points = opened(_FlowAnswer, await http.get(url, params=params)).data.points
    rows = [(_moment(point.timestamp).date(), point.value) for point in points]
    over = [(day, value) for day, value in rows if day < now.date()]
    cadence = SERIES["btc_etf_flow"].cadence
    found = [
        replace(each, final=each.final and final_at(cadence, each.day) <= now)
        for each in history("btc_etf_flow", VENDOR, _published(over), now)
    ]
    return newest(found, since, REVISED_DAYS)


def _daily(*hours: int) -> At:
    return At(tuple(time(hour) for hour in hours), ZoneInfo("UTC"))


SOURCE = Source(
    name="CoinMarketCap web",
    host=HOST,
    feeds=(
        Feed(
            name="coinmarketcap_web/global",
            vendor=VENDOR,
            series=("btc_dominance", "total_market_cap"),
            plan=(_daily(3),),
            fetch=_global,
            has_history=True,
        ),
        Feed(
            name="coinmarketcap_web/caps",
            vendor=VENDOR,
            series=("eth_dominance", "total3", "total3_ex_stablecoins"),
            plan=(_daily(3),),
            fetch=_caps,
            has_history=True,
        ),
        Feed(
            name="coinmarketcap_web/altcoin_season_chart",
            vendor=VENDOR,
            series=("altcoin_season_index",),
            plan=(_daily(3),),
            fetch=_season,
            has_history=True,
        ),
        Feed(
            name="coinmarketcap_web/etf_flow",
            vendor=VENDOR,
            series=("btc_etf_flow",),
            plan=(_daily(8, 14),),
            fetch=_etf_flow,
            rank=1,
            has_history=True,
        ),
    ),
    terms="Undocumented and unpromised: for the past at the first start, then only if switched on.",
    min_interval_seconds=PACE_SECONDS,
    default=Default.HISTORY_ONLY,
)
