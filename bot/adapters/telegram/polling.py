"""What people say, asked for by long polling: see https://core.telegram.org/bots/api#getupdates.

The loop is ours and not the library's Updater: an update counts as seen only once it has been
answered, every outage is told (the Updater hides time-outs), and no task outlives it.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta

from telegram import Bot, Update
from telegram.error import Conflict

from bot.adapters.telegram.admins import UNREADABLE
from bot.adapters.telegram.brought import AnswerAll, BroughtUpdates, Hear
from bot.adapters.telegram.outage import TROUBLE, Outage, Rivalry
from bot.adapters.telegram.requests import Requests

log = logging.getLogger(__name__)

LONG_POLL = timedelta(seconds=20)
UPDATES = (Update.MESSAGE, Update.CHANNEL_POST, Update.MY_CHAT_MEMBER, Update.CALLBACK_QUERY)

CONFLICT_PAUSE_SECONDS, LONGEST_CONFLICT_PAUSE_SECONDS = 5.0, 30.0
BY_WEBHOOK = "webhook"
"""Telegram's word in its 409 where a webhook is set, and not another poll under way."""


class _Place:
    """Where we are in the queue of what people said."""

    def __init__(self) -> None:
        self.offset: int | None = None
        self.at_a_time: int | None = None

    def move_behind(self, updates: Sequence[Update]) -> None:
        """These are answered."""
        if updates:
            self.offset = updates[-1].update_id + 1

    def pass_over(self, unread: Sequence[int]) -> bool:
        """Close in on the one update that cannot be read and leave it out.

        It must not hide all that come after it. False when nothing was there to pass over.
        """
        if len(unread) == 1:
            log.warning("Telegram's update %d cannot be read and is left out.", unread[0])
            self.offset, self.at_a_time = unread[0] + 1, None
        elif unread:
            self.at_a_time = 1
        return bool(unread)


def _numbered(updates: Sequence[Update]) -> Sequence[Update]:
    """The updates; raises ValueError where one has no number behind which we could go on."""
    if not all(type(update.update_id) is int for update in updates):
        raise ValueError("an update without a number")
    return updates


class Polling:
    """Asks Telegram again and again what people said to the bot."""

    def __init__(self, bot: Bot, polls: Requests, outage: Outage) -> None:
        """Take the bot, the way on which its polls go, and what tells outages."""
        self._bot = bot
        self._polls = polls
        self._outage = outage
        self._rivalry = Rivalry(CONFLICT_PAUSE_SECONDS, LONGEST_CONFLICT_PAUSE_SECONDS)

    async def listen(
        self, hear: Hear, answer: AnswerAll, brought: BroughtUpdates | None = None
    ) -> None:
        """Have answered what people say, until cancelled; what was brought before goes first."""
        place = _Place()
        await self._end_webhook()
        while True:
            if brought is not None:
                await brought.catch_up(hear, answer)
            try:
                updates = await self._bot.get_updates(
                    offset=place.offset,
                    limit=place.at_a_time,
                    timeout=LONG_POLL,
                    allowed_updates=UPDATES,
                )
                heard = hear(_numbered(updates))
            except Conflict as conflict:
                self._outage.is_over()
                await self._wait_out(conflict)
            except TROUBLE as error:
                unread = self._polls.updates if isinstance(error, UNREADABLE) else ()
                if not place.pass_over(unread):
                    await self._outage.pause(error)
            else:
                self._outage.is_over()
                self._rivalry.undisturbed()
                await answer(heard)
                # Only the next poll confirms these, so a killed process hears them again.
                place.move_behind(updates)

    async def _wait_out(self, conflict: Conflict) -> None:
        """Let whoever polls beside us end; a webhook that stays set is nobody's."""
        reason = self._outage.reason(conflict)
        await self._rivalry.pause(reason)
        if BY_WEBHOOK in reason:
            await self._end_webhook()

    async def _end_webhook(self) -> None:
        """Have Telegram keep for us what people say, from whatever it has brought nobody yet."""
        while True:
            try:
                await self._bot.delete_webhook(drop_pending_updates=False)
            except TROUBLE as error:
                await self._outage.pause(error)
            else:
                return
