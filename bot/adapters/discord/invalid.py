"""Staying far away from the ban for invalid requests.

Who gets 10,000 answers of 401, 403 or 429 within ten minutes is banned with its whole address; see
discord.com/developers/docs/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans.
"""

import logging
import time
from collections import deque
from collections.abc import Callable
from http import HTTPStatus

from bot.http.wire import WireAnswer

log = logging.getLogger(__name__)

MOST, WITHIN_S = 1_000, 600.0
"""A tenth of what is allowed: other processes may share the address."""

_INVALID = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS)


class InvalidRequests:
    """Those of this process in the last ten minutes."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        """Take a clock in seconds."""
        self._now = now
        self._times: deque[float] = deque()
        self._warned = False

    def note(self, answer: WireAnswer) -> None:
        """Count an answer if Discord does; it holds no limit against us that others use up."""
        shared = answer.headers.get("X-RateLimit-Scope") == "shared"
        if answer.status in _INVALID and not shared:
            self._times.append(self._now())

    def wait_s(self) -> float:
        """For how many seconds nothing more may be asked; a warning when that begins."""
        now = self._now()
        while self._times and self._times[0] <= now - WITHIN_S:
            self._times.popleft()
        if len(self._times) < MOST:
            self._warned = self._warned and len(self._times) > MOST // 2
            return 0.0
        if not self._warned:
            log.warning(
                "Discord refused %d requests in ten minutes; delivery pauses well before it would "
                "ban this address.",
                len(self._times),
            )
        self._warned = True
        return self._times[-MOST] + WITHIN_S - now
