from collections.abc import Mapping
from datetime import date

from tests.providers.market import Distortion, Market, Words, distorted, iso

BITVIEW = "bitview.space"
NAMES = {"addrs_over_1k_btc_supply": "whale_supply", "lth_supply": "lth_supply"}
SECOND_DAY = date(2009, 1, 9)


def bitview(
    market: Market, path: str, query: Mapping[str, str], distortion: Distortion | None
) -> object | None:
    """The bulk page: the newest days of each series, today's still moving."""
    names = query.get("series", "").split(",")
    if path != "/api/series/bulk" or query.get("index") != "day1" or not set(names) <= set(NAMES):
        return None
    if distortion is Distortion.ERROR_ENVELOPE:
        return {"error": {"type": "not_found", "message": "No such series."}}
    entries = []
    for version, name in enumerate(names, start=64):
        days = market.days(BITVIEW, NAMES[name])
        total = (days[-1][0] - SECOND_DAY).days + 2
        data = [value for _, value in days][int(query.get("start", "0")) :]
        if distortion is Distortion.YESTERDAY:
            data.pop()
            total -= 1
        finished = data[-2]
        data[-2] = None if finished is None else distorted(finished, distortion)
        entries.append(
            {
                "version": version,
                "index": "week1" if distortion is Distortion.DECOY_COLUMNS else "day1",
                "type": "Bitcoin",
                "total": total,
                "start": total - len(data),
                "end": total,
                "stamp": iso(market.clock()),
                "data": data,
            }
        )
    return entries


HOSTS: dict[str, Words] = {BITVIEW: bitview}
