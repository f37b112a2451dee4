import json
from datetime import UTC, date, datetime

import pytest

from bot.model import Observation
from bot.ports import Feed, SourceError
from bot.sources.coingecko import SOURCE
from tests.providers.market import COINGECKO, Distortion
from tests.sources.conftest import KEYS, NOW, SAMPLES, Desk

GLOBAL, PRICE = SOURCE.feeds
DAY = date(2026, 3, 4)
every_feed = pytest.mark.parametrize("feed", SOURCE.feeds, ids=["global", "price"])


async def test_the_market_is_as_of_the_update(desk: Desk) -> None:
    desk.serve(COINGECKO, "coingecko.global.json")
    as_of = datetime(2026, 3, 4, 14, 55, tzinfo=UTC)

    def seen(series: str, value: float) -> Observation:
        return Observation(series, "CoinGecko", DAY, value, as_of, NOW, final=False)

    assert await desk.ask(GLOBAL) == [
        seen("btc_dominance", 56.8125),
        seen("eth_dominance", 11.9375),
        seen("total_market_cap", 2.9e12),
        seen("total3", 2.9e12 * 0.3125),
    ]
    assert desk.gateway.asked[0].target == "/api/v3/global"


async def test_the_price_is_as_of_its_update(desk: Desk) -> None:
    desk.serve(COINGECKO, "coingecko.price.json")
    as_of = datetime(2026, 3, 4, 14, 58, tzinfo=UTC)
    assert await desk.ask(PRICE) == (
        Observation("btc_price", "CoinGecko", DAY, 70_123.0, as_of, NOW, final=False),
    )
    assert desk.gateway.asked[0].target == (
        "/api/v3/simple/price?ids=bitcoin&vs_currencies=usd&include_last_updated_at=true"
    )


@every_feed
async def test_a_key_goes_into_a_header_and_nowhere_else(keyed_desk: Desk, feed: Feed) -> None:
    await keyed_desk.ask(feed)
    (asked,) = keyed_desk.gateway.asked
    key = KEYS["COINGECKO_API_KEY"]
    assert asked.headers["x-cg-demo-api-key"] == key
    assert key not in asked.target
    keyed_desk.serve(COINGECKO, "coingecko.limited.json")
    with pytest.raises(SourceError) as failure:
        await keyed_desk.ask(feed)
    assert key not in str(failure.value)


@every_feed
async def test_without_a_key_no_header_speaks_of_one(desk: Desk, feed: Feed) -> None:
    await desk.ask(feed)
    (asked,) = desk.gateway.asked
    assert "x-cg-demo-api-key" not in {name.lower() for name in asked.headers}


@every_feed
async def test_a_limit_told_with_http_200_is_no_value(desk: Desk, feed: Feed) -> None:
    desk.serve(COINGECKO, "coingecko.limited.json")
    with pytest.raises(SourceError) as failure:
        await desk.ask(feed)
    assert str(failure.value) == "CoinGecko refused: You've exceeded the Rate Limit."


@pytest.mark.parametrize("code", [429, "429", "", -1, True, None, "0" * 30], ids=repr)
async def test_only_zero_means_no_error_even_beside_data(desk: Desk, code: object) -> None:
    answer = json.loads((SAMPLES / "coingecko.global.json").read_bytes())
    answer["status"] = {"error_code": code}
    desk.gateway.bodies[COINGECKO] = json.dumps(answer).encode()
    with pytest.raises(SourceError, match=r"^CoinGecko('s answer is unusable at status| refused)"):
        await desk.ask(GLOBAL)


def serve_market(desk: Desk, *, without: str = "", **shares: float) -> None:
    """The sample of the global page, with other shares, or without one part of it."""
    answer = json.loads((SAMPLES / "coingecko.global.json").read_bytes())
    market = answer["data"]
    market["market_cap_percentage"] |= shares
    for part in (market, market["market_cap_percentage"]):
        part.pop(without, None)
    desk.gateway.bodies[COINGECKO] = json.dumps(answer).encode()


async def test_a_market_without_bitcoins_share_is_refused_by_name(desk: Desk) -> None:
    serve_market(desk, without="btc")
    with pytest.raises(SourceError) as failure:
        await desk.ask(GLOBAL)
    assert str(failure.value) == (
        "CoinGecko's answer is unusable at data.market_cap_percentage.btc: field required."
    )


@pytest.mark.parametrize("share", [0.0, 0.568125, -56.8, 100.5])
async def test_a_share_of_bitcoin_that_cannot_be_is_refused(desk: Desk, share: float) -> None:
    serve_market(desk, btc=share)
    with pytest.raises(SourceError, match=r"^CoinGecko's Bitcoin dominance reads .* cannot be"):
        await desk.ask(GLOBAL)


@pytest.mark.parametrize(
    ("without", "left"),
    [
        ("eth", {"btc_dominance": 56.8125, "total_market_cap": 2.9e12}),
        ("total_market_cap", {"btc_dominance": 56.8125, "eth_dominance": 11.9375}),
    ],
)
async def test_what_is_missing_beside_bitcoins_share_is_left_out(
    desk: Desk, without: str, left: dict[str, float]
) -> None:
    serve_market(desk, without=without)
    assert {o.series: o.value for o in await desk.ask(GLOBAL)} == left


async def test_a_cap_in_other_coins_only_is_no_cap_in_dollars(desk: Desk) -> None:
    answer = json.loads((SAMPLES / "coingecko.global.json").read_bytes())
    del answer["data"]["total_market_cap"]["usd"]
    desk.gateway.bodies[COINGECKO] = json.dumps(answer).encode()
    assert {o.series for o in await desk.ask(GLOBAL)} == {"btc_dominance", "eth_dominance"}


@pytest.mark.parametrize(
    ("bitcoin", "ethereum", "left"),
    [
        (60.0, 45.0, {"btc_dominance": 60.0, "eth_dominance": 45.0, "total_market_cap": 2.9e12}),
        (60.0, 65.0, {"btc_dominance": 60.0, "total_market_cap": 2.9e12}),
    ],
    ids=["nothing for others", "more than there is"],
)
async def test_what_cannot_be_beside_bitcoins_share_is_left_out(
    desk: Desk, bitcoin: float, ethereum: float, left: dict[str, float]
) -> None:
    serve_market(desk, btc=bitcoin, eth=ethereum)
    assert {o.series: o.value for o in await desk.ask(GLOBAL)} == left


@pytest.mark.parametrize("body", [b"{}", b'{"bitcoin": {}}', b'{"bitcoin": {"usd": null}}'])
async def test_a_price_that_is_missing_is_refused(desk: Desk, body: bytes) -> None:
    desk.gateway.bodies[COINGECKO] = body
    with pytest.raises(SourceError, match=r"^CoinGecko's answer is unusable at bitcoin"):
        await desk.ask(PRICE)


@every_feed
@pytest.mark.parametrize(
    "distortion",
    [Distortion.NULLS, Distortion.ZERO, Distortion.NOT_A_NUMBER, Distortion.ERROR_ENVELOPE],
    ids=str,
)
async def test_an_answer_without_numbers_is_refused(
    desk: Desk, feed: Feed, distortion: Distortion
) -> None:
    desk.gateway.fail(COINGECKO, distortion)
    with pytest.raises(SourceError, match=r"^CoinGecko.*\.$"):
        await desk.ask(feed)
