"""Keeps alerts from coming thick and fast: what a chat hears within a minute goes together."""

import math
from collections import OrderedDict

WINDOW_SECONDS = 60.0
MOST_CHATS = 20_000
"""At Telegram's paid rate a third of a minute's chats; whoever is forgotten may hear some more."""


class Bursts:
    """When each chat of one platform was written to last, as far as this process did that."""

    def __init__(self, most: float, *, most_chats: int = MOST_CHATS) -> None:
        """Take how many messages with alerts a chat may get in a minute."""
        self._most = most
        self._most_chats = most_chats
        self._sent: OrderedDict[str, tuple[float, ...]] = OrderedDict()

    def __len__(self) -> int:
        """How many chats are kept in mind."""
        return len(self._sent)

    def wait_seconds(self, member: str, now_seconds: float) -> float:
        """For how long the chat has heard enough; 0 where it has not."""
        sent = self._sent.get(member, ())
        if len(sent) < self._most:
            return 0.0
        return max(0.0, sent[0] + WINDOW_SECONDS - now_seconds)

    def sent(self, member: str, now_seconds: float) -> None:
        """Note a message; times never run backwards."""
        if math.isinf(self._most):
            return
        before = self._sent.pop(member, ())
        self._sent[member] = (*before, now_seconds)[-int(self._most) :]
        if len(self._sent) > self._most_chats:
            self._sent.popitem(last=False)
