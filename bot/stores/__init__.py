"""The only place that knows a Redis key."""

from bot.stores.inspection import Inspection
from bot.stores.opening import Stores, open_stores

__all__ = ["Inspection", "Stores", "open_stores"]
