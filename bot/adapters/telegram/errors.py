"""What goes wrong between us and Telegram, and what it means for a delivery.

The Bot API documents its refusals only as texts; these are the ones known from practice.
"""

import json
import math
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    TelegramError,
    TimedOut,
)
from telegram.request import HTTPXRequest

from bot.model import Chat
from bot.ports import ChatGone, ChatMoved, DeliveryError, Rejected, RetryLater, Unconfirmed

TOKEN_REFUSED = "Telegram refused TELEGRAM_BOT_TOKEN: ask @BotFather for the bot's present token."  # noqa: S105 - a sentence about it
REFUSED_NOW = (
    "it refuses the token it took before: Telegram or a proxy is in trouble, or @BotFather made a "
    "new token"
)

FLOOD_PAUSE_SECONDS = 5.0
"""When Telegram asks us to wait without saying how long."""
NETWORK_PAUSE_SECONDS = 5.0
PAUSE_SECONDS = {Forbidden: 1800.0, InvalidToken: 600.0}
"""A refusal we do not know may pass, as may a refused token: neither is the chat's fault."""

GONE = (
    "bot was blocked by the user",
    "user is deactivated",
    "bot can't initiate conversation",
    "bots can't send messages to bots",
    "bot was kicked",
    "bot is not a member",
    "group chat was deleted",
    "group is deactivated",
    "group chat is deactivated",
    "chat not found",
    "peer_id_invalid",
    "channel_private",
    "have no rights",
    "not enough rights",
    "need administrator rights",
    "chat_write_forbidden",
    "chat_restricted",
    "topic closed",
    "topic_closed",
)
"""Telegram's words for a chat that will not take messages until somebody in it acts."""
THREAD_GONE = ("message thread not found", "topic_deleted")
NOT_SENT = (httpx.ConnectTimeout, httpx.PoolTimeout)
"""The time-outs after which Telegram cannot have the message."""
UNREADABLE = (AttributeError, KeyError, TypeError, ValueError)
"""What the library raises when an answer is JSON, but not of the Bot API's shape."""


class Flood(TelegramError):
    """Telegram asks us to wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"asked to wait {seconds:g} s")
        self.seconds = seconds


class Requests(HTTPXRequest):
    """HTTP to the Bot API.

    A 429 is read here, as the library's RetryAfter cannot be made without a deprecation warning.
    """

    updates: tuple[int, ...] = ()
    """The ids in the last answer to getUpdates, which the library does not tell when it fails."""

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """Status and body of one request; raises Flood, or the library's own errors."""
        status, body = await super().do_request(*args, **kwargs)
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            raise Flood(_retry_after(body))
        self.updates = _update_ids(body)
        return status, body


def _update_ids(body: bytes) -> tuple[int, ...]:
    try:
        return tuple(int(update["update_id"]) for update in json.loads(body)["result"])
    except (KeyError, TypeError, ValueError):
        return ()


def _retry_after(body: bytes) -> float:
    try:
        seconds = float(json.loads(body)["parameters"]["retry_after"])
    except (ArithmeticError, KeyError, TypeError, ValueError):
        return FLOOD_PAUSE_SECONDS
    return seconds if math.isfinite(seconds) and seconds > 0 else FLOOD_PAUSE_SECONDS


def failure(error: TelegramError, chat: Chat, reason: str) -> DeliveryError:
    """What a failed send means; the library's BadRequest is a NetworkError, so order matters."""
    if isinstance(error, Forbidden | BadRequest) and says(reason, GONE):
        return ChatGone(reason)
    match error:
        case Flood():
            return RetryLater(error.seconds, reason, counts=False)
        case ChatMigrated():
            return ChatMoved(Chat(chat.platform, str(error.new_chat_id), chat.thread))
        case BadRequest():
            return Rejected(reason)
        case TimedOut() if not isinstance(error.__cause__, NOT_SENT):
            return Unconfirmed(reason)
    pause = PAUSE_SECONDS.get(type(error), NETWORK_PAUSE_SECONDS)
    return RetryLater(pause, reason, counts=not isinstance(error, InvalidToken))


def says(reason: str, phrases: Sequence[str]) -> bool:
    """Whether a reason holds one of the phrases."""
    return any(phrase in reason.lower() for phrase in phrases)
