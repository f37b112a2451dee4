"""Platforms side by side, on real stores."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.delivery import platforms as module
from bot.delivery.keeping import Keeper, by_name
from bot.delivery.platforms import Platforms
from bot.model import Chat, Message
from bot.ports import Author, PlatformRefused
from bot.stores.connect import Client, connect
from bot.stores.embedded import EmbeddedRedis
from bot.stores.keys import Lane
from bot.stores.lease import RedisLease
from tests.delivery.recorder import Recorder
from tests.delivery.sending import titled
from tests.stores.examples import Desk
from tests.stores.processes import until

pytestmark = pytest.mark.usefixtures("quick_looks")
RENEW_SECONDS = 0.1
LISTENING_SECONDS = 0.7
"""For so long a process that died still counts as the one that listens."""


@pytest.fixture(autouse=True)
def renews_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RENEW_SECONDS", RENEW_SECONDS)


async def no_answer(_: Chat, __: str, ___: Author) -> Message | None:
    return None


def lease_of(client: Client, platform: str) -> RedisLease:
    return RedisLease(client, Lane(platform).lead, seconds=LISTENING_SECONDS)


def platforms_of(
    desk: Desk,
    adapters: Sequence[Recorder],
    stopping: asyncio.Event,
    holder: str = "one",
    keepers: Sequence[Keeper] = (),
) -> Platforms:
    return Platforms(
        adapters,
        answer=no_answer,
        subscriptions=desk.subscriptions,
        outbox=desk.outbox,
        leases=partial(lease_of, desk.client),
        holder=holder,
        stopping=stopping,
        keepers=keepers,
    )


Work = tuple[Platforms, asyncio.Event]


@asynccontextmanager
async def at_work(
    desk: Desk, *adapters: Recorder, holder: str = "one", keepers: Sequence[Keeper] = ()
) -> AsyncIterator[Work]:
    """A process's worth of platforms, stopped in order at the end."""
    stopping = asyncio.Event()
    platforms = platforms_of(desk, adapters, stopping, holder, keepers)
    async with asyncio.TaskGroup() as tasks:
        listening = [tasks.create_task(platforms.listen(each)) for each in adapters]
        delivering = [tasks.create_task(platforms.deliver(each)) for each in adapters]
        try:
            async with asyncio.timeout(15):
                yield platforms, stopping
        finally:
            stopping.set()
            await asyncio.wait(delivering, timeout=5)
            for task in [*listening, *delivering]:
                task.cancel()


async def joined(desk: Desk, platforms: Sequence[str]) -> None:
    for platform in platforms:
        await desk.subscriptions.subscribe(Chat(platform, "1"), ["dominance"])


