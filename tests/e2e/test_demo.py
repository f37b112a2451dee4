"""The demo, run to its end as from a pipe."""

import asyncio
from pathlib import Path

import pytest

from tests.e2e.process import bot


@pytest.mark.timeout(150)
async def test_the_demo_tells_its_whole_story_and_ends(tmp_path: Path) -> None:
    async with bot(tmp_path / "data", {}, "demo", "--seconds", "15") as running:
        await running.type("/status")
        await running.out.says("[SIMULATED] Phase:")
        assert running.process.stdin is not None
        running.process.stdin.close()
        async with asyncio.timeout(120):
            assert await running.process.wait() == 0
    story = running.out.text
    told = [
        "[SIMULATED] This is a simulation",
        "[SIMULATED] Russell 2000 breaks out:",
        "[SIMULATED] Bitcoin dominance below 57 %:",
        "[SIMULATED] Bitcoin dominance has gone quiet",
        "[SIMULATED] Bitcoin dominance is back",
        "[SIMULATED] Altcoin Season Index at or above 75:",
        "[SIMULATED] Bitcoin dominance below 55 %:",
        "[SIMULATED] The simulation is over",
    ]
    assert [story.count(title) for title in told] == [1] * len(told)
    assert [story.index(title) for title in told] == sorted(story.index(t) for t in told)
    blocks = [block for block in story.split("\n\n") if block.strip()]
    titles = [line for line in story.splitlines() if line.startswith("[SIMULATED]")]
    assert len(titles) >= len(told)
    assert blocks[0].startswith("[SIMULATED]")
    assert "coinmarketcap/global fails" in running.log.text
    assert "Traceback" not in running.log.text
