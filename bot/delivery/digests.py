"""Sends the digests that chats asked for at their times, each exactly once.

A digest is due by what its chat has set. A job of its own brings it, without a topic and with an id
that begins with `digest:`: it is no alert, and comes when it was asked for, in quiet hours too.
What a look did not come to, as the process died, is found by the next one wherever that is; whoever
enqueues a digest moves its time in the same step, so that no other look can.
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from bot.delivery.keeping import keep_looking
from bot.digests.times import LATEST, due_of
from bot.model import Message
from bot.ports import Clock, Digests, DueDigest, MadeDigest, StoreUnavailable

log = logging.getLogger(__name__)

LOOK_SECONDS, AGAIN_SECONDS = 20.0, 1.0
AT_ONCE = 50
"""So many are made and enqueued together."""

Make = Callable[[DueDigest, datetime], Awaitable[Message]]
"""The digest that is due, at a time; raises StoreUnavailable."""


class DigestPost:
    """Looks what is due, has it made, and puts it on its way."""

    def __init__(self, digests: Digests, make: Make, clock: Clock) -> None:
        """Take where it is noted what is due, who makes it, and the time."""
        self._digests = digests
        self._make = make
        self._clock = clock

    async def keep(self, platform: str) -> None:
        """Send what is due on a platform, until cancelled."""
        await keep_looking(
            f"digests on {platform}",
            lambda: self.look(platform),
            seconds=LOOK_SECONDS,
            again_seconds=AGAIN_SECONDS,
        )

    async def look(self, platform: str) -> bool:
        """Send some of what is due; whether there was any. Raises StoreUnavailable."""
        now = self._clock()
        due = await self._digests.due(platform, now, AT_ONCE)
        made = [await self._made(each, now) for each in due]
        await self._digests.enqueue(platform, made, now)
        return bool(due)

    async def _made(self, due: DueDigest, now: datetime) -> MadeDigest:
        following = due_of(due.preferences, now)
        wanted = following is not None and due.reachable and now - due.due <= LATEST
        return MadeDigest(due, await self._message(due, now) if wanted else None, following)

    async def _message(self, due: DueDigest, now: datetime) -> Message | None:
        try:
            return await self._make(due, now)
        except StoreUnavailable:
            raise
        except Exception:  # A bug in what one chat is told must not end the bot for all others.
            log.exception("the digest of a chat on %s is left out", due.chat.platform)
            return None
