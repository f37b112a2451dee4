"""How much one person may ask: whoever floods us is slowed down, and nobody else is."""

from collections import OrderedDict
from dataclasses import dataclass
from enum import Enum, auto

PER_MINUTE = 20
MINUTE_SECONDS = 60.0
MOST_PEOPLE = 10_000
"""Of more who ask within a minute, those who asked longest ago begin anew."""


class Hearing(Enum):
    """What becomes of something that was asked."""

    ANSWERED = auto()
    TOLD_TO_WAIT = auto()
    IGNORED = auto()


@dataclass(frozen=True, slots=True)
class _Account:
    rested_at: float
    """When all that was asked is paid off, at an even rate."""
    tell_again_at: float
    """Not to be told to wait before."""


class Restraint:
    """Accounts of who asked how much on one platform, kept no longer than they matter.

    A person may ask `per_minute` things at once, and gets as many more each minute, evenly.
    """

    def __init__(self, per_minute: int = PER_MINUTE, most_people: int = MOST_PEOPLE) -> None:
        """Take how much is too much, and how many people to keep in mind at most."""
        self._per_minute = per_minute
        self._most_people = most_people
        self._accounts: OrderedDict[str, _Account] = OrderedDict()

    def __len__(self) -> int:
        """How many people are kept in mind."""
        return len(self._accounts)

    def hear(self, person: str, now_seconds: float) -> Hearing:
        """Decide on one thing that a person asks; times never run backwards."""
        account = self._accounts.get(person, _Account(now_seconds, now_seconds))
        hearing, after = self._judged(account, now_seconds)
        self._accounts[person] = after
        self._accounts.move_to_end(person)
        self._forget(now_seconds)
        return hearing

    def _judged(self, account: _Account, now_seconds: float) -> tuple[Hearing, _Account]:
        cost_seconds = MINUTE_SECONDS / self._per_minute
        rested_at = max(account.rested_at, now_seconds) + cost_seconds
        # Sums of floats: the last one that is allowed may seem a trifle too much.
        if rested_at - now_seconds <= MINUTE_SECONDS + cost_seconds / 1000:
            return Hearing.ANSWERED, _Account(rested_at, account.tell_again_at)
        if now_seconds < account.tell_again_at:
            return Hearing.IGNORED, account
        told = _Account(account.rested_at, now_seconds + MINUTE_SECONDS)
        return Hearing.TOLD_TO_WAIT, told

    def _forget(self, now_seconds: float) -> None:
        """Let go of those who owe nothing, from the one who asked longest ago."""
        while self._accounts:
            oldest = next(iter(self._accounts.values()))
            matters = max(oldest.rested_at, oldest.tell_again_at) > now_seconds
            if matters and len(self._accounts) <= self._most_people:
                return
            self._accounts.popitem(last=False)
