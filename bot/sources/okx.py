"""OKX's public interface, without a key: open interest, funding and liquidations of its perpetuals.

GET https://www.okx.com/api/v5/public/: `open-interest` and `funding-rate` of the Bitcoin swap,
`liquidation-orders` of each coin, newest first and a hundred a page, and `instruments` for the
coins a contract stands for. Numbers are text. A `code` other than "0" means that there is no data.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Generic, Literal, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from bot.model import Observation
from bot.ports import Every, Feed, Fetch, Http, Source, SourceError
from bot.sources import FAST_CLOCK, SHAPE, Number, one_line, parse, sample

VENDOR = "OKX"
HOST = "www.okx.com"
ROOT = f"https://{HOST}/api/v5/public"
BITCOIN = "BTC-USDT"
FAMILIES = (BITCOIN, "ETH-USDT", "SOL-USDT")
"""The coins whose liquidations are counted."""

WINDOW = timedelta(hours=24)
CERTAIN = timedelta(hours=12)
"""How far back every list is sure to reach; OKX keeps about 24 hours."""
FULL_PAGE = 100
PAGES = 10
"""The most that is read of one coin's liquidations in one go; the next go reads on."""
FURTHER_PAGES = 400
"""The most a UTC day beyond the first page of each go, which keeps the host's calls below 1,500."""
CONTRACT_KEPT = timedelta(days=1)

CAMEL = SHAPE | ConfigDict(alias_generator=to_camel)

Milliseconds = Annotated[Number, Field(ge=0, le=4_102_444_800_000)]
"""An instant in unix milliseconds, also as text."""
Positive = Annotated[Number, Field(gt=0)]


class _Envelope(BaseModel):
    model_config = CAMEL
    code: str
    msg: str = ""


class _About(BaseModel):
    model_config = CAMEL
    inst_id: str


class _OpenInterest(_About):
    oi_ccy: Number
    """In the contract's coin."""
    ts: Milliseconds


class _Funding(_About):
    funding_rate: Number
    """A fraction of the position an interval."""
    funding_time: Milliseconds
    """When the running rate is paid."""
    next_funding_time: Milliseconds | Literal[""] | None = None


class _Instrument(_About):
    ct_val: Positive
    """The coins that one contract stands for."""


class _Order(BaseModel):
    model_config = CAMEL
    ts: Milliseconds
    side: str
    bk_px: Positive
    """The bankruptcy price, in dollars."""
    sz: Positive
    """In contracts."""


class _Orders(_About):
    details: list[_Order]


About = TypeVar("About", bound=_About)


class _Answer(BaseModel, Generic[About]):
    model_config = CAMEL
    data: list[About]


class _Liquidation(NamedTuple):
    """An order as we keep it; OKX gives it no number of its own."""

    at: float
    side: str
    price: float
    contracts: float


@dataclass(slots=True)
class _Seen:
    """What is known of one coin's liquidations: every one from `known_from` to the newest."""

    orders: set[_Liquidation] = field(default_factory=set)
    known_from: float = 0.0


@dataclass(slots=True)
class _Memory:
    """What one Http client has read, so that it need not read it again."""

    seen: dict[str, _Seen] = field(default_factory=dict)
    contracts: dict[str, tuple[float, datetime]] = field(default_factory=dict)
    """By coin, the coins a contract stands for, and when we were told."""
    day: date = date.min
    further_pages: int = 0

    def may_read_on(self, day: date) -> bool:
        """Whether the UTC day's allowance has another page; takes it."""
        if day != self.day:
            self.day, self.further_pages = day, FURTHER_PAGES
        self.further_pages -= 1
        return self.further_pages >= 0


_memories: WeakKeyDictionary[Http, _Memory] = WeakKeyDictionary()


def _swap(family: str) -> str:
    return f"{family}-SWAP"


# Named once: made anew for every answer, these shapes would cost more than reading it.
_OpenInterestAnswer = _Answer[_OpenInterest]
_FundingAnswer = _Answer[_Funding]
_InstrumentAnswer = _Answer[_Instrument]
_OrdersAnswer = _Answer[_Orders]


async def _opened(
    http: Http, page: str, params: Mapping[str, str], shape: type[_Answer[About]]
) -> list[About]:
    """The data in the envelope; raises SourceError with OKX's words if there is none."""
    body = await http.get(f"{ROOT}/{page}", params=params)
    envelope = parse(_Envelope, body, VENDOR)
    if envelope.code != "0":
        said = one_line(envelope.msg or f"code {envelope.code}").rstrip(".")
        raise SourceError(f"{VENDOR} refused: {said}.")
    return parse(shape, body, VENDOR).data


def _only(found: Sequence[About], swap: str) -> About:
    if len(found) != 1 or found[0].inst_id != swap:
        others = one_line(", ".join(each.inst_id for each in found)) or "nothing"
        raise SourceError(f"{VENDOR} answered with {others} instead of {swap}.")
    return found[0]


def _moment(milliseconds: float) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1_000, UTC)


def _milliseconds(moment: datetime) -> float:
    return moment.timestamp() * 1_000


