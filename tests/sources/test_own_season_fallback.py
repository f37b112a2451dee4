import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from bot.fetcher import Fetcher
from bot.http import Limits, ProviderHttp
from bot.model import Observation
from bot.ports import SourceError
from bot.season import exclusions
from bot.sources import own_season
from bot.sources.own_season_fallback import SOURCE
from tests.providers.gateway import PROVIDERS, Fault, Gateway
from tests.providers.market import COINGECKO, COINMARKETCAP, Distortion, Market
from tests.providers.words.binance_vision import BINANCE_VISION
from tests.sources.conftest import KEYS, NOW, SAMPLES, Desk

(FEED,) = SOURCE.feeds
VENDOR = "own count (CoinGecko, Binance)"
TODAY = NOW.date()
BITCOIN, ANY = json.loads((SAMPLES / "own_season_fallback.markets.json").read_bytes())
KLINE = json.loads((SAMPLES / "own_season_fallback.kline.json").read_bytes())
PRICE = ANY["current_price"]
Row = dict[str, Any]


def coin(number: int, **other: object) -> Row:
    named = {"id": f"any-{number}", "symbol": f"any{number}", "name": f"Any Coin {number}"}
    return {**ANY, **named, "market_cap_rank": number, **other}


def klines(
    before: float, now: float = PRICE, *, days: int = 91, last: date = TODAY
) -> list[list[object]]:
    """So many days up to `last`, all at the price of before but the last."""
    rows = []
    for ago in reversed(range(days)):
        opened = datetime.combine(last - timedelta(days=ago), time(), UTC)
        close = now if ago == 0 else before
        rows.append([int(opened.timestamp() * 1_000), *KLINE[1:4], f"{close}", *KLINE[5:]])
    return rows


class Exchange:
    """A ranking of sixty coins that all halved, and Bitcoin, which lost a tenth."""

    def __init__(self) -> None:
        self.ranking = [BITCOIN, *(coin(number) for number in range(2, 62))]
        self.stable: object = [coin(999, id="any-dollar")]
        self.traded: dict[str, object] = {
            row["symbol"].upper(): klines(2 * PRICE) for row in self.ranking[1:]
        }
        self.traded["BTC"] = klines(1.0, 0.9)

    def coingecko(
        self, market: Market, path: str, query: Mapping[str, str], distortion: Distortion | None
    ) -> object | None:
        assert path == "/api/v3/coins/markets"
        return self.stable if query.get("category") == "stablecoins" else self.ranking

    def binance(
        self, market: Market, path: str, query: Mapping[str, str], distortion: Distortion | None
    ) -> object | None:
        return self.traded.get(query["symbol"].removesuffix("USDT"))


@pytest.fixture
def exchange(monkeypatch: pytest.MonkeyPatch) -> Exchange:
    told = Exchange()
    monkeypatch.setitem(PROVIDERS, COINGECKO, told.coingecko)
    monkeypatch.setitem(PROVIDERS, BINANCE_VISION, told.binance)
    return told


def symbols(gateway: Gateway) -> list[str]:
    """What Binance was asked for, in order."""
    targets = [asked.target for asked in gateway.asked if asked.host == BINANCE_VISION]
    queries = (parse_qs(target.partition("?")[2]) for target in targets)
    return [query["symbol"][0].removesuffix("USDT") for query in queries]


async def test_the_first_fifty_that_binance_trades_are_held_against_bitcoin(desk: Desk) -> None:
    desk.gateway.market.season_index = 30.0
    counted = [n for n in range(3, 131) if n % 11][:50]
    ahead = sum(number * 37 % 100 < 30 for number in counted)
    note = (
        f"50 of 50 coins, {ahead} beat Bitcoin, exclusions {exclusions().version} "
        "(priced at Binance against Tether)"
    )
    assert await desk.ask(FEED) == (
        Observation("own_season_50", VENDOR, TODAY, 2.0 * ahead, NOW, NOW, final=False, note=note),
    )
    assert ahead == 13


async def test_two_pages_of_the_ranking_and_one_of_each_coin_are_asked(desk: Desk) -> None:
    await desk.ask(FEED)
    ranking, stable, bitcoin, first, *_ = [asked.target for asked in desk.gateway.asked]
    assert ranking == (
        "/api/v3/coins/markets?vs_currency=usd&order=market_cap_desc&per_page=250&page=1"
    )
    assert stable == f"{ranking}&category=stablecoins"
    assert bitcoin == "/api/v3/klines?symbol=BTCUSDT&interval=1d&limit=91"
    assert first == "/api/v3/klines?symbol=C3USDT&interval=1d&limit=91"
    assert symbols(desk.gateway)[1:] == [f"C{number}" for number in range(3, 58)]
    assert desk.gateway.most_at_once[BINANCE_VISION] == 1


async def test_the_key_goes_to_coingecko_alone_and_into_a_header(keyed_desk: Desk) -> None:
    await keyed_desk.ask(FEED)
    key = KEYS["COINGECKO_API_KEY"]
    for asked in keyed_desk.gateway.asked:
        sent = asked.headers.get("x-cg-demo-api-key")
        assert sent == (key if asked.host == COINGECKO else None)
        assert key not in asked.target


