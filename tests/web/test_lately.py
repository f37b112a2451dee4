"""One look for all who ask at the same time, whatever comes of it."""

import asyncio

import pytest

from bot.ports import StoreUnavailable
from bot.web.lately import lately


class Looks:
    """Counts the looks, which end when they are let go."""

    def __init__(self, *, store_is_away: bool) -> None:
        self.count = 0
        self.store_is_away = store_is_away
        self.began = asyncio.Event()
        self.let_go = asyncio.Event()

    async def look(self) -> int:
        self.count += 1
        self.began.set()
        await self.let_go.wait()
        if self.store_is_away:
            raise StoreUnavailable("gone")
        return self.count


async def _twenty(looks: Looks) -> list[int | BaseException]:
    seen = lately(looks.look, 1_000.0)
    visitors = asyncio.gather(*(seen() for _ in range(20)), return_exceptions=True)
    await looks.began.wait()
    looks.let_go.set()
    async with asyncio.timeout(10):
        return await visitors


async def test_twenty_who_ask_at_once_cost_one_look() -> None:
    looks = Looks(store_is_away=False)
    assert await _twenty(looks) == [1] * 20


async def test_twenty_who_wait_for_a_store_that_is_away_wait_once() -> None:
    looks = Looks(store_is_away=True)
    assert {type(each) for each in await _twenty(looks)} == {StoreUnavailable}
    assert looks.count == 1


async def test_whoever_asks_after_a_failure_looks_again() -> None:
    looks = Looks(store_is_away=True)
    looks.let_go.set()
    seen = lately(looks.look, 1_000.0)
    with pytest.raises(StoreUnavailable):
        await seen()
    looks.store_is_away = False
    assert await seen() == 2
