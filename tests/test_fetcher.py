"""When each feed is asked: its cadence, the market's hours, failures of those before it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import pytest_asyncio

from bot.fetcher import FETCH_SECONDS, Fetched, Fetcher, Since
from bot.http import Limits, ProviderHttp
from bot.model import Observation
from bot.ports import Every, Feed, Http
from tests.providers.gateway import Fault, Gateway
from tests.providers.market import COINGECKO, COINMARKETCAP, YAHOO
from tests.watch import CORE, Clock, quiet_market

SUNDAY = datetime(2026, 2, 1, 17, tzinfo=UTC)
YAHOO_FEEDS = {"yahoo/russell_2000", "yahoo/sp_500"}
DOMINANCE_FALLBACKS = {"coingecko/global", "coinpaprika/global"}
ALL = {feed.name for feed in CORE}
MINUTE = 60.0


def past_is_known(_: Feed) -> date | None:
    return date(2026, 1, 30)


def nothing_is_known(_: Feed) -> date | None:
    return None


class Skipping:
    """The event loop's own clock, which can be put forward."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._real = loop.time
        self._skipped = 0.0
        loop.time = self.time  # type: ignore[method-assign]  # The loop is this test's own.

    def time(self) -> float:
        return self._real() + self._skipped

    def skip(self, seconds: float) -> None:
        self._skipped += seconds


class Asking:
    """A fetcher over real HTTP, driven round by round."""

    def __init__(self, gateway: Gateway, clock: Clock, http: ProviderHttp, loop: Skipping) -> None:
        self.gateway = gateway
        self.clock = clock
        self.fetcher = Fetcher(CORE, http, clock, None)
        self._loop = loop

    def skip(self, seconds: float) -> None:
        """Put the loop's clock and the wall's forward."""
        self._loop.skip(seconds)
        self.clock.move(seconds=seconds)

    async def round(self, since: Since = past_is_known) -> list[Fetched]:
        """All answers to what is due now, and to what that makes due."""
        answers: list[Fetched] = []
        async with asyncio.TaskGroup() as tasks:
            while True:
                got = await self.fetcher.answers(tasks, since, 0.0)
                answers += got
                if not got and not self.fetcher._running:
                    return answers

    async def asked(self) -> set[str]:
        """Who is asked in this round."""
        names = Counter(answer.feed.name for answer in await self.round())
        assert set(names.values()) <= {1}, "Nobody is asked twice."
        return set(names)


@pytest_asyncio.fixture
async def asking() -> AsyncIterator[Asking]:
    clock = Clock()
    loop = Skipping(asyncio.get_running_loop())
    limits = Limits(total_seconds=20 * FETCH_SECONDS, retries=0)
    async with (
        Gateway(quiet_market(clock)) as gateway,
        ProviderHttp(gateway=gateway.url, limits=limits, backoff_cap_seconds=0.0) as http,
    ):
        yield Asking(gateway, clock, http, loop)


async def test_a_start_asks_everybody_once(asking: Asking) -> None:
    assert await asking.asked() == ALL
    assert await asking.asked() == set()
    assert len(asking.gateway.asked) == len(ALL) + 1, "CoinPaprika has a page of its own for ETH."


async def test_each_feed_is_asked_at_its_own_pace(asking: Asking) -> None:
    await asking.asked()
    asking.skip(4 * MINUTE)
    assert await asking.asked() == set()
    asking.skip(2 * MINUTE)
    assert await asking.asked() == YAHOO_FEEDS
    asking.skip(11 * MINUTE)
    assert await asking.asked() == {*YAHOO_FEEDS, "coinmarketcap/global"}
    asking.skip(50 * MINUTE)
    assert await asking.asked() == ALL


async def test_a_closed_market_is_not_asked(asking: Asking) -> None:
    asking.clock.now = SUNDAY
    await asking.asked()
    asking.skip(50 * MINUTE)
    assert await asking.asked() == {"coinmarketcap/global"}
    asking.skip(17 * MINUTE)
    assert await asking.asked() == ALL - YAHOO_FEEDS
    asking.skip(24 * 60 * MINUTE)
    assert await asking.asked() >= YAHOO_FEEDS


async def test_a_failing_vendor_has_its_fallbacks_asked_at_once(asking: Asking) -> None:
    await asking.asked()
    asking.gateway.fail(COINMARKETCAP, Fault.SERVER_ERROR)
    asking.skip(17 * MINUTE)
    assert await asking.asked() == {*YAHOO_FEEDS, "coinmarketcap/global", "coingecko/global"}
    asking.skip(14 * MINUTE)
    assert not await asking.asked() & DOMINANCE_FALLBACKS, "They have just been asked."
    asking.gateway.fail(COINGECKO, Fault.SERVER_ERROR)
    asking.skip(17 * MINUTE)
    assert await asking.asked() >= DOMINANCE_FALLBACKS, "Now there is nobody else."


async def test_a_failing_fallback_leaves_the_vendor_before_it_alone(asking: Asking) -> None:
    await asking.asked()
    asking.gateway.fail(COINGECKO, Fault.SERVER_ERROR)
    asking.skip(67 * MINUTE)
    first = await asking.round()
    assert Counter(answer.feed.name for answer in first)["coinmarketcap/global"] == 1
    assert [answer.feed.name for answer in first if answer.error] == ["coingecko/global"]


