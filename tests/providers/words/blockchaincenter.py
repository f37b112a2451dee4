import json
from collections.abc import Mapping

from tests.providers.market import Distortion, Market, Words, told

HOST = "www.blockchaincenter.net"


def _chart(days: list[str], values: list[str | None]) -> str:
    return json.dumps({"labels": {"all": days}, "values": {"all": values}}, separators=(",", ":"))


def blockchaincenter(
    market: Market, path: str, query: Mapping[str, str], distortion: Distortion | None
) -> bytes | None:
    """The page of the index, with the charts over 30 and over 90 days in its script."""
    if path != "/altcoin-season-index/":
        return None
    if distortion is Distortion.ERROR_ENVELOPE:
        return b"<html><body><h1>Error establishing a database connection</h1></body></html>"
    rows = market.days(HOST, "altcoin_season_index")
    rows[-1] = (rows[-1][0], told(market, HOST, "altcoin_season_index", distortion)[0])
    if distortion is Distortion.YESTERDAY:
        rows.pop()
    if distortion is Distortion.DUPLICATE_DAYS:
        rows.insert(-1, (rows[-1][0], 99.0))
    days = [day.isoformat() for day, _ in rows]
    values = [None if value is None else f"{value:g}" for _, value in rows]
    span = 60 if distortion is Distortion.DECOY_COLUMNS else 90
    return f"""<html><body><script>
        var chartdata = [];
        chartdata[30] = {_chart(days, ["12"] * len(days))};
        chartdata[{span}] = {_chart(days, values)};
        chartdata2 = {{}};
    </script></body></html>""".encode()


HOSTS: dict[str, Words] = {HOST: blockchaincenter}
