"""What a line of the log says, and what text from outside cannot make it say."""

import json
import logging
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.logs.lines import JsonLines, TextLines
from bot.logs.redaction import Redaction

FORGED = "2026-01-01T00:00:00.000Z ERROR bot.app: all is lost"
RECORD = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z [A-Z]+ ")
NOON = 1_780_315_200.0459
"""2026-06-01 12:00:00.0459 UTC."""


def record(text: object, error: BaseException | None = None, **extra: object) -> logging.LogRecord:
    """A record with a text as its argument."""
    exc_info = (type(error), error, error.__traceback__) if error is not None else None
    made = logging.LogRecord("bot.x", logging.INFO, "x.py", 1, "said %s", (text,), exc_info)
    made.created = NOON
    vars(made).update(extra)
    return made


def logged(text: object, error: BaseException | None = None, *secrets: str) -> str:
    return TextLines(Redaction(secrets)).format(record(text, error))


def as_json(
    text: object, error: BaseException | None = None, *secrets: str, **extra: object
) -> dict[str, Any]:
    line = JsonLines(Redaction(secrets)).format(record(text, error, **extra))
    assert line.isascii()
    assert line.isprintable()
    read: dict[str, Any] = json.loads(line)
    return read


def _break(text: str) -> None:
    raise ValueError(text)


def caught(text: str) -> ValueError:
    try:
        _break(text)
    except ValueError as error:
        return error
    raise AssertionError


def test_text_is_a_time_with_its_zone_and_who_says_what() -> None:
    assert logged("hello") == "2026-06-01T12:00:00.045Z INFO bot.x: said hello"


def test_json_is_an_object_with_the_same_and_what_was_given_with_it() -> None:
    assert as_json("hello", feed="Yahoo/iwm", tries=3, rest=1.5, last=None, sure=True) == {
        "time": "2026-06-01T12:00:00.045Z",
        "level": "INFO",
        "logger": "bot.x",
        "message": "said hello",
        "feed": "Yahoo/iwm",
        "tries": 3,
        "rest": 1.5,
        "last": None,
        "sure": True,
    }


def test_json_says_what_it_has_no_word_for_as_text() -> None:
    told = as_json("hello", far=float("inf"), some={1}, time="forged", exception="forged")
    assert (told["far"], told["some"]) == ("inf", "{1}")
    assert told["time"] == "2026-06-01T12:00:00.045Z"
    assert "exception" not in told


@pytest.mark.parametrize("line_break", ["\n", "\r", "\r\n", "\x0b", "\x85", "\u2028", "\u2029"])
def test_a_text_from_outside_cannot_forge_a_line(line_break: str) -> None:
    line = logged(f"hello{line_break}{FORGED}")
    assert len(line.splitlines()) == 1
    assert line.endswith(f"hello{line_break.encode('unicode_escape').decode()}{FORGED}")
    assert as_json(f"hello{line_break}{FORGED}")["message"] == f"said hello{line_break}{FORGED}"


@given(st.text(st.characters(max_codepoint=0xFF)))
def test_no_text_drives_a_terminal(text: str) -> None:
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", logged(text))


@given(st.text(st.characters(exclude_categories=())), st.text(min_size=1))
def test_whatever_is_said_is_one_object_in_a_line(text: str, name: str) -> None:
    told = as_json(text, None, **{f"x{name}": text})
    assert (told["message"], told[f"x{name}"]) == (f"said {text}", text)


def test_what_people_write_stays_readable() -> None:
    assert logged("Größe ≥ 75 % 🚀 \\n").endswith("said Größe ≥ 75 % 🚀 \\n")


def test_an_override_of_the_reading_direction_is_shown() -> None:
    assert logged("\u202eabc\u2066").endswith("said \\u202eabc\\u2066")


def test_a_traceback_keeps_its_lines_and_nothing_in_it_poses_as_a_record() -> None:
    error = caught(f"\x1b[2J\n{FORGED}\r{FORGED}")
    lines = logged("it broke", error).split("\n")
    assert lines[1] == "    Traceback (most recent call last):"
    assert "    ValueError: \\x1b[2J" in lines
    assert f"    {FORGED}\\r{FORGED}" in lines
    assert [bool(RECORD.match(line)) for line in lines] == [True] + [False] * (len(lines) - 1)
    assert as_json("it broke", error)["exception"].endswith(f"ValueError: {error}")


def test_no_secret_survives_in_message_or_traceback() -> None:
    secrets = ("hunter2", "hunter2-long", "two\nlines")
    error = ValueError("hunter2 hunter2-long two\nlines")
    line = logged("hunter2-long two\nlines", error, *secrets)
    assert line.split("\n") == [line.split("\n")[0], "    ValueError: *** *** ***"]
    assert line.split("\n")[0].endswith("said *** ***")


AWKWARD = st.text(
    st.sampled_from(["a", "B", "7", '"', "\\", "'", "/", "%", "+", " ", "\n", "\x7f", "ä", "🚀"]),
    min_size=3,
)


@given(AWKWARD)
def test_no_form_of_a_secret_survives_json(secret: str) -> None:
    error, shown = ValueError(secret), repr(secret)[1:-1]
    told = as_json(f"{secret} {shown}", error, secret, url=[secret], **{f"x{secret}": secret})
    assert told["message"] == "said *** ***"
    assert told["exception"] == "ValueError: ***"
    assert told["x***"] == "***"
    assert secret not in told["url"]
    assert shown not in told["url"]


def test_a_number_that_is_a_secret_is_left_out() -> None:
    assert as_json("hello", None, "1234567", chat=1234567)["chat"] == "***"