async def _open_interest(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    """The value of this moment, whatever `since` says."""
    swap = _swap(BITCOIN)
    params = {"instType": "SWAP", "instId": swap}
    data = await _opened(http, "open-interest", params, _OpenInterestAnswer)
    found = _only(data, swap)
    as_of = _moment(found.ts)
    return (sample("okx_open_interest", VENDOR, value=found.oi_ccy, as_of=as_of, now=now),)


async def _funding(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    """The running interval's rate, whatever `since` says.

    It holds until it is paid; an answer that stays on from an earlier interval is as old as that.
    """
    swap = _swap(BITCOIN)
    data = await _opened(http, "funding-rate", {"instId": swap}, _FundingAnswer)
    found = _only(data, swap)
    note = ""
    if isinstance(found.next_funding_time, float):
        hours = (found.next_funding_time - found.funding_time) / 3_600_000
        note = f"{hours:g} h interval" if hours > 0 else ""
    return (
        sample(
            "okx_funding",
            VENDOR,
            value=found.funding_rate * 100,
            as_of=min(_moment(found.funding_time), now),
            now=now,
            note=note,
        ),
    )


async def _coins_a_contract(http: Http, family: str, memory: _Memory, now: datetime) -> float:
    """How many coins a contract stands for, asked once a day."""
    value, told = memory.contracts.get(family, (0.0, None))
    if told is None or now - told >= CONTRACT_KEPT:
        swap = _swap(family)
        params = {"instType": "SWAP", "instId": swap}
        data = await _opened(http, "instruments", params, _InstrumentAnswer)
        value = _only(data, swap).ct_val
        memory.contracts[family] = (value, now)
    return value


async def _page(http: Http, family: str, before: float | None, now: datetime) -> list[_Liquidation]:
    """Up to a hundred orders, the newest or those before an instant."""
    params = {"instType": "SWAP", "uly": family, "state": "filled", "limit": f"{FULL_PAGE}"}
    if before is not None:
        params["after"] = f"{before:.0f}"
    data = await _opened(http, "liquidation-orders", params, _OrdersAnswer)
    for group in data:
        _only([group], _swap(family))
    orders = [
        _Liquidation(order.ts, order.side, order.bk_px, order.sz)
        for group in data
        for order in group.details
    ]
    if any(_moment(order.at) > now + FAST_CLOCK for order in orders):
        raise SourceError(f"{VENDOR} dates a liquidation of {family} ahead of now.")
    return orders


async def _catch_up(http: Http, family: str, memory: _Memory, now: datetime) -> _Seen:
    """What is known after reading from the newest order back to those that are known already.

    If that takes more pages than may be read in one go, what lies beyond the gap is forgotten, and
    the next go reads on from here.
    """
    known = memory.seen.get(family, _Seen())
    newest = max((order.at for order in known.orders), default=0.0)
    horizon, recent = _milliseconds(now - WINDOW), _milliseconds(now - CERTAIN)
    read: set[_Liquidation] = set()
    page = await _page(http, family, None, now)
    for pages_left in reversed(range(PAGES)):
        fresh = set(page) - read
        read |= fresh
        oldest = min((order.at for order in page), default=0.0)
        is_last = len(page) < FULL_PAGE
        if is_last and newest > recent and all(order.at > newest for order in read):
            raise SourceError(f"{VENDOR}'s list of {family} lacks liquidations that it had before.")
        if is_last or oldest <= newest:
            read |= known.orders
            oldest = 0.0 if is_last else min(oldest, known.known_from)
        if oldest <= horizon or not pages_left or not memory.may_read_on(now.date()):
            break
        # One instant's orders may lie on both sides of a page's end.
        page = await _page(http, family, oldest + 1 if fresh else oldest, now)
    kept = {order for order in read if order.at > horizon}
    memory.seen[family] = _Seen(kept, oldest)
    return memory.seen[family]


async def _liquidations(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    """The sum of the last 24 hours, whatever `since` says, once they have all been read."""
    memory = _memories.setdefault(http, _Memory())
    total, known_from = 0.0, 0.0
    for family in FAMILIES:
        coins = await _coins_a_contract(http, family, memory, now)
        seen = await _catch_up(http, family, memory, now)
        total += sum(order.contracts * coins * order.price for order in seen.orders)
        known_from = max(known_from, seen.known_from)
    if known_from > _milliseconds(now - WINDOW):
        hours = (now - _moment(known_from)) / timedelta(hours=1)
        raise SourceError(f"{VENDOR}'s list of liquidations covers only the last {hours:.1f} h.")
    if total == 0:
        raise SourceError(f"{VENDOR} lists no liquidation of the last 24 h.")
    note = "BTC, ETH and SOL swaps on OKX only"
    return (sample("okx_liquidations_24h", VENDOR, value=total, as_of=now, now=now, note=note),)


def _feed(name: str, series: str, fetch: Fetch, minutes: int) -> Feed:
    plan = (Every(timedelta(minutes=minutes)),)
    return Feed(name=f"okx/{name}", vendor=VENDOR, series=(series,), plan=plan, fetch=fetch)


SOURCE = Source(
    name=VENDOR,
    host=HOST,
    feeds=(
        _feed("open_interest", "okx_open_interest", _open_interest, minutes=15),
        _feed("funding", "okx_funding", _funding, minutes=15),
        _feed("liquidations", "okx_liquidations_24h", _liquidations, minutes=5),
    ),
    terms="Public market data, for information only.",
    min_interval_seconds=0.2,
)
