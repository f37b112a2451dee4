"""Our own altcoin season index without CoinMarketCap: CoinGecko's ranking at Binance's prices.

GET https://api.coingecko.com/api/v3/coins/markets ranks the coins, the same with
category=stablecoins names those that are none, and as neither knows a change over ninety days,
GET https://data-api.binance.vision/api/v3/klines gives each coin's closes in Tether, one coin a
request. A coin that Binance does not list is answered 400 and passed over, as is one that it no
longer trades, and one whose price shows that its symbol there is another coin's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, RootModel

from bot.model import Observation
from bot.ports import Feed, Http, Source, SourceError
from bot.season import HORIZON, Coin, Count, count, eligible, exclusions
from bot.sources import SHAPE, Number, one_line, parse, sample

VENDOR = "own count (CoinGecko, Binance)"
RANKING = "CoinGecko"
HOST = "api.coingecko.com"
PRICES = "Binance"
PRICES_HOST = "data-api.binance.vision"
BITCOIN = "BTC"

WANTED = 50
MOST_REQUESTS = 90
"""To Binance, Bitcoin's own among them."""
MOST_FAILURES = 5
"""In a row: so many unlisted coins may come together by chance, so the last of them is Bitcoin."""
SAME_PRICE = 0.1
"""How far apart, as a share, two vendors' prices of one coin may be."""

_Milliseconds = Annotated[int, Field(ge=1_000_000_000_000, le=4_102_444_800_000)]


class _Kline(NamedTuple):
    """One UTC day, of which two parts are read; a row of any other length is another format."""

    opened: _Milliseconds
    open: object
    high: object
    low: object
    close: Annotated[Number, Field(gt=0)]
    volume: object
    closed: object
    quote_volume: object
    trades: object
    taker_volume: object
    taker_quote_volume: object
    unused: object


class _Klines(RootModel[list[_Kline]]):
    model_config = ConfigDict(strict=True, frozen=True, allow_inf_nan=False)


class _Row(BaseModel):
    model_config = SHAPE
    id: str
    symbol: str
    name: str
    market_cap_rank: Annotated[int, Field(ge=1)] | None = None
    current_price: float | None = None


class _Rows(RootModel[Annotated[list[_Row], Field(min_length=1)]]):
    model_config = ConfigDict(strict=True, frozen=True, allow_inf_nan=False)


class _Said(BaseModel):
    model_config = SHAPE
    error_message: str | None = None


class _Refusal(BaseModel):
    model_config = SHAPE
    status: _Said


@dataclass(frozen=True, slots=True)
class _Course:
    """The first and the last close of the ninety days."""

    first: float
    last: float

    @property
    def change_pct(self) -> float:
        return 100.0 * (self.last / self.first - 1.0)


async def _page(http: Http, category: str | None = None) -> list[_Row]:
    """The largest coins, of all or of a category; raises SourceError with CoinGecko's words."""
    params = {"vs_currency": "usd", "order": "market_cap_desc", "per_page": "250", "page": "1"}
    if category is not None:
        params["category"] = category
    key = http.key("COINGECKO_API_KEY")
    headers = {"x-cg-demo-api-key": key} if key else None
    body = await http.get(f"https://{HOST}/api/v3/coins/markets", params=params, headers=headers)
    if body.lstrip().startswith(b"{"):  # A page is an array; only a refusal is an object.
        said = parse(_Refusal, body, RANKING).status.error_message or "no reason given"
        raise SourceError(f"{RANKING} refused: {one_line(said).rstrip('.')}.")
    return parse(_Rows, body, RANKING).root


