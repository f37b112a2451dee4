"""Takes what people and platforms say, and lets replies out at the platform's pace."""

import logging
from collections.abc import Awaitable, Callable, Sequence

from bot.delivery.pacing import Pace
from bot.model import Chat, Message
from bot.ports import Outbox, StoreUnavailable, Subscriptions

log = logging.getLogger(__name__)

Answer = Callable[[Chat, str], Awaitable[Message | None]]
"""(chat, "/subscribe dominance") -> the reply; None when the text is no command."""


class FrontDesk:
    """One platform's reception."""

    def __init__(
        self, answer: Answer, subscriptions: Subscriptions, outbox: Outbox, pace: Pace
    ) -> None:
        """Take who answers commands, what chats hear, and when a reply may leave."""
        self._answer = answer
        self._subscriptions = subscriptions
        self._outbox = outbox
        self._pace = pace

    async def answer(self, chat: Chat, text: str) -> Message | None:
        """The reply to "/subscribe dominance"; None when the text is no command."""
        return await self._answer(chat, text)

    async def turn(self, chat: Chat) -> None:
        """Wait until a reply may be sent to the chat; replies go before alerts."""
        await self._pace.reply_turn()

    async def invited(self, chats: Sequence[Chat]) -> None:
        """Somebody let us into these chats, perhaps again: those that were suspended resume."""
        try:
            for chat in await self._subscriptions.suspended(chats):
                resumed = await self._subscriptions.resume(chat)
                if resumed is not None:
                    log.info("a chat on %s hears us again: %s", chat.platform, resumed.reason)
        except StoreUnavailable as error:
            # Its next command brings it back all the same.
            log.warning("an invitation was not noted: %s", error)

    async def moved(self, old: Chat, new: Chat) -> None:
        """The platform gave a chat another id: everything stored for it follows."""
        try:
            await self._outbox.move(old, new)
        except StoreUnavailable as error:
            # The next send to the old id is told of the new one.
            log.warning("a chat's move was not noted: %s", error)
