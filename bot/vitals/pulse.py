"""What decides whether the bot is well, as the store has it: so every process says the same."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.ports import Leader, Plan, Queue


@dataclass(frozen=True, slots=True)
class Pulse:
    """When a feed is asked, and how that went last."""

    feed: str
    """Its name: the source's, a slash, its own."""
    plan: Plan
    ok_at: datetime | None = None
    """When it was asked last that it answered."""
    failed_at: datetime | None = None
    """The same where it did not."""
    is_failing: bool = False
    is_needed: bool = True
    """Whether a rule reads what it says."""

    @property
    def source(self) -> str:
        """Whose feed it is."""
        return self.feed.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Vitals:
    """One look at the store."""

    trouble: str = ""
    """Why nothing is known, in one sentence: the store is away. Empty where it is there."""
    store_seconds: float = 0.0
    """How long it took to answer."""
    leader: Leader | None = None
    """The process that polls."""
    pulses: tuple[Pulse, ...] = ()
    """Of each feed that has a plan."""
    queues: Mapping[str, Queue] = field(default_factory=dict)
    """By platform."""
    delivers: frozenset[str] = frozenset()
    """The platforms that this process serves."""