async def test_the_past_is_asked_for_again_after_a_minute(asking: Asking) -> None:
    asking.clock.now = SUNDAY
    asking.gateway.fail(YAHOO, Fault.SERVER_ERROR)
    failed = [answer for answer in await asking.round(nothing_is_known) if answer.error]
    assert {answer.feed.name for answer in failed} == YAHOO_FEEDS
    assert all(answer.is_history for answer in failed)
    asking.gateway.heal(YAHOO)
    asking.skip(59.0)
    assert await asking.round(nothing_is_known) == []
    asking.skip(1.0)
    loaded = await asking.round(nothing_is_known)
    days = {a.feed.name: len({each.day for each in a.observations}) for a in loaded}
    assert days == dict.fromkeys(YAHOO_FEEDS, 250)


async def test_one_that_hangs_is_given_up_and_holds_up_nobody(asking: Asking) -> None:
    asking.gateway.fail(COINMARKETCAP, Fault.HANG)
    answers: list[Fetched] = []
    async with asyncio.TaskGroup() as tasks:
        while len(answers) < len(ALL) - 2:
            answers += await asking.fetcher.answers(tasks, past_is_known, 1.0)
        assert not any(answer.error for answer in answers)
        assert {a.feed.name for a in answers} == {n for n in ALL if "coinmarketcap" not in n}
        asking.skip(FETCH_SECONDS)
        late: list[Fetched] = []
        while len(late) < 2:
            late += await asking.fetcher.answers(tasks, past_is_known, 1.0)
    assert {answer.error for answer in late} == {f"no answer within {FETCH_SECONDS:.0f} s"}


async def test_whoever_steps_down_drops_what_is_under_way_and_asks_anew_later(
    asking: Asking,
) -> None:
    asking.gateway.fail(COINMARKETCAP, Fault.HANG)
    async with asyncio.TaskGroup() as tasks:
        await asking.fetcher.answers(tasks, past_is_known, 1.0)
        await asking.gateway.reached(COINMARKETCAP, 1)
        asking.fetcher.forget()
    asking.gateway.heal()
    assert await asking.asked() == ALL


async def test_everything_is_asked_once_and_waited_for(asking: Asking) -> None:
    asking.gateway.delay_seconds = 0.05
    asking.gateway.fail(COINMARKETCAP, Fault.SERVER_ERROR)
    answers = await asking.fetcher.everything(past_is_known)
    assert sorted(answer.feed.name for answer in answers) == sorted(ALL)
    assert {answer.feed.vendor for answer in answers if answer.error} == {"CoinMarketCap"}


async def test_a_bug_in_reading_one_provider_is_that_feeds_error_and_nobody_elses(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def stumble(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
        raise OverflowError

    async def succeed(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
        return ()

    feeds = [
        Feed("stumbles", "A", ("btc_dominance",), (Every(timedelta(minutes=1)),), stumble),
        Feed("succeeds", "B", ("sp_500",), (Every(timedelta(minutes=1)),), succeed),
    ]
    async with ProviderHttp() as http:
        answers = await Fetcher(feeds, http, Clock(), None).everything(past_is_known)
    assert {answer.feed.name: answer.error for answer in answers} == {
        "stumbles": "our own fault: OverflowError",
        "succeeds": "",
    }
    assert "stumbles cannot be read" in caplog.text


# --- Over restarts, and with a wrong clock --------------------------------------------------------


async def test_a_restart_goes_on_with_the_plan_and_asks_nobody_anew(asking: Asking) -> None:
    now = asking.clock()
    asking.fetcher.resume(dict.fromkeys(ALL, now - timedelta(minutes=1)))
    assert await asking.asked() == set()
    asking.skip(5 * MINUTE)
    assert await asking.asked() == YAHOO_FEEDS


async def test_a_restart_tries_again_soon_what_had_failed(asking: Asking) -> None:
    an_hour = {name: asking.clock() - timedelta(minutes=16) for name in ALL}
    asking.fetcher.resume(an_hour, failed={"coingecko/global"})
    assert "coingecko/global" in await asking.asked()
    other = Fetcher(CORE, asking.fetcher._http, asking.clock, None)
    other.resume(an_hour)
    asking.fetcher = other
    assert "coingecko/global" not in await asking.asked()


async def test_a_clock_that_was_ahead_silences_nobody(asking: Asking) -> None:
    asking.clock.move(days=2_000)
    await asking.asked()
    asking.clock.move(days=-2_000)
    assert await asking.asked() == ALL
    ahead = asking.clock() + timedelta(days=2_000)
    restarted = Fetcher(CORE, asking.fetcher._http, asking.clock, None)
    restarted.resume(dict.fromkeys(ALL, ahead))
    asking.fetcher = restarted
    assert await asking.asked() == ALL


async def test_a_late_vendor_that_answers_all_the_same_is_backed_up(asking: Asking) -> None:
    await asking.asked()
    asking.skip(16 * MINUTE)
    asking.fetcher.back_up({"btc_dominance"})
    assert await asking.asked() >= DOMINANCE_FALLBACKS
    asking.fetcher.back_up({"btc_dominance"})
    assert not await asking.asked() & DOMINANCE_FALLBACKS, "They have just been asked."


async def test_what_is_there_for_the_past_alone_never_stands_in(asking: Asking) -> None:
    only_past = [replace(feed, stands_by=False) if feed.rank else feed for feed in CORE]
    asking.fetcher = Fetcher(only_past, asking.fetcher._http, asking.clock, None)
    await asking.asked()
    asking.gateway.fail(COINMARKETCAP, Fault.SERVER_ERROR)
    asking.skip(17 * MINUTE)
    assert not await asking.asked() & DOMINANCE_FALLBACKS
