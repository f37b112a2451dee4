import json
from datetime import UTC, date, datetime

import pytest

from bot.model import Observation
from bot.ports import SourceError
from bot.sources.coinpaprika import SOURCE
from tests.providers.market import COINPAPRIKA, Distortion
from tests.sources.conftest import NOW, SAMPLES, Desk

(FEED,) = SOURCE.feeds
GLOBAL = f"{COINPAPRIKA}/v1/global"
ETHEREUM = f"{COINPAPRIKA}/v1/tickers/eth-ethereum"


def serve(desk: Desk, **changes: object) -> None:
    """The sample of the global page, with other values, and Ethereum's."""
    answer = json.loads((SAMPLES / "coinpaprika.global.json").read_bytes())
    desk.gateway.bodies[GLOBAL] = json.dumps(answer | changes).encode()
    desk.serve(ETHEREUM, "coinpaprika.ethereum.json")


def serve_ethereum(desk: Desk, cap: object, updated: object = "2026-03-04T14:51:00Z") -> None:
    answer = {"last_updated": updated, "quotes": {"USD": {"market_cap": cap}}}
    desk.gateway.bodies[ETHEREUM] = json.dumps(answer).encode()


async def test_what_needs_both_answers_is_as_old_as_the_older_one(desk: Desk) -> None:
    serve(desk)
    as_of = datetime(2026, 3, 4, 14, 56, tzinfo=UTC)
    older = datetime(2026, 3, 4, 14, 51, tzinfo=UTC)

    def seen(series: str, value: float, moment: datetime) -> Observation:
        day = date(2026, 3, 4)
        return Observation(series, "CoinPaprika", day, value, moment, NOW, final=False)

    assert await desk.ask(FEED) == [
        seen("btc_dominance", 56.25, as_of),
        seen("total_market_cap", 2.9e12, as_of),
        seen("eth_dominance", 10.0, older),
        seen("total3", 2.9e12 * 0.4375 - 2.9e11, older),
    ]
    assert [asked.target for asked in desk.gateway.asked] == [
        "/v1/global",
        "/v1/tickers/eth-ethereum",
    ]


async def test_an_ethereum_that_is_newer_than_the_market_does_not_make_it_newer(
    desk: Desk,
) -> None:
    serve(desk)
    serve_ethereum(desk, 2.9e11, "2026-03-04T15:59:00+01:00")
    assert {o.as_of for o in await desk.ask(FEED)} == {datetime(2026, 3, 4, 14, 56, tzinfo=UTC)}


@pytest.mark.parametrize(
    ("seconds", "sentence"),
    [
        (0, r"is dated 1970, long before now\.$"),
        (1_772_636_401 + 600, r"is dated 2026-03-04 15:10 UTC, ahead of now\.$"),
        (1_772_636_160_000, "unusable at last_updated"),
    ],
)
async def test_a_time_that_cannot_be_is_refused(desk: Desk, seconds: int, sentence: str) -> None:
    serve(desk, last_updated=seconds)
    with pytest.raises(SourceError, match=sentence):
        await desk.ask(FEED)


async def test_a_clock_that_runs_a_little_fast_is_believed(desk: Desk) -> None:
    serve(desk, last_updated=1_772_637_000)
    assert (await desk.ask(FEED))[0].as_of > NOW


@pytest.mark.parametrize("value", ["0", "0.559", "4.99", "100.1", "-55", "1e400", "NaN", "null"])
async def test_a_share_that_cannot_be_is_refused(desk: Desk, value: str) -> None:
    serve(desk, bitcoin_dominance_percentage=-1.5)
    body = desk.gateway.bodies[GLOBAL]
    desk.gateway.bodies[GLOBAL] = body.replace(b"-1.5", value.encode())
    with pytest.raises(SourceError, match=r"Bitcoin dominance|bitcoin_dominance_percentage"):
        await desk.ask(FEED)


@pytest.mark.parametrize("cap", ["2900000000000", 1e400])
async def test_a_cap_in_another_form_is_refused(desk: Desk, cap: object) -> None:
    serve(desk, market_cap_usd=cap)
    with pytest.raises(SourceError, match="unusable at market_cap_usd"):
        await desk.ask(FEED)


@pytest.mark.parametrize("cap", [None, 0, -1])
async def test_without_a_real_cap_there_is_bitcoins_share_alone(
    desk: Desk, cap: float | None
) -> None:
    serve(desk, market_cap_usd=cap)
    assert {o.series: o.value for o in await desk.ask(FEED)} == {"btc_dominance": 56.25}


ALONE = {"btc_dominance": 56.25, "total_market_cap": 2.9e12}
"""What the global page says without Ethereum's."""


@pytest.mark.parametrize(
    ("cap", "updated", "left"),
    [
        (None, "2026-03-04T14:51:00Z", ALONE),
        ("290000000000", "2026-03-04T14:51:00Z", ALONE),
        (0, "2026-03-04T14:51:00Z", ALONE),
        (-2.9e11, "2026-03-04T14:51:00Z", ALONE),
        (1.305e12, "2026-03-04T14:51:00Z", {**ALONE, "eth_dominance": 45.0}),
        (2.0e12, "2026-03-04T14:51:00Z", ALONE),
        (2.9e11, "2026-03-04T14:51:00", ALONE),
        (2.9e11, 1_772_636_100, ALONE),
        (2.9e11, "1999-01-01T00:00:00Z", ALONE),
    ],
    ids=[
        "no cap",
        "text",
        "zero",
        "negative",
        "more than is left",
        "most of all",
        "no zone",
        "unix seconds",
        "last century",
    ],
)
async def test_what_an_ethereum_that_cannot_be_would_tell_is_left_out(
    desk: Desk, cap: object, updated: object, left: dict[str, float]
) -> None:
    serve(desk)
    serve_ethereum(desk, cap, updated)
    assert {o.series: o.value for o in await desk.ask(FEED)} == left


@pytest.mark.parametrize("body", [b"", b"<html>down</html>", b'{"error": "no such coin"}'])
async def test_a_page_of_ethereum_that_fails_takes_nothing_else_with_it(
    desk: Desk, body: bytes
) -> None:
    serve(desk)
    desk.gateway.bodies[ETHEREUM] = body
    assert {o.series: o.value for o in await desk.ask(FEED)} == ALONE
    assert len(desk.gateway.asked) == 2


@pytest.mark.parametrize(
    "distortion",
    [Distortion.NULLS, Distortion.ZERO, Distortion.NOT_A_NUMBER, Distortion.ERROR_ENVELOPE],
    ids=str,
)
async def test_an_answer_without_numbers_is_refused(desk: Desk, distortion: Distortion) -> None:
    desk.gateway.fail(COINPAPRIKA, distortion)
    with pytest.raises(SourceError, match=r"^CoinPaprika's .*\.$"):
        await desk.ask(FEED)
