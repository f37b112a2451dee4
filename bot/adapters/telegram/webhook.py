"""What people say, brought by Telegram: see https://core.telegram.org/bots/api#setwebhook.

Whichever process it is brought to keeps it where all see it, and has said so to Telegram before
anybody answers: who listens answers in peace, in the order in which things were said, and what a
killed process did not answer the next one does. What Telegram brings twice is kept once.
"""

import asyncio
import hmac
import json
import logging
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus

from telegram import Bot, WebhookInfo
from telegram.error import BadRequest

from bot.adapters.telegram.outage import TROUBLE, Outage
from bot.adapters.telegram.polling import UPDATES
from bot.ports import Brought, Hook, Inbox, StoreUnavailable

log = logging.getLogger(__name__)

SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 - the name of a header.
CONNECTIONS = 40
"""As many posts as Telegram may have under way: each is answered as soon as Redis has kept it."""
LOOK_SECONDS = 60.0
"""How often Telegram is asked whether the webhook stands and what is wrong with it."""
REFUSED_PAUSE_SECONDS = 60.0
LARGEST_NUMBER = 2**53
"""Beyond this Redis does not order numbers by one."""


class Webhook:
    """One bot's webhook: the hook that takes updates in, and what keeps it set."""

    def __init__(self, bot: Bot, token: str, public_url: str, outage: Outage) -> None:
        """Take the bot, its token, where the world reaches us, and what tells outages."""
        self._bot = bot
        self._outage = outage
        # Derived from the token: every process knows both, and whoever sees one knows no other.
        self._path = f"/telegram/{_derived(token, 'path')[:32]}"
        self._secret = _derived(token, "secret")
        self._url = public_url + self._path
        self._failed_at: datetime | None = None
        """When Telegram could bring nothing, the last time that we know of."""
        self._failing = False

    def hook(self, inbox: Inbox) -> Hook:
        """Where Telegram knocks, and what is done then."""

        async def take(headers: Mapping[str, str], body: bytes) -> int:
            given = headers.get(SECRET_HEADER, "")
            if not hmac.compare_digest(given.encode(errors="replace"), self._secret.encode()):
                return HTTPStatus.FORBIDDEN
            brought = _brought(body)
            if brought is None:
                return HTTPStatus.BAD_REQUEST
            try:
                kept = await inbox.put(brought)
            except StoreUnavailable as error:
                log.debug("Telegram is asked to bring an update again: %s", error)
                kept = False
            return HTTPStatus.OK if kept else HTTPStatus.SERVICE_UNAVAILABLE

        return Hook(self._path, take)

    async def keep(self) -> None:
        """Until cancelled, see to it that Telegram brings what people say, and tell why if not.

        It stays set when we end: whoever listens next, here or elsewhere, goes on from there.
        """
        await self._set()
        # Whatever went wrong before is not ours to tell.
        self._failed_at = (await self._info()).last_error_date
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            info = await self._info()
            if info.url != self._url:
                log.warning("Somebody took Telegram's webhook away; setting it again.")
                await self._set()
            self._tell(info)

    async def _info(self) -> WebhookInfo:
        while True:
            try:
                info = await self._bot.get_webhook_info()
            except TROUBLE as error:
                await self._outage.pause(error)
            else:
                self._outage.is_over()
                return info

    async def _set(self) -> None:
        refused = False
        while True:
            try:
                await self._bot.set_webhook(
                    self._url,
                    max_connections=CONNECTIONS,
                    allowed_updates=UPDATES,
                    drop_pending_updates=False,
                    secret_token=self._secret,
                )
            except BadRequest as error:
                if not refused:
                    reason = self._outage.reason(error)
                    log.error(  # noqa: TRY400 - Telegram's words say all.
                        "Telegram takes no webhook at PUBLIC_URL, so nobody is heard: %s. Trying "
                        "again; unset PUBLIC_URL to have it asked instead.",
                        reason,
                    )
                refused = True
                await asyncio.sleep(REFUSED_PAUSE_SECONDS)
            except TROUBLE as error:
                await self._outage.pause(error)
            else:
                self._outage.is_over()
                log.info("Telegram brings what people say to PUBLIC_URL.")
                return

    def _tell(self, info: WebhookInfo) -> None:
        """One warning when Telegram cannot bring what people say, and a line when it can again."""
        news = info.last_error_date is not None and info.last_error_date != self._failed_at
        self._failed_at = info.last_error_date
        if news and not self._failing:
            log.warning(
                "Telegram cannot bring what people say to PUBLIC_URL: %s; %d updates wait.",
                " ".join((info.last_error_message or "").split()), info.pending_update_count,
            )  # fmt: skip
        if self._failing and not news and not info.pending_update_count:
            log.info("Telegram brings what people say to PUBLIC_URL again.")
        self._failing = news or (self._failing and bool(info.pending_update_count))


def _derived(token: str, purpose: str) -> str:
    """A text that only whoever has the token can tell; of characters that Telegram allows."""
    return hmac.digest(token.encode(), f"webhook {purpose}".encode(), "sha256").hex()


def _brought(body: bytes) -> Brought | None:
    """An update's number and text; None for what is no update."""
    try:
        text = body.decode()
        number = json.loads(text)["update_id"]
    except (ValueError, RecursionError, KeyError, TypeError):
        return None
    if type(number) is not int or not 0 <= number < LARGEST_NUMBER:
        return None
    return Brought(number, text)
