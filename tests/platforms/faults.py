"""What is to go wrong, as /control ordered it."""

import random
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

BEFORE = ("5xx", "hang_before", "drop_before")
AFTER = ("hang_after", "drop_after")
EVERYWHERE = ""
"""Takes the place of a chat in a storm over all of them."""


@dataclass(slots=True)
class Faults:
    """The faults of one platform; without any orders, all is well."""

    chance: random.Random
    refusals: Collection[str]
    """The ways in which this platform's chats can refuse."""
    migrates: bool
    """Whether this platform's chats can change their id."""
    rates: dict[str, float] = field(default_factory=dict)
    """The share of sends that meets each of BEFORE and AFTER."""
    hang_seconds: float = 5.0
    latency_seconds: float = 0.0
    """From the arrival of a message to the answer."""
    down: bool = False
    refusing: dict[str, str] = field(default_factory=dict)
    """How each chat that refuses does it."""
    moved: dict[str, str] = field(default_factory=dict)
    _storms: dict[str, tuple[float, float]] = field(default_factory=dict)
    """By chat: until when, and what retry_after it names."""

    def drawn(self) -> str | None:
        """What the next send meets, if anything."""
        if not self.rates:
            return None
        mark = self.chance.random()
        for kind, rate in self.rates.items():
            mark -= rate
            if mark < 0:
                return kind
        return None

    def storm_seconds(self, chat: str, now: float) -> float | None:
        """The retry_after of a storm over the chat or over everything."""
        for place in (EVERYWHERE, chat):
            until, retry_after = self._storms.get(place, (0.0, 0.0))
            if now < until:
                return retry_after
        return None

    def order(self, key: str, value: Any, now: float) -> None:
        """Follow one order; raises ValueError where it makes no sense."""
        match key:
            case "hang_seconds" | "latency_seconds":
                setattr(self, key, float(value))
            case "down":
                self.down = bool(value)
            case "rates":
                self._set_rates(value)
            case "storm":
                self._storm(value, now)
            case _:
                self._order_chats(key, value)

    def as_json(self) -> Json:
        """What holds now."""
        return {
            "rates": self.rates,
            "hang_seconds": self.hang_seconds,
            "latency_seconds": self.latency_seconds,
            "down": self.down,
            "refusing": len(self.refusing),
            "moved": self.moved,
        }

    def _set_rates(self, rates: dict[str, float]) -> None:
        if unknown := rates.keys() - {*BEFORE, *AFTER}:
            raise ValueError(f"there are no faults {sorted(unknown)}")
        self.rates = {kind: rate for kind, rate in (self.rates | rates).items() if rate}

    def _refuse(self, chats_by_kind: dict[str, list[str | int]]) -> None:
        for kind, chats in chats_by_kind.items():
            if kind not in self.refusals:
                raise ValueError(f"no chat here refuses as {kind!r}")
            self.refusing |= {str(chat): kind for chat in chats}

    def _storm(self, storm: Json, now: float) -> None:
        until, retry_after = now + float(storm["seconds"]), float(storm["retry_after"])
        if retry_after <= 0:
            raise ValueError("a storm without a retry_after is none")
        for chat in storm.get("chats", (EVERYWHERE,)):
            self._storms[str(chat)] = (until, retry_after)

    def _order_chats(self, key: str, value: Any) -> None:
        match key:
            case "refuse":
                self._refuse(value)
            case "migrate" if self.migrates:
                self.moved |= {str(old): str(new) for old, new in value.items()}
            case "heal":
                for chat in map(str, value):
                    self.refusing.pop(chat, None)
                    self.moved.pop(chat, None)
            case _:
                raise ValueError(f"there is no order {key!r} here")
