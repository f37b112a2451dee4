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
from tests.providers.market import Distortion
from tests.sources.conftest import NOW, SAMPLES, Desk

SOURCES = discover(bot.sources, "SOURCE", Source)
FEEDS = {feed.name: (source.host, feed) for source in SOURCES for feed in source.feeds}
GOOD = {
    "coingecko/global": "coingecko.global.json",
    "coinmarketcap/altcoin_season": "coinmarketcap.altcoin_season.json",
    "coinmarketcap/global": "coinmarketcap.global.json",
    "coinpaprika/global": "coinpaprika.global.json",
    "yahoo/russell_2000": "yahoo.session_open.json",
}
fuzzed = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
every_feed = pytest.mark.parametrize(("host", "feed"), FEEDS.values(), ids=FEEDS.keys())


def test_every_series_has_one_feed_of_the_first_rank_and_no_two_of_the_same() -> None:
    ranks: dict[str, list[int]] = {}
    for source in SOURCES:
        for feed in source.feeds:
            assert feed.vendor == source.name
            for series in feed.series:
                ranks.setdefault(series, []).append(feed.rank)
    assert ranks.keys() == SERIES.keys()
    assert {key: sorted(found) for key, found in ranks.items()} == {
        "russell_2000": [0],
        "sp_500": [0],
        "btc_dominance": [0, 1, 2],
        "altcoin_season_index": [0],
    }


@every_feed
async def test_a_good_answer_is_observed_within_bounds(desk: Desk, host: str, feed: Feed) -> None:
    seen = await desk.ask(feed)
    assert {o.series for o in seen} == set(feed.series)
    assert {o.vendor for o in seen} == {feed.vendor}
    assert {o.observed_at for o in seen} == {NOW}
    assert {asked.host for asked in desk.gateway.asked} == {host}


@every_feed
@pytest.mark.parametrize(
    "fault", [fault for fault in Fault if fault not in (Fault.BOMB, Fault.HANG)], ids=str
)
async def test_a_faulty_answer_is_a_source_error_and_recovery_brings_the_value_back(
    desk: Desk, host: str, feed: Feed, fault: Fault
) -> None:
    before = await desk.ask(feed)
    desk.gateway.fail(host, fault)
    with pytest.raises(SourceError, match=r"^[^\n]+\.$"):
        await desk.ask(feed)
    desk.gateway.heal(host)
    assert await desk.ask(feed) == before


@every_feed
async def test_a_provider_that_hangs_is_a_source_error(
    hasty_desk: Desk, host: str, feed: Feed
) -> None:
    hasty_desk.gateway.fail(host, Fault.HANG)
    with pytest.raises(SourceError, match=r"did not answer in time\.$"):
        await hasty_desk.ask(feed)


@every_feed
@pytest.mark.parametrize(
    "distortion", [Distortion.NOT_A_NUMBER, Distortion.ZERO, Distortion.ERROR_ENVELOPE], ids=str
)
async def test_a_distorted_value_is_a_source_error(
    desk: Desk, host: str, feed: Feed, distortion: Distortion
) -> None:
    desk.gateway.fail(host, distortion)
    if distortion is Distortion.ZERO and feed.has_history:
        assert all(each.value > 0 for each in await desk.ask(feed)), "Only that bar is left out."
        return
    with pytest.raises(SourceError, match=r"^[^\n]+\.$"):
        await desk.ask(feed)


@every_feed
async def test_nulls_are_never_values(desk: Desk, host: str, feed: Feed) -> None:
    usual = await desk.ask(feed)
    desk.gateway.fail(host, Distortion.NULLS)
    if feed.has_history:
        assert await desk.ask(feed) == usual[:-1]
        return
    with pytest.raises(SourceError, match="should be a valid number"):
        await desk.ask(feed)


@every_feed
async def test_yesterdays_value_is_filed_under_yesterday(desk: Desk, host: str, feed: Feed) -> None:
    desk.gateway.fail(host, Distortion.YESTERDAY)
    last = (await desk.ask(feed))[-1]
    assert last.day == NOW.date() - timedelta(days=1)
    assert last.as_of < NOW - timedelta(hours=12)


@pytest.mark.parametrize("feed", GOOD)
@fuzzed
@given(body=st.binary(max_size=200))
async def test_arbitrary_bytes_are_a_source_error(desk: Desk, feed: str, body: bytes) -> None:
    host, asked = FEEDS[feed]
    desk.gateway.bodies[host] = body
    with pytest.raises(SourceError):
        await desk.ask(asked)


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


@pytest.mark.parametrize("feed", GOOD)
@fuzzed
@given(data=st.data())
async def test_a_good_answer_with_anything_anywhere_is_refused_or_real(
    desk: Desk, feed: str, data: st.DataObject
) -> None:
    host, asked = FEEDS[feed]
    answer = json.loads((SAMPLES / GOOD[feed]).read_bytes())
    for _ in range(data.draw(st.integers(1, 3), label="changes")):
        path = data.draw(st.sampled_from(places(answer)), label="path")
        answer = replaced(answer, path, data.draw(anything, label="value"))
    desk.gateway.bodies[host] = json.dumps(answer).encode()
    refusal = ""
    seen: Sequence[Observation] = ()
    try:
        seen = await desk.ask(asked)
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
