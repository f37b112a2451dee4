"""Who runs a group: asked of Telegram when it matters, and remembered for a minute."""

import asyncio
from collections import OrderedDict

from telegram import Bot, ChatMember
from telegram.error import BadRequest, TelegramError

from bot.adapters.telegram.token import Token
from bot.ports import CannotTell

REMEMBERED_SECONDS = 60.0
MOST_REMEMBERED = 10_000
ASK_SECONDS = 5.0
ADMINS = (ChatMember.OWNER, ChatMember.ADMINISTRATOR)
UNREADABLE = (AttributeError, KeyError, OverflowError, RecursionError, TypeError, ValueError)
"""What the library raises when an answer is JSON, but not of the Bot API's shape: nested thousands
deep, for one, or with a number that has no end."""


class Admins:
    """The admins of the groups in which somebody wanted to change something."""

    def __init__(
        self,
        bot: Bot,
        token: Token,
        *,
        remembered_seconds: float = REMEMBERED_SECONDS,
        most_remembered: int = MOST_REMEMBERED,
        ask_seconds: float = ASK_SECONDS,
    ) -> None:
        """Take whom to ask, for how long and how many answers count, and the longest wait."""
        self._bot = bot
        self._token = token
        self._remembered_seconds = remembered_seconds
        self._most_remembered = most_remembered
        self._ask_seconds = ask_seconds
        self._known: OrderedDict[tuple[int, int], tuple[bool, float]] = OrderedDict()
        """Each answer with the time until which it counts, on the loop's clock; oldest first."""

    async def include(self, group: int, user: int) -> bool:
        """Whether a user is one of a group's admins; raises CannotTell."""
        now = asyncio.get_running_loop().time()
        found, until = self._known.get((group, user), (False, now))
        if until > now:
            return found
        try:
            async with asyncio.timeout(self._ask_seconds):
                found = await self._ask(group, user)
        except TimeoutError:
            raise CannotTell("Telegram does not answer in time") from None
        except TelegramError as error:
            raise CannotTell(self._token.hidden(str(error))) from None
        except UNREADABLE:
            raise CannotTell("Telegram's answer cannot be read") from None
        self._remember((group, user), found=found)
        return found

    async def _ask(self, group: int, user: int) -> bool:
        try:
            member = await self._bot.get_chat_member(group, user)
        except BadRequest:
            # Of other users Telegram promises an answer only to a bot that is an admin itself; who
            # the admins are it tells every bot.
            admins = await self._bot.get_chat_administrators(group)
            return any(each.user.id == user for each in admins)
        return member.status in ADMINS

    def _remember(self, asked: tuple[int, int], *, found: bool) -> None:
        now = asyncio.get_running_loop().time()
        self._known[asked] = found, now + self._remembered_seconds
        self._known.move_to_end(asked)
        while len(self._known) > self._most_remembered or next(iter(self._known.values()))[1] < now:
            self._known.popitem(last=False)
