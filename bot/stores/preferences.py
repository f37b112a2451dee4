"""What each chat has set."""

import logging
from collections.abc import Callable

from bot.model import DEFAULT_PREFERENCES, Chat, Preferences
from bot.ports import StoreUnavailable
from bot.stores.codec import Codec, DamagedValue
from bot.stores.connect import Client
from bot.stores.keys import Lane

log = logging.getLogger(__name__)

MOST_TRIES = 20
PREFERENCES = Codec(Preferences)


class RedisPreferences:
    """One field a chat; a chat that has set nothing has none."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def of(self, chat: Chat) -> Preferences:
        """What the chat has set."""
        return _load(chat, await self._text(chat))

    async def change(self, chat: Chat, change: Callable[[Preferences], Preferences]) -> Preferences:
        """Set something; returns all that is set now."""
        for _ in range(MOST_TRIES):
            text = await self._text(chat)
            wanted = change(_load(chat, text))
            new = "" if wanted == DEFAULT_PREFERENCES else PREFERENCES.dump(wanted)
            if new == text or await self._client.run(
                "prefer",
                [Lane(chat.platform).preferences, Lane(chat.platform).conditions],
                [chat.member, text, new],
            ):
                return wanted
        raise StoreUnavailable(f"What {chat.platform} chat {chat.member} has set keeps changing.")

    async def _text(self, chat: Chat) -> str:
        return await self._client.field(Lane(chat.platform).preferences, chat.member) or ""


def lenient(chat: Chat, text: str) -> Preferences:
    """What a chat has set, as its text says; the default where nobody can read that."""
    try:
        return _load(chat, text)
    except DamagedValue as error:
        log.warning("%s", error)
        return DEFAULT_PREFERENCES


def _load(chat: Chat, text: str) -> Preferences:
    if not text:
        return DEFAULT_PREFERENCES
    return PREFERENCES.load(text, f"preferences of {chat.platform} chat {chat.member}")
