"""What each chat has set."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from bot.digests.times import due_of
from bot.model import DEFAULT_PREFERENCES, Chat, Preferences
from bot.ports import Clock, StoreUnavailable
from bot.stores import milliseconds
from bot.stores.codec import Codec, DamagedValue
from bot.stores.connect import Client
from bot.stores.keys import Lane

log = logging.getLogger(__name__)

MOST_TRIES = 20
PREFERENCES = Codec(Preferences)


def _wall_clock() -> datetime:
    return datetime.now(UTC)


class RedisPreferences:
    """One field a chat; a chat that has set nothing has none.

    When its next digest is due changes with them, in the same step.
    """

    def __init__(self, client: Client, clock: Clock = _wall_clock) -> None:
        self._client = client
        self._clock = clock

    async def of(self, chat: Chat) -> Preferences:
        """What the chat has set."""
        return load_preferences(chat, await self._text(chat))

    async def change(self, chat: Chat, change: Callable[[Preferences], Preferences]) -> Preferences:
        """Set something; returns all that is set now."""
        for _ in range(MOST_TRIES):
            text = await self._text(chat)
            before = load_preferences(chat, text)
            wanted = change(before)
            new = "" if wanted == DEFAULT_PREFERENCES else PREFERENCES.dump(wanted)
            if new == text or await self._write(chat, text, new, before, wanted):
                return wanted
        raise StoreUnavailable(f"What {chat.platform} chat {chat.member} has set keeps changing.")

    async def _write(
        self, chat: Chat, text: str, new: str, before: Preferences, wanted: Preferences
    ) -> bool:
        """Whether it was stored; a digest that is due at the moment stays so if its time does."""
        lane = Lane(chat.platform)
        due = due_of(wanted, self._clock())
        stays = (before.digest, before.zone) == (wanted.digest, wanted.zone)
        due_ms = "" if due is None else milliseconds.of_instant(due)
        return bool(
            await self._client.run(
                "prefer",
                [lane.preferences, lane.digests, lane.conditions],
                [chat.member, text, new, due_ms, int(stays)],
            )
        )

    async def _text(self, chat: Chat) -> str:
        return await self._client.field(Lane(chat.platform).preferences, chat.member) or ""


def lenient(chat: Chat, text: str) -> Preferences:
    """What a chat has set, as its text says; the default where nobody can read that."""
    try:
        return load_preferences(chat, text)
    except DamagedValue as error:
        log.warning("%s", error)
        return DEFAULT_PREFERENCES


def load_preferences(chat: Chat, text: str) -> Preferences:
    """What is stored of a chat, empty for nothing; raises DamagedValue."""
    if not text:
        return DEFAULT_PREFERENCES
    return PREFERENCES.load(text, f"preferences of {chat.platform} chat {chat.member}")
