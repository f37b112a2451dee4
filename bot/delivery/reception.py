"""Takes what people and platforms say, and lets replies out at the platform's pace."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from bot.delivery.pacing import Pace
from bot.delivery.restraint import PER_MINUTE, Hearing, Restraint
from bot.language import _, speaking
from bot.model import Chart, Chat, Message
from bot.ports import (
    NOTHING,
    SILENCE,
    Author,
    Boards,
    Forgetting,
    Outbox,
    Pictures,
    StoreUnavailable,
    Subscriptions,
)

log = logging.getLogger(__name__)

Answer = Callable[[Chat, str, Author], Awaitable[Message | None]]
"""(chat, "/subscribe dominance", author) -> the reply; None when the text is no command."""

Suggest = Callable[[Chat, str, str, str, Author], Awaitable[Sequence[str]]]
"""(chat, command, option, what is typed, author) -> what may stand there."""


def slow_down() -> Message:
    """What somebody is told who asks too much."""
    why = _("I answer one person {count} times a minute, and leave out what comes faster.")
    return Message(_("Slow down, please"), (why.format(count=PER_MINUTE),), aside=True)


SUGGESTIONS_PER_MINUTE = 120
"""A platform asks with every key that is pressed: nobody types faster than this for a minute."""


async def nothing(
    _chat: Chat, _command: str, _option: str, _typed: str, _author: Author
) -> Sequence[str]:
    """Suggest nothing."""
    return ()


class FrontDesk:
    """One platform's reception."""

    def __init__(
        self,
        answer: Answer,
        subscriptions: Subscriptions,
        outbox: Outbox,
        pace: Pace,
        *,
        suggest: Suggest = nothing,
        pictures: Pictures | None = None,
        boards: Boards | None = None,
        forgetting: Forgetting | None = None,
    ) -> None:
        """Take who answers commands, what chats hear, and when a reply may leave.

        `suggest` completes what is typed; without `pictures` no chart is drawn, without `boards`
        what is pinned stays as it is, and without `forgetting` so does what is stored of chats
        that put us out.
        """
        self._answer = answer
        self._suggest = suggest
        self._pictures = pictures
        self._boards = boards
        self._forgetting = forgetting
        self._subscriptions = subscriptions
        self._outbox = outbox
        self._pace = pace
        self._restraint = Restraint()
        self._typing = Restraint(SUGGESTIONS_PER_MINUTE)

    async def answer(self, chat: Chat, text: str, author: Author) -> Message | None:
        """The reply to "/subscribe dominance"; None when the text is no command.

        Whoever asks too much is told so once a minute, and otherwise gets SILENCE.
        """
        if author.id:
            hearing = self._restraint.hear(author.id, asyncio.get_running_loop().time())
            if hearing is Hearing.TOLD_TO_WAIT:
                log.info("somebody on %s asks too much and is slowed down", chat.platform)
                with speaking(author.language):
                    return slow_down()
            if hearing is Hearing.IGNORED:
                return SILENCE
        return await self._answer(chat, text, author)

    async def suggest(
        self, chat: Chat, command: str, option: str, typed: str, author: Author
    ) -> Sequence[str]:
        """What may stand in a command's option and has to do with what is typed so far.

        Nothing for whoever asks too much; answers are not held up by what was suggested.
        """
        now = asyncio.get_running_loop().time()
        if author.id and self._typing.hear(author.id, now) is not Hearing.ANSWERED:
            return ()
        return await self._suggest(chat, command, option, typed, author)

    async def drawn(self, chart: Chart) -> bytes | None:
        """The chart as a PNG; None where it cannot be drawn now."""
        return None if self._pictures is None else await self._pictures.drawn(chart)

    async def pinned(self, chat: Chat, message: str) -> None:
        """A `pinned` answer stands in the chat, under the platform's own id."""
        if self._boards is None:
            return
        try:
            await self._boards.pin(chat, message)
        except StoreUnavailable as error:
            # It shows what was so when it was pinned; /board pin makes another.
            log.warning("a pinned board will not be kept up to date: %s", error)

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

    async def left(self, chats: Sequence[Chat]) -> None:
        """Somebody put us out of these chats for good: all that is stored of them goes."""
        if self._forgetting is None:
            return
        try:
            for chat in chats:
                gone = await self._forgetting.forget(chat)
                if gone != NOTHING:
                    log.info("a chat on %s put us out and is forgotten", chat.platform)
        except StoreUnavailable as error:
            # It stays suspended from its next alert on, until somebody lets us in again.
            log.warning("a chat that put us out was not forgotten: %s", error)

    async def moved(self, old: Chat, new: Chat) -> None:
        """The platform gave a chat another id: everything stored for it follows."""
        try:
            await self._outbox.move(old, new)
        except StoreUnavailable as error:
            # The next send to the old id is told of the new one.
            log.warning("a chat's move was not noted: %s", error)
