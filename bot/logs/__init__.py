"""What the process says about itself, on standard error, with every secret left out."""

import logging
import sys
import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Literal, TextIO

from bot.logs.lines import JsonLines, TextLines
from bot.logs.redaction import Redaction

__all__ = ["LogFormat", "set_up", "without_secrets"]

LogFormat = Literal["auto", "text", "json"]

log = logging.getLogger(__name__)


class Output(logging.StreamHandler[TextIO]):
    """Writes records as lines; of one that cannot be formatted, only where it comes from."""

    def __init__(self, stream: TextIO, lines: TextLines | JsonLines) -> None:
        """Take where to write, and how."""
        super().__init__(stream)
        self.setFormatter(lines)
        self.lines = lines

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name.
        """Leave out what was to be said: unformatted it may hold a secret."""
        kind, _, _ = sys.exc_info()
        if kind is None or issubclass(kind, OSError):
            return  # Nobody reads us any more.
        place, reason = f"{record.filename}:{record.lineno}", kind.__name__
        said = ("a record from %s cannot be written: %s", (place, reason))
        stand_in = logging.LogRecord(record.name, logging.ERROR, place, record.lineno, *said, None)
        self.stream.write(f"{self.lines.format(stand_in)}{self.terminator}")


def set_up(
    secrets: Sequence[str],
    log_format: LogFormat = "auto",
    *,
    level: int = logging.INFO,
) -> None:
    """Log to standard error, also warnings and what nobody caught.

    `auto` is text on a terminal, else JSON. The chat libraries speak only from warnings on.
    """
    as_text = log_format == "text" or (log_format == "auto" and sys.stderr.isatty())
    lines = TextLines if as_text else JsonLines
    output = Output(sys.stderr, lines(Redaction(secrets)))
    logging.basicConfig(level=level, handlers=[output], force=True)
    logging.captureWarnings(capture=True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda told: _uncaught(told.exc_type, told.exc_value, told.exc_traceback)
    sys.unraisablehook = lambda told: _uncaught(told.exc_type, told.exc_value, told.exc_traceback)
    for library in ("telegram", "discord"):
        logging.getLogger(library).setLevel(logging.WARNING)
    # It writes whole updates, people's texts included, beside an error that we tell ourselves.
    logging.getLogger("telegram.Bot").setLevel(logging.CRITICAL + 1)


def without_secrets(text: str) -> str:
    """A sentence for whoever typed the command, as the log would write it."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, Output):
            text = handler.lines.redacted(text)
    return text


def _uncaught(
    kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
) -> None:
    log.critical("nobody caught an error", exc_info=(kind, error or kind(), trace))
