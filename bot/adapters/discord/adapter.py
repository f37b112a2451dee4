"""Discord as a chat platform: commands come over the gateway, alerts leave over REST.

The two have a client each, so that alerts survive an outage of the gateway.
"""

import asyncio
import hashlib
import logging
from collections.abc import Sequence
from contextlib import AsyncExitStack
from http import HTTPStatus

import discord

from bot.adapters.discord.embeds import embeds
from bot.adapters.discord.errors import (
    LONG_S,
    NONSENSE,
    REFUSED_NOW,
    SOON_S,
    TOKEN_REFUSED,
    TROUBLE,
    outcome,
    reason,
)
from bot.adapters.discord.gateway import Client, Visit
from bot.model import Chat, Message
from bot.ports import Answer, CommandCard, PlatformRefused, Rejected, RetryLater

log = logging.getLogger(__name__)

_PAUSES_S = (1.0, 2.0, 5.0, 15.0, 60.0, 120.0)
"""Between two visits; the longest keeps us below the 1000 sessions a day that Discord allows."""
_STEADY_S = 600.0
_LOGIN_S, _SEND_S = 15.0, 35.0
"""A send ends before its caller loses patience: unlike a caller, it knows that a repeat of the same
key is swallowed."""

_TOKEN_CODE = 4004
"""The gateway's close code for a token it refuses."""
_FINAL = {
    4010: "Discord refused the bot's shard.",
    4011: "Discord refused the bot: it is in too many servers for one connection.",
    4012: "Discord refused the bot: discord.py speaks a version of the gateway that has ended.",
    4013: "Discord refused the bot's intents.",
    4014: "Discord refused the bot's intents.",
}
"""Close codes of the gateway after which trying again does not help."""


class DiscordAdapter:
    """Discord, connected; sending works whether or not anyone listens.

    `pauses_s` are the waits before the gateway is tried again, the last one repeated.
    """

    name = "discord"
    sends_per_second = 40.0
    """Just under the 50 requests a second that a bot may make."""

    def __init__(
        self, token: str, cards: Sequence[CommandCard], *, pauses_s: Sequence[float] = _PAUSES_S
    ) -> None:
        self._token = token
        self._cards = tuple(cards)
        self._pauses_s = pauses_s
        self._sender: Client | None = None
        self._logging_in = asyncio.Lock()
        self._refused_until = float("-inf")
        self._outage = False
        self._token_worked = False

    async def listen(self, answer: Answer) -> None:
        """Answer slash commands until cancelled; an outage is said once, and its end once."""
        loop = asyncio.get_running_loop()
        failures = 0
        while True:
            began = loop.time()
            self._down(await self._visit(answer))
            if loop.time() - began > _STEADY_S:
                failures = 0
            await asyncio.sleep(self._pauses_s[min(failures, len(self._pauses_s) - 1)])
            failures += 1

    async def send(self, chat: Chat, message: Message, key: str) -> None:
        """Deliver one message, if need be in several parts; Discord swallows a repeated `key`."""
        if not chat.id.isdecimal():
            raise Rejected(f"{chat.id!r} is no Discord channel")
        for part, embed in enumerate(embeds(message)):
            await self._post(int(chat.id), embed, _nonce(key, part))

    async def close(self) -> None:
        """Let go of the connections alerts use; those for commands end with `listen`."""
        sender, self._sender = self._sender, None
        if sender is not None:
            await sender.leave()

    async def _visit(self, answer: Answer) -> str:
        """Stay at the gateway as long as it lasts; returns why it ended."""
        visit = Visit(self._cards, answer, self._up)
        try:
            await visit.attend(_usable(self._token))
        except discord.LoginFailure:
            return self._refused_token()
        except discord.ConnectionClosed as error:
            if error.code == _TOKEN_CODE:
                return self._refused_token()
            if error.code in _FINAL:
                raise PlatformRefused(_FINAL[error.code]) from None
            return reason(error)
        except (*TROUBLE, *NONSENSE) as error:
            return reason(error)
        return "the gateway closed the connection"

    def _refused_token(self) -> str:
        """Why the token is refused now; raises PlatformRefused for one that never worked."""
        if not self._token_worked:
            raise PlatformRefused(TOKEN_REFUSED)
        return REFUSED_NOW

    async def _post(self, channel: int, embed: discord.Embed, nonce: str) -> None:
        wait_s = self._refused_until - asyncio.get_running_loop().time()
        if wait_s > 0:
            raise RetryLater(wait_s, TOKEN_REFUSED)
        try:
            async with asyncio.timeout(_SEND_S):
                sender = await self._logged_in()
                await sender.get_partial_messageable(channel).send(embed=embed, nonce=nonce)
        except discord.RateLimited as error:
            raise RetryLater(error.retry_after, "Discord asks for a pause", counts=False) from None
        except discord.LoginFailure:
            raise self._refused() from None
        except discord.HTTPException as error:
            refused = error.status == HTTPStatus.UNAUTHORIZED
            raise (self._refused() if refused else outcome(error)) from None
        except (*TROUBLE, *NONSENSE) as error:
            raise RetryLater(SOON_S, reason(error)) from None

    async def _logged_in(self) -> Client:
        async with asyncio.timeout(_LOGIN_S), self._logging_in:
            if self._sender is None:
                async with AsyncExitStack() as unless_done:
                    client = Client()
                    unless_done.push_async_callback(client.leave)
                    await client.login(_usable(self._token))
                    unless_done.pop_all()
                self._sender = client
                self._token_worked = True
            return self._sender

    def _refused(self) -> RetryLater:
        # Each further request would count towards a ban of this machine's address.
        self._refused_until = asyncio.get_running_loop().time() + LONG_S
        log.error(TOKEN_REFUSED)
        return RetryLater(LONG_S, TOKEN_REFUSED)

    def _down(self, why: str) -> None:
        if not self._outage:
            log.warning("Discord is out of reach and will be tried again: %s.", why)
        self._outage = True

    def _up(self) -> None:
        self._token_worked = True
        if self._outage:
            log.info("Discord is back.")
        self._outage = False


def _usable(token: str) -> str:
    """The token, unless it could not stand in a header; the error about that would show it."""
    if not token.isascii() or not token.isprintable() or " " in token:
        raise discord.LoginFailure
    return token


def _nonce(key: str, part: int) -> str:
    """Names one part of a delivery, within the 25 characters Discord allows."""
    if part == 0:
        return key
    return hashlib.blake2b(f"{key}/{part}".encode(), digest_size=12).hexdigest()
