from collections.abc import Mapping
from datetime import timedelta

from tests.providers.market import Distortion, Market, Words, distorted, told

OKX = "www.okx.com"
CONTRACTS = {"BTC-USDT-SWAP": 0.01, "ETH-USDT-SWAP": 0.1, "SOL-USDT-SWAP": 1.0}
"""The coins that one contract stands for."""
PRICES = {"BTC-USDT-SWAP": 75_000.0, "ETH-USDT-SWAP": 2_500.0, "SOL-USDT-SWAP": 100.0}
LIQUIDATED = 2.4e7
"""US dollars in 24 hours, if a test says nothing else."""
ORDERS_A_COIN = 12
PAGE = 100


def _text(value: float | None, digits: int) -> str | None:
    return None if value is None else f"{value:.{digits}f}"


def _open_interest(market: Market, swap: str, distortion: Distortion | None) -> object:
    coins, as_of = told(market, OKX, "okx_open_interest", distortion)
    return {
        "instId": swap,
        "instType": "SWAP",
        "oi": _text(None if coins is None else coins / CONTRACTS[swap], 2),
        "oiCcy": _text(coins, 4),
        "oiUsd": "1600000000.5",
        "ts": f"{as_of.timestamp() * 1_000:.0f}",
    }


def _funding(market: Market, swap: str, distortion: Distortion | None) -> object:
    percent, as_of = told(market, OKX, "okx_funding", distortion)
    eight_hours = 28_800
    paid = (as_of.timestamp() // eight_hours + 1) * eight_hours
    return {
        "fundingRate": _text(None if percent is None else percent / 100, 10),
        "fundingTime": f"{paid * 1_000:.0f}",
        "instId": swap,
        "instType": "SWAP",
        "nextFundingRate": "",
        "nextFundingTime": f"{(paid + eight_hours) * 1_000:.0f}",
    }


def _instrument(swap: str) -> object:
    size = f"{CONTRACTS[swap]:g}"
    return {"instId": swap, "instType": "SWAP", "ctMult": "1", "ctVal": size}


def _orders(market: Market, swap: str, distortion: Distortion | None) -> list[dict[str, object]]:
    """A coin's third of what was liquidated, in equal orders over 23 hours, newest first."""
    total = market.told.get((OKX, "okx_liquidations_24h"), LIQUIDATED)
    sample = market.sampled(total)
    age = timedelta(days=1) if distortion is Distortion.YESTERDAY else timedelta()
    dollars = distorted(sample.value / len(CONTRACTS) / ORDERS_A_COIN, distortion)
    contracts = None if dollars is None else dollars / PRICES[swap] / CONTRACTS[swap]
    orders: list[dict[str, object]] = []
    for n in range(ORDERS_A_COIN):
        at = sample.as_of - age - timedelta(minutes=5, hours=23 / ORDERS_A_COIN * n)
        milliseconds = f"{at.timestamp() * 1_000:.0f}"
        orders.append(
            {
                "bkLoss": "0",
                "bkPx": _text(PRICES[swap], 1),
                "ccy": "",
                "posSide": "long",
                "side": "sell",
                "sz": _text(contracts, 8),
                "ts": milliseconds,
                "time": milliseconds,
            }
        )
    return orders


def _liquidations(
    market: Market, query: Mapping[str, str], distortion: Distortion | None
) -> object:
    family = query["uly"]
    swap = f"{family}-SWAP"
    orders = _orders(market, swap, distortion)
    before = float(query.get("after", "inf"))
    older = [order for order in orders if float(str(order["ts"])) < before]
    group = {"instFamily": family, "instId": swap, "instType": "SWAP", "totalLoss": "0"}
    return {**group, "details": older[: int(query.get("limit", PAGE))], "uly": family}


def _refusal(page: str, query: Mapping[str, str]) -> object | None:
    """What is missing from the question, in OKX's words."""
    if page != "liquidation-orders" and query.get("instId") not in CONTRACTS:
        return {"code": "51001", "data": [], "msg": "Instrument ID does not exist"}
    if page == "liquidation-orders" and "uly" not in query:
        return {"code": "50014", "data": [], "msg": "Parameter uly can not be empty."}
    return None


def okx(
    market: Market, path: str, query: Mapping[str, str], distortion: Distortion | None
) -> object | None:
    """The public market data of its perpetuals."""
    page = path.removeprefix("/api/v5/public/")
    if distortion is Distortion.ERROR_ENVELOPE:
        return {"code": "50011", "data": [], "msg": "Too Many Requests"}
    refusal = _refusal(page, query)
    if refusal is not None:
        return refusal
    match page:
        case "open-interest":
            found = _open_interest(market, query["instId"], distortion)
        case "funding-rate":
            found = _funding(market, query["instId"], distortion)
        case "instruments":
            found = _instrument(query["instId"])
        case "liquidation-orders":
            found = _liquidations(market, query, distortion)
        case _:
            return None
    return {"code": "0", "data": [found], "msg": ""}


HOSTS: dict[str, Words] = {OKX: okx}
