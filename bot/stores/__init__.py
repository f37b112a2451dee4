"""The only place that knows a Redis key."""

from bot.stores.opening import Stores, open_stores

__all__ = ["Stores", "open_stores"]
