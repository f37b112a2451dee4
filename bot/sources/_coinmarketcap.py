"""What CoinMarketCap's answers have in common, whichever of its interfaces gives them.

Every answer is an envelope: an error code other than 0 in `status`, a number or a string, means
that there is no data, even with HTTP 200.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, Field

from bot.ports import Http, SourceError
from bot.sources import FIRST_SAMPLE, SHAPE, one_line, parse

VENDOR = "CoinMarketCap"
HOST = "pro-api.coinmarketcap.com"
KEY = "COINMARKETCAP_API_KEY"
PACE_SECONDS = 10.0
"""Between two requests: the limits are unpublished and shared by all who use an address."""
REVISED_DAYS = 7
"""How far back of what we have a history is read again."""
MIDNIGHT_PRECISION = timedelta(seconds=1)


class _Status(BaseModel):
    model_config = SHAPE
    error_code: int | Annotated[str, Field(max_length=20)]
    error_message: str | None = None


class _Envelope(BaseModel):
    model_config = SHAPE
    status: _Status


class Quote(BaseModel):
    """Numbers in one currency; some interfaces list quotes, others file them under the symbol."""

    model_config = SHAPE
    symbol: str | None = None


Answer = TypeVar("Answer", bound=BaseModel)
Q = TypeVar("Q", bound=Quote)


class BySymbol(BaseModel, Generic[Q]):
    """Quotes under their symbols, of which only the dollar's matters."""

    model_config = SHAPE
    usd: Annotated[Q | None, Field(alias="USD")] = None


def opened(shape: type[Answer], body: bytes) -> Answer:
    """The answer in the envelope; raises SourceError with CoinMarketCap's words if it is none."""
    status = parse(_Envelope, body, VENDOR).status
    if status.error_code not in {0, "0"}:
        said = one_line(status.error_message or "no reason given").rstrip(".")
        raise SourceError(f"{VENDOR} refused: {said}.")
    return parse(shape, body, VENDOR)


async def ask(http: Http, path: str, params: Mapping[str, str] | None = None) -> bytes:
    """The official interface's answer, with our own key where there is one."""
    key = http.key(KEY)
    if key is None:
        return await http.get(f"https://{HOST}/public-api{path}", params=params)
    headers = {"X-CMC_PRO_API_KEY": key}
    return await http.get(f"https://{HOST}{path}", params=params, headers=headers)


def in_usd(quotes: BySymbol[Q] | Sequence[Q]) -> Q | None:
    """The quote in dollars, however the quotes are kept."""
    if isinstance(quotes, BySymbol):
        return quotes.usd
    return next((quote for quote in quotes if quote.symbol == "USD"), None)


def day_that_ended(stamp: datetime, now: datetime) -> date | None:
    """The UTC day whose end a stamp marks, be it 23:59:59.999 of that day or 00:00 of the next.

    None for a time within a day, as the last point of a chart has, or for one that cannot be.
    """
    if not FIRST_SAMPLE <= stamp <= now:
        return None
    moment = stamp.astimezone(UTC) + MIDNIGHT_PRECISION
    midnight = datetime.combine(moment.date(), time(), UTC)
    if moment - midnight > 2 * MIDNIGHT_PRECISION:
        return None
    return moment.date() - timedelta(days=1)
