"""Which message shows the board in each chat that has one pinned."""

import logging
from collections.abc import Sequence

from bot.model import Chat
from bot.ports import PinnedBoard
from bot.stores.codec import Codec, DamagedValue
from bot.stores.connect import Client
from bot.stores.keys import Lane

log = logging.getLogger(__name__)

BOARD = Codec(PinnedBoard)
WHATEVER = "*"
"""What is expected where it does not matter what is stored."""


class RedisBoards:
    """One field a chat; a chat that has pinned none has none."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def pin(self, chat: Chat, message: str) -> None:
        """From now on this message of the chat's shows the board, and no other."""
        await self._set(chat, WHATEVER, BOARD.dump(PinnedBoard(message)))

    async def unpin(self, chat: Chat) -> bool:
        """Forget the chat's; returns whether there was one."""
        was = await self._client.field(Lane(chat.platform).boards, chat.member)
        await self._set(chat, WHATEVER, "")
        return was is not None

    async def pinned(self, platform: str) -> Sequence[tuple[Chat, PinnedBoard]]:
        """All that stand somewhere on a platform."""
        found = []
        for member, text in (await self._client.fields(Lane(platform).boards)).items():
            chat = Chat.from_member(platform, member)
            try:
                board = BOARD.load(text, f"pinned board of {platform} chat {member}")
            except DamagedValue as error:
                log.warning("%s", error)
                await self._set(chat, text, "")
            else:
                found.append((chat, board))
        return found

    async def note(self, chat: Chat, before: PinnedBoard, after: PinnedBoard | None) -> None:
        """Remember what a board says now, or forget it, unless another was pinned meanwhile."""
        await self._set(chat, BOARD.dump(before), "" if after is None else BOARD.dump(after))

    async def _set(self, chat: Chat, expected: str, text: str) -> None:
        lane = Lane(chat.platform)
        await self._client.run("pin", [lane.boards], [chat.member, expected, text])
