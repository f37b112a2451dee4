"""What the log says, and what text from outside cannot make it say."""

import logging
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.logs import Redaction

FORGED = "2026-01-01 00:00:00,000 ERROR bot.app: all is lost"
RECORD = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} [A-Z]+ ")


def logged(text: object, error: BaseException | None = None, *secrets: str) -> str:
    """A record with a text as its argument, formatted."""
    exc_info = (type(error), error, error.__traceback__) if error is not None else None
    record = logging.LogRecord("bot.x", logging.INFO, "x.py", 1, "said %s", (text,), exc_info)
    return Redaction(secrets).format(record)


def _break(text: str) -> None:
    raise ValueError(text)


@pytest.mark.parametrize("line_break", ["\n", "\r", "\r\n", "\x0b", "\x85", "\u2028", "\u2029"])
def test_a_text_from_outside_cannot_forge_a_line(line_break: str) -> None:
    line = logged(f"hello{line_break}{FORGED}")
    assert len(line.splitlines()) == 1
    assert line.endswith(f"hello{line_break.encode('unicode_escape').decode()}{FORGED}")


@given(st.text(st.characters(max_codepoint=0xFF)))
def test_no_text_drives_a_terminal(text: str) -> None:
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", logged(text))


def test_what_people_write_stays_readable() -> None:
    assert logged("Größe ≥ 75 % 🚀 \\n").endswith("said Größe ≥ 75 % 🚀 \\n")


def test_an_override_of_the_reading_direction_is_shown() -> None:
    assert logged("\u202eabc\u2066").endswith("said \\u202eabc\\u2066")


def test_a_traceback_keeps_its_lines_and_nothing_in_it_poses_as_a_record() -> None:
    try:
        _break(f"\x1b[2J\n{FORGED}\r{FORGED}")
    except ValueError as error:
        lines = logged("it broke", error).split("\n")
    assert lines[1] == "    Traceback (most recent call last):"
    assert "    ValueError: \\x1b[2J" in lines
    assert f"    {FORGED}\\r{FORGED}" in lines
    assert [bool(RECORD.match(line)) for line in lines] == [True] + [False] * (len(lines) - 1)


def test_no_secret_survives_in_message_or_traceback() -> None:
    secrets = ("hunter2", "hunter2-long", "two\nlines")
    error = ValueError("hunter2 hunter2-long two\nlines")
    line = logged("hunter2-long two\nlines", error, *secrets)
    assert line.split("\n") == [line.split("\n")[0], "    ValueError: *** *** ***"]
    assert line.split("\n")[0].endswith("said *** ***")
