"""The verbs: what the core asks of the outside world, and the whole vocabulary of its failures.

Each protocol has two real parts behind it (a provider and another, Redis and a recording, Telegram
and Discord) or stands at a boundary that the import rules keep closed.
"""

from bot.ports.chats import (
    Adapter,
    Answer,
    ChatGone,
    ChatMoved,
    CommandCard,
    DeliveryError,
    Option,
    PlatformRefused,
    Rejected,
    RetryLater,
    Unconfirmed,
)
from bot.ports.sources import (
    At,
    Clock,
    Default,
    Every,
    Expected,
    Feed,
    Fetch,
    Hours,
    Http,
    Plan,
    Source,
    SourceError,
)
from bot.ports.stores import (
    History,
    Journal,
    Lease,
    Outbox,
    Parcel,
    StaleLeader,
    StateChange,
    StoreUnavailable,
    Subscriptions,
)

__all__ = [
    "Adapter",
    "Answer",
    "At",
    "ChatGone",
    "ChatMoved",
    "Clock",
    "CommandCard",
    "Default",
    "DeliveryError",
    "Every",
    "Expected",
    "Feed",
    "Fetch",
    "History",
    "Hours",
    "Http",
    "Journal",
    "Lease",
    "Option",
    "Outbox",
    "Parcel",
    "Plan",
    "PlatformRefused",
    "Rejected",
    "RetryLater",
    "Source",
    "SourceError",
    "StaleLeader",
    "StateChange",
    "StoreUnavailable",
    "Subscriptions",
    "Unconfirmed",
]
