import gc
import json
import weakref
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.http import ProviderHttp
from bot.model import Observation
from bot.ports import Every, Feed, SourceError
from bot.sources import okx
from bot.sources.okx import SOURCE
from tests.providers.gateway import PROVIDERS, Fault
from tests.providers.market import Distortion, Market
from tests.providers.words.okx import CONTRACTS, OKX
from tests.providers.words.okx import okx as usual_words
from tests.sources.conftest import NOW, SAMPLES, Desk

OPEN_INTEREST, FUNDING, LIQUIDATIONS = SOURCE.feeds
DAY = date(2026, 3, 4)
PUBLIC = "/api/v5/public"
MINUTE = timedelta(minutes=1)
LAST_ORDER = NOW - MINUTE


async def test_open_interest_is_bitcoin_and_not_contracts(desk: Desk) -> None:
    desk.serve(OKX, "okx.open_interest.json")
    as_of = datetime(2026, 3, 4, 14, 59, 0, 250_000, tzinfo=UTC)
    assert await desk.ask(OPEN_INTEREST) == (
        Observation("okx_open_interest", "OKX", DAY, 22_400.5, as_of, NOW, final=False),
    )
    targets = [asked.target for asked in desk.gateway.asked]
    assert targets == [f"{PUBLIC}/open-interest?instType=SWAP&instId=BTC-USDT-SWAP"]


async def test_funding_is_percent_an_interval(desk: Desk) -> None:
    desk.serve(OKX, "okx.funding.json")
    note = "8 h interval"
    assert await desk.ask(FUNDING) == (
        Observation("okx_funding", "OKX", DAY, 0.0125, NOW, NOW, final=False, note=note),
    )
    targets = [asked.target for asked in desk.gateway.asked]
    assert targets == [f"{PUBLIC}/funding-rate?instId=BTC-USDT-SWAP"]


async def test_funding_is_no_younger_than_its_own_payment(desk: Desk) -> None:
    desk.serve(OKX, "okx.funding.json")
    (seen,) = await desk.ask(FUNDING, NOW + timedelta(hours=5))
    assert seen.as_of == datetime(2026, 3, 4, 16, tzinfo=UTC)


def serve_edited(desk: Desk, sample: str, changes: Mapping[str, object]) -> None:
    answer = json.loads((SAMPLES / sample).read_bytes())
    answer["data"][0].update(changes)
    desk.gateway.bodies[OKX] = json.dumps(answer).encode()


@pytest.mark.parametrize(
    ("following", "note"),
    [("1772654400000", "4 h interval"), ("", ""), (None, ""), ("1772640000000", "")],
)
async def test_an_interval_that_nobody_names_is_not_guessed(
    desk: Desk, following: object, note: str
) -> None:
    serve_edited(desk, "okx.funding.json", {"nextFundingTime": following})
    (seen,) = await desk.ask(FUNDING)
    assert seen.note == note


@pytest.mark.parametrize("feed", SOURCE.feeds, ids=lambda feed: feed.name)
async def test_a_refusal_is_told_in_okxs_words(desk: Desk, feed: Feed) -> None:
    desk.serve(OKX, "okx.refused.json")
    with pytest.raises(SourceError) as failure:
        await desk.ask(feed)
    assert str(failure.value) == "OKX refused: Requests too frequent."


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"instId": "BTC-USD-SWAP"}, "answered with BTC-USD-SWAP instead of BTC-USDT-SWAP"),
        ({"oiCcy": "0"}, "reads 0, which cannot be real"),
        ({"oiCcy": ""}, r"at data\.0\.oiCcy"),
        ({"ts": "1772636340"}, "long before now"),
        ({"ts": "1772639940000"}, "ahead of now"),
    ],
)
async def test_an_open_interest_that_is_wrong_anywhere_is_refused(
    desk: Desk, changes: dict[str, object], sentence: str
) -> None:
    serve_edited(desk, "okx.open_interest.json", changes)
    with pytest.raises(SourceError, match=sentence):
        await desk.ask(OPEN_INTEREST)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b'{"code": "0", "data": [], "msg": ""}', "answered with nothing instead of BTC-USDT"),
        (b'{"code": 0, "data": [], "msg": ""}', "unusable at code"),
        (b'{"code": "51001", "msg": ""}', "refused: code 51001"),
        (b'{"data": []}', "unusable at code: field required"),
    ],
)
async def test_an_envelope_that_is_wrong_is_refused(desk: Desk, body: bytes, sentence: str) -> None:
    desk.gateway.bodies[OKX] = body
    for feed in (OPEN_INTEREST, FUNDING):
        with pytest.raises(SourceError, match=sentence):
            await desk.ask(feed)


