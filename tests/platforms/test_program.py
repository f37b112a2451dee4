"""The platforms in a process of their own, which nobody has to remember to end."""

import asyncio
import json
import sys

import pytest

from tests.adapters import fake_telegram
from tests.platforms.process import ROOT, started

PROGRAM = (sys.executable, "-m", "tests.platforms", "--telegram-port", "0")


async def test_both_platforms_take_orders_and_tell() -> None:
    async with started("--marker", r"<(\w+)>", "--no-limits") as running:
        telegram, discord = running.telegram, running.discord
        state = await telegram.control(refuse={"blocked": [2]}, latency_seconds=0.01)
        assert (state["refusing"], state["latency_seconds"]) == (1, 0.01)
        url = f"{telegram.url}/bot{fake_telegram.TOKEN}/sendMessage"
        for chat in (1, 2):
            body = {"chat_id": chat, "text": "<one>"}
            async with telegram.session.post(url, json=body) as response:
                assert response.status == (200, 403)[chat - 1]
        assert await telegram.ledger() == {"1": ["one"]}
        assert (await telegram.deliveries("1"))[0]["text"] == "<one>"
        assert (await telegram.counters())["refused"] == {"blocked": 1}
        assert (await discord.counters())["requests"] == 0
        with pytest.raises(ValueError, match="no order 'migrate'"):
            await discord.control(migrate={})
    assert running.process.returncode == 0


async def test_it_ends_after_its_time() -> None:
    process = await asyncio.create_subprocess_exec(*PROGRAM, "--seconds", "0.1", cwd=ROOT)
    async with asyncio.timeout(20):
        assert await process.wait() == 0


async def test_it_ends_with_its_parent() -> None:
    program = " ".join((*PROGRAM, "--seconds", "60"))
    parent = await asyncio.create_subprocess_exec(
        "/bin/sh", "-c", f"{program} & wait", cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    async with asyncio.timeout(20):
        assert "telegram" in json.loads(await parent.stdout.readline())
        parent.kill()
        # The pipe ends only when the child, which holds it too, is gone.
        assert await parent.stdout.read() == b""
        await parent.wait()
