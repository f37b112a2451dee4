"""The heartbeat: heard while polls are good and this process leads, and never in the way."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from aiohttp import web

from bot import app, settings
from bot import heartbeat as module
from bot.heartbeat import Heartbeat
from bot.http import knock as knocking
from bot.http.knock import NotHeard, knock
from bot.parts import find_sources
from tests.e2e.world import CORE_ONLY, finished_sessions, market_below_record
from tests.providers.gateway import Fault, Gateway
from tests.stores.processes import until

SECRET_PATH = "/ping/0b9c-secret?rid=1"


@dataclass
class Ear:
    """A service that listens for the heartbeat."""

    url: str = ""
    status: int = 200
    hangs: bool = False
    beats: list[str] = field(default_factory=list)

    async def hear(self, request: web.Request) -> web.Response:
        self.beats.append(request.path_qs)
        if self.hangs:
            await asyncio.sleep(60)
        if request.path == "/moved":
            raise web.HTTPFound(SECRET_PATH)
        return web.Response(status=self.status, text="OK")

    async def more(self, count: int = 2) -> None:
        """Wait until so many more beats were heard."""
        wanted = len(self.beats) + count

        async def heard() -> bool:
            return len(self.beats) >= wanted

        await until(heard)


@pytest_asyncio.fixture
async def ear() -> AsyncIterator[Ear]:
    listening = Ear()
    application = web.Application()
    application.router.add_get("/{any:.*}", listening.hear)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    listening.url = f"http://127.0.0.1:{runner.addresses[0][1]}{SECRET_PATH}"
    yield listening
    await runner.cleanup()


@dataclass
class Bot:
    """What the heart goes by."""

    leads: bool = True
    wrong: str | None = None
    looks: int = 0

    async def look(self) -> str | None:
        self.looks += 1
        return self.wrong

    async def looked(self) -> None:
        """Wait until it was looked at twice more."""
        wanted = self.looks + 2

        async def seen() -> bool:
            return self.looks >= wanted

        await until(seen)


@asynccontextmanager
async def beating(ear: Ear, bot: Bot) -> AsyncIterator[None]:
    heart = Heartbeat(ear.url, leads=lambda: bot.leads, wrong=bot.look)
    task = asyncio.create_task(heart.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(module, "BEAT_SECONDS", 0.01)
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.01)
    caplog.set_level(logging.INFO)


async def test_it_stops_with_the_polls_and_goes_on_with_them(
    ear: Ear, caplog: pytest.LogCaptureFixture
) -> None:
    bot = Bot(wrong="No source has answered yet.")
    async with beating(ear, bot):
        await bot.looked()
        assert ear.beats == []
        bot.wrong = None
        await ear.more()
        bot.wrong = "No source has answered for 5 min."
        await bot.looked()
        heard = len(ear.beats)
        await bot.looked()
        assert len(ear.beats) == heard
        bot.wrong = None
        await ear.more()
    assert set(ear.beats) == {SECRET_PATH}
    assert caplog.messages == [
        "the heartbeat begins: polls are good",
        "the heartbeat stops: No source has answered for 5 min.",
        "the heartbeat begins: polls are good",
    ]


async def test_only_who_leads_beats(ear: Ear) -> None:
    bot = Bot()
    async with beating(ear, bot):
        await ear.more()
        bot.leads = False
        await asyncio.sleep(0.05)
        heard, looks = len(ear.beats), bot.looks
        await asyncio.sleep(0.05)
        assert (len(ear.beats), bot.looks) == (heard, looks)
        bot.leads = True
        await ear.more()


async def test_that_nobody_hears_it_is_said_once_and_so_is_that_somebody_does_again(
    ear: Ear, caplog: pytest.LogCaptureFixture
) -> None:
    async with beating(ear, Bot()):
        await ear.more()
        ear.status = 503
        await ear.more(4)
        ear.status = 200
        await ear.more(2)
    assert caplog.messages[1:] == [
        "the heartbeat is not heard: the answer was 503",
        "the heartbeat is heard again",
    ]


async def test_whatever_goes_wrong_is_told_without_the_address(
    ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(knocking, "KNOCK_SECONDS", 0.3)
    reasons = []
    ear.hangs = True
    addresses = [ear.url, "http://127.0.0.1:1/ping/secret", "http://[::1]:1/secret"]
    addresses += ["http://no-such-host.invalid/secret", "http:///secret", "http://x:99999/secret"]
    for address in addresses:
        with pytest.raises(NotHeard) as raised:
            await knock(address)
        reasons.append(str(raised.value))
    assert reasons[0] == "no answer within 0 s"
    assert not [each for each in reasons if "secret" in each or "127" in each]


async def test_a_redirect_is_followed(ear: Ear) -> None:
    await knock(ear.url.replace(SECRET_PATH, "/moved"))
    assert ear.beats == ["/moved", SECRET_PATH]


async def test_the_running_bot_beats_until_its_sources_die(
    ear: Ear, redis_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    over = asyncio.Event()
    async with Gateway(market_below_record(finished_sessions(20))) as gateway:
        chosen = settings.load(
            redis_url=redis_url, heartbeat_url=ear.url, source_gateway_url=gateway.url,
            poll_seconds=0.1, sources_off=CORE_ONLY["SOURCES_OFF"],
        )  # fmt: skip
        polls_only = app.Roles(platforms=frozenset(), serves=False)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(app.run(chosen, polls_only, until=over))
            await ear.more()
            for source in find_sources():
                gateway.fail(source.host, Fault.SERVER_ERROR)

            async def stopped() -> bool:
                return "the heartbeat stops: No source has answered" in caplog.text

            await until(stopped)
            heard = len(ear.beats)
            await asyncio.sleep(0.1)
            assert len(ear.beats) == heard
            gateway.heal()
            await ear.more()
            over.set()
    assert "0b9c-secret" not in caplog.text
