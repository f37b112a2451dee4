"""What Telegram brought to any of our processes, answered by the one that listens."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Sequence

from telegram import Bot, Update

from bot.adapters.telegram.admins import UNREADABLE
from bot.adapters.telegram.updates import Heard
from bot.logs.told_once import ToldOnce
from bot.ports import Brought, Inbox, StoreUnavailable

log = logging.getLogger(__name__)

Hear = Callable[[Sequence[Update]], Sequence[Heard]]
"""What is said to us; raises one of UNREADABLE for what is no update."""
AnswerAll = Callable[[Sequence[Heard]], Awaitable[None]]
"""Returns once all of them are answered, or can never be."""

PAUSE_SECONDS = 1.0
"""Before a store that is away is asked again."""


class BroughtUpdates:
    """Reads an inbox in its order; what is answered leaves it."""

    def __init__(self, bot: Bot, inbox: Inbox) -> None:
        self._bot = bot
        self._inbox = inbox
        self._answered: set[int] = set()
        """What the inbox may not know yet, as it could not be reached."""
        self._wait = ToldOnce(log)

    async def listen(self, hear: Hear, answer: AnswerAll) -> None:
        """Have answered what is brought, until cancelled.

        What is cut off stays in the inbox, and is answered by whoever listens next.
        """
        while True:
            try:
                if not await self._answer_some(hear, answer):
                    await self._inbox.wait()
            except StoreUnavailable as error:
                self._wait.met(error, "What people say on Telegram waits: %s", error)
                await asyncio.sleep(PAUSE_SECONDS)

    async def catch_up(self, hear: Hear, answer: AnswerAll) -> None:
        """Have answered what was brought before Telegram was asked, as far as it can be seen."""
        try:
            while await self._answer_some(hear, answer):
                pass
        except StoreUnavailable as error:
            log.debug("what may have been brought is looked for later: %s", error)

    async def _answer_some(self, hear: Hear, answer: AnswerAll) -> bool:
        """Whether anything was there."""
        waiting = await self._inbox.waiting()
        self._wait.over("What people say on Telegram is heard again.")
        fresh = [each for each in waiting if each.number not in self._answered]
        await answer(self._heard(fresh, hear))
        self._answered |= {each.number for each in fresh}
        await self._inbox.done([each.number for each in waiting])
        self._answered.clear()
        return bool(waiting)

    def _heard(self, brought: Sequence[Brought], hear: Hear) -> list[Heard]:
        """What is said in those that can be read; what cannot hides nothing."""
        heard: list[Heard] = []
        for each in brought:
            try:
                heard += hear([Update.de_json(json.loads(each.text), self._bot)])
            except UNREADABLE:
                log.warning("Telegram's update %d cannot be read and is left out.", each.number)
        return heard
