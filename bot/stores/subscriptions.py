"""Which chat hears which topics."""

from collections.abc import Sequence

from bot.model import Chat
from bot.stores import keys
from bot.stores.connect import Client
from bot.stores.keys import Lane


class RedisSubscriptions:
    """Subscribers in the order of joining; whoever hears nothing any more leaves no trace."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def topics(self, chat: Chat) -> frozenset[str]:
        """The topics this chat hears."""
        return await self._client.members(Lane(chat.platform).chat(chat.member))

    async def subscribe(self, chat: Chat, topics: Sequence[str]) -> frozenset[str]:
        """Add topics; returns those that are new. A suspended chat is resumed."""
        lane = Lane(chat.platform)
        subscribers = [lane.subscribers(topic) for topic in topics]
        new = await self._client.run(
            "subscribe",
            [keys.SEQ, lane.suspended, lane.chat(chat.member), *subscribers],
            [chat.member, *topics],
        )
        return frozenset(new)

    async def unsubscribe(self, chat: Chat, topics: Sequence[str]) -> frozenset[str]:
        """Remove topics; returns those that were there."""
        lane = Lane(chat.platform)
        subscribers = [lane.subscribers(topic) for topic in topics]
        gone = await self._client.run(
            "unsubscribe",
            [lane.suspended, lane.chat(chat.member), *subscribers],
            [chat.member, *topics],
        )
        return frozenset(gone)

    async def resume(self, chat: Chat) -> str | None:
        """Lift a suspension; returns its reason, or None if there was none."""
        reason = await self._client.run("resume", [Lane(chat.platform).suspended], [chat.member])
        return None if reason is None else str(reason)
