"""The phase of the rotation, and what its rule remembers."""

from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    """Where the rotation stands."""

    ALTSEASON = "altseason"
    ROTATION = "rotation"
    WARMING_UP = "warming_up"
    BITCOIN_SEASON = "bitcoin_season"
    WAITING = "waiting"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Course:
    """The phase people were told of, and the one that the last day was in."""

    told: Phase
    seen: Phase
