from collections.abc import Mapping

from tests.providers.etf_flows import FUNDS, by_fund, sessions
from tests.providers.market import Distortion, Market, Words

HOST = "bitbo.io"


def _cell(flow: float | None) -> str:
    return "" if flow is None else f"{flow / 1e6:.1f}"


def bitbo(
    market: Market, path: str, query: Mapping[str, str], distortion: Distortion | None
) -> bytes | None:
    """The page of flows, newest session first."""
    if path != "/treasuries/etf-flows/":
        return None
    if distortion is Distortion.ERROR_ENVELOPE:
        return b"<html><body><h1>Something went wrong</h1></body></html>"
    last = "Holdings" if distortion is Distortion.DECOY_COLUMNS else "Totals"
    rows = [["Date", *FUNDS, last]]
    for day, total in reversed(sessions(market, HOST, distortion)):
        cells = map(_cell, (*by_fund(total).values(), total))
        rows.append([f"{day:%b %d, %Y}", *cells])
    if distortion is Distortion.DUPLICATE_DAYS:
        rows[1:3] = [rows[2], rows[1]]
    rows.append(["Total", "61,850.2", "11,400.9", "-25,800.0", "54,900.0"])
    table = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<html><body><table>{table}</table></body></html>".encode()


HOSTS: dict[str, Words] = {HOST: bitbo}
