"""The bot's account on Telegram: alerts out, commands in by long polling.

The polling loop is ours and not the library's Updater: an update counts as seen only once it has
been answered, every outage is told (the Updater hides time-outs), and no task outlives `listen`.
"""

import asyncio
import logging
import re
import ssl
from collections.abc import Sequence
from datetime import timedelta
from functools import cache

import httpx
from telegram import Bot, BotCommand, LinkPreviewOptions, Update
from telegram.constants import ParseMode
from telegram.error import Conflict, InvalidToken, TelegramError

from bot.adapters.telegram.errors import (
    NETWORK_PAUSE_SECONDS,
    REFUSED_NOW,
    THREAD_GONE,
    TOKEN_REFUSED,
    UNREADABLE,
    Flood,
    Requests,
    failure,
    says,
)
from bot.adapters.telegram.markup import render
from bot.adapters.telegram.updates import Heard, hear
from bot.model import Chat, Message
from bot.ports import Answer, CommandCard, DeliveryError, PlatformRefused, Rejected, RetryLater

log = logging.getLogger(__name__)

DESCRIPTION_CHARACTERS = 256
"""The longest description of a command in the menu."""

LONG_POLL = timedelta(seconds=20)
UPDATES = (Update.MESSAGE, Update.CHANNEL_POST, Update.MY_CHAT_MEMBER)
CONNECTIONS = 8
CHATS_AT_ONCE = 4
"""The library's HTTP client gets slower, not faster, with more requests at a time."""

LONGEST_PAUSE_SECONDS = 30.0
CONFLICT_PAUSE_SECONDS = 5.0
CONNECT_SECONDS = 10.0
CLOSE_SECONDS = 1.0

NO_COMMAND = Message(
    "I only understand commands",
    ("Send /help to see what I can tell you, or pick one from the menu.",),
)


@cache
def _certificates() -> ssl.SSLContext:
    """What proves that Telegram is Telegram; reading it blocks for tens of milliseconds."""
    return httpx.create_ssl_context()


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


