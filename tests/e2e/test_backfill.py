"""`backfill`: every past, once, whatever comes in between."""

import asyncio
import os
import pty
import sys
import termios
from collections import Counter
from pathlib import Path

from bot.parts import find_parts
from bot.settings import load
from bot.switches import switched
from tests.e2e.process import bot, environment, run_to_end
from tests.e2e.world import CORE_ONLY
from tests.providers.gateway import Fault, Gateway
from tests.providers.market import YAHOO, Market

EXIT_BUSY = 75
DEFAULTS = load(sources_on=None, sources_off=None, _env_file=None)
PASTS = {
    feed.name
    for source in switched(find_parts().sources, DEFAULTS)
    for feed in source.feeds
    if feed.has_history
}


def market() -> Market:
    return Market(history_days=300)


async def test_every_past_is_loaded_once(tmp_path: Path) -> None:
    async with Gateway(market()) as gateway:
        settings = {"SOURCE_GATEWAY_URL": gateway.url}
        code, out, log = await run_to_end(tmp_path / "data", settings, "backfill")
        assert code == 0, log
        assert {line.partition(":")[0] for line in out.splitlines()[:-1]} == PASTS
        assert out.splitlines()[-1] == f"{len(PASTS)} of {len(PASTS)} missing pasts loaded."
        assert "\r" not in log, "Without a terminal there is no bar."
        gateway.asked.clear()
        code, out, _ = await run_to_end(tmp_path / "data", settings, "backfill")
        assert (code, out) == (0, "Every past that can be asked for is loaded already.\n")
        assert gateway.asked == []


async def test_what_cannot_be_got_is_said_and_asked_for_again(tmp_path: Path) -> None:
    async with Gateway(market()) as gateway:
        settings = {"SOURCE_GATEWAY_URL": gateway.url}
        gateway.fail(YAHOO, Fault.FORBIDDEN_PAGE)
        code, out, _ = await run_to_end(tmp_path / "data", settings, "backfill")
        assert code == 0
        refusal = f"not loaded: {YAHOO} answered 403 with HTML instead of JSON."
        assert f"yahoo/russell_2000: {refusal}" in out
        assert f"{len(PASTS) - 3} of {len(PASTS)} missing pasts loaded." in out
        gateway.heal()
        gateway.asked.clear()
        code, out, _ = await run_to_end(tmp_path / "data", settings, "backfill")
        assert code == 0
        assert {asked.host for asked in gateway.asked} == {YAHOO}
        assert out.splitlines()[-1] == "3 of 3 missing pasts loaded."


async def test_a_killed_backfill_goes_on_where_it_stopped(tmp_path: Path) -> None:
    async with Gateway(market()) as gateway:
        settings = {"SOURCE_GATEWAY_URL": gateway.url}
        gateway.fail(YAHOO, Fault.HANG)
        async with bot(tmp_path / "data", settings, "backfill") as running:
            await running.log.says("loaded Fed assets from FRED")
            await running.log.says("loaded Bitcoin price from Coinbase")
            await running.kill()
        gateway.heal()
        gateway.asked.clear()
        # The killed process's lease has to run out before another may take over.
        code = EXIT_BUSY
        async with asyncio.timeout(45):
            while code == EXIT_BUSY:
                code, _, _ = await run_to_end(tmp_path / "data", settings, "backfill")
        assert code == 0
        hosts = Counter(asked.host for asked in gateway.asked)
        assert hosts[YAHOO] == 3
        assert not any("WALCL" in asked.target for asked in gateway.asked), "It was there already."
        assert "api.exchange.coinbase.com" not in hosts


async def test_it_yields_to_a_bot_that_polls(tmp_path: Path) -> None:
    async with Gateway(market()) as gateway:
        settings = {"SOURCE_GATEWAY_URL": gateway.url, "POLL_SECONDS": "1", **CORE_ONLY}
        async with bot(tmp_path / "data", settings) as running:
            await running.log.says("this process polls the sources")
            code, _, log = await run_to_end(tmp_path / "data", settings, "backfill")
            assert code == EXIT_BUSY
            assert "Another process polls already" in log
            assert await running.stop() == 0


async def test_on_a_terminal_there_is_a_bar(tmp_path: Path) -> None:
    async with Gateway(market()) as gateway:
        settings = {"SOURCE_GATEWAY_URL": gateway.url, **CORE_ONLY}
        ours, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, (24, 80))
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "backfill",
            cwd=tmp_path,
            env=environment(tmp_path / "data", settings) | {"TERM": "xterm"},
            stdout=asyncio.subprocess.DEVNULL,
            stderr=theirs,
        )  # fmt: skip
        os.close(theirs)
        async with asyncio.timeout(30):
            assert await process.wait() == 0
        seen = os.read(ours, 1_000_000).decode()
        os.close(ours)
        assert "2/2" in seen
        assert "yahoo/" in seen
