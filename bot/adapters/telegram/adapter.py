"""The bot's account on Telegram: alerts straight to the wire, commands in by either way."""

import asyncio
import logging
from collections.abc import Mapping, Sequence

from bot.adapters.telegram.buttons import Seal
from bot.adapters.telegram.errors import (
    NETWORK_PAUSE_SECONDS,
    TOKEN_REFUSED,
    description,
    flood_seconds,
    succeeded,
)
from bot.adapters.telegram.listening import Listener
from bot.adapters.telegram.parts import parts_of
from bot.adapters.telegram.polling import LONG_POLL
from bot.adapters.telegram.posting import Posting
from bot.adapters.telegram.replies import CHATS_AT_ONCE
from bot.adapters.telegram.requests import Requests
from bot.adapters.telegram.token import Token
from bot.http.wire import NoAnswer, NotSent, Wire
from bot.model import Chart, Chat, Message
from bot.ports import (
    NO_PICTURES,
    CommandCard,
    Hook,
    Inbox,
    Limits,
    Part,
    PlatformRefused,
    Reception,
    RetryLater,
)

log = logging.getLogger(__name__)

FREE = Limits(sends_per_second=30.0, at_once=16)
PAID = Limits(sends_per_second=1000.0, at_once=256)
"""See https://core.telegram.org/bots/faq#broadcasting-to-users; at some 130 ms for an answer."""

PRIVATE_REST_SECONDS = 1.02
GROUP_REST_SECONDS = 3.06
"""A chat may hear one message a second, a group or channel twenty a minute; and some slack."""

CHECK_SECONDS = 5.0
CLOSE_SECONDS = 1.0
LONGEST_POLL_BYTES = 33_554_432
"""A hundred updates, each with a long text and all its markup."""


class TelegramAdapter:
    """One bot account on Telegram."""

    name = "telegram"

    def __init__(
        self,
        token: str,
        api_root: str,
        cards: Sequence[CommandCard] = (),
        *,
        paid: bool = False,
        answer_seconds: float = 20.0,
        first_pause_seconds: float = 1.0,
        public_url: str | None = None,
    ) -> None:
        """Prepare to speak as the bot that `token` names; nothing is sent yet.

        With `paid` the bot's owner pays for alerts beyond the free 30 a second. `answer_seconds`
        is how long Telegram may take for an answer, `first_pause_seconds` the first of the growing
        pauses of an outage. With a `public_url` Telegram brings what people say there, once there
        is an inbox to `use`; else it is asked for it.
        """
        self.limits = PAID if paid else FREE
        self._paid = paid
        self._token = Token(token)
        root = api_root + self._token.path
        self._sends = Wire(
            root, connections=self.limits.at_once + CHATS_AT_ONCE, answer_seconds=answer_seconds
        )
        self._polls = Wire(
            root,
            connections=1,
            answer_seconds=answer_seconds + LONG_POLL.total_seconds(),
            longest_answer_bytes=LONGEST_POLL_BYTES,
        )
        seal = Seal(token)
        self._posting = Posting(self._sends, self._token, seal)
        self._listener = Listener(
            self._token,
            seal,
            Requests(self._sends),
            Requests(self._polls),
            cards=cards,
            first_pause_seconds=first_pause_seconds,
            public_url=public_url,
        )

    def use(self, inbox: Inbox) -> Hook | None:
        """Answer also what waits in the inbox; see `Hooked`."""
        return self._listener.use(inbox)

    async def listen(self, reception: Reception) -> None:
        """Answer commands until cancelled; see `Adapter`. A reply is never paid for."""
        await self._listener.listen(reception, self._posting)

    def render(
        self, messages: Sequence[Message], pictures: Mapping[Chart, bytes] = NO_PICTURES
    ) -> Sequence[Part]:
        """Bodies that lack their chat; see `Adapter`."""
        return parts_of(messages, pictures, paid=self._paid)

    async def edit(self, chat: Chat, message: str, part: Part) -> None:
        """Put a part in the place of a message of ours; see `Adapter`."""
        await self._posting.edit(chat, message, part)

    async def post(self, chat: Chat, part: Part, key: str) -> float:
        """Deliver one part; see `Adapter`. Telegram cannot tell a repeat, so `key` is unused."""
        await self._posting.post(chat, part)
        return GROUP_REST_SECONDS if chat.id.startswith("-") else PRIVATE_REST_SECONDS

    async def check(self) -> None:
        """Ask Telegram who we are; see `Adapter`. Raises RetryLater when it does not say."""
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                answer = await self._sends.post("/getMe", b"{}")
        except (NotSent, NoAnswer, TimeoutError) as error:
            reason = str(error) or "no answer in time"
            raise RetryLater(NETWORK_PAUSE_SECONDS, reason, everything=True) from None
        if answer.status in TOKEN_REFUSED and not self._token.worked:
            raise PlatformRefused(self._token.refusal)
        if not succeeded(answer):
            reason = self._token.hidden(description(answer))
            seconds = flood_seconds(answer.body)
            raise self._posting.refusal(answer) or RetryLater(seconds, reason, everything=True)
        self._token.works()

    async def close(self) -> None:
        """Let go of connections."""
        try:
            async with asyncio.timeout(CLOSE_SECONDS), asyncio.TaskGroup() as group:
                for wire in (self._polls, self._sends):
                    group.create_task(wire.close())
        except TimeoutError:
            log.warning("A connection to Telegram did not close in time.")