def _candidates(rows: Iterable[_Row], stable: Iterable[_Row]) -> list[Coin]:
    """What might be counted, largest first; its change is not known yet."""
    left_out = {row.id for row in stable} | {"bitcoin"}
    ranked = sorted(
        (row for row in rows if row.market_cap_rank is not None and row.id not in left_out),
        key=lambda row: row.market_cap_rank or 0,
    )
    of_each: dict[str, Coin] = {}
    for row in ranked:
        coin = Coin(
            key=row.id,
            rank=row.market_cap_rank,
            name=row.name,
            symbol=row.symbol.upper(),
            tags=(),
            listed=None,
            price_usd=row.current_price,
            change_90d_pct=None,
        )
        if coin.symbol.isascii() and coin.symbol.isalnum() and not exclusions().holds(coin):
            of_each.setdefault(coin.key, coin)
    return list(of_each.values())


async def _course(http: Http, symbol: str, now: datetime) -> _Course | None:
    """A coin's ninety days; None if Binance has traded it for less or does so no longer.

    Raises SourceError if it does not list the coin or gives no answer.
    """
    params = {"symbol": f"{symbol}USDT", "interval": "1d", "limit": f"{HORIZON.days + 1}"}
    body = await http.get(f"https://{PRICES_HOST}/api/v3/klines", params=params)
    rows = parse(_Klines, body, PRICES).root
    closes = {datetime.fromtimestamp(row.opened / 1_000, UTC).date(): row.close for row in rows}
    last_day = max(closes, default=date.min)
    if last_day < now.date() - timedelta(days=1):
        return None
    first = closes.get(last_day - HORIZON)
    return None if first is None else _Course(first, closes[last_day])


async def _bitcoin(http: Http, now: datetime) -> _Course:
    course = await _course(http, BITCOIN, now)
    if course is None:
        raise SourceError(f"{PRICES} says nothing of Bitcoin's last 90 days.")
    return course


async def _counted(http: Http, candidates: Iterable[Coin], now: datetime) -> list[Coin]:
    """The first candidates that can be compared, with their changes, as many as are wanted.

    They are fewer where the requests run out. Raises SourceError if Binance fails too often in a
    row.
    """
    found: list[Coin] = []
    requests, failed = MOST_REQUESTS - 1, 0
    for coin in candidates:
        if failed == MOST_FAILURES - 1 and requests > 0:
            await _bitcoin(http, now)
            requests, failed = requests - 1, 0
        if requests <= 0 or len(found) == WANTED:
            break
        requests -= 1
        try:
            course = await _course(http, coin.symbol, now)
        except SourceError:
            failed += 1
            continue
        failed = 0
        if course is not None and _is_same(coin.price_usd, course.last):
            changed = replace(coin, listed=now - HORIZON, change_90d_pct=course.change_pct)
            found += eligible([changed], exclusions(), now)
    return found


def _is_same(price: float | None, other: float) -> bool:
    """Whether two prices are of the same coin."""
    return price is not None and abs(price - other) <= SAME_PRICE * other


async def _fetch(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    """The index of this moment, whatever `since` says."""
    candidates = _candidates(await _page(http), await _page(http, "stablecoins"))
    bitcoin = await _bitcoin(http, now)
    coins = await _counted(http, candidates, now)
    counted = count(coins, WANTED, bitcoin.change_pct)
    if not counted.is_valid:
        raise SourceError(f"{PRICES} trades too few of the largest coins to count: {len(coins)}.")
    value, note = counted.index, _note(counted)
    return (sample("own_season_50", VENDOR, value=value, as_of=now, now=now, note=note),)


def _note(counted: Count) -> str:
    return (
        f"{counted.found} of {counted.wanted} coins, {counted.beat_bitcoin} beat Bitcoin, "
        f"exclusions {exclusions().version} (priced at Binance against Tether)"
    )


SOURCE = Source(
    name="own index fallback",
    host=HOST,
    feeds=(
        Feed(
            name="own_season_fallback/closes",
            vendor=VENDOR,
            series=("own_season_50",),
            plan=(),
            fetch=_fetch,
            rank=1,
            standby_every=timedelta(hours=12),
        ),
    ),
    terms="CoinGecko asks for attribution and no redistribution; Binance's data is public.",
    min_interval_seconds=5.0,
)