async def test_without_a_key_no_header_speaks_of_one(desk: Desk) -> None:
    await desk.ask(FEED)
    sent = {name.lower() for asked in desk.gateway.asked for name in asked.headers}
    assert "x-cg-demo-api-key" not in sent


async def test_it_stands_in_as_soon_as_coinmarketcap_fails_and_not_before(
    gateway: Gateway,
) -> None:
    feeds = (*own_season.SOURCE.feeds, FEED)
    async with ProviderHttp(
        gateway=gateway.url, limits=Limits(retries=0), backoff_cap_seconds=0.0
    ) as http:
        well = await Fetcher(feeds, http, lambda: NOW, None).everything(lambda feed: TODAY)
        gateway.fail(COINMARKETCAP, Fault.SERVER_ERROR)
        ill = await Fetcher(feeds, http, lambda: NOW, None).everything(lambda feed: TODAY)
    assert [each.feed.name for each in well] == ["own_season/listings"]
    assert [(each.feed.name, bool(each.observations)) for each in ill] == [
        ("own_season/listings", False),
        ("own_season_fallback/closes", True),
    ]


ODD = 5
"""The place of the coin that a test makes odd."""


@pytest.mark.parametrize(
    ("other", "course", "index"),
    [
        ({}, klines(1.0), 2.0),
        ({}, klines(1.0, last=TODAY - timedelta(days=1)), 2.0),
        ({"current_price": 2.7}, klines(1.0), 2.0),
        ({}, klines(PRICE / 0.9), 0.0),
        ({}, klines(1.0, days=90), 0.0),
        ({}, klines(1.0, last=TODAY - timedelta(days=2)), 0.0),
        ({}, [], 0.0),
        ({}, klines(1.0)[:1] + klines(1.0)[2:], 2.0),
        ({}, klines(1.0)[1:2] + klines(1.0)[1:], 0.0),
        ({"current_price": 3.0}, klines(1.0), 0.0),
        ({"current_price": None}, klines(1.0), 0.0),
        ({"current_price": 1.0}, klines(1.001, 1.0), 0.0),
    ],
    ids=[
        "gained",
        "gained by the end of yesterday",
        "nearly the same price elsewhere",
        "gained as little as Bitcoin",
        "traded for ninety days only",
        "no longer traded",
        "never traded",
        "a day missing in between",
        "the first day missing",
        "another coin's price",
        "no price",
        "pegged to the dollar",
    ],
)
async def test_a_coin_that_cannot_be_compared_gives_its_place_to_the_next(
    desk: Desk, exchange: Exchange, other: Row, course: object, index: float
) -> None:
    exchange.ranking[ODD] |= other
    exchange.traded[exchange.ranking[ODD]["symbol"].upper()] = course
    exchange.traded["BTC"] = klines(PRICE / 0.9)
    (seen,) = await desk.ask(FEED)
    assert seen.value == index
    assert seen.note.startswith("50 of 50 coins, ")


@pytest.mark.parametrize(
    "other",
    [
        {"id": "any-dollar"},
        {"name": "Wrapped Any Coin"},
        {"symbol": "paxg"},
        {"symbol": "any_coin"},
        {"symbol": "äny"},
        {"symbol": ""},
        {"market_cap_rank": None},
    ],
    ids=lambda other: str(*other.values()),
)
async def test_what_is_no_altcoin_is_not_asked_for(
    desk: Desk, exchange: Exchange, other: Row
) -> None:
    usual = exchange.ranking[ODD]["symbol"].upper()
    await desk.ask(FEED)
    assert usual in symbols(desk.gateway)
    desk.gateway.asked.clear()
    exchange.ranking[ODD] |= other
    (seen,) = await desk.ask(FEED)
    assert {usual, exchange.ranking[ODD]["symbol"].upper()}.isdisjoint(symbols(desk.gateway))
    assert seen.note.startswith("50 of 50 coins, ")


async def test_a_coin_that_comes_twice_counts_once(desk: Desk, exchange: Exchange) -> None:
    exchange.ranking.insert(2, exchange.ranking[1])
    await desk.ask(FEED)
    asked = symbols(desk.gateway)
    assert len(asked) == len(set(asked)) == 51


async def test_the_rank_decides_and_not_the_place_on_the_page(
    desk: Desk, exchange: Exchange
) -> None:
    exchange.ranking.reverse()
    await desk.ask(FEED)
    assert symbols(desk.gateway)[1:] == [f"ANY{number}" for number in range(2, 52)]


@pytest.mark.parametrize("listed", [45, 44])
async def test_fewer_than_nine_in_ten_are_no_index(
    desk: Desk, exchange: Exchange, listed: int
) -> None:
    exchange.ranking = exchange.ranking[: listed + 1]
    if listed == 45:
        (seen,) = await desk.ask(FEED)
        assert seen.note.startswith("45 of 50 coins, ")
        return
    with pytest.raises(SourceError) as failure:
        await desk.ask(FEED)
    assert str(failure.value) == "Binance trades too few of the largest coins to count: 44."


