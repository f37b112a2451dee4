"""What the poller wrote down, for those who explain it."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from bot.model import Alert, FeedHealth


class Records(Protocol):
    """Reads the alerts that were told, and how the asking of providers went."""

    async def recent_alerts(self) -> Sequence[Alert]:
        """The alerts of the last commits, newest first; raises StoreUnavailable."""

    async def health(self) -> Mapping[str, FeedHealth]:
        """How each feed's last requests went; raises StoreUnavailable."""
