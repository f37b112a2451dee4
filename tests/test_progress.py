"""The bar of a replay: on a terminal only, and never in what is printed."""

import asyncio
import json
import os
import pty
import re
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import IO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import replay
from bot.model import Observation
from bot.progress import replay_bar
from tests.e2e.process import environment, run_to_end

FIRST = datetime(2024, 1, 2, tzinfo=UTC)
BAR = re.compile(r"(\d+)/(\d+) days")


@dataclass
class Terminal:
    """What programs show on 80 columns; `text` is whole once the terminal is left."""

    descriptor: int
    text: str = ""

    def open(self) -> IO[str]:
        return os.fdopen(os.dup(self.descriptor), "w", encoding="utf-8")

    def read_from(self, ours: int) -> None:
        shown = b""
        # Linux ends a terminal that nobody writes to any more with an error, others with nothing.
        with suppress(OSError):
            while chunk := os.read(ours, 65_536):
                shown += chunk
        self.text = shown.decode()


@contextmanager
def a_terminal() -> Iterator[Terminal]:
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    terminal = Terminal(theirs)
    reader = Thread(target=terminal.read_from, args=(ours,))
    reader.start()
    try:
        yield terminal
    finally:
        os.close(theirs)
        reader.join()
        os.close(ours)


def recording(days: int) -> replay.Recording:
    moments = [FIRST + timedelta(days=index) for index in range(days)]
    return replay.Recording(
        [
            Observation("btc_dominance", "recorded", each.date(), 58.0, each, each, final=True)
            for each in moments
        ],
        (),
    )


def on_terminal(
    monkeypatch: pytest.MonkeyPatch, days: int, fed: list[int], until: date | None = None
) -> list[tuple[int, int]]:
    """(days done, days in all) of each bar drawn."""
    with a_terminal() as terminal, terminal.open() as stderr, monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", stderr)
        with replay_bar(recording(days), until) as bar:
            for count in fed:
                bar.told(count, days)
    return [(int(done), int(of)) for done, of in BAR.findall(terminal.text)]


def test_it_counts_the_days_replayed_to_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = on_terminal(monkeypatch, 101, list(range(1, 102)))
    assert (drawn[0], drawn[-1]) == ((0, 100), (100, 100))


def test_a_replay_that_stops_early_has_fewer_days(monkeypatch: pytest.MonkeyPatch) -> None:
    until = (FIRST + timedelta(days=40)).date()
    assert on_terminal(monkeypatch, 101, list(range(1, 42)), until)[-1] == (40, 40)
    before = (FIRST - timedelta(days=40)).date()
    assert on_terminal(monkeypatch, 101, [], before)[-1] == (0, 0)


def test_values_that_were_refused_do_not_leave_it_unfinished(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert on_terminal(monkeypatch, 101, [0, 0, 50, 90])[-1] == (100, 100)


def test_it_is_drawn_ten_times_a_second_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = datetime.now(UTC)
    drawn = on_terminal(monkeypatch, 20_001, list(range(1, 20_002)))
    took_s = (datetime.now(UTC) - begun).total_seconds()
    assert 2 <= len(drawn) <= 3 + 10 * took_s


@given(fed=st.lists(st.integers(min_value=0, max_value=50), max_size=20).map(sorted))
def test_it_never_goes_backwards_nor_beyond_the_end(fed: list[int]) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        drawn = on_terminal(monkeypatch, 50, fed)
    assert drawn == sorted(drawn)
    assert {of for _, of in drawn} == {49}
    assert drawn[-1] == (49, 49)


def test_an_error_passes_and_leaves_it_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail_on_the_way() -> None:
        with replay_bar(recording(101), None) as bar:
            bar.told(11, 101)
            raise replay.UnusableRecording

    with a_terminal() as terminal, terminal.open() as stderr, monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", stderr)
        with pytest.raises(replay.UnusableRecording):
            fail_on_the_way()
    assert BAR.findall(terminal.text)[-1] == ("10", "100")


def test_without_a_terminal_there_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    with replay_bar(recording(3), None) as bar:
        bar.told(2, 3)
        bar.say("an alert\n")
    assert capsys.readouterr() == ("an alert\n", "")


def history(folder: Path) -> Path:
    """Four hundred days in which dominance crosses its lines again and again."""
    values = [58.5 if index // 10 % 2 == 0 else 54.0 for index in range(400)]
    rows = [f"{FIRST.date() + timedelta(i)},{value}" for i, value in enumerate(values)]
    folder.mkdir()
    text = "\n".join(["date,value", *rows])
    (folder / "btc_dominance.csv").write_text(text, encoding="utf-8")
    return folder


async def run_on(
    terminal: Terminal, folder: Path, *arguments: str, stdout: int
) -> tuple[int, bytes]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "replay", str(folder), *arguments,
        cwd=folder.parent,
        env=environment(folder.parent / "data", {}) | {"TERM": "xterm"},
        stdout=stdout,
        stderr=terminal.descriptor,
    )  # fmt: skip
    async with asyncio.timeout(30):
        printed, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, printed or b""


async def test_on_a_terminal_it_stands_beside_clean_json(tmp_path: Path) -> None:
    folder = history(tmp_path / "history")
    _, on_pipe, told = await run_to_end(tmp_path / "data", {}, "replay", str(folder), "--json")
    assert told == "", "Without a terminal there is no bar."
    with a_terminal() as terminal:
        code, printed = await run_on(terminal, folder, "--json", stdout=asyncio.subprocess.PIPE)
    assert code == 0
    assert BAR.findall(terminal.text)[-1] == ("399", "399")
    assert printed.decode() == on_pipe
    assert len([json.loads(line) for line in printed.splitlines()]) > 20


async def test_where_both_are_the_terminal_no_alert_is_torn(tmp_path: Path) -> None:
    folder = history(tmp_path / "history")
    _, on_pipe, _ = await run_to_end(tmp_path / "data", {}, "replay", str(folder))
    with a_terminal() as terminal:
        await run_on(terminal, folder, stdout=terminal.descriptor)
    assert BAR.findall(terminal.text)[-1] == ("399", "399")
    # What follows the last return to a line's beginning is what stays visible on it.
    visible = [line.rstrip("\r").rpartition("\r")[2] for line in terminal.text.split("\n")]
    assert visible[-2].startswith("100%")
    assert visible[:-2] == on_pipe.split("\n")[:-1]
