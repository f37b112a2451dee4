"""When what goes wrong: drawn from a seed, so that a run can be had again."""

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

WHOLE_SECONDS = 120.0
"""HOW_OFTEN is for so many seconds."""
SHORT_SECONDS = 60.0
"""In a shorter run senders die early, so that their leases end while there is time, and chats
refuse early, so that they miss something."""
FEWEST_TROUBLES = 3
FROZEN_SECONDS = 63.0
"""Longer than a lease."""
PLATFORMS = ("telegram", "discord")


class Deed(StrEnum):
    """What is done to the bot or its surroundings."""

    KILL_POLLER = "kill -9 of a poller"
    KILL_SENDER = "kill -9 of a sender"
    FREEZE_SENDERS = "all senders stand still"
    KILL_REDIS = "kill -9 of Redis"
    CUT = "connections to Redis cut"
    LOSE_REPLIES = "replies of Redis lost"
    STAND_STILL = "network to Redis stands still"
    STORM = "429 for everybody"
    CHAT_STORM = "429 for some chats"
    TROUBLE = "5xx, hangs and drops"
    DOWN = "platform down"
    REFUSE = "chats take no messages"
    RETURN = "chats take messages again"
    MOVE = "groups move"
    JOIN = "chats join"
    LEAVE = "chats leave"

    @property
    def flag(self) -> str:
        """Its name on the command line."""
        return self.name.lower().replace("_", "-")


HOW_OFTEN: dict[Deed, tuple[int, int]] = {
    Deed.KILL_POLLER: (5, 0),
    Deed.KILL_SENDER: (7, 5),
    Deed.FREEZE_SENDERS: (1, 1),
    Deed.KILL_REDIS: (4, 0),
    Deed.CUT: (8, 0),
    Deed.LOSE_REPLIES: (8, 0),
    Deed.STAND_STILL: (2, 0),
    Deed.STORM: (3, 3),
    Deed.CHAT_STORM: (4, 4),
    Deed.TROUBLE: (8, 8),
    Deed.DOWN: (2, 2),
    Deed.REFUSE: (5, 4),
    Deed.RETURN: (3, 3),
    Deed.MOVE: (5, 0),
    Deed.JOIN: (5, 3),
    Deed.LEAVE: (4, 3),
}
"""On Telegram or at all, and on Discord."""


@dataclass(frozen=True, slots=True)
class Step:
    """One deed at its time."""

    after_seconds: float
    deed: Deed
    platform: str


def steps(chance: random.Random, seconds: float, kinds: Collection[Deed]) -> Sequence[Step]:
    """Deeds of these kinds within so many seconds, each at least once and spread over the time."""
    found: list[Step] = []
    for deed in kinds:
        counts = HOW_OFTEN[deed]
        for platform, count in zip(PLATFORMS, counts, strict=True):
            within = _within(deed, seconds)
            fewest = FEWEST_TROUBLES if deed is Deed.TROUBLE else 1
            times = max(fewest, round(count * seconds / WHOLE_SECONDS)) if count else 0
            width = within / max(times, 1)
            found += [
                Step(width * (slot + chance.random()), deed, platform) for slot in range(times)
            ]
    return sorted(found, key=lambda step: step.after_seconds)


def _within(deed: Deed, seconds: float) -> float:
    """When a deed may begin at the latest."""
    match deed:
        case Deed.FREEZE_SENDERS:
            return max(seconds / 3, seconds - FROZEN_SECONDS)
        case Deed.KILL_SENDER | Deed.REFUSE if seconds < SHORT_SECONDS:
            return seconds / 3
    return seconds
