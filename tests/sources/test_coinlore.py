import json

import pytest

from bot.model import Observation
from bot.ports import SourceError
from bot.sources.coinlore import SOURCE
from tests.providers.market import Distortion
from tests.providers.words.coinlore import COINLORE
from tests.sources.conftest import NOW, SAMPLES, Desk

(GLOBAL,) = SOURCE.feeds


def serve(desk: Desk, field: str, value: object) -> None:
    """The sample, one of its values another."""
    answer = json.loads((SAMPLES / "coinlore.global.json").read_bytes())
    answer[0][field] = value
    desk.gateway.bodies[COINLORE] = json.dumps(answer).encode()


def seen_now(series: str, value: float) -> Observation:
    return Observation(series, "CoinLore", NOW.date(), value, NOW, NOW, final=False)


async def test_the_market_is_as_of_now_and_its_shares_are_read_from_text(desk: Desk) -> None:
    desk.serve(COINLORE, "coinlore.global.json")
    assert await desk.ask(GLOBAL) == [
        seen_now("btc_dominance", 57.25),
        seen_now("eth_dominance", 11.5),
        seen_now("total_market_cap", 2.8e12),
        seen_now("total3", 2.8e12 * 0.3125),
    ]
    assert desk.gateway.asked[0].target == "/api/global/"


@pytest.mark.parametrize(
    "distortion",
    [Distortion.NULLS, Distortion.ZERO, Distortion.NOT_A_NUMBER, Distortion.ERROR_ENVELOPE],
    ids=str,
)
async def test_an_answer_without_numbers_is_refused(desk: Desk, distortion: Distortion) -> None:
    desk.gateway.fail(COINLORE, distortion)
    with pytest.raises(SourceError, match=r"^CoinLore's .*\.$"):
        await desk.ask(GLOBAL)


async def test_an_object_in_place_of_the_array_is_refused(desk: Desk) -> None:
    (market,) = json.loads((SAMPLES / "coinlore.global.json").read_bytes())
    desk.gateway.bodies[COINLORE] = json.dumps(market).encode()
    with pytest.raises(SourceError, match="unusable as a whole: input should be a valid array"):
        await desk.ask(GLOBAL)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("btc_d", "", "at 0.btc_d: input should be a valid number"),
        ("btc_d", "56.31%", "at 0.btc_d: input should be a valid number"),
        ("btc_d", "0.5725", "Bitcoin dominance reads 0.5725, which cannot be real"),
        ("btc_d", "nan", "at 0.btc_d: input should be a finite number"),
    ],
)
async def test_a_market_that_cannot_be_is_refused(
    desk: Desk, field: str, value: object, sentence: str
) -> None:
    serve(desk, field, value)
    with pytest.raises(SourceError, match=sentence):
        await desk.ask(GLOBAL)


@pytest.mark.parametrize(
    ("field", "value", "left"),
    [
        ("eth_d", "0", {"btc_dominance": 57.25, "total_market_cap": 2.8e12}),
        ("eth_d", "-11.5", {"btc_dominance": 57.25, "total_market_cap": 2.8e12}),
        ("eth_d", "65.0", {"btc_dominance": 57.25, "total_market_cap": 2.8e12}),
        (
            "eth_d",
            "45.0",
            {"btc_dominance": 57.25, "eth_dominance": 45.0, "total_market_cap": 2.8e12},
        ),
        ("total_mcap", 2_800, {"btc_dominance": 57.25, "eth_dominance": 11.5}),
        ("total_mcap", -2.8e12, {"btc_dominance": 57.25, "eth_dominance": 11.5}),
    ],
)
async def test_what_cannot_be_beside_bitcoins_share_is_left_out(
    desk: Desk, field: str, value: object, left: dict[str, float]
) -> None:
    serve(desk, field, value)
    assert {o.series: o.value for o in await desk.ask(GLOBAL)} == left


def test_it_is_only_ever_asked_as_a_stand_in() -> None:
    assert GLOBAL.plan == ()
