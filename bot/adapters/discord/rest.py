"""Discord's REST interface: messages posted straight over the wire, and no request too many."""

import asyncio
import json
import logging
import time
from contextlib import suppress
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version

from bot.adapters.discord.buckets import Buckets
from bot.adapters.discord.errors import (
    LONG_S,
    SOON_S,
    TOKEN_REFUSED,
    outcome,
    told,
)
from bot.adapters.discord.invalid import InvalidRequests
from bot.http.wire import NoAnswer, NotSent, Wire, WireAnswer
from bot.ports import RetryLater

log = logging.getLogger(__name__)

_POST_S, _CHECK_S = 35.0, 10.0
"""A post ends before its sender loses patience: unlike the sender, it knows that a repeat of the
same key is swallowed."""
_CONNECTIONS = 20
_HOME = "https://pypi.org/project/altseason-bot"


class Rest:
    """Requests of one bot; while Discord wants to hear nothing from it, none is made."""

    def __init__(self, token: str, root: str) -> None:
        """Take the token and the root address; nothing is opened before the first request."""
        self._wire = Wire(root, headers=_headers(token), connections=_CONNECTIONS)
        self._buckets = Buckets()
        self._invalid = InvalidRequests()
        self._silent_until = float("-inf")
        self._silent_why = ""
        if not usable(token):
            # Nothing will ever be asked with it, as the error about that would show it.
            self._silent_until, self._silent_why = float("inf"), TOKEN_REFUSED
            log.error(TOKEN_REFUSED)

    async def post(self, channel: str, part: bytes, key: str) -> float:
        """Create a message; returns for how many seconds its channel is to be left alone.

        `part` is a JSON object. Discord swallows another message of the same `key` for some
        minutes, so that every doubt may be settled by a repeat. Raises a DeliveryError.
        """
        self._keep_silence()
        if (wait_s := self._buckets.wait_s(channel)) > 0:
            raise RetryLater(wait_s, "the channel takes no more messages yet", counts=False)
        named = b',"nonce":%b,"enforce_nonce":true}' % json.dumps(key).encode()
        path = f"/channels/{channel}/messages"
        answer = await self._answered(_POST_S, path, part.removesuffix(b"}") + named)
        if answer.succeeded and told(answer).get("id"):
            return self._buckets.learn(channel, answer.headers)
        refusal = outcome(answer)
        if isinstance(refusal, RetryLater):
            self._heed(refusal, answer, channel)
        raise refusal

    async def check(self) -> None:
        """Ask who we are; raises RetryLater unless Discord says it."""
        self._keep_silence()
        answer = await self._answered(_CHECK_S, "/users/@me")
        if answer.succeeded and told(answer).get("id"):
            return
        refusal = outcome(answer)
        if not isinstance(refusal, RetryLater):
            refusal = RetryLater(SOON_S, str(refusal))
        self._heed(refusal, answer)
        raise refusal

    async def plan(self) -> WireAnswer:
        """Ask how the gateway is to be visited; raises RetryLater where nothing is answered.

        It is asked even in times of silence: visits have pauses of their own.
        """
        return await self._answered(_CHECK_S, "/gateway/bot")

    async def close(self) -> None:
        """Let go of the connections; the next request opens new ones."""
        await self._wire.close()

    async def _answered(self, within_s: float, path: str, body: bytes | None = None) -> WireAnswer:
        try:
            async with asyncio.timeout(within_s):
                asking = self._wire.get(path) if body is None else self._wire.post(path, body)
                answer = await asking
        except (NotSent, NoAnswer) as error:
            raise RetryLater(SOON_S, str(error)) from None
        except TimeoutError:
            raise RetryLater(SOON_S, f"no whole answer within {within_s:.0f} s") from None
        self._invalid.note(answer)
        return answer

    def _keep_silence(self) -> None:
        wait_s, why = self._silent_until - time.monotonic(), self._silent_why
        if wait_s <= 0:
            wait_s, why = self._invalid.wait_s(), "too many requests were refused lately"
        if wait_s > 0:
            raise RetryLater(min(wait_s, LONG_S), why, counts=False, everything=True)

    def _heed(self, refusal: RetryLater, answer: WireAnswer, channel: str | None = None) -> None:
        """Remember for how long whom Discord wants left alone."""
        now = time.monotonic()
        if refusal.everything:
            known = self._silent_why == TOKEN_REFUSED and now < self._silent_until
            if answer.status == HTTPStatus.UNAUTHORIZED and not known:
                log.error(TOKEN_REFUSED)
            if now + refusal.seconds > self._silent_until:
                self._silent_until, self._silent_why = now + refusal.seconds, str(refusal)
        elif answer.status == HTTPStatus.TOO_MANY_REQUESTS and channel is not None:
            self._buckets.empty(channel, refusal.seconds)


def usable(token: str) -> bool:
    """Whether the token can stand in a header."""
    return token.isascii() and token.isprintable() and " " not in token


def _headers(token: str) -> dict[str, str]:
    """What every request says of us; the form is discord.com/developers/docs/reference's."""
    release = "dev"
    with suppress(PackageNotFoundError):
        release = version("altseason-bot")
    name = f"DiscordBot ({_HOME}, {release})"
    return {"Authorization": f"Bot {token}", "User-Agent": name}
