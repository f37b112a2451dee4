"""The Bitcoin funds' flows as the fake vendors of flows have them."""

from datetime import date

from bot.calendar import session_close
from tests.providers.market import Distortion, Market, distorted

FUNDS = ("IBIT", "FBTC", "GBTC")


def sessions(
    market: Market, host: str, distortion: Distortion | None
) -> list[tuple[date, float | None]]:
    """The net flow of every session that is over, oldest first, the newest of them distorted."""
    now = market.clock()
    rows = [row for row in market.days(host, "btc_etf_flow") if session_close(row[0]) <= now]
    if distortion is Distortion.YESTERDAY:
        return rows[:-1]
    day, value = rows[-1]
    if value is not None:
        rows[-1] = (day, distorted(value, distortion))
        if distortion is Distortion.DUPLICATE_DAYS:
            rows.insert(-1, (day, value / 2))
    return rows


def by_fund(total: float | None) -> dict[str, float | None]:
    """A net flow in USD spread over the funds in steps of 0.1 million."""
    if total is None or total != total:  # noqa: PLR0124 - Only a NaN differs from itself.
        return dict.fromkeys(FUNDS, total)
    first, second = round(total / 2, -5), round(total * 3 / 8, -5)
    return dict(zip(FUNDS, (first, second, total - first - second), strict=True))
