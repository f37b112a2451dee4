"""Commands in by long polling.

The loop is ours and not the library's Updater: an update counts as seen only once it has been
answered, every outage is told (the Updater hides time-outs), and no task outlives `listen`.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta

from telegram import Bot, Update
from telegram.error import Conflict, InvalidToken, TelegramError

from bot.adapters.telegram.admins import UNREADABLE, Admins
from bot.adapters.telegram.buttons import Seal
from bot.adapters.telegram.menu import keep_menu
from bot.adapters.telegram.posting import Posting
from bot.adapters.telegram.replies import answer_all
from bot.adapters.telegram.requests import Flood, Requests
from bot.adapters.telegram.token import Token
from bot.adapters.telegram.updates import Ears, hear
from bot.ports import CommandCard, PlatformRefused, Reception

log = logging.getLogger(__name__)

LONG_POLL = timedelta(seconds=20)
UPDATES = (Update.MESSAGE, Update.CHANNEL_POST, Update.MY_CHAT_MEMBER, Update.CALLBACK_QUERY)

LONGEST_PAUSE_SECONDS = 10.0
CONFLICT_PAUSE_SECONDS = 5.0


class _Outage:
    """Tells an outage once when it begins and once when it is over; its pauses grow."""

    def __init__(self, first_pause_seconds: float) -> None:
        self._first = first_pause_seconds
        self._next = 0.0

    def goes_on(self, reason: str) -> float:
        """Another try failed; returns how many seconds to wait before the next."""
        if not self._next:
            log.warning("Telegram cannot be reached (%s); trying again until it can.", reason)
            self._next = self._first
        pause, self._next = self._next, min(2 * self._next, LONGEST_PAUSE_SECONDS)
        return pause

    def is_over(self) -> None:
        """A try succeeded."""
        if self._next:
            log.info("Telegram can be reached again.")
            self._next = 0.0


class _Place:
    """Where we are in the queue of what people said."""

    def __init__(self) -> None:
        self.offset: int | None = None
        self.at_a_time: int | None = None
        self._conflict_told = False

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

    def tell_conflict(self) -> None:
        """Somebody else takes from the same queue; said once."""
        if not self._conflict_told:
            log.warning(
                "Something else takes this bot's messages from Telegram: another process with "
                "the same token, or a webhook. Going on beside it."
            )
        self._conflict_told = True


class Listener:
    """Hears what people say to one bot, and has it answered."""

    def __init__(
        self,
        token: Token,
        seal: Seal,
        requests: Requests,
        polls: Requests,
        *,
        cards: Sequence[CommandCard],
        first_pause_seconds: float,
    ) -> None:
        """Take the ways to Telegram; a poll holds its own for many seconds."""
        self._token = token
        self._seal = seal
        self._polls = polls
        self._bot = Bot(token.value, request=requests, get_updates_request=polls)
        self._admins = Admins(self._bot, token)
        self._cards = tuple(cards)
        self._first_pause_seconds = first_pause_seconds

    async def listen(self, reception: Reception, posting: Posting) -> None:
        """Answer commands until cancelled; see `Adapter`."""
        known = asyncio.Event()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._keep_menu(known))
                await self._listen(reception, posting, known)
        except ExceptionGroup as group:
            raise group.exceptions[0] from None

    async def _listen(self, reception: Reception, posting: Posting, known: asyncio.Event) -> None:
        """Answer commands; `known` is set once Telegram has told who we are."""
        outage = _Outage(self._first_pause_seconds)
        place = _Place()
        ears: Ears | None = None
        while True:
            try:
                ears = ears or await self._log_in()
                known.set()
                updates = await self._bot.get_updates(
                    offset=place.offset,
                    limit=place.at_a_time,
                    timeout=LONG_POLL,
                    allowed_updates=UPDATES,
                )
            except Conflict:
                outage.is_over()
                place.tell_conflict()
                await asyncio.sleep(CONFLICT_PAUSE_SECONDS)
            except Flood as error:
                await asyncio.sleep(max(error.seconds, outage.goes_on(self._reason(error))))
            except (TelegramError, *UNREADABLE) as error:
                unread = self._polls.updates if isinstance(error, UNREADABLE) else ()
                if not place.pass_over(unread):
                    await asyncio.sleep(outage.goes_on(self._reason(error)))
            else:
                outage.is_over()
                await answer_all(hear(updates, ears), reception, posting)
                # Only the next poll confirms these, so a killed process hears them again.
                place.move_behind(updates)

    async def _log_in(self) -> Ears:
        """Find out the bot's own name; makes Telegram ready for polling."""
        try:
            me = await self._bot.get_me()
        except InvalidToken:
            if self._token.worked:
                raise
            raise PlatformRefused(self._token.refusal) from None
        self._token.works()
        await self._bot.delete_webhook(drop_pending_updates=False)
        log.info("Listening on Telegram as @%s.", me.username)
        commands = frozenset(card.name for card in self._cards)
        return Ears(me.username or "", commands, self._admins.include, self._seal)

    async def _keep_menu(self, known: asyncio.Event) -> None:
        await known.wait()
        await keep_menu(self._bot, self._cards, self._token)

    def _reason(self, error: Exception) -> str:
        """An error in one line, without the token."""
        if isinstance(error, InvalidToken):
            return self._token.refusal
        return self._token.hidden(str(error) if isinstance(error, TelegramError) else repr(error))
