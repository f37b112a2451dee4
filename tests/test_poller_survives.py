"""What the poller outlives: restarts, rivals, an absent Redis, and being stopped anywhere."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from bot.fetcher import Fetched
from bot.model import Status
from bot.ports import StaleLeader
from bot.stores.connect import Client, connect
from bot.stores.embedded import EmbeddedRedis
from bot.stores.lease import RedisLease
from tests.providers.gateway import Fault
from tests.providers.market import COINGECKO, COINMARKETCAP, COINPAPRIKA, YAHOO
from tests.stores.examples import dumped
from tests.stores.processes import until
from tests.stores.wire import wire_to
from tests.watch import CORE, RECORD, Watch, watch_on

DOMINANCE = [feed for feed in CORE if "btc_dominance" in feed.series]


@pytest_asyncio.fixture
async def watch(store_client: Client) -> AsyncIterator[Watch]:
    async with watch_on(store_client) as ready:
        yield ready


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "bot")
    return caplog


def socket_of(redis_url: str) -> Path:
    return Path(unquote(urlsplit(redis_url).path))


async def until_logged(logged: pytest.LogCaptureFixture, words: str) -> None:
    async def is_there() -> bool:
        return any(words in message for message in logged.messages)

    await until(is_there)


# --- Restarts -------------------------------------------------------------------------------------


async def quiet(watch: Watch) -> None:
    await watch.live_through(58.0, 57.5, 57.4, feeds=DOMINANCE)


async def one_day_under(watch: Watch) -> None:
    await watch.live_through(58.0, 56.9, 56.8, feeds=DOMINANCE)


async def two_days_under(watch: Watch) -> None:
    await watch.live_through(58.0, 56.9, 56.8, 56.7, feeds=DOMINANCE)


async def in_the_band(watch: Watch) -> None:
    await watch.live_through(58.0, 56.9, 56.8, 57.5, 57.5, feeds=DOMINANCE)


async def without_data(watch: Watch) -> None:
    await two_days_under(watch)
    for host in (COINMARKETCAP, COINGECKO, COINPAPRIKA):
        watch.gateway.fail(host, Fault.SERVER_ERROR)
    watch.clock.move(hours=2)
    await watch.poll(DOMINANCE)


@pytest.mark.parametrize(
    ("past", "status"),
    [
        (quiet, Status.NORMAL),
        (one_day_under, Status.PENDING),
        (two_days_under, Status.FIRING),
        (in_the_band, Status.RECOVERING),
        (without_data, Status.NO_DATA),
    ],
    ids=["quiet", "one day under", "two days under", "in the band", "without data"],
)
async def test_a_restart_changes_nothing(
    watch: Watch, past: Callable[[Watch], Awaitable[None]], status: Status
) -> None:
    await past(watch)
    assert await watch.status("dominance_57") is status
    states, said = await watch.journal.states(), await watch.said()
    for _ in range(3):
        async with watch.polling(watch.poller(feeds=DOMINANCE)):
            await watch.polled(feeds=DOMINANCE)
    assert await watch.journal.states() == states
    assert await watch.said() == said


BREAKOUT = [RECORD + 10, RECORD + 20]
FAILURE = [RECORD * 0.96, RECORD * 0.96]


@pytest.mark.parametrize(
    ("closes", "status"),
    [
        (BREAKOUT[:1], Status.PENDING),
        (BREAKOUT, Status.FIRING),
        ([*BREAKOUT, *FAILURE[:1]], Status.FIRING),
        ([*BREAKOUT, *FAILURE], Status.RECOVERING),
    ],
    ids=["pending", "firing", "half failed", "failed"],
)
async def test_a_restart_changes_nothing_about_the_breakout(
    watch: Watch, closes: list[float], status: Status
) -> None:
    await watch.poll()
    for close in closes:
        watch.trade(close)
        await watch.poll()
    assert await watch.status("russell_breakout") is status
    states, said = await watch.journal.states(), await watch.said()
    async with watch.polling():
        await watch.polled()
    assert await watch.journal.states() == states
    assert await watch.said() == said


async def test_the_second_value_counts_though_a_restart_lies_between(watch: Watch) -> None:
    await one_day_under(watch)
    watch.clock.move(days=1)
    async with watch.polling():
        await watch.reaches("dominance_57", Status.FIRING)
    assert await watch.said() == ["dominance_57 fired"]


async def test_time_that_we_were_away_is_no_outage_of_a_source(watch: Watch) -> None:
    await quiet(watch)
    watch.clock.move(hours=8)
    watch.gateway.fail(COINMARKETCAP, Fault.HANG)
    async with watch.polling(watch.poller(feeds=DOMINANCE)):
        await watch.polled(feeds=DOMINANCE, without=[COINMARKETCAP])
    assert await watch.said() == [], "Nobody knows yet what it says."
    watch.gateway.heal()
    async with watch.polling(watch.poller(feeds=DOMINANCE)):
        await watch.polled(feeds=DOMINANCE)
    assert await watch.said() == []


async def test_a_source_that_is_out_when_we_come_back_is_told(watch: Watch) -> None:
    await quiet(watch)
    watch.clock.move(hours=8)
    watch.gateway.fail(COINMARKETCAP, Fault.SERVER_ERROR)
    async with watch.polling(watch.poller(feeds=DOMINANCE)):
        await watch.polled(feeds=DOMINANCE)
    assert await watch.said() == ["blind stale"]


# --- Rivals ---------------------------------------------------------------------------------------


async def test_of_two_pollers_one_leads(watch: Watch) -> None:
    async with watch.polling(watch.poller("a")):
        await watch.polled()
        asked = len(watch.gateway.asked)
        assert await watch.poller("b").once() is None
        async with watch.polling(watch.poller("b")):
            await watch.polled()
        assert await watch.poller("a").once() is not None
        assert len(watch.gateway.asked) > asked


@pytest.mark.parametrize("round_", range(5))
async def test_two_pollers_that_both_believe_to_lead_write_one_alert(
    watch: Watch, round_: int
) -> None:
    await watch.poll()
    watch.trade(RECORD + 10 + round_)
    # Under one name the lease lets both through, and only comparing the states is left.
    async with watch.polling(watch.poller("a")), watch.polling(watch.poller("a")):
        await watch.reaches("russell_breakout", Status.PENDING)
        watch.trade(RECORD + 20)
        await watch.reaches("russell_breakout", Status.FIRING)
        await watch.polled()
    assert (await watch.said()).count("russell_breakout fired") == 1
    assert sum(job.startswith("russell") for job in await watch.jobs()) == 1


async def test_a_leader_that_falls_silent_is_followed_and_its_late_commit_refused(
    watch: Watch, redis_url: str, logged: pytest.LogCaptureFixture
) -> None:
    await watch.poll()
    watch.trade(RECORD + 10)
    await watch.poll()
    silent, over = asyncio.Event(), asyncio.Event()

    async def fall_silent(request: bytes) -> None:
        if b":fired" in request:
            silent.set()
        if silent.is_set():
            await over.wait()

    async with (
        wire_to(socket_of(redis_url)) as (wire, url),
        connect(url) as far_client,
        watch.polling(watch.poller("old", client=far_client, lease_seconds=0.5)),
    ):
        await watch.polled()
        wire.before = fall_silent
        watch.trade(RECORD + 20)
        await asyncio.wait_for(silent.wait(), 20.0)
        async with watch.polling(watch.poller("new", lease_seconds=0.5)):
            assert "russell_breakout fired" not in await watch.said()
            await watch.reaches("russell_breakout", Status.FIRING)
            over.set()
            await until_logged(logged, "old no longer holds the poller's lease")
            await watch.polled()
    assert (await watch.said()).count("russell_breakout fired") == 1
    assert sum(job.startswith("russell") for job in await watch.jobs()) == 1


async def test_who_fell_silent_writes_nothing_of_what_it_had_to_say(
    watch: Watch, redis: Redis, redis_url: str, logged: pytest.LogCaptureFixture
) -> None:
    silent, over = asyncio.Event(), asyncio.Event()
    lease = RedisLease(watch.client)

    async def fall_silent(request: bytes) -> None:
        if b"{nf}:series:" in request:
            silent.set()
        if silent.is_set():
            await over.wait()

    async def is_taken() -> bool:
        return await lease.acquire("new")

    async with (
        wire_to(socket_of(redis_url)) as (wire, url),
        connect(url) as far_client,
        watch.polling(watch.poller("old", client=far_client, lease_seconds=0.5)),
    ):
        await watch.polled()
        wire.before = fall_silent
        watch.clock.move(minutes=1)
        watch.market.dominance[COINMARKETCAP] = 57.5
        await asyncio.wait_for(silent.wait(), 20.0)
        await until(is_taken)
        before = await dumped(redis)
        over.set()
        await until_logged(logged, "polling pauses: old no longer holds the poller's lease")
        assert await dumped(redis) == before


async def test_a_poller_that_stops_hands_over_at_once(watch: Watch, redis: Redis) -> None:
    async with watch.polling():
        await watch.polled()
        assert await redis.get("{nf}:lead:poller") == "a"
    assert await redis.get("{nf}:lead:poller") is None


async def test_polling_once_outlasts_its_lease(watch: Watch) -> None:
    watch.gateway.delay_seconds = 0.6
    assert await watch.poller(lease_seconds=0.5).once() is not None
    assert await watch.status("russell_breakout") is Status.NORMAL


async def test_polling_once_writes_nothing_when_another_leads_by_then(
    watch: Watch, redis: Redis
) -> None:
    watch.gateway.delay_seconds = 0.5
    lease = RedisLease(watch.client)
    async with asyncio.TaskGroup() as tasks:
        polling = tasks.create_task(watch.poller("slow").once())
        await watch.gateway.reached(YAHOO, 1)
        await lease.vacate()
        assert await lease.acquire("new")
        before = await dumped(redis)
    assert polling.result() is None
    assert await dumped(redis) == before
    assert await redis.get("{nf}:lead:poller") == "new"


async def test_loading_the_past_outlasts_its_lease(watch: Watch) -> None:
    watch.gateway.delay_seconds = 0.8
    answered: list[str] = []

    def note(answer: Fetched, _: int, __: int) -> None:
        answered.append(answer.feed.name)

    assert await watch.poller(lease_seconds=0.5).backfill(note) is not None
    assert "yahoo/russell_2000" in answered
    assert await watch.journal.history("russell_2000", "yahoo/russell_2000") is not None


async def test_loading_the_past_ends_when_another_leads(watch: Watch, redis: Redis) -> None:
    watch.gateway.delay_seconds = 0.5
    lease = RedisLease(watch.client)
    before = {}

    def note(answer: Fetched, _: int, __: int) -> None:
        raise AssertionError(f"{answer.feed.name} was taken in.")

    async def take_over() -> None:
        await watch.gateway.reached(YAHOO, 1)
        await lease.vacate()
        assert await lease.acquire("new")
        before.update(await dumped(redis))

    poller = watch.poller("slow", renew_seconds=60.0)
    with pytest.raises(ExceptionGroup) as caught:
        await asyncio.gather(poller.backfill(note), take_over())
    assert caught.group_contains(StaleLeader, match="slow no longer holds the poller's lease")
    assert await dumped(redis) == before


# --- Redis away -----------------------------------------------------------------------------------


async def test_redis_may_go_away_and_come_back(
    tmp_path: Path, logged: pytest.LogCaptureFixture
) -> None:
    async with (
        EmbeddedRedis(tmp_path) as server,
        connect(server.url) as client,
        watch_on(client) as watch,
        watch.polling(),
    ):
        await watch.polled()
        watch.trade(RECORD + 10)
        await watch.reaches("russell_breakout", Status.PENDING)
        await server.__aexit__(None, None, None)
        watch.trade(RECORD + 20)
        await until_logged(logged, "everything waits for the store: Redis cannot be reached")
        async with EmbeddedRedis(tmp_path):
            await watch.reaches("russell_breakout", Status.FIRING)
            await watch.polled()
            assert (await watch.said()).count("russell_breakout fired") == 1
            assert sum(job.startswith("russell") for job in await watch.jobs()) == 1


async def test_replies_that_get_lost_double_nothing(watch: Watch, redis_url: str) -> None:
    await watch.poll()
    async with wire_to(socket_of(redis_url)) as (wire, url), connect(url) as far_client:
        wire.lossy = True
        watch.trade(RECORD + 10)
        async with watch.polling(watch.poller(client=far_client)):
            await watch.reaches("russell_breakout", Status.PENDING)
        watch.trade(RECORD + 20)
        async with watch.polling(watch.poller(client=far_client)):
            await watch.reaches("russell_breakout", Status.FIRING)
            await watch.polled()
    assert any(b":fired" in request for request in wire.lost)
    assert await watch.said() == ["russell_breakout fired"]
    assert await watch.jobs() == ["russell_breakout:2026-02-03:fired"]


@pytest_asyncio.fixture
async def read_only(redis: Redis) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Makes the server refuse writes for the rest of the test, as a full or failed-over one."""

    async def refuse() -> None:
        await redis.config_set("min-replicas-to-write", 1)

    yield refuse
    await redis.config_set("min-replicas-to-write", 0)


