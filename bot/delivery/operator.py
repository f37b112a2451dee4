"""Tells the operator's chat about the bot itself, each thing once.

It is told by whoever listens to that chat's platform, from what is stored: so whoever polls,
delivers and listens elsewhere needs to know nothing of it, and it hears that nobody polls any more.
A job of its own brings a message, without a topic and with an id that begins with `operator:`; it
is no alert, so that neither subscriptions nor mutes nor quiet hours have a say.
"""

import asyncio
import logging
from collections.abc import Sequence

from bot.delivery.keeping import keep_looking
from bot.model import Chat
from bot.operator import News, blind, failing, followed, may_tell, message, news, sent
from bot.ports import (
    Clock,
    DeadLetters,
    Feed,
    GivenUp,
    Journal,
    OperatorDesk,
    Seen,
    Telling,
    Told,
)

log = logging.getLogger(__name__)

LOOK_SECONDS = 20.0
SETTLED_SECONDS = 30.0
"""What has been news for so long is told: a restart, or another process that takes over, is over by
then, and what comes of one cause is told together."""
DEAD_LOOKED_AT = 50


class OperatorPost:
    """Looks how things stand, and tells what has changed since it told something last."""

    def __init__(
        self,
        chat: Chat,
        desk: OperatorDesk,
        *,
        journal: Journal,
        dead_letters: DeadLetters,
        feeds: Sequence[Feed],
        platforms: Sequence[str],
        clock: Clock,
    ) -> None:
        """Take whom to tell, what was told, where things are looked up, and the time."""
        self._chat = chat
        self._desk = desk
        self._journal = journal
        self._dead_letters = dead_letters
        self._feeds = feeds
        self._platforms = tuple(platforms)
        self._clock = clock
        self._news_since: float | None = None
        self._is_away = False

    async def keep(self, platform: str) -> None:
        """Tell what is new until cancelled, if the chat is on this platform."""
        if platform != self._chat.platform:
            return
        self._news_since = None
        await keep_looking(
            "news for OPERATOR_CHAT", self.look, seconds=LOOK_SECONDS, again_seconds=LOOK_SECONDS
        )

    async def look(self) -> bool:
        """Tell what has been new for long enough; whether that was so. Raises StoreUnavailable."""
        before = await self._desk.told()
        seen = await self._seen()
        told = followed(before, seen)
        found, after = news(told, seen)
        now = self._clock()
        if found and self._has_settled() and may_tell(told, now):
            await self._tell(before, sent(after, now), found)
            return True
        if not found:
            self._news_since = None
        if told != before:
            await self._desk.tell(self._chat, before, told, None, now)
        return False

    def _has_settled(self) -> bool:
        now = asyncio.get_running_loop().time()
        if self._news_since is None:
            self._news_since = now
        return now - self._news_since >= SETTLED_SECONDS

    async def _tell(self, before: Told, after: Told, found: News) -> None:
        said = message(found)
        telling = await self._desk.tell(self._chat, before, after, said, self._clock())
        if telling is Telling.AWAY and not self._is_away:
            log.warning("OPERATOR_CHAT cannot be reached; what it should hear stands in the log")
        if telling is not Telling.MOVED:
            self._is_away = telling is Telling.AWAY
        if telling is Telling.DONE:
            self._news_since = None
            log.info("OPERATOR_CHAT is told: %s", " ".join(said.lines))

    async def _seen(self) -> Seen:
        health, states = await self._journal.health(), await self._journal.states()
        return Seen(
            blind=blind(states, health, self._feeds),
            failing=failing(health),
            roles=await self._desk.roles(self._platforms),
            dead={name: await self._given_up(name) for name in self._platforms},
        )

    async def _given_up(self, platform: str) -> GivenUp:
        newest = await self._dead_letters.listed(platform, DEAD_LOOKED_AT)
        if not newest:
            return GivenUp()
        return GivenUp(newest, (await self._dead_letters.backlog(platform)).dead)
