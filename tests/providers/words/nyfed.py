from collections.abc import Mapping

from bot.calendar import final_at
from bot.model import Cadence
from tests.providers.market import Distortion, Market, Words, distorted

NYFED = "markets.newyorkfed.org"


def _text(value: float | None) -> str | float | None:
    """A number as text, a missing one as null, and nonsense as it is."""
    return value if value is None or value != value else f"{value:.10g}"  # noqa: PLR0124 - NaN.


def _soma(market: Market, distortion: Distortion | None) -> object:
    weeks: list[dict[str, object]] = [
        {"asOfDate": day.isoformat(), "total": value and f"{value:.0f}", "mbs": "2000000000000"}
        for day, value in market.days(NYFED, "fed_soma")
        if final_at(Cadence.WEDNESDAY, day) <= market.clock()
    ]
    last = weeks[-1]
    if distortion is Distortion.YESTERDAY:
        weeks.pop()
    elif distortion is Distortion.DUPLICATE_DAYS:
        weeks.insert(-1, {**last, "total": "5000000000000"})
    elif distortion is not None:
        last["total"] = _text(distorted(float(str(last["total"])), distortion))
    return {"soma": {"summary": weeks}}


def _rates(market: Market, distortion: Distortion | None) -> object:
    known = [
        (day, value)
        for day, value in market.days(NYFED, "fed_funds")
        if final_at(Cadence.NYSE_NEXT_MORNING, day) <= market.clock()
    ]
    day, value = known[-2 if distortion is Distortion.YESTERDAY else -1]
    rate = None if value is None else distorted(value, distortion)
    shared = {"effectiveDate": day.isoformat(), "revisionIndicator": ""}
    fed_funds = {
        **shared,
        "type": "EFFR",
        "percentRate": _text(rate),
        "targetRateFrom": "3.50",
        "targetRateTo": "3.75",
    }
    others = [
        {**shared, "type": "SOFRAI", "average30day": 3.64, "index": 1.23},
        {**shared, "type": "SOFR", "percentRate": "3.61"},
    ]
    return {"refRates": [others[0], fed_funds, others[1]]}


def nyfed(
    market: Market, path: str, query: Mapping[str, str], distortion: Distortion | None
) -> object | None:
    """The holdings and the reference rates."""
    if distortion is Distortion.ERROR_ENVELOPE:
        return {"message": "Service unavailable"}
    match path:
        case "/api/soma/summary.json":
            return _soma(market, distortion)
        case "/api/rates/all/latest.json":
            return _rates(market, distortion)
        case _:
            return None


HOSTS: dict[str, Words] = {NYFED: nyfed}
