"""Which chats are linked in pairs, and the codes by which they come to be."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from secrets import choice

from bot.model import Chat
from bot.ports import Link, LinkRefused, Refusal, StoreUnavailable
from bot.stores import milliseconds
from bot.stores.connect import Client, Reply
from bot.stores.keys import Lane

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Nothing in it is taken for anything else."""
CODE_LENGTH = 8
"""Of 850 billion codes: somebody who guesses twenty a minute has no hope within the time."""
VALID = timedelta(minutes=15)
MOST_TRIES = 5


class RedisLinks:
    """Both sides are written in one step."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def of(self, chat: Chat) -> Link | None:
        """The chat's link."""
        found: Reply = await self._run("link_look", chat)
        if found is None:
            return None
        platform, member, ours, theirs = found
        return Link(Chat.from_member(platform, member), _instant(ours), _instant(theirs))

    async def offer(self, chat: Chat) -> str:
        """A code that links the chat with the one in which it is said, once and within 15 minutes.

        An earlier one is good no more. Raises LinkRefused where the chat is linked already.
        """
        for _ in range(MOST_TRIES):
            code = "".join(choice(ALPHABET) for _ in range(CODE_LENGTH))
            said = await self._run_once("link_offer", chat, code, milliseconds.of_span(VALID))
            if said == "linked":
                raise LinkRefused(Refusal.LINKED)
            if said == "done":
                return code
        raise StoreUnavailable("No code to link chats by is free.")

    async def accept(self, chat: Chat, code: str) -> Chat:
        """Link the chat with the one that offered the code, and return that; raises LinkRefused."""
        if len(code) != CODE_LENGTH or not set(code) <= set(ALPHABET):
            raise LinkRefused(Refusal.UNKNOWN)
        said: Sequence[str] = await self._run_once("link_accept", chat, code)
        if said[0] != "done":
            raise LinkRefused(Refusal(said[0]))
        _, platform, member = said
        return Chat.from_member(platform, member)

    async def remove(self, chat: Chat) -> Chat | None:
        """End the chat's link; returns the other one, None where there was none."""
        said: Reply = await self._run_once("link_remove", chat)
        return None if said is None else Chat.from_member(*said)

    async def _run(self, name: str, chat: Chat) -> Reply:
        lane = Lane(chat.platform)
        return await self._client.run(name, [lane.links], [lane.prefix, chat.member])

    async def _run_once(self, name: str, chat: Chat, *words: str | int) -> Reply:
        lane = Lane(chat.platform)
        arguments = [lane.prefix, chat.member, *words]
        return await self._client.run_once(name, [lane.links], arguments)


def _instant(ms: str) -> datetime | None:
    return datetime.fromtimestamp(float(ms) / 1000, UTC) if ms else None
