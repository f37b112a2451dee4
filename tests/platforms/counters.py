"""What a platform saw and what it did about it, in numbers."""

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class BusiestSecond:
    """The most events in any sliding second."""

    most: int = 0
    _recent: deque[float] = field(default_factory=deque)

    def add(self, now: float) -> None:
        """One more, by a clock that does not jump."""
        recent = self._recent
        recent.append(now)
        while recent[0] <= now - 1.0:
            recent.popleft()
        self.most = max(self.most, len(recent))


@dataclass(slots=True)
class Counters:
    """Counts since the start, or since they were last reset."""

    requests: int = 0
    """Everything asked of the platform, but not of the fake: /control and its like."""
    sends: int = 0
    """Attempts to deliver a message."""
    delivered: int = 0
    repeats: int = 0
    """Sends answered with the earlier message of the same nonce."""
    unparseable: int = 0
    answers: Counter[int] = field(default_factory=Counter)
    """By HTTP status; what was hung or dropped has none."""
    limited: Counter[str] = field(default_factory=Counter)
    """Answers with 429, by the limit that was full; a storm is one of them."""
    faults: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    """By why the chat or the message was refused."""
    in_flight: int = 0
    most_in_flight: int = 0
    second_of_sends: BusiestSecond = field(default_factory=BusiestSecond)
    second_of_deliveries: BusiestSecond = field(default_factory=BusiestSecond)

    def as_json(self) -> dict[str, Any]:
        """As GET /counters tells them."""
        return {
            "requests": self.requests,
            "sends": self.sends,
            "delivered": self.delivered,
            "repeats": self.repeats,
            "unparseable": self.unparseable,
            "answers": {str(status): count for status, count in self.answers.items()},
            "limited": dict(self.limited),
            "faults": dict(self.faults),
            "refused": dict(self.refused),
            "in_flight": self.in_flight,
            "most_in_flight": self.most_in_flight,
            "worst_second": {
                "sends": self.second_of_sends.most,
                "delivered": self.second_of_deliveries.most,
            },
        }
