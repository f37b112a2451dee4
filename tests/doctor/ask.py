"""Settings that nothing outside a test has a say in, and findings by their subject."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from bot.ports import Finding, State
from bot.settings import Settings


def configured(**given: Any) -> Settings:
    """Settings with the defaults for all that is not given."""
    defaults = {name: info.default for name, info in Settings.model_fields.items()}
    return Settings(_env_file=None, **defaults | given)


def now() -> datetime:
    return datetime.now(UTC)


def of(findings: Iterable[Finding], subject: str) -> Finding:
    """The one of that subject."""
    (found,) = (each for each in findings if each.subject == subject)
    return found


def states(findings: Iterable[Finding]) -> dict[str, State]:
    """Of each subject the state; each that is not sound says what to do."""
    found = list(findings)
    assert all(each.sound or each.advice.endswith(".") for each in found)
    return {each.subject: each.state for each in found}
