"""A record as one line for people, or as one JSON object for machines."""

import json
import logging
import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime

from bot.logs.redaction import Redaction

_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""Control characters, line breaks of all kinds, and marks that show text in another order."""
_INDENT = "    "
_OURS = ("time", "level", "logger", "message", "exception", "stack")
_USUAL = frozenset(
    (*vars(logging.LogRecord("", 0, "", 0, "", (), None)), *_OURS, "asctime", "taskName")
)
"""What every record has; whatever else it has was given with `extra`."""


class TextLines(logging.Formatter):
    """`<time> <level> <logger>: <message>`, and tracebacks indented below.

    The message is one line, whatever it quotes, so that text from outside cannot pose as a record.
    """

    def __init__(self, redacted: Redaction) -> None:
        """Take what leaves secrets out."""
        super().__init__()
        self.redacted = redacted

    def format(self, record: logging.LogRecord) -> str:
        """The record's line, and its traceback below."""
        said = _harmless(self.redacted(f"{record.name}: {record.getMessage()}"))
        lines = [f"{_time(record)} {record.levelname} {said}"]
        for _, trace in _traces(self, record):
            lines += [_INDENT + _harmless(line) for line in self.redacted(trace).split("\n")]
        return "\n".join(lines)


class JsonLines(logging.Formatter):
    """An object a line: time (RFC 3339, UTC), level, logger, message, and what else there is.

    `exception` and `stack` hold tracebacks; fields that were given with `extra` go by their names.
    Only ASCII is written, so that neither a line's end nor an encoding can break an object.
    """

    def __init__(self, redacted: Redaction) -> None:
        """Take what leaves secrets out."""
        super().__init__()
        self.redacted = redacted

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        said = {
            "logger": record.name,
            "message": record.getMessage(),
            **{name: value for name, value in vars(record).items() if name not in _USUAL},
            **dict(_traces(self, record)),
        }
        told = {self.redacted(name): self._value(value) for name, value in said.items()}
        line = json.dumps({"time": _time(record), "level": record.levelname} | told)
        # The one control character that JSON takes as it is.
        return line.replace("\x7f", "\\u007f")

    def _value(self, value: object) -> object:
        """As JSON can say it, without secrets: redacted before it is escaped, not after."""
        text = str(value)
        safe = self.redacted(text)
        is_number = isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))
        if safe == text and (value is None or is_number):
            return value
        return safe


def _time(record: logging.LogRecord) -> str:
    at = datetime.fromtimestamp(record.created, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"


def _traces(formatter: logging.Formatter, record: logging.LogRecord) -> Iterator[tuple[str, str]]:
    if record.exc_info and record.exc_info[0] is not None:
        yield "exception", formatter.formatException(record.exc_info)
    if record.stack_info:
        yield "stack", formatter.formatStack(record.stack_info)


def _harmless(text: str) -> str:
    return _UNSAFE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
