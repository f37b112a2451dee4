"""What is held back from chats: how much that is, and letting it go."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from bot.manners import held_back
from bot.model import Chat, Mute, Preferences
from bot.ports import Hold
from bot.stores import milliseconds
from bot.stores.connect import MANY_FIELDS, Client
from bot.stores.keys import TAG, Lane
from bot.stores.preferences import RedisPreferences, lenient

Letters = Sequence[tuple[str, str]]
"""Jobs and their topics."""


class RedisHolding:
    """Each chat's held letters; what becomes of them is judged by what the chat has set."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._preferences = RedisPreferences(client)

    async def held(self, chat: Chat) -> int:
        """How many letters are held back from the chat."""
        return len((await self._letters(chat))[1])

    async def release(self, chat: Chat) -> int:
        """Judge what is held by what the chat has set now; returns how many come at once."""
        return await self._judge(chat, await self._preferences.of(chat))

    async def lift(self, chat: Chat, mutes: Sequence[Mute]) -> int:
        """End mutes of a chat, and let go what nothing else holds back; returns how many those are.

        Letters go before the mutes do: whoever is cut off in between finds both again as they were.
        """

        def without(preferences: Preferences) -> Preferences:
            left = tuple(each for each in preferences.mutes if each not in mutes)
            return replace(preferences, mutes=left)

        let_go = await self._judge(chat, without(await self._preferences.of(chat)))
        after = await self._preferences.change(chat, without)
        # A sender may have held some again by the mutes as they were.
        return let_go + await self._judge(chat, after)

    async def waiting(self, platform: str) -> Sequence[tuple[Chat, Preferences]]:
        """The chats that muted something until a condition is true, with what they have set."""
        lane = Lane(platform)
        members = sorted(await self._client.members(lane.conditions))
        found = list[tuple[Chat, Preferences]]()
        for start in range(0, len(members), MANY_FIELDS):
            some = members[start : start + MANY_FIELDS]
            texts = await self._client.some_fields(lane.preferences, some)
            chats = [Chat.from_member(platform, member) for member in some]
            found += [
                (chat, lenient(chat, text or "")) for chat, text in zip(chats, texts, strict=True)
            ]
        return found

    async def _letters(self, chat: Chat) -> tuple[datetime, Letters]:
        lane = Lane(chat.platform)
        now_ms, letters = await self._client.run("held", [lane.ready], [lane.prefix, chat.member])
        now = datetime.fromtimestamp(now_ms / 1000, UTC)
        return now, [(job, topic) for job, topic in letters]

    async def _judge(self, chat: Chat, preferences: Preferences) -> int:
        now, letters = await self._letters(chat)
        if not letters:
            return 0
        holds = {hold.job: hold for hold in held_back(letters, preferences, now)}
        told = [told_hold(holds[job]) if job in holds else [job, 0, ""] for job, _ in letters]
        lane = Lane(chat.platform)
        about = [lane.prefix, chat.member, TAG, chat.platform, json.dumps(told)]
        let_go: int = await self._client.run_once("hold_anew", [lane.ready], about)
        return let_go


def told_hold(hold: Hold) -> list[str | int]:
    """A letter that is not told now, as the scripts read it."""
    until_ms = -1 if hold.until is None else milliseconds.of_instant(hold.until)
    return [hold.job, until_ms, hold.why]
