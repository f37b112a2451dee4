"""What providers answer: any bytes are observations that can be real, or one SourceError."""

import asyncio
import math
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given, settings

from bot.catalogue import SERIES
from bot.html_tables import table_rows
from bot.model import Observation
from bot.ports import Expected, Feed, SourceError
from tests.fuzz.target import Target, bent
from tests.sources.conftest import NOW, SAMPLES
from tests.sources.test_every_feed import FEEDS

MOST_REQUESTS = 40
SAMPLED = {path.name: path.read_bytes() for path in sorted(SAMPLES.glob("*"))}


class _Answering:
    """A provider that says the same to every question."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._asked = 0

    async def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        expect: Expected = "json",
    ) -> bytes:
        self._asked += 1
        assert self._asked < MOST_REQUESTS, f"{url} is asked again and again"
        return self._body

    async def post(
        self, url: str, *, body: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> bytes:
        return self._body

    def key(self, setting: str) -> str | None:
        return f"key-of-{setting}"


def answered(feed: Feed, body: bytes, since: date | None = None) -> None:
    async def ask() -> Sequence[Observation]:
        return await feed.fetch(_Answering(body), NOW, since)

    try:
        seen = asyncio.run(ask())
    except SourceError as refused:
        sentence = str(refused)
        assert sentence.isprintable()
        assert len(sentence) < 400
        return
    for each in seen:
        assert math.isfinite(each.value)
        assert SERIES[each.series].lowest <= each.value <= SERIES[each.series].highest
        assert each.as_of <= NOW + timedelta(minutes=10)
        assert each.day <= NOW.date() + timedelta(days=1)


def page(body: bytes) -> None:
    """A page's table, in time that grows only with its length."""
    assert all(isinstance(cell, str) for row in table_rows(body) for cell in row)


def _target(name: str, feed: Feed) -> Target:
    source = name.partition("/")[0]
    own = [body for sample, body in SAMPLED.items() if sample.startswith(source.split("_")[0])]
    return Target(
        f"provider-{name.replace('/', '-')}",
        lambda body: answered(feed, body),
        tuple(own) or tuple(SAMPLED.values()),
    )


TARGETS = [_target(name, feed) for name, (_, feed) in FEEDS.items()]
PAGES = tuple(body for name, body in SAMPLED.items() if name.endswith("html"))
TARGETS.append(Target("page", page, PAGES))


@pytest.mark.parametrize("target", TARGETS, ids=lambda each: each.name)
def test_a_bent_answer_is_refused_or_real(target: Target) -> None:
    @settings(max_examples=8)
    @given(bent(target.seeds))
    def feed(data: bytes) -> None:
        target.feed(data)

    feed()
