"""A webhook as Telegram keeps it: it knocks, one update of a chat at a time, until it is let in.

See https://core.telegram.org/bots/api#setwebhook. The address is https; a proxy in front of the bot
would end TLS, so what is posted goes straight to the bots behind it, to each in turn.
"""

import asyncio
import itertools
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import aiohttp

Json = dict[str, object]

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
METHODS = ("setwebhook", "deletewebhook", "getwebhookinfo")
KNOCK_AGAIN_SECONDS = 0.05
USUAL_CONNECTIONS = 40
PORTS = (443, 80, 88, 8443)
CONFLICT = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)


class RefusedWebhook(Exception):
    """Telegram takes no such webhook; the text says why."""


@dataclass
class TelegramHook:
    """`updates` are all that nobody confirmed; `confirmed` is called with one that was let in."""

    updates: Callable[[], Sequence[Json]]
    confirmed: Callable[[int], Awaitable[None]]
    behind_proxy: list[str] = field(default_factory=list)
    """The bots' own addresses; without any, nobody opens."""
    url: str = ""
    secret: str = ""
    answers: list[tuple[int, int]] = field(default_factory=list)
    """Each knock: the update's id, and the status, or 0 where nobody opened."""
    lost_answers: int = 0
    """So many times more a 200 gets lost on its way to Telegram."""
    _connections: int = USUAL_CONNECTIONS
    _kinds: tuple[str, ...] = ()
    _error: Json = field(default_factory=dict)
    _turns: "itertools.count[int]" = field(default_factory=itertools.count)
    _under_way: dict[object, asyncio.Task[None]] = field(default_factory=dict)
    """By chat."""
    _running: asyncio.Task[None] | None = None

    def call(self, method: str, given: Mapping[str, object]) -> object:
        """The result of a method of the Bot API about webhooks; raises RefusedWebhook."""
        match method.lower():
            case "setwebhook":
                self.set(given)
            case "deletewebhook":
                self.delete()
            case "getwebhookinfo":
                return self.info()
        return True

    def set(self, given: Mapping[str, object]) -> None:
        """SetWebhook, from where on it knocks; raises RefusedWebhook."""
        url = str(given.get("url", ""))
        parts = urlsplit(url)
        if url and (parts.scheme != "https" or not parts.hostname):
            raise RefusedWebhook("bad webhook: An HTTPS URL must be provided for webhook")
        if url and (parts.port or 443) not in PORTS:
            raise RefusedWebhook(
                "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"
            )
        self.url, self.secret = url, str(given.get("secret_token", ""))
        self._connections = int(str(given.get("max_connections", USUAL_CONNECTIONS)))
        self._kinds = tuple(json.loads(str(given.get("allowed_updates", "[]"))))
        if self.url and self._running is None:
            self._running = asyncio.create_task(self._knock())

    def delete(self) -> None:
        """DeleteWebhook; what nobody confirmed stays for getUpdates."""
        self.url = self.secret = ""
        self._error = {}

    def info(self) -> Json:
        """GetWebhookInfo."""
        return {
            "url": self.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self.updates()),
            "max_connections": self._connections,
            "allowed_updates": list(self._kinds),
        } | self._error

    async def stop(self) -> None:
        """Bring nothing more."""
        tasks = [*self._under_way.values(), *([self._running] if self._running else [])]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        self._running = None
        self._under_way.clear()

    async def _knock(self) -> None:
        limit = aiohttp.ClientTimeout(total=10)
        async with aiohttp.ClientSession(timeout=limit) as http:
            while True:
                for update in self.updates() if self.url else ():
                    chat = _chat(update)
                    if chat not in self._under_way and len(self._under_way) < self._connections:
                        bringing = asyncio.create_task(self._bring(http, chat, update))
                        self._under_way[chat] = bringing
                await asyncio.sleep(KNOCK_AGAIN_SECONDS / 5)

    async def _bring(self, http: aiohttp.ClientSession, chat: object, update: Json) -> None:
        number = int(str(update["update_id"]))
        try:
            status = await self._post(http, update)
            if status == 200 and self.lost_answers:
                self.lost_answers -= 1
                status = 0
            self.answers.append((number, status))
            if 200 <= status < 300:
                await self.confirmed(number)
                return
            what = f"Wrong response from the webhook: {status}" if status else "Connection refused"
            self._error = {"last_error_date": 1_780_000_000 + number, "last_error_message": what}
            await asyncio.sleep(KNOCK_AGAIN_SECONDS)
        finally:
            self._under_way.pop(chat, None)

    async def _post(self, http: aiohttp.ClientSession, update: Json) -> int:
        if not self.behind_proxy:
            return 0
        bot = self.behind_proxy[next(self._turns) % len(self.behind_proxy)]
        address = bot + urlsplit(self.url).path
        try:
            async with http.post(
                address, json=update, headers={SECRET_HEADER: self.secret}
            ) as answer:
                return answer.status
        except (aiohttp.ClientError, TimeoutError):
            return 0


def _chat(update: Json) -> object:
    """Whose updates come one after the other."""
    for said in update.values():
        if isinstance(said, dict):
            said = said.get("message", said)  # noqa: PLW2901 - a press tells of its message.
            if isinstance(said, dict) and "chat" in said:
                return said["chat"]["id"]
    return None