async def test_a_refused_platform_stops_no_other(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    telegram, discord = Recorder("telegram"), Recorder("discord")
    await joined(desk, ["telegram", "discord"])
    async with at_work(desk, telegram, discord) as (platforms, stopping):
        telegram.refusal = PlatformRefused("Telegram refused TELEGRAM_BOT_TOKEN.")
        telegram.over.set()
        await desk.commit(titled("one"))
        await discord.until(lambda: len(discord.sent) == 1)
        assert platforms.refusal is None
        assert not stopping.is_set()
    assert caplog.messages == ["Telegram refused TELEGRAM_BOT_TOKEN."]


async def test_nothing_is_sent_to_a_platform_that_refused_us(desk: Desk) -> None:
    telegram, discord = Recorder("telegram"), Recorder("discord")
    await joined(desk, ["telegram", "discord"])
    telegram.refusal = PlatformRefused("no")
    telegram.over.set()
    platforms = platforms_of(desk, [telegram, discord], asyncio.Event())
    await platforms.listen(telegram)
    await desk.commit(titled("one"))
    async with asyncio.timeout(5):
        await platforms.deliver(telegram)
    assert telegram.tried == []
    taken = await desk.outbox.take("telegram", 9, "another:1")
    assert [len(parcel.letters) for parcel in taken] == [1], "It waits for a better token."


async def test_a_platform_that_refused_us_may_be_listened_to_by_another_at_once(
    desk: Desk, redis: Redis
) -> None:
    telegram = Recorder("telegram")
    telegram.refusal = PlatformRefused("no")
    telegram.over.set()
    await platforms_of(desk, [telegram, Recorder("discord")], asyncio.Event()).listen(telegram)
    assert len(telegram.listened) == 1
    assert not await redis.exists(Lane("telegram").lead)


async def test_when_all_have_refused_us_the_process_is_told_to_stop_and_why(desk: Desk) -> None:
    telegram, discord = Recorder("telegram"), Recorder("discord")
    async with at_work(desk, telegram, discord) as (platforms, stopping):
        for adapter in (telegram, discord):
            adapter.refusal = PlatformRefused(f"{adapter.name} says no.")
            adapter.over.set()
        await stopping.wait()
        said = platforms.refusal
        assert said is not None
        assert sorted(said.split("; ")) == ["discord says no.", "telegram says no."]


async def test_without_platforms_nothing_is_refused(desk: Desk) -> None:
    assert platforms_of(desk, [], asyncio.Event()).refusal is None


async def test_each_platform_delivers_to_its_own_chats(desk: Desk) -> None:
    adapters = [Recorder("telegram"), Recorder("discord")]
    await joined(desk, ["telegram", "discord"])
    async with at_work(desk, *adapters):
        await desk.commit(titled("one"), titled("two"))
        for adapter in adapters:
            await adapter.until(lambda it=adapter: len(it.sent) == 2)  # type: ignore[misc]
    assert [post.titles for post in adapters[0].posts] == [("one", "two")]
    assert adapters[0].sent == adapters[1].sent


async def test_a_bug_in_a_chat_library_stops_nothing_and_it_listens_again_ever_later(
    desk: Desk, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(module, "LONGEST_PAUSE_SECONDS", 0.1)
    telegram, discord = Recorder("telegram"), Recorder("discord")
    telegram.bugs = [ZeroDivisionError("of a library")] * 4
    await joined(desk, ["telegram", "discord"])
    async with at_work(desk, telegram, discord) as (platforms, stopping):
        await telegram.until(lambda: len(telegram.listened) == 5)
        await desk.commit(titled("one"))
        await telegram.until(lambda: len(telegram.sent) == 1)
        await discord.until(lambda: len(discord.sent) == 1)
        assert not stopping.is_set()
        assert platforms.refusal is None
    pauses = [after - before for before, after in pairwise(telegram.listened)]
    assert all(pause >= least for pause, least in zip(pauses, (0.05, 0.1, 0.1, 0.1), strict=True))
    assert caplog.text.count("ZeroDivisionError: of a library") == 4


async def test_each_platform_is_sent_to_at_its_own_pace(desk: Desk) -> None:
    telegram, discord = Recorder("telegram", per_second=20.0), Recorder("discord")
    await desk.join(*range(6))
    await joined(desk, ["discord"])
    async with at_work(desk, telegram, discord):
        await desk.commit(titled("one"))
        await telegram.until(lambda: len(telegram.sent) == 6)
    times = [post.at for post in telegram.posts]
    assert times[-1] - times[0] >= 4 / 20.0
    assert discord.posts[0].at < times[-1]


# --- Who listens ----------------------------------------------------------------------------------


def process(desk: Desk, adapter: Recorder, holder: str) -> AbstractAsyncContextManager[Work]:
    return at_work(desk, adapter, holder=holder)


async def listens(adapter: Recorder) -> bool:
    return adapter.listening == 1


async def test_only_one_of_two_processes_listens_and_both_deliver(desk: Desk) -> None:
    one, other = Recorder(per_second=40.0, at_once=2), Recorder(per_second=40.0, at_once=2)
    await desk.join(*range(40))
    async with process(desk, one, "one"):
        await one.until(lambda: one.listening == 1)
        async with process(desk, other, "other"):
            await desk.commit(titled("one"))
            await until(lambda: _have_sent(40, one, other), seconds=8)
            assert (len(one.listened), len(other.listened)) == (1, 0)
            assert min(len(one.sent), len(other.sent)) > 0


async def _have_sent(count: int, *adapters: Recorder) -> bool:
    return sum(len(adapter.sent) for adapter in adapters) == count


async def test_what_is_kept_for_a_platform_is_by_the_one_that_listens_alone(desk: Desk) -> None:
    began: list[tuple[str, str]] = []
    ended: list[str] = []

    def keeper(holder: str) -> Keeper:
        async def keep(platform: str) -> None:
            began.append((holder, platform))
            try:
                await asyncio.Event().wait()
            finally:
                ended.append(holder)

        return by_name(keep)

    async def one_ended() -> bool:
        return ended == ["one"]

    async def other_began() -> bool:
        return began[1:] == [("other", "telegram")]

    one, other = Recorder(), Recorder()
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(AsyncExitStack())
        await first.enter_async_context(at_work(desk, one, keepers=[keeper("one")]))
        await one.until(lambda: one.listening == 1)
        second = at_work(desk, other, holder="other", keepers=[keeper("other")])
        await stack.enter_async_context(second)
        await asyncio.sleep(3 * RENEW_SECONDS)
        assert (began, ended) == ([("one", "telegram")], [])
        await first.aclose()
        await until(one_ended)
        await until(other_began)


async def test_when_the_one_that_listens_stops_the_other_does_at_once(desk: Desk) -> None:
    one, other = Recorder(), Recorder()
    loop = asyncio.get_running_loop()
    async with AsyncExitStack() as stack:
        async with process(desk, one, "one"):
            await one.until(lambda: one.listening == 1)
            await stack.enter_async_context(process(desk, other, "other"))
            await asyncio.sleep(3 * RENEW_SECONDS)
            assert other.listened == []
        stopped_at = loop.time()
        assert one.listening == 0
        await other.until(lambda: other.listening == 1)
        waited = loop.time() - stopped_at
    assert waited < RENEW_SECONDS + 0.3 < LISTENING_SECONDS, "It did not wait for the lease's end."


async def test_when_the_one_that_listens_dies_the_other_does_once_its_lease_is_over(
    desk: Desk,
) -> None:
    one = Recorder()
    lease = lease_of(desk.client, "telegram")
    assert await lease.acquire("dead")
    loop = asyncio.get_running_loop()
    died_at = loop.time()
    async with process(desk, one, "one"):
        await one.until(lambda: one.listening == 1)
        waited = loop.time() - died_at
    assert LISTENING_SECONDS - 0.01 <= waited < LISTENING_SECONDS + RENEW_SECONDS + 0.5


async def test_whoever_lost_its_lease_stops_listening_until_it_has_it_again(
    desk: Desk, redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    one = Recorder()
    async with process(desk, one, "one"):
        await one.until(lambda: one.listening == 1)
        await redis.set(Lane("telegram").lead, "another", px=500)

        async def is_silent() -> bool:
            return one.listening == 0

        await until(is_silent, seconds=2)
        await until(lambda: listens(one), seconds=2)
    assert len(one.listened) == 2
    assert "another process listens to telegram now" in caplog.messages


async def test_whoever_listens_goes_on_while_redis_is_away(tmp_path: Path) -> None:
    async with EmbeddedRedis(tmp_path) as server, connect(server.url) as client:
        desk, one = Desk(client), Recorder()
        lead = Lane("telegram").lead
        async with process(desk, one, "one"):
            await one.until(lambda: one.listening == 1)
            await server.__aexit__(None, None, None)
            # Longer than the lease, and long enough to fail at renewing it.
            await asyncio.sleep(LISTENING_SECONDS + 3 * RENEW_SECONDS)
            assert (one.listening, len(one.listened)) == (1, 1)
            async with (
                EmbeddedRedis(tmp_path) as again,
                Redis.from_url(again.url, decode_responses=True, protocol=2) as redis,
            ):

                async def has_the_lease() -> bool:
                    return bool(await redis.get(lead) == "one")

                await until(has_the_lease)
                assert (one.listening, len(one.listened)) == (1, 1)
