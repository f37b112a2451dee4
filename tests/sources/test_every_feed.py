import copy
import json
import math
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import bot.sources
from bot.catalogue import SERIES
from bot.model import Observation
from bot.ports import Feed, Source, SourceError
from bot.registry import discover
from tests.providers.gateway import Fault
from tests.sources.conftest import NOW, SAMPLES, Desk

SOURCES = discover(bot.sources, "SOURCE", Source)
FEEDS = {feed.name: (source.host, feed) for source in SOURCES for feed in source.feeds}
SAMPLED = {
    "alternative_me/fear_greed": "alternative_me.fear_greed.json",
    "alternative_me/global": "alternative_me.global.json",
    "binance/open_interest": "binance_futures.open_interest.json",
    "binance/premium": "binance_futures.premium.json",
    "binance_vision/klines": "binance_vision.klines.json",
    "bitview/supply": "bitview.supply.json",
    "bls/cpi": "bls.cpi.json",
    "bybit/ticker": "bybit.ticker.json",
    "cboe/russell_2000_quote": "cboe.quote_rut.json",
    "coinbase/candles": "coinbase.candles.json",
    "coinbase/ticker": "coinbase.ticker.json",
    "coingecko/global": "coingecko.global.json",
    "coingecko/price": "coingecko.price.json",
    "coinglass/altcoin_season": "coinglass.altcoin_season.json",
    "coinglass/etf_flow": "coinglass.etf_flow.json",
    "coinlore/global": "coinlore.global.json",
    "coinmarketcap/altcoin_season": "coinmarketcap.altcoin_season.json",
    "coinmarketcap/altcoin_season_history": "coinmarketcap.altcoin_season_history.json",
    "coinmarketcap/fear_greed": "coinmarketcap.fear_greed.json",
    "coinmarketcap/global": "coinmarketcap.global.json",
    "coinmarketcap/liquidations": "coinmarketcap.liquidations.json",
    "coinmarketcap_web/altcoin_season_chart": "coinmarketcap_web.altcoin_season_chart.json",
    "coinmarketcap_web/caps": "coinmarketcap_web.caps.json",
    "coinmarketcap_web/etf_flow": "coinmarketcap_web.etf_flow.json",
    "coinmarketcap_web/global": "coinmarketcap_web.global.json",
    "defillama/stablecoins": "defillama.stablecoins.json",
    "kraken/ohlc": "kraken.ohlc.json",
    "kraken/ticker": "kraken.ticker.json",
    "nasdaq/iwm": "nasdaq.iwm.json",
    "nyfed/rates": "nyfed.rates.json",
    "nyfed/soma": "nyfed.soma.json",
    "okx/funding": "okx.funding.json",
    "okx/open_interest": "okx.open_interest.json",
    "own_season/listings": "own_season.listings.json",
    "sosovalue/etf_flow": "sosovalue.etf_flow.json",
    "theblock/etf_flow": "theblock.etf_flow.json",
    "yahoo/iwm": "yahoo.iwm.json",
    "yahoo/russell_2000": "yahoo.session_open.json",
    "yahoo/russell_2000_future": "yahoo.future.json",
}
"""Feeds of one JSON shape, which is bent in every way that can be thought of."""
fuzzed = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
every_feed = pytest.mark.parametrize(("host", "feed"), FEEDS.values(), ids=FEEDS.keys())


def test_every_series_has_one_vendor_of_the_first_rank_and_no_two_of_the_same() -> None:
    ranks: dict[str, dict[str, set[int]]] = {}
    for source in SOURCES:
        for feed in source.feeds:
            for series in feed.series:
                of_series = ranks.setdefault(series, {})
                of_series.setdefault(feed.vendor, set()).add(feed.rank_of(series))
    assert ranks.keys() == SERIES.keys() - {"btc_liquidations"}, "That one is only ever recorded."
    for series, vendors in ranks.items():
        assert all(len(of_vendor) == 1 for of_vendor in vendors.values()), series
        found = sorted(rank for of_vendor in vendors.values() for rank in of_vendor)
        assert found[0] == 0, f"{series} has nobody of the first rank."
        assert len(set(found)) == len(found), f"{series} has two vendors of one rank."


