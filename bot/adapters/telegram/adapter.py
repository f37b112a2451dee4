"""The bot's account on Telegram: alerts straight to the wire, commands in by long polling."""

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from bot.adapters.telegram.errors import (
    NETWORK_PAUSE_SECONDS,
    TOKEN_REFUSED,
    description,
    failure,
    flood_seconds,
    succeeded,
    thread_is_gone,
)
from bot.adapters.telegram.floods import Floods
from bot.adapters.telegram.listening import LONG_POLL, Listener
from bot.adapters.telegram.markup import render
from bot.adapters.telegram.replies import CHATS_AT_ONCE, Mouth
from bot.adapters.telegram.requests import Requests
from bot.adapters.telegram.token import Token
from bot.http.wire import NoAnswer, NotSent, Wire, WireAnswer
from bot.model import Chart, Chat, Message
from bot.ports import (
    NO_PICTURES,
    CommandCard,
    DeliveryError,
    Limits,
    Part,
    Photo,
    PlatformRefused,
    Reception,
    Rejected,
    RetryLater,
    Unconfirmed,
)

log = logging.getLogger(__name__)

FREE = Limits(sends_per_second=30.0, at_once=16)
PAID = Limits(sends_per_second=1000.0, at_once=256)
"""See https://core.telegram.org/bots/faq#broadcasting-to-users; at some 130 ms for an answer."""

PRIVATE_REST_SECONDS = 1.02
GROUP_REST_SECONDS = 3.06
"""A chat may hear one message a second, a group or channel twenty a minute; and some slack."""

TOKEN_PAUSE_SECONDS = 60.0
"""Every process keeps this pause, and so does a bot that was restarted with the right token."""
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
    ) -> None:
        """Prepare to speak as the bot that `token` names; nothing is sent yet.

        With `paid` the bot's owner pays for alerts beyond the free 30 a second. `answer_seconds`
        is how long Telegram may take for an answer, `first_pause_seconds` the first of the growing
        pauses of an outage.
        """
        self.limits = PAID if paid else FREE
        self._paid = paid
        self._token = Token(token)
        self._floods = Floods()
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
        self._listener = Listener(
            self._token, Requests(self._sends), Requests(self._polls), cards, first_pause_seconds
        )

    async def listen(self, reception: Reception) -> None:
        """Answer commands until cancelled; see `Adapter`. A reply is never paid for."""
        await self._listener.listen(reception, Mouth(lambda reply: _parts([reply]), self.post))

    def render(
        self, messages: Sequence[Message], pictures: Mapping[Chart, bytes] = NO_PICTURES
    ) -> Sequence[Part]:
        """The bodies of sendMessage but for the chat; see `Adapter`."""
        return _parts(messages, paid=self._paid)

    async def edit(self, chat: Chat, message: str, part: Part) -> None:
        """Put a part in the place of a message of ours; see `Adapter`."""
        raise NotImplementedError

    async def post(self, chat: Chat, part: Part, key: str) -> float:
        """Deliver one part; see `Adapter`. Telegram cannot tell a repeat, so `key` is unused."""
        if isinstance(part, Photo):
            raise NotImplementedError
        try:
            answer = await self._sends.post("/sendMessage", _addressed(chat, part))
        except NotSent as error:
            raise RetryLater(NETWORK_PAUSE_SECONDS, str(error)) from None
        except NoAnswer as error:
            raise Unconfirmed(str(error)) from None
        if succeeded(answer):
            self._token.works()
            return GROUP_REST_SECONDS if chat.id.startswith("-") else PRIVATE_REST_SECONDS
        if chat.thread and thread_is_gone(answer):
            # The topic was deleted; the group's General still hears us.
            return await self.post(Chat(chat.platform, chat.id), part, key)
        raise self._refusal(answer) or self._failure(answer, chat)

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
            raise self._refusal(answer) or RetryLater(seconds, reason, everything=True)
        self._token.works()

    async def close(self) -> None:
        """Let go of connections."""
        try:
            async with asyncio.timeout(CLOSE_SECONDS), asyncio.TaskGroup() as group:
                for wire in (self._polls, self._sends):
                    group.create_task(wire.close())
        except TimeoutError:
            log.warning("A connection to Telegram did not close in time.")

    def _refusal(self, answer: WireAnswer) -> RetryLater | None:
        """Telegram will not have us at all just now: not the fault of what was asked."""
        if answer.status not in TOKEN_REFUSED:
            return None
        self._token.tell_refusal()
        return RetryLater(
            TOKEN_PAUSE_SECONDS, self._token.refusal, counts=False, everything=True, ours=True
        )

    def _failure(self, answer: WireAnswer, chat: Chat) -> DeliveryError:
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
            seconds = flood_seconds(answer.body)
            everything = self._floods.begin(chat.id, seconds)
            reason = f"asked to wait {seconds:g} s"
            return RetryLater(seconds, reason, counts=False, everything=everything)
        return failure(answer, chat, self._token.hidden(description(answer)))


def _parts(messages: Sequence[Message], *, paid: bool = False) -> Sequence[bytes]:
    """Bodies of sendMessage without a chat, see https://core.telegram.org/bots/api#sendmessage."""
    options: dict[str, object] = {
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
    }
    if paid:
        options["allow_paid_broadcast"] = True
    parts = [
        json.dumps({"text": text} | options, ensure_ascii=False, separators=(",", ":")).encode()
        for text in render(messages)
    ]
    if not parts:
        raise Rejected("there is nothing to read in it")
    return parts


def _addressed(chat: Chat, part: bytes) -> bytes:
    """The part with its chat in front; both are JSON objects, and are joined as such."""
    thread = f'"message_thread_id":{int(chat.thread)},' if chat.thread else ""
    return b'{"chat_id":%b,%b%b' % (str(int(chat.id)).encode(), thread.encode(), part[1:])
