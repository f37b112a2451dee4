"""Platforms side by side, on real stores."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest

from bot.adapters.discord.adapter import DiscordAdapter
from bot.adapters.telegram import TelegramAdapter
from bot.delivery import platforms as module
from bot.delivery.platforms import Platforms
from bot.model import Chat, Message
from bot.ports import PlatformRefused
from bot.stores.connect import Client
from tests.delivery.recorder import Recorder
from tests.stores.examples import Desk, alert


async def no_answer(_: Chat, __: str) -> Message | None:
    return None


@pytest.fixture
def desk(store_client: Client) -> Desk:
    return Desk(store_client)


@asynccontextmanager
async def at_work(
    desk: Desk, *adapters: Recorder
) -> AsyncIterator[tuple[Platforms, asyncio.Event]]:
    stopping = asyncio.Event()
    platforms = Platforms(adapters, no_answer, desk.outbox, stopping)
    async with asyncio.TaskGroup() as tasks:
        listening = [tasks.create_task(platforms.listen(each)) for each in adapters]
        delivering = [tasks.create_task(platforms.deliver(each)) for each in adapters]
        try:
            async with asyncio.timeout(15):
                yield platforms, stopping
        finally:
            stopping.set()
            await asyncio.wait(delivering)
            for task in listening:
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
        await desk.commit(alert("one"))
        await discord.until(lambda: len(discord.sent) == 1)
        assert platforms.refusal is None
        assert not stopping.is_set()
    assert caplog.messages == ["Telegram refused TELEGRAM_BOT_TOKEN."]


async def test_nothing_is_sent_to_a_platform_that_refused_us(desk: Desk) -> None:
    telegram, discord = Recorder("telegram"), Recorder("discord")
    await joined(desk, ["telegram", "discord"])
    telegram.refusal = PlatformRefused("no")
    telegram.over.set()
    stopping = asyncio.Event()
    platforms = Platforms([telegram, discord], no_answer, desk.outbox, stopping)
    await platforms.listen(telegram)
    await desk.commit(alert("one"))
    async with asyncio.timeout(5):
        await platforms.deliver(telegram)
    assert telegram.tried == []
    assert len(await desk.outbox.take("telegram", 9)) == 1, "It waits for a better token."


async def test_when_all_have_refused_us_the_process_is_told_to_stop_and_why(desk: Desk) -> None:
    telegram, discord = Recorder("telegram"), Recorder("discord")
    async with at_work(desk, telegram, discord) as (platforms, stopping):
        for adapter in (telegram, discord):
            adapter.refusal = PlatformRefused(f"{adapter.name} says no.")
            adapter.over.set()
        await stopping.wait()
        assert platforms.refusal == "telegram says no.; discord says no."


async def test_without_platforms_nothing_is_refused(desk: Desk) -> None:
    assert Platforms([], no_answer, desk.outbox, asyncio.Event()).refusal is None


async def test_each_platform_delivers_to_its_own_chats(desk: Desk) -> None:
    adapters = [Recorder("telegram"), Recorder("discord")]
    await joined(desk, ["telegram", "discord"])
    async with at_work(desk, *adapters):
        await desk.commit(alert("one"), alert("two"))
        for adapter in adapters:
            await adapter.until(lambda it=adapter: len(it.sent) == 2)  # type: ignore[misc]
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
        await desk.commit(alert("one"))
        await telegram.until(lambda: len(telegram.sent) == 1)
        await discord.until(lambda: len(discord.sent) == 1)
        assert not stopping.is_set()
        assert platforms.refusal is None
    pauses = [after - before for before, after in pairwise(telegram.listened)]
    assert all(pause >= least for pause, least in zip(pauses, (0.05, 0.1, 0.1, 0.1), strict=True))
    assert caplog.text.count("ZeroDivisionError: of a library") == 4


async def test_each_platform_is_sent_to_at_its_own_pace(desk: Desk) -> None:
    telegram = Recorder("telegram")
    telegram.sends_per_second = 20.0
    await desk.join(*range(6))
    async with at_work(desk, telegram):
        await desk.commit(alert("one"))
        began = asyncio.get_running_loop().time()
        await telegram.until(lambda: len(telegram.sent) == 6)
        assert asyncio.get_running_loop().time() - began >= 4 / 20.0


def test_the_platforms_stay_below_their_limits() -> None:
    """Telegram counts 30 messages a second, Discord 50 requests."""
    assert TelegramAdapter.sends_per_second < 30
    assert DiscordAdapter.sends_per_second < 50
