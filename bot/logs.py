"""What the process says about itself, on standard error, with every secret left out."""

import logging
import re
import sys
from collections.abc import Sequence

_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""Control characters, line breaks of all kinds, and marks that show text in another order."""
_INDENT = "    "


class Redaction(logging.Formatter):
    """Formats a record without secrets, and so that text from outside cannot pose as a record.

    The message is one line, whatever it quotes; the lines of a traceback are indented.
    """

    def __init__(self, secrets: Sequence[str]) -> None:
        """Take the values that must never appear."""
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        # A secret may hold another one.
        self._secrets = sorted(filter(None, secrets), key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        """The record's line, and its traceback below."""
        record.message = record.getMessage()
        record.asctime = self.formatTime(record)
        lines = [_harmless(self._redacted(self.formatMessage(record)))]
        if record.exc_info:
            lines.append(self._below(self.formatException(record.exc_info)))
        if record.stack_info:
            lines.append(self._below(self.formatStack(record.stack_info)))
        return "\n".join(lines)

    def _redacted(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text

    def _below(self, traceback: str) -> str:
        lines = self._redacted(traceback).split("\n")
        return "\n".join(_INDENT + _harmless(line) for line in lines)


def _harmless(text: str) -> str:
    return _UNSAFE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def set_up(secrets: Sequence[str], *, level: int = logging.INFO) -> None:
    """Log to standard error; the chat libraries only from warnings on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Redaction(secrets))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for library in ("telegram", "discord"):
        logging.getLogger(library).setLevel(logging.WARNING)
    # It writes whole updates, people's texts included, beside an error that we tell ourselves.
    logging.getLogger("telegram.Bot").setLevel(logging.CRITICAL + 1)