async def test_providers_are_left_alone_while_redis_takes_no_writes(
    watch: Watch,
    redis: Redis,
    read_only: Callable[[], Awaitable[None]],
    logged: pytest.LogCaptureFixture,
) -> None:
    async def refusals() -> int:
        return int((await redis.info("stats"))["total_error_replies"])

    async with watch.polling(watch.poller(renew_seconds=0.02)):
        await watch.polled()
        await read_only()
        await until_logged(logged, "polling pauses")
        asked, refused = len(watch.gateway.asked), await refusals()

        async def tried_on() -> bool:
            return await refusals() >= refused + 5

        await until(tried_on)
        assert len(watch.gateway.asked) == asked
        await redis.config_set("min-replicas-to-write", 0)
        await watch.polled()


# --- Being stopped --------------------------------------------------------------------------------


async def test_stopping_while_it_writes_ends_it_promptly(watch: Watch, redis: Redis) -> None:
    chance = random.Random(2)  # noqa: S311 - chance, not secrecy.
    for _ in range(30):
        await redis.flushall()
        polling = asyncio.create_task(watch.poller().run())
        await asyncio.sleep(chance.uniform(0.0, 0.06))
        polling.cancel()
        done, _ = await asyncio.wait([polling], timeout=1.0)
        assert done, "It goes on."
        with suppress(asyncio.CancelledError):
            polling.result()
        assert await redis.get("{nf}:lead:poller") is None