@every_feed
async def test_a_good_answer_is_observed_within_bounds(
    keyed_desk: Desk, host: str, feed: Feed
) -> None:
    seen = await keyed_desk.ask(feed)
    assert {o.series for o in seen} == set(feed.series)
    assert {o.vendor for o in seen} == {feed.vendor}
    assert {o.observed_at for o in seen} == {NOW}
    assert host in {asked.host for asked in keyed_desk.gateway.asked}
    for o in seen:
        assert SERIES[o.series].lowest <= o.value <= SERIES[o.series].highest


@every_feed
@pytest.mark.parametrize(
    "fault", [fault for fault in Fault if fault not in (Fault.BOMB, Fault.HANG)], ids=str
)
async def test_a_faulty_answer_is_a_source_error_and_recovery_brings_the_value_back(
    keyed_desk: Desk, host: str, feed: Feed, fault: Fault
) -> None:
    before = await keyed_desk.ask(feed)
    keyed_desk.gateway.fail(host, fault)
    with pytest.raises(SourceError, match=r"^[^\n]+\.$"):
        await keyed_desk.ask(feed)
    keyed_desk.gateway.heal(host)
    assert await keyed_desk.ask(feed) == before


@every_feed
async def test_a_provider_that_hangs_is_a_source_error(
    hasty_desk: Desk, host: str, feed: Feed
) -> None:
    hasty_desk.gateway.fail(host, Fault.HANG)
    with pytest.raises(SourceError, match=r"did not answer in time\.$"):
        await hasty_desk.ask(feed)


@pytest.mark.parametrize("feed", FEEDS)
@fuzzed
@given(body=st.binary(max_size=200))
async def test_arbitrary_bytes_are_a_source_error(keyed_desk: Desk, feed: str, body: bytes) -> None:
    host, asked = FEEDS[feed]
    keyed_desk.gateway.bodies[host] = body
    with pytest.raises(SourceError):
        await keyed_desk.ask(asked)


scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(10**8, 10**14)
    | st.floats()
    | st.sampled_from([0, -0.0, 1e308, 10**400, "", "0", "NaN", "9999-12-31T23:59:59-23:59"])
    | st.text(max_size=20)
)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)


def places(node: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The path of every part of a document."""
    inner: list[tuple[str | int, Any]] = []
    if isinstance(node, dict):
        inner = list(node.items())
    elif isinstance(node, list):
        inner = list(enumerate(node))
    return [path, *(found for key, value in inner for found in places(value, (*path, key)))]


def replaced(document: Any, path: tuple[str | int, ...], value: object) -> Any:
    if not path:
        return value
    copied = copy.deepcopy(document)
    node = copied
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    return copied


@pytest.mark.parametrize("feed", SAMPLED)
@fuzzed
@given(data=st.data())
async def test_a_good_answer_with_anything_anywhere_is_refused_or_real(
    keyed_desk: Desk, feed: str, data: st.DataObject
) -> None:
    host, asked = FEEDS[feed]
    answer = json.loads((SAMPLES / SAMPLED[feed]).read_bytes())
    for _ in range(data.draw(st.integers(1, 3), label="changes")):
        path = data.draw(st.sampled_from(places(answer)), label="path")
        answer = replaced(answer, path, data.draw(anything, label="value"))
    keyed_desk.gateway.bodies[host] = json.dumps(answer).encode()
    refusal = ""
    seen: Sequence[Observation] = ()
    try:
        seen = await keyed_desk.ask(asked)
    except SourceError as error:
        refusal = str(error)
    assert bool(seen) is not bool(refusal)
    assert refusal.isprintable()
    assert len(refusal) < 400
    for o in seen:
        assert math.isfinite(o.value)
        assert SERIES[o.series].lowest <= o.value <= SERIES[o.series].highest
        assert o.as_of <= NOW + timedelta(minutes=10)
        assert o.day <= NOW.date() + timedelta(days=1)
