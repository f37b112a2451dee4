"""Which alerts are to fire when: the same for the pollers that tell them and for the judge."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.model import Alert, Kind, Message, RuleState, Status, Unit
from bot.ports import StateChange

TOPICS = ("breakout", "dominance", "season", "etf", "liquidity", "phase")
MOST_ALERTS = 200
"""So many alerts Redis remembers, and the judge asks it for their order."""
MOST_AT_A_TIME = 4
LONG_EVERY = 7
"""One alert in so many is long, so that some bundles take more than one message."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One alert to come."""

    number: int
    topic: str
    after_seconds: float
    """Since the beginning of the run."""

    @property
    def marker(self) -> str:
        """What names it in its text, as the platforms' ledgers find it."""
        return f"#A{self.number:03d}"

    @property
    def rule(self) -> str:
        """The rule whose state it moves."""
        return f"chaos_{self.number:03d}"

    @property
    def alert_id(self) -> str:
        """Its name in the outbox."""
        return f"{self.rule}:fired"

    @property
    def change(self) -> StateChange:
        """What it does to its rule's state."""
        return StateChange(self.rule, None, RuleState(Status.FIRING))

    def alert(self, at: datetime) -> Alert:
        """What the chats are to hear."""
        words = "much to say, " * (90 if self.number % LONG_EVERY == 0 else 3)
        message = Message(f"Something happened {self.marker}", (words.rstrip(", "),), self.topic)
        return Alert(
            self.alert_id, self.rule, self.topic, Kind.FIRED, "chaos", 1.0, 0.0, Unit.POINTS,
            "nobody", at, at.date(), at, message,
        )  # fmt: skip


def planned(seed: int, count: int, seconds: float) -> Sequence[Planned]:
    """So many alerts within so many seconds, some alone and some together, the first at once."""
    chance = random.Random(f"alerts {seed}")  # noqa: S311 - a plan, not a secret
    sizes: list[int] = []
    while (left := count - sum(sizes)) > 0:
        sizes.append(min(left, chance.randint(1, MOST_AT_A_TIME)))
    instants = [0.0, *sorted(chance.uniform(0, seconds) for _ in sizes[1:])]
    together = [at for at, size in zip(instants, sizes, strict=True) for _ in range(size)]
    return [
        Planned(number, chance.choice(TOPICS), at) for number, at in enumerate(together, start=1)
    ]


def now() -> datetime:
    """The time as the machine has it."""
    return datetime.now(UTC)
