"""What the process says about itself, on standard error, with every secret left out."""

import logging
import sys
from collections.abc import Sequence


class Redaction(logging.Formatter):
    """Formats a line and then takes every secret out of it, tracebacks included."""

    def __init__(self, secrets: Sequence[str]) -> None:
        """Take the values that must never appear."""
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        """The line without secrets."""
        line = super().format(record)
        for secret in self._secrets:
            line = line.replace(secret, "***")
        return line


def set_up(secrets: Sequence[str], *, level: int = logging.INFO) -> None:
    """Log to standard error; the chat libraries only from warnings on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Redaction(secrets))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for library in ("httpx", "httpcore", "telegram", "discord", "apscheduler"):
        logging.getLogger(library).setLevel(logging.WARNING)
