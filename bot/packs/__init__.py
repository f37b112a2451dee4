"""Packs: topics and own alerts that go together, shipped or passed on as a short code."""

from bot.packs.code import LONGEST_LINK, BadCode, is_code, read, write
from bot.packs.contents import Contents, Pack, Unmakeable, understood
from bot.packs.shipped import SHIPPED, Shipped

__all__ = [
    "LONGEST_LINK",
    "SHIPPED",
    "BadCode",
    "Contents",
    "Pack",
    "Shipped",
    "Unmakeable",
    "is_code",
    "read",
    "understood",
    "write",
]