Sold = tuple[datetime, float]


@dataclass
class Tape:
    """Liquidations as OKX lists them: by coin, (when, contracts) at one price each."""

    sold: dict[str, list[Sold]] = field(default_factory=dict)
    price: float = 1_000.0

    def order(self, sold: Sold) -> dict[str, object]:
        at, contracts = sold
        milliseconds = f"{at.timestamp() * 1_000:.0f}"
        about = {"posSide": "long", "side": "sell", "ts": milliseconds}
        return {**about, "bkPx": f"{self.price}", "sz": f"{contracts}"}

    def __call__(
        self, market: Market, path: str, query: Mapping[str, str], distortion: Distortion | None
    ) -> object | None:
        if path != f"{PUBLIC}/liquidation-orders":
            return usual_words(market, path, query, distortion)
        before = float(query.get("after", "inf")) / 1_000
        family = query["uly"]
        newest_first = sorted(self.sold.get(family, []), reverse=True)
        older = [sold for sold in newest_first if sold[0].timestamp() < before]
        details = [self.order(sold) for sold in older[: int(query["limit"])]]
        page = {"details": details, "instId": f"{family}-SWAP"}
        return {"code": "0", "data": [page], "msg": ""}


@pytest.fixture
def tape(monkeypatch: pytest.MonkeyPatch) -> Tape:
    served = Tape()
    monkeypatch.setitem(PROVIDERS, OKX, served)
    return served


def every(pause: timedelta, count: int, last: datetime = LAST_ORDER) -> list[Sold]:
    """So many orders of different sizes before a time, the last of them at it."""
    return [(last - n * pause, 1.0 + n % 7) for n in range(count)]


def worth(tape: Tape, now: datetime = NOW) -> float:
    """What was liquidated in the 24 hours before."""
    return sum(
        contracts * CONTRACTS[f"{family}-SWAP"] * tape.price
        for family, sold in tape.sold.items()
        for at, contracts in sold
        if now - timedelta(hours=24) < at <= now
    )


def pages(desk: Desk, family: str = "BTC-USDT") -> list[str]:
    """The pages asked for since the last time."""
    found = [
        asked.target
        for asked in desk.gateway.asked
        if f"liquidation-orders?instType=SWAP&uly={family}" in asked.target
    ]
    desk.gateway.asked.clear()
    return found


async def test_liquidations_are_contracts_times_their_coins_times_the_price(desk: Desk) -> None:
    desk.serve(f"{OKX}{PUBLIC}/liquidation-orders", "okx.liquidations.json")
    with pytest.raises(SourceError, match="answered with BTC-USDT-SWAP instead of ETH-USDT-SWAP"):
        await desk.ask(LIQUIDATIONS)
    desk.gateway.bodies.clear()
    answer = json.loads((SAMPLES / "okx.liquidations.json").read_bytes())
    details = answer["data"][0]["details"]

    def words(
        market: Market, path: str, query: Mapping[str, str], distortion: Distortion | None
    ) -> object | None:
        if not path.endswith("liquidation-orders"):
            return usual_words(market, path, query, distortion)
        listed = details if query["uly"] == "BTC-USDT" else []
        return {**answer, "data": [{"instId": f"{query['uly']}-SWAP", "details": listed}]}

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PROVIDERS, OKX, words)
        (seen,) = await desk.ask(LIQUIDATIONS)
    value = 40 * 0.01 * 75_000.5 + 2.5 * 0.01 * 76_000
    assert seen.value == pytest.approx(value)
    note = "BTC, ETH and SOL swaps on OKX only"
    expected = Observation("okx_liquidations_24h", "OKX", DAY, seen.value, NOW, NOW, False, note)  # noqa: FBT003 - final.
    assert seen == expected