async def test_it_stops_after_ninety_requests_to_binance(desk: Desk, exchange: Exchange) -> None:
    exchange.ranking = [BITCOIN, *(coin(number) for number in range(2, 202))]
    traded = {f"ANY{number}": klines(2 * PRICE) for number in range(2, 202, 2)}
    exchange.traded = {"BTC": exchange.traded["BTC"], **traded}
    (seen,) = await desk.ask(FEED)
    assert seen.note.startswith("45 of 50 coins, ")
    assert desk.gateway.count(BINANCE_VISION) == 90


async def test_many_unlisted_coins_together_are_told_from_a_host_that_fails(
    desk: Desk, exchange: Exchange
) -> None:
    for number in range(4, 13):
        del exchange.traded[f"ANY{number}"]
    (seen,) = await desk.ask(FEED)
    assert seen.note.startswith("50 of 50 coins, ")
    asked = symbols(desk.gateway)
    assert [place for place, symbol in enumerate(asked) if symbol == "BTC"] == [0, 7, 12]
    assert desk.gateway.count(BINANCE_VISION) == 1 + 59 + 2


async def test_five_failures_in_a_row_are_the_end(
    desk: Desk, exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = 11

    def failing(*told: Any) -> object | None:
        nonlocal left
        left -= 1
        return exchange.binance(*told) if left >= 0 else None

    monkeypatch.setitem(PROVIDERS, BINANCE_VISION, failing)
    with pytest.raises(SourceError, match=r"^data-api\.binance\.vision answered 404\.$"):
        await desk.ask(FEED)
    assert desk.gateway.count(BINANCE_VISION) == 11 + 5


@pytest.mark.parametrize(
    "course",
    [
        None,
        [],
        klines(1.0, days=90),
        klines(1.0, last=TODAY - timedelta(days=2)),
        [[row[0] // 1_000, *row[1:]] for row in klines(1.0) if isinstance(row[0], int)],
        [row[:11] for row in klines(1.0)],
        [*klines(1.0)[:-1], [*klines(1.0)[-1][:4], None, *KLINE[5:]]],
        [*klines(1.0)[:-1], [*klines(1.0)[-1][:4], "0", *KLINE[5:]]],
        {"code": -1121, "msg": "Invalid symbol."},
    ],
    ids=[
        "not listed",
        "no days",
        "young",
        "stale",
        "seconds",
        "eleven columns",
        "no close",
        "a close of zero",
        "an error",
    ],
)
async def test_without_bitcoin_no_coin_is_asked_for(
    desk: Desk, exchange: Exchange, course: object
) -> None:
    exchange.traded["BTC"] = course
    with pytest.raises(SourceError, match=r"^(Binance|data-api\.binance\.vision).*\.$"):
        await desk.ask(FEED)
    assert symbols(desk.gateway) == ["BTC"]


def limited(exchange: Exchange) -> None:
    exchange.ranking = json.loads((SAMPLES / "coingecko.limited.json").read_bytes())


def no_stablecoins(exchange: Exchange) -> None:
    exchange.stable = []


def nameless_limit(exchange: Exchange) -> None:
    exchange.stable = {"status": {"error_code": 429}}


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (limited, r"^CoinGecko refused: You've exceeded the Rate Limit\.$"),
        (nameless_limit, r"^CoinGecko refused: no reason given\.$"),
        (lambda e: e.ranking.clear(), "^CoinGecko's answer is unusable as a whole"),
        (no_stablecoins, "^CoinGecko's answer is unusable as a whole"),
        (lambda e: e.ranking[3].update(market_cap_rank=0), r"unusable at 3\.market_cap_rank"),
        (lambda e: e.ranking[3].update(current_price="2"), r"unusable at 3\.current_price"),
        (lambda e: e.ranking[3].update(id=None), r"unusable at 3\.id"),
    ],
    ids=["limit", "limit without words", "no coins", "no stablecoins", "rank", "price", "id"],
)
async def test_a_ranking_that_is_wrong_is_refused_before_binance_is_asked(
    desk: Desk, exchange: Exchange, spoil: Callable[[Exchange], object], sentence: str
) -> None:
    spoil(exchange)
    with pytest.raises(SourceError, match=sentence):
        await desk.ask(FEED)
    assert desk.gateway.count(BINANCE_VISION) == 0


@pytest.mark.parametrize("host", [COINGECKO, BINANCE_VISION])
@pytest.mark.parametrize(
    "how",
    [Distortion.NULLS, Distortion.NOT_A_NUMBER, Distortion.ZERO, Distortion.ERROR_ENVELOPE],
    ids=str,
)
async def test_an_answer_without_numbers_is_no_index(
    desk: Desk, host: str, how: Distortion
) -> None:
    desk.gateway.fail(host, how)
    with pytest.raises(SourceError, match=r"^[^\n]+\.$"):
        await desk.ask(FEED)


def test_it_is_only_ever_asked_as_a_stand_in() -> None:
    assert FEED.plan == ()
    assert FEED.rank_of("own_season_50") == 1
    assert FEED.standby_every == timedelta(hours=12)
