"""The log of a whole process: whoever speaks in it, and however it ends."""

import json
import os
import pty
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECRET = "hunter2-secret"


def process(code: str, *, log_format: str = "json") -> subprocess.CompletedProcess[str]:
    """Run a few lines after the log was set up with one secret."""
    setting_up = f"from bot import logs; logs.set_up([{SECRET!r}], {log_format!r})\n"
    return subprocess.run(  # noqa: S603 - our own code, no shell.
        [sys.executable, "-c", setting_up + textwrap.dedent(code)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip


EVERYBODY = f"""
    import asyncio, gc, logging, threading, warnings

    class Sour:
        def __str__(self): raise ValueError({SECRET!r})

    class Last:
        def __del__(self): raise ValueError("unraisable {SECRET}")

    def broken(text): raise ValueError(text + {SECRET!r})

    logging.getLogger("aiohttp.server").error("a library says %s", {SECRET!r})
    warnings.warn("a warning of {SECRET}")
    logging.getLogger("sour").error("formatting fails: %s", Sour())
    logging.getLogger("sour").error("too few arguments: %s %s", {SECRET!r})
    thread = threading.Thread(target=broken, args=("in a thread ",))
    thread.start(); thread.join()
    last = Last(); del last

    async def forgotten():
        task = asyncio.create_task(asyncio.to_thread(broken, "in a task "))
        await asyncio.wait([task])
        del task; gc.collect()

    asyncio.run(forgotten())
    broken("at the top ")
"""


@pytest.mark.parametrize("log_format", ["json", "text"])
def test_whoever_speaks_and_however_it_ends_no_secret_is_written(log_format: str) -> None:
    done = process(EVERYBODY, log_format=log_format)
    assert done.returncode == 1
    assert SECRET not in done.stderr + done.stdout
    told = ["a library says ***", "a warning of ***"]
    places = ("in a thread", "unraisable", "in a task", "at the top")
    told += [f"ValueError: {place} ***" for place in places]
    assert [each for each in told if each not in done.stderr] == []
    assert done.stderr.count("cannot be written: ") == 2
    if log_format == "json":
        lines = [json.loads(line) for line in done.stderr.splitlines()]
        assert all(each.keys() >= {"time", "level", "logger", "message"} for each in lines)


def test_auto_is_json_in_a_pipe_and_text_on_a_terminal() -> None:
    code = "import logging; logging.getLogger('bot.x').info('hello')"
    assert json.loads(process(code, log_format="auto").stderr)["message"] == "hello"
    ours, theirs = pty.openpty()
    setting_up = "from bot import logs; logs.set_up([]);"
    with os.fdopen(ours, "rb") as terminal:
        subprocess.run(  # noqa: S603 - our own code, no shell.
            [sys.executable, "-c", setting_up + code],
            cwd=ROOT, stderr=theirs, check=True, timeout=30,
        )  # fmt: skip
        os.close(theirs)
        assert terminal.readline().endswith(b" INFO bot.x: hello\r\n")


def test_a_refusal_shows_no_secret(tmp_path: Path) -> None:
    """A library's error may quote what it was given."""
    code = f"""
        import sys; from bot import cli
        from bot.settings import WrongSetting
        sys.exit(cli._refuse(WrongSetting("{SECRET} is not good.")))
    """
    done = process(code)
    assert (done.returncode, done.stderr) == (78, "*** is not good.\n")