async def test_every_coin_is_asked_for_by_its_family(desk: Desk) -> None:
    desk.gateway.market.told[OKX, "okx_liquidations_24h"] = 3.0e7
    (seen,) = await desk.ask(LIQUIDATIONS)
    assert seen.value == pytest.approx(3.0e7, rel=1e-6)
    list_page = f"{PUBLIC}/liquidation-orders?instType=SWAP&uly="
    assert [asked.target for asked in desk.gateway.asked] == [
        target
        for coin in ("BTC-USDT", "ETH-USDT", "SOL-USDT")
        for target in (
            f"{PUBLIC}/instruments?instType=SWAP&instId={coin}-SWAP",
            f"{list_page}{coin}&state=filled&limit=100",
        )
    ]


async def test_the_size_of_a_contract_is_asked_for_once_a_day(desk: Desk) -> None:
    def instruments() -> int:
        return sum("instruments" in asked.target for asked in desk.gateway.asked)

    await desk.ask(LIQUIDATIONS)
    await desk.ask(LIQUIDATIONS, NOW + timedelta(hours=5))
    assert instruments() == 3
    desk.gateway.market.clock = lambda: NOW + timedelta(hours=24)
    await desk.ask(LIQUIDATIONS, NOW + timedelta(hours=24))
    assert instruments() == 6


async def test_older_pages_are_read_until_one_reaches_back_a_day(desk: Desk, tape: Tape) -> None:
    tape.sold = {"BTC-USDT": every(5 * MINUTE, 400), "ETH-USDT": every(MINUTE, 30)}
    (seen,) = await desk.ask(LIQUIDATIONS)
    assert seen.value == pytest.approx(worth(tape))
    first, *older = pages(desk)
    assert "after" not in first
    assert len(older) == 2
    hundredth = NOW - MINUTE - 99 * 5 * MINUTE
    assert older[0].endswith(f"&after={hundredth.timestamp() * 1_000 + 1:.0f}")


async def test_what_was_read_is_not_read_again(desk: Desk, tape: Tape) -> None:
    tape.sold = {"BTC-USDT": every(5 * MINUTE, 400)}
    await desk.ask(LIQUIDATIONS)
    assert len(pages(desk)) == 3
    later = NOW + 5 * MINUTE
    tape.sold["BTC-USDT"].append((later, 50.0))
    (seen,) = await desk.ask(LIQUIDATIONS, later)
    assert seen.value == pytest.approx(worth(tape, later))
    assert len(pages(desk)) == 1


async def test_a_list_too_long_for_one_go_is_read_on_in_the_next(desk: Desk, tape: Tape) -> None:
    tape.sold = {"BTC-USDT": every(MINUTE, 2_000), "SOL-USDT": every(MINUTE, 3)}
    with pytest.raises(SourceError, match=r"covers only the last 16\.\d h\.$"):
        await desk.ask(LIQUIDATIONS)
    assert len(pages(desk)) == 10
    (seen,) = await desk.ask(LIQUIDATIONS)
    assert seen.value == pytest.approx(worth(tape))
    assert len(pages(desk)) == 6


