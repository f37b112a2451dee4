"""The simulated market behind the real providers' wire formats, on loopback."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.calendar import session_close, session_open
from bot.demo import market
from bot.ports import Clock

CLOCK: web.AppKey[Clock] = web.AppKey("clock")
YAHOO_RECENT_ROWS = 5
DELAY = timedelta(minutes=20)
"""Values are this old when they are told, as at the real providers."""


class Rounds:
    """Knows when every provider has been asked again."""

    def __init__(self, providers: int) -> None:
        """Take how many different requests make a round."""
        self._providers = providers
        self._asked: set[str] = set()
        self._complete = asyncio.Event()

    async def whole(self) -> None:
        """Wait until each provider has been asked since the last `whole`."""
        self._asked.clear()
        self._complete.clear()
        await self._complete.wait()

    @web.middleware
    async def note(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Count a request once it is answered."""
        response = await handler(request)
        self._asked.add(request.path)
        if len(self._asked) == self._providers:
            self._complete.set()
        return response


@dataclass(frozen=True, slots=True)
class Gateway:
    """The running gateway: its root for SOURCE_GATEWAY_URL, and its rounds."""

    url: str
    rounds: Rounds


@asynccontextmanager
async def serve(clock: Clock) -> AsyncIterator[Gateway]:
    """Run the gateway on loopback."""
    rounds = Rounds(len(ROUTES) + 1)  # Yahoo is asked for two symbols.
    app = web.Application(middlewares=[rounds.note])
    app[CLOCK] = clock
    app.add_routes([web.get(path, handler) for path, handler in ROUTES.items()])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        yield Gateway(f"http://{host}:{port}", rounds)
    finally:
        await runner.cleanup()


async def _yahoo_chart(request: web.Request) -> web.Response:
    now, symbol = request.app[CLOCK](), request.match_info["symbol"]
    rows = [row for row in market.closes(symbol) if session_open(row[0]) + DELAY <= now]
    if request.query.get("range") == "5d":
        rows = rows[-YAHOO_RECENT_ROWS:]
    last = rows[-1][0]
    values = [round(value, 2) for _, value in rows]
    meta = {
        "symbol": symbol,
        "exchangeTimezoneName": "America/New_York",
        "regularMarketTime": int(min(now - DELAY, session_close(last)).timestamp()),
        "regularMarketPrice": values[-1],
        "dataGranularity": "1d",
        "currentTradingPeriod": {
            "regular": {
                "start": int(session_open(last).timestamp()),
                "end": int(session_close(last).timestamp()),
            }
        },
    }
    quote = {"open": values, "high": values, "low": values, "close": values}
    result = {
        "meta": meta,
        "timestamp": [int(session_open(day).timestamp()) for day, _ in rows],
        "indicators": {"quote": [quote]},
    }
    return web.json_response({"chart": {"result": [result], "error": None}})


async def _coinmarketcap_global(request: web.Request) -> web.Response:
    now = request.app[CLOCK]()
    if market.coinmarketcap_is_down(now):
        page = "<html><title>Access denied</title></html>"
        return web.Response(status=403, text=page, content_type="text/html")
    data = {"btc_dominance": market.dominance_pct(now), "last_updated": _stamp(now - DELAY)}
    return web.json_response({"status": {"error_code": 0, "error_message": None}, "data": data})


async def _coinmarketcap_season(request: web.Request) -> web.Response:
    now = request.app[CLOCK]()
    data = {"altcoin_index": market.season_index(now), "snapshot_time": _stamp(now - DELAY)}
    return web.json_response({"status": {"error_code": "0", "error_message": ""}, "data": data})


async def _coingecko_global(request: web.Request) -> web.Response:
    now = request.app[CLOCK]()
    share = {"btc": market.dominance_pct(now) - 2.1}
    data = {"market_cap_percentage": share, "updated_at": int((now - DELAY).timestamp())}
    return web.json_response({"data": data})


async def _coinpaprika_global(request: web.Request) -> web.Response:
    now = request.app[CLOCK]()
    share = round(market.dominance_pct(now) - 3.4, 2)
    return web.json_response(
        {"bitcoin_dominance_percentage": share, "last_updated": int((now - DELAY).timestamp())}
    )


def _stamp(now: datetime) -> str:
    return f"{now:%Y-%m-%dT%H:%M:%S}.000Z"


FEEDS = frozenset(
    {
        "yahoo/russell_2000",
        "yahoo/sp_500",
        "coinmarketcap/global",
        "coinmarketcap/altcoin_season",
        "coingecko/global",
        "coinpaprika/global",
    }
)
"""The feeds that these routes answer."""

ROUTES: dict[str, Callable[[web.Request], Awaitable[web.Response]]] = {
    "/query1.finance.yahoo.com/v8/finance/chart/{symbol}": _yahoo_chart,
    "/pro-api.coinmarketcap.com/public-api/v1/global-metrics/quotes/latest": _coinmarketcap_global,
    "/pro-api.coinmarketcap.com/public-api/v1/altcoin-season-index/latest": _coinmarketcap_season,
    "/api.coingecko.com/api/v3/global": _coingecko_global,
    "/api.coinpaprika.com/v1/global": _coinpaprika_global,
}
