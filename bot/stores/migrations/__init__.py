"""Steps from one version of the layout to the next, each in a file of its own.

Version 1 is what stores had when versions began. A change of what `bot/stores/keys.py` describes
brings a file `to_<version>_<what changes>.py` with a `MIGRATION`, and the bot runs it at its next
start, before anything else looks at the store.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from types import ModuleType

from bot.registry import BrokenPlugin, discover
from bot.stores.connect import Client

FIRST_VERSION = 1


@dataclass(frozen=True, slots=True)
class Migration:
    """The way from the version before to this one."""

    to: int
    what: str
    """What it changes, as the log says it."""
    steps: Callable[[Client], AsyncIterator[None]]
    """Does a step, a second at most, between any two of its yields.

    It may be cut off anywhere and is then begun anew, perhaps while the last step of the one before
    it still runs: so each step must find done what was done, and change it no further.
    """


def known(package: ModuleType) -> Sequence[Migration]:
    """The migrations of a package in their order; raises BrokenPlugin when one is missing."""
    found = sorted(discover(package, "MIGRATION", Migration), key=lambda each: each.to)
    for version, each in enumerate(found, start=FIRST_VERSION + 1):
        if each.to != version:
            raise BrokenPlugin(
                f"{package.__name__} must lead to version {version}, not to {each.to}."
            )
    return found
