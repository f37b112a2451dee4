from collections.abc import Mapping

from tests.providers.etf_flows import FUNDS, by_fund, sessions
from tests.providers.market import Distortion, Market, Words

HOST = "farside.co.uk"
PAGES = {"/btc/": 15, "/bitcoin-etf-flow-all-data/": 100_000}
"""How many sessions each page has."""


def _cell(flow: float | None) -> str:
    if flow is None:
        return "-"
    return f"({-flow / 1e6:,.1f})" if flow < 0 else f"{flow / 1e6:,.1f}"


def farside(
    market: Market, path: str, query: Mapping[str, str], distortion: Distortion | None
) -> bytes | None:
    """The pages of flows, oldest session first."""
    if path not in PAGES:
        return None
    if distortion is Distortion.ERROR_ENVELOPE:
        return b"<!DOCTYPE html><html><title>Just a moment...</title></html>"
    last = "Holdings" if distortion is Distortion.DECOY_COLUMNS else "Total"
    rows = [["", *FUNDS, last]]
    for day, total in sessions(market, HOST, distortion)[-PAGES[path] :]:
        cells = [_cell(flow) for flow in by_fund(total).values()]
        rows.append([f"{day:%d %b %Y}", *cells, _cell(total or 0.0)])
    rows.append(["Total", "61,850.2", "11,400.9", "(25,800.0)", "54,900.0"])
    table = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f'<html><body><table class="etf">{table}</table></body></html>'.encode()


HOSTS: dict[str, Words] = {HOST: farside}