async def test_a_gap_is_never_bridged(desk: Desk, tape: Tape) -> None:
    tape.sold = {"BTC-USDT": every(10 * MINUTE, 90)}
    await desk.ask(LIQUIDATIONS)
    crash = NOW + 30 * MINUTE
    tape.sold["BTC-USDT"] += every(timedelta(seconds=1), 1_500, crash)
    with pytest.raises(SourceError, match=r"covers only the last 0\.3 h\.$"):
        await desk.ask(LIQUIDATIONS, crash)
    pages(desk)
    (seen,) = await desk.ask(LIQUIDATIONS, crash)
    assert seen.value == pytest.approx(worth(tape, crash))


async def test_orders_of_one_instant_on_both_sides_of_a_pages_end_all_count(
    desk: Desk, tape: Tape
) -> None:
    instant = NOW - 10 * MINUTE
    cascade = [(instant, 1.0 + n) for n in range(60)]
    tape.sold = {"BTC-USDT": [*every(timedelta(seconds=1), 70), *cascade]}
    (seen,) = await desk.ask(LIQUIDATIONS)
    assert seen.value == pytest.approx(worth(tape))


async def test_a_page_full_of_one_instant_does_not_hold_up_the_older_ones(
    desk: Desk, tape: Tape
) -> None:
    instant = NOW - 10 * MINUTE
    cascade = [(instant, 1.0 + n) for n in range(100)]
    tape.sold = {"BTC-USDT": [*cascade, *every(MINUTE, 50, NOW - 20 * MINUTE)]}
    (seen,) = await desk.ask(LIQUIDATIONS)
    assert seen.value == pytest.approx(worth(tape))


async def test_orders_leave_the_window_after_a_day(desk: Desk, tape: Tape) -> None:
    tape.sold = {"BTC-USDT": [(NOW - timedelta(hours=23), 5.0), (NOW - MINUTE, 7.0)]}
    (seen,) = await desk.ask(LIQUIDATIONS)
    assert seen.value == pytest.approx(12 * 0.01 * 1_000)
    (seen,) = await desk.ask(LIQUIDATIONS, NOW + timedelta(hours=2))
    assert seen.value == pytest.approx(7 * 0.01 * 1_000)


async def test_a_day_without_a_single_liquidation_is_a_missing_list(desk: Desk, tape: Tape) -> None:
    with pytest.raises(SourceError, match="lists no liquidation of the last 24 h"):
        await desk.ask(LIQUIDATIONS)


async def test_an_order_ahead_of_now_is_refused(desk: Desk, tape: Tape) -> None:
    tape.sold = {"BTC-USDT": [(NOW + timedelta(hours=1), 5.0)]}
    with pytest.raises(SourceError, match="dates a liquidation of BTC-USDT ahead of now"):
        await desk.ask(LIQUIDATIONS)


async def test_a_list_that_has_lost_its_orders_is_refused(desk: Desk, tape: Tape) -> None:
    sold = every(5 * MINUTE, 400)
    tape.sold = {"BTC-USDT": sold}
    before = await desk.ask(LIQUIDATIONS)
    for cut in ([], [(NOW, 3.0)]):
        tape.sold = {"BTC-USDT": cut}
        with pytest.raises(SourceError, match="list of BTC-USDT lacks liquidations"):
            await desk.ask(LIQUIDATIONS)
    tape.sold = {"BTC-USDT": sold}
    assert await desk.ask(LIQUIDATIONS) == before


async def test_what_was_read_counts_even_where_the_list_reaches_less_far(
    desk: Desk, tape: Tape
) -> None:
    tape.sold = {"BTC-USDT": every(30 * MINUTE, 47)}
    expected = worth(tape)
    await desk.ask(LIQUIDATIONS)
    tape.sold = {"BTC-USDT": tape.sold["BTC-USDT"][:30]}
    (seen,) = await desk.ask(LIQUIDATIONS)
    assert seen.value == pytest.approx(expected)


