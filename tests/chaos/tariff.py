"""How many copies of messages each misfortune may cost on Telegram.

Telegram cannot tell a repeat, so whatever it took without our noting it arrives twice: what a
killed sender had in flight, and what was answered by a hang or a dropped connection. Discord knows
each delivery by its nonce, so there is no copy there.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from tests.platforms.faults import AFTER

LATENCY_SECONDS = 0.05
"""Of both platforms, from taking a message to the answer."""


@dataclass(frozen=True, slots=True)
class Tariff:
    """What a sender on Telegram may do."""

    rate: int
    """Messages in a second."""
    at_once: int
    at_hand: int
    """Parcels it holds beside those in flight."""
    trouble: float
    """How much likelier than usual a send meets a fault: where few leave, all the same some."""

    @property
    def in_flight(self) -> int:
        """What Telegram took and Redis does not know of, at any instant.

        A killed server may lose as much: while it syncs its file, it answers before it writes.
        """
        return math.ceil(self.rate * LATENCY_SECONDS) + 2

    @property
    def without_redis(self) -> int:
        """What a sender may have sent while it could not note it."""
        return self.at_once + self.at_hand


FREE = Tariff(30, 16, 15, 5.0)
PAID = Tariff(1000, 256, 200, 1.0)


def unanswered(faults: Mapping[str, int]) -> int:
    """How many messages Telegram took and said nothing about."""
    return sum(faults.get(kind, 0) for kind in AFTER)