class TelegramAdapter:
    """One bot account on Telegram."""

    name = "telegram"
    sends_per_second = 28.0
    """Just under the 30 messages a second that a bot may send for free."""

    def __init__(
        self,
        token: str,
        api_root: str,
        cards: Sequence[CommandCard] = (),
        *,
        answer_seconds: float = 20.0,
        first_pause_seconds: float = 1.0,
    ) -> None:
        """Prepare to speak as the bot that `token` names; nothing is sent yet.

        `answer_seconds` is how long Telegram may take for an answer, `first_pause_seconds` the
        first of the growing pauses of an outage.
        """
        self._token = token
        self._commands = frozenset(card.name for card in cards)
        self._menu = [BotCommand(c.name, c.summary[:DESCRIPTION_CHARACTERS]) for c in cards]
        self._first_pause_seconds = first_pause_seconds
        self._token_worked = False
        self._token_refused = False
        polls, sends = (
            Requests(
                connections,
                answer_seconds,
                connect_timeout=CONNECT_SECONDS,
                pool_timeout=answer_seconds,
                httpx_kwargs={"verify": _certificates()},
            )
            for connections in (1, CONNECTIONS)
        )
        self._requests = (polls, sends)
        self._bot = Bot(token, f"{api_root}/bot", request=sends, get_updates_request=polls)

    async def listen(self, answer: Answer) -> None:
        """Answer commands until cancelled; see `Adapter`."""
        outage = _Outage(self._first_pause_seconds)
        place = _Place()
        username = ""
        while True:
            try:
                username = username or await self._log_in()
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
                unread = self._requests[0].updates if isinstance(error, UNREADABLE) else ()
                if not place.pass_over(unread):
                    await asyncio.sleep(outage.goes_on(self._reason(error)))
            else:
                outage.is_over()
                await self._answer_all(hear(updates, username, self._commands), answer)
                # Only the next poll confirms these, so a killed process hears them again.
                place.move_behind(updates)

    async def send(self, chat: Chat, message: Message, key: str) -> None:
        """Deliver one message; see `Adapter`.

        A long one goes in several parts, and an error may leave the first of them delivered: the
        next try sends all again. Telegram cannot tell a repeat, so `key` is unused.
        """
        parts = list(render(message))
        if not parts:
            raise Rejected("there is nothing to read in it")
        for part in parts:
            await self._send_part(chat, part)

    async def close(self) -> None:
        """Let go of connections."""
        try:
            async with asyncio.timeout(CLOSE_SECONDS), asyncio.TaskGroup() as group:
                for requests in self._requests:
                    group.create_task(requests.shutdown())
        except TimeoutError:
            log.warning("A connection to Telegram did not close in time.")

    async def _log_in(self) -> str:
        """The bot's own name; makes Telegram ready for polling.

        A proxy in trouble refuses every token, so only one that never worked is taken for wrong.
        """
        try:
            me = await self._bot.get_me()
        except InvalidToken:
            if self._token_worked:
                raise
            raise PlatformRefused(TOKEN_REFUSED) from None
        self._token_worked = True
        await self._bot.delete_webhook(drop_pending_updates=False)
        try:
            await self._bot.set_my_commands(self._menu)
        except TelegramError as error:
            log.warning("Telegram did not take the command menu: %s", self._reason(error))
        log.info("Listening on Telegram as @%s.", me.username)
        return me.username or ""

    async def _answer_all(self, heard: Sequence[Heard], answer: Answer) -> None:
        """Answer several chats at a time, and each chat's texts in their order."""
        by_chat: dict[Chat, list[Heard]] = {}
        for one in heard:
            by_chat.setdefault(one.chat, []).append(one)
        slots = asyncio.Semaphore(CHATS_AT_ONCE)
        async with asyncio.TaskGroup() as group:
            for in_order in by_chat.values():
                group.create_task(self._answer_chat(in_order, answer, slots))

    async def _answer_chat(
        self, in_order: Sequence[Heard], answer: Answer, slots: asyncio.Semaphore
    ) -> None:
        async with slots:
            for heard in in_order:
                try:
                    reply = await answer(heard.chat, heard.text)
                    if reply is None and heard.private:
                        reply = NO_COMMAND
                    if reply is not None:
                        await self.send(heard.chat, reply, "")
                except DeliveryError as error:
                    log.warning("A reply did not reach Telegram chat %s: %s", heard.chat.id, error)
                except Exception:
                    # Telegram repeats what is not confirmed: one bad command must not end us
                    # again and again.
                    log.exception("A command from Telegram chat %s failed.", heard.chat.id)

    async def _send_part(self, chat: Chat, text: str) -> None:
        thread = int(chat.thread) if chat.thread else None
        try:
            await self._post(chat.id, text, thread)
        except TelegramError as error:
            reason = self._reason(error)
            self._tell_refusal(reason if isinstance(error, InvalidToken) else "")
            if not chat.thread or not says(reason, THREAD_GONE):
                raise failure(error, chat, reason) from None
            # The topic was deleted; the group's General still hears us.
            await self._send_part(Chat(chat.platform, chat.id), text)
        except UNREADABLE:
            raise RetryLater(NETWORK_PAUSE_SECONDS, "an answer nobody can read") from None
        else:
            self._token_worked = True
            self._tell_refusal("")

    def _tell_refusal(self, reason: str) -> None:
        if reason and not self._token_refused:
            log.error("Alerts to Telegram wait: %s", reason)
        self._token_refused = bool(reason)

    async def _post(self, chat_id: str, text: str, thread: int | None) -> None:
        await self._bot.send_message(
            chat_id,
            text,
            parse_mode=ParseMode.HTML,
            message_thread_id=thread,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )

    def _reason(self, error: Exception) -> str:
        """An error in one line, never with the token, which is part of every address asked."""
        if isinstance(error, InvalidToken):
            return REFUSED_NOW if self._token_worked else TOKEN_REFUSED
        text = str(error) if isinstance(error, TelegramError) else repr(error)
        # The library lowers the case of some of Telegram's texts.
        text = re.sub(re.escape(self._token), "<token>", text, flags=re.IGNORECASE)
        line = " ".join(text.split())
        return line.removeprefix("Forbidden: ")[:160]