async def test_a_failure_on_the_way_forgets_nothing_that_was_known(desk: Desk, tape: Tape) -> None:
    tape.sold = {"BTC-USDT": every(5 * MINUTE, 400)}
    before = await desk.ask(LIQUIDATIONS)
    desk.gateway.fail(OKX, Fault.PAGE_AS_JSON)
    with pytest.raises(SourceError):
        await desk.ask(LIQUIDATIONS)
    desk.gateway.heal()
    pages(desk)
    assert await desk.ask(LIQUIDATIONS) == before
    assert len(pages(desk)) == 1


@pytest.mark.parametrize(
    ("change", "field_"),
    [
        ({"sz": "0"}, "sz"),
        ({"sz": "-13"}, "sz"),
        ({"bkPx": ""}, "bkPx"),
        ({"bkPx": "NaN"}, "bkPx"),
        ({"ts": None}, "ts"),
    ],
)
async def test_an_order_of_another_shape_spoils_the_answer(
    desk: Desk, change: dict[str, object], field_: str
) -> None:
    answer = json.loads((SAMPLES / "okx.liquidations.json").read_bytes())
    answer["data"][0]["details"][0] |= change
    page = f"{OKX}{PUBLIC}/liquidation-orders"
    desk.gateway.bodies[page] = json.dumps(answer).encode()
    with pytest.raises(SourceError, match=rf"at data\.0\.details\.0\.{field_}"):
        await desk.ask(LIQUIDATIONS)


@pytest.mark.parametrize("size", ["", "0", None])
async def test_a_contract_of_no_size_is_refused(desk: Desk, size: object) -> None:
    contract = {"instId": "BTC-USDT-SWAP", "ctVal": size}
    body = json.dumps({"code": "0", "data": [contract], "msg": ""}).encode()
    desk.gateway.bodies[f"{OKX}{PUBLIC}/instruments"] = body
    with pytest.raises(SourceError, match=r"at data\.0\.ctVal"):
        await desk.ask(LIQUIDATIONS)


async def test_a_hectic_day_costs_no_more_calls_than_the_host_is_owed(
    desk: Desk, tape: Tape, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(okx, "FURTHER_PAGES", 40)
    midnight = datetime(2026, 3, 4, tzinfo=UTC)
    listed = 0
    for n in range(5):
        now = midnight + n * 5 * MINUTE
        tape.sold = dict.fromkeys(okx.FAMILIES, every(MINUTE / 300, 1_100, now))
        with pytest.raises(SourceError, match="covers only the last"):
            await desk.ask(LIQUIDATIONS, now)
        listed += len(pages(desk, ""))
    assert listed == 5 * len(okx.FAMILIES) + 40
    two_days_on = midnight + timedelta(days=2)
    tape.sold = dict.fromkeys(okx.FAMILIES, every(10 * MINUTE, 250, two_days_on))
    (seen,) = await desk.ask(LIQUIDATIONS, two_days_on)
    assert seen.value == pytest.approx(worth(tape, two_days_on))


def test_the_plans_leave_room_for_further_pages() -> None:
    day = timedelta(days=1)
    asked = 0
    for feed in SOURCE.feeds:
        (every_,) = feed.plan
        assert isinstance(every_, Every)
        requests = len(okx.FAMILIES) if feed is LIQUIDATIONS else 1
        asked += requests * (day // every_.interval)
    contracts = len(okx.FAMILIES)
    assert asked + contracts + okx.FURTHER_PAGES <= 1_500


async def test_each_client_has_a_memory_of_its_own_and_takes_it_along(desk: Desk) -> None:
    await desk.ask(LIQUIDATIONS)
    usual = len(desk.gateway.asked)
    async with ProviderHttp(gateway=desk.gateway.url) as http:
        await LIQUIDATIONS.fetch(http, NOW, None)
        assert len(desk.gateway.asked) == 2 * usual
        gone = weakref.ref(http)
        await LIQUIDATIONS.fetch(http, NOW, None)
        assert len(desk.gateway.asked) < 3 * usual
    del http
    gc.collect()
    assert gone() is None
