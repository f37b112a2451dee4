"""What an examination of the bot finds, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Fact = str | int | float | bool | None


class State(StrEnum):
    """How much something matters to whoever runs the bot."""

    OK = "ok"
    WARN = "warn"
    """The bot works, and something is not as it should be."""
    FAIL = "fail"
    """Something essential does not work."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `found` and `advice` never hold a secret."""

    subject: str
    state: State
    found: str
    advice: str = ""
    """What to do where it is not sound."""
    facts: Mapping[str, Fact] = field(default_factory=dict)
    """The same for machines, where there are numbers."""

    @property
    def sound(self) -> bool:
        """Whether nothing is to be done."""
        return self.state is State.OK


def ok(subject: str, found: str, **facts: Fact) -> Finding:
    """It is as it should be."""
    return Finding(subject, State.OK, found, facts=facts)


def warn(subject: str, found: str, advice: str, **facts: Fact) -> Finding:
    """It should be otherwise; the bot works all the same."""
    return Finding(subject, State.WARN, found, advice, facts)


def fail(subject: str, found: str, advice: str, **facts: Fact) -> Finding:
    """The bot does not work as long as it is so."""
    return Finding(subject, State.FAIL, found, advice, facts)
