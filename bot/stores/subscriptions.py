"""Which chat hears which topics."""

from collections.abc import Sequence

from bot.model import Chat
from bot.ports import Resumed
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
        """Add topics; returns those that are new."""
        lane = Lane(chat.platform)
        subscribers = [lane.subscribers(topic) for topic in topics]
        new = await self._client.run_once(
            "subscribe",
            [keys.SEQ, lane.chat(chat.member), *subscribers],
            [chat.member, *topics],
        )
        return frozenset(new)

    async def unsubscribe(self, chat: Chat, topics: Sequence[str]) -> frozenset[str]:
        """Remove topics; returns those that were there."""
        lane = Lane(chat.platform)
        subscribers = [lane.subscribers(topic) for topic in topics]
        gone = await self._client.run_once(
            "unsubscribe",
            [lane.chat(chat.member), *subscribers],
            [lane.prefix, chat.member, *topics],
        )
        return frozenset(gone)

    async def suspended(self, chats: Sequence[Chat]) -> Sequence[Chat]:
        """Those of some chats of one platform, and of the threads in them, that are suspended."""
        ids = {chat.id for chat in chats}
        found = []
        for platform in {chat.platform for chat in chats}:
            async for member in self._client.each_field(Lane(platform).suspended):
                chat = Chat.from_member(platform, member)
                if chat.id in ids:
                    found.append(chat)
        return found

    async def resume(self, chat: Chat) -> Resumed | None:
        """Lift a suspension and send what the chat missed; None if there was none."""
        lane = Lane(chat.platform)
        if await self._client.field(lane.suspended, chat.member) is None:
            return None
        found = await self._client.run_once(
            "resume",
            [lane.suspended],
            [lane.prefix, chat.member, keys.TAG, chat.platform],
        )
        return None if found is None else Resumed(str(found[0]), int(found[1]))
