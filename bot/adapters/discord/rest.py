"""Discord's REST interface: messages posted straight over the wire, and no request too many."""

import asyncio
import json
import logging
import math
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version

from bot.adapters.discord.buckets import Buckets
from bot.adapters.discord.errors import (
    SOON_S,
    TOKEN_PAUSE_S,
    TOKEN_REFUSED,
    outcome,
    refuses_file,
    told,
)
from bot.adapters.discord.files import CONTENT_TYPE, multipart
from bot.adapters.discord.invalid import InvalidRequests
from bot.adapters.discord.pages import without_picture
from bot.http.wire import NoAnswer, NotSent, Wire, WireAnswer
from bot.ports import Part, Photo, PlatformRefused, RetryLater

log = logging.getLogger(__name__)

_CHECK_S = 10.0
_CONNECTIONS = 20


class Rest:
    """Requests of one bot; while Discord wants to hear nothing from it, none is made."""

    def __init__(self, token: str, root: str) -> None:
        """Take the token and the root address; nothing is opened before the first request."""
        self._wire = Wire(root, headers=_headers(token), connections=_CONNECTIONS)
        self._buckets = Buckets()
        self._invalid = InvalidRequests()
        self._silent_until = float("-inf")
        self._silent_why = ""
        self._worked = False
        """Whether Discord ever took the token: if not, a refusal is final."""
        self._refusal_told = False
        if not usable(token):
            # Nothing will ever be asked with it, as the error about that would show it.
            self._silent_until, self._silent_why = math.inf, TOKEN_REFUSED
            log.error(TOKEN_REFUSED)

    async def post(self, channel: str, part: Part, key: str) -> float:
        """Create a message; returns for how many seconds its channel is to be left alone.

        Discord swallows another message of the same `key` for some minutes, so that every doubt may
        be settled by a repeat. A picture that is refused is left out. Raises a DeliveryError.
        """
        self._keep_silence()
        if (wait_s := self._buckets.wait_s(channel)) > 0:
            raise RetryLater(wait_s, "the channel takes no more messages yet", counts=False)
        named = b'"nonce":%b,"enforce_nonce":true' % json.dumps(key).encode()
        path = f"/channels/{channel}/messages"
        answer = await self._written(self._wire.post, path, part, named)
        if answer.succeeded and told(answer).get("id"):
            self._works()
            return self._buckets.learn(channel, answer.headers)
        refusal = outcome(answer)
        if isinstance(refusal, RetryLater):
            self._heed(refusal, answer, channel)
        raise refusal

    async def edit(self, channel: str, message: str, part: Part) -> None:
        """Put a part in the place of a message; raises MessageGone, or another DeliveryError."""
        self._keep_silence()
        path = f"/channels/{channel}/messages/{message}"
        # A picture stays unless it is said that there is none, or another.
        more = b"" if isinstance(part, Photo) else b'"attachments":[]'
        answer = await self._written(self._wire.patch, path, part, more)
        if answer.succeeded and told(answer).get("id"):
            self._works()
            return
        refusal = outcome(answer)
        if isinstance(refusal, RetryLater):
            self._heed(refusal, answer)
        raise refusal

    async def check(self) -> None:
        """Ask who we are; raises RetryLater unless Discord says it.

        Raises PlatformRefused for a token that never worked.
        """
        self._keep_silence()
        answer = await self._got("/users/@me")
        if answer.succeeded and told(answer).get("id"):
            self._works()
            return
        if answer.status == HTTPStatus.UNAUTHORIZED and not self._worked:
            raise PlatformRefused(TOKEN_REFUSED)
        refusal = outcome(answer)
        if not isinstance(refusal, RetryLater):
            refusal = RetryLater(SOON_S, str(refusal))
        self._heed(refusal, answer)
        raise refusal

    async def plan(self) -> WireAnswer:
        """Ask how the gateway is to be visited; raises RetryLater where nothing is answered.

        It is asked even in times of silence: visits have pauses of their own.
        """
        return await self._got("/gateway/bot")

    async def close(self) -> None:
        """Let go of the connections; the next request opens new ones."""
        await self._wire.close()

    async def _got(self, path: str) -> WireAnswer:
        try:
            async with asyncio.timeout(_CHECK_S):
                return await self._answered(self._wire.get(path))
        except TimeoutError:
            raise RetryLater(SOON_S, f"no whole answer within {_CHECK_S:.0f} s") from None

    async def _written(
        self, write: Callable[..., Awaitable[WireAnswer]], path: str, part: Part, more: bytes
    ) -> WireAnswer:
        """Write a part with more fields; one whose picture is refused once more without it."""
        if isinstance(part, Photo):
            body = multipart(_with(part.body, more), part.png)
            answer = await self._answered(write(path, body, content_type=CONTENT_TYPE))
            if not refuses_file(answer):
                return answer
            log.info("Discord took no picture, so the text goes alone: %s.", outcome(answer))
            part = without_picture(part.body)
        return await self._answered(write(path, _with(part, more)))

    async def _answered(self, asking: Awaitable[WireAnswer]) -> WireAnswer:
        try:
            answer = await asking
        except (NotSent, NoAnswer) as error:
            raise RetryLater(SOON_S, str(error)) from None
        self._invalid.note(answer)
        return answer

    def _works(self) -> None:
        self._worked, self._refusal_told = True, False

    def _keep_silence(self) -> None:
        wait_s, why = self._silent_until - time.monotonic(), self._silent_why
        if wait_s <= 0:
            wait_s, why = self._invalid.wait_s(), "too many requests were refused lately"
        if wait_s > 0:
            seconds = wait_s if math.isfinite(wait_s) else TOKEN_PAUSE_S
            # Whoever has to know of it in other processes was told when it began.
            raise RetryLater(seconds, why, counts=False, everything=True, ours=True)

    def _heed(self, refusal: RetryLater, answer: WireAnswer, channel: str | None = None) -> None:
        """Remember for how long whom Discord wants left alone."""
        now = time.monotonic()
        if refusal.everything:
            if answer.status == HTTPStatus.UNAUTHORIZED and not self._refusal_told:
                self._refusal_told = True
                log.error(TOKEN_REFUSED)
            if now + refusal.seconds > self._silent_until:
                self._silent_until, self._silent_why = now + refusal.seconds, str(refusal)
        elif answer.status == HTTPStatus.TOO_MANY_REQUESTS and channel is not None:
            self._buckets.empty(channel, refusal.seconds)


def usable(token: str) -> bool:
    """Whether the token can stand in a header."""
    return token.isascii() and token.isprintable() and " " not in token


def _with(body: bytes, more: bytes) -> bytes:
    """A JSON object with more fields."""
    return b"%b,%b}" % (body.removesuffix(b"}"), more) if more else body


def _headers(token: str) -> dict[str, str]:
    """What every request says of us; the form is discord.com/developers/docs/reference's.

    It has room for an address, which we do not have: our name stands there.
    """
    release = "dev"
    with suppress(PackageNotFoundError):
        release = version("altseason-bot")
    name = f"DiscordBot (altseason-bot, {release})"
    return {"Authorization": f"Bot {token}", "User-Agent": name}
