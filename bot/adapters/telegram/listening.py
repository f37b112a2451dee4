"""Commands in: who we are, the menu, and whichever way brings what people say.

Telegram is asked by long polling, or brings it to PUBLIC_URL. What it brought before that changed,
or brings to another process, is answered in either case.
"""

import asyncio
import logging
from collections.abc import Sequence

from telegram import Bot, Update
from telegram.error import InvalidToken

from bot.adapters.telegram.admins import Admins
from bot.adapters.telegram.brought import BroughtUpdates
from bot.adapters.telegram.buttons import Seal
from bot.adapters.telegram.menu import keep_menu
from bot.adapters.telegram.outage import TROUBLE, Outage
from bot.adapters.telegram.polling import Polling
from bot.adapters.telegram.posting import Posting
from bot.adapters.telegram.replies import answer_all
from bot.adapters.telegram.requests import Requests
from bot.adapters.telegram.token import Token
from bot.adapters.telegram.updates import Ears, Heard, hear
from bot.adapters.telegram.webhook import Webhook
from bot.ports import CommandCard, Hook, Inbox, PlatformRefused, Reception

log = logging.getLogger(__name__)


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
        public_url: str | None,
    ) -> None:
        """Take the ways to Telegram; a poll holds its own for many seconds.

        With a `public_url` and an inbox, Telegram brings what people say.
        """
        self._token = token
        self._seal = seal
        self._polls = polls
        self._bot = Bot(token.value, request=requests, get_updates_request=polls)
        self._admins = Admins(self._bot, token)
        self._cards = tuple(cards)
        self._outage = Outage(token, first_pause_seconds)
        self._brought: BroughtUpdates | None = None
        self._webhook = (
            Webhook(self._bot, token.value, public_url, self._outage) if public_url else None
        )

    def use(self, inbox: Inbox) -> Hook | None:
        """Answer also what waits in the inbox; returns where it is brought, if it is."""
        self._brought = BroughtUpdates(self._bot, inbox)
        return self._webhook.hook(inbox) if self._webhook is not None else None

    async def listen(self, reception: Reception, posting: Posting) -> None:
        """Answer commands until cancelled; see `Adapter`."""
        try:
            ears = await self._logged_in()

            def understand(updates: Sequence[Update]) -> Sequence[Heard]:
                return hear(updates, ears)

            async def answer(heard: Sequence[Heard]) -> None:
                await answer_all(heard, reception, posting)

            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(keep_menu(self._bot, self._cards, self._token))
                if self._brought is not None and self._webhook is not None:
                    tasks.create_task(self._webhook.keep())
                    await self._brought.listen(understand, answer)
                else:
                    await Polling(self._bot, self._polls, self._outage).listen(
                        understand, answer, self._brought
                    )
        except ExceptionGroup as group:
            raise group.exceptions[0] from None

    async def _logged_in(self) -> Ears:
        """Find out the bot's own name, however long that takes."""
        while True:
            try:
                me = await self._bot.get_me()
            except TROUBLE as error:
                if isinstance(error, InvalidToken) and not self._token.worked:
                    raise PlatformRefused(self._token.refusal) from None
                await self._outage.pause(error)
            else:
                break
        self._token.works()
        log.info("Listening on Telegram as @%s.", me.username)
        commands = frozenset(card.name for card in self._cards)
        return Ears(me.username or "", commands, self._admins.include, self._seal)
