"""Telegram's side of the wire (https://core.telegram.org/bots/api#making-requests)."""

import asyncio
import itertools
import json
import math
import time
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote

from aiohttp import web

from tests.adapters.fake_telegram import RefusedText, readable
from tests.adapters.telegram_hook import CONFLICT, METHODS, RefusedWebhook, TelegramHook
from tests.platforms.faults import Json
from tests.platforms.limits import Limits, SlidingWindow, Usual
from tests.platforms.stage import Stage, hung_up

LIMITS: dict[str, Usual] = {
    "overall": (SlidingWindow, 30, 1.0),
    "paid": (SlidingWindow, 1000, 1.0),
    "private": (SlidingWindow, 1, 1.0),
    "group": (SlidingWindow, 20, 60.0),
}
"""https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this; paid sends fall
under `paid` instead of `overall`."""

REFUSALS = {
    "blocked": (403, "Forbidden: bot was blocked by the user"),
    "kicked": (403, "Forbidden: bot was kicked from the supergroup chat"),
    "deactivated": (403, "Forbidden: user is deactivated"),
    "vanished": (400, "Bad Request: chat not found"),
    "no_rights": (400, "Bad Request: not enough rights to send text messages to the chat"),
    "odd": (400, "Bad Request: CHAT_ODDLY_SHAPED"),
}
"""The last is one that nobody has heard of."""

QUIET = frozenset(
    (
        "setmycommands", "deletemycommands", "sendchataction",
        "answercallbackquery", "pinchatmessage",
        "editmessagetext", "editmessagecaption", "editmessagemedia",
    )
)  # fmt: skip
"""Methods that only ever answer True here."""
SENDS = frozenset(("sendmessage", "sendphoto"))
UPLOADED, FILE = "a file", "AgACAgIAAxk"
"""A picture that came with a call, and how Telegram names every picture."""
UPDATES_AT_ONCE = 100
LONGEST_POLL_SECONDS = 50.0


class Telegram:
    """One bot's Telegram."""

    def __init__(self, stage: Stage, token: str, *, limited: bool) -> None:
        self.stage = stage
        self.limits = Limits(LIMITS, on=limited)
        self._prefix = f"/bot{token}/"
        self._me = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Altseason",
            "username": "AltseasonTestBot",
        }
        self._numbers = itertools.count(1)
        self._updates: list[Json] = []
        self.hook = TelegramHook(lambda: self._updates, self._brought)
        self._changed = asyncio.Event()
        """Replaced after each change, so that every poll wakes."""
        self._newest_poll = 0
        self._cut_before = 0
        """Polls with a lower number were cut off."""

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Serve one call of the Bot API."""
        path = unquote(request.raw_path.partition("?")[0])
        if not path.startswith(self._prefix):
            return _refusal(401, "Unauthorized")
        method = path[len(self._prefix) :].lower()
        try:
            given = await _given(request)
        except ValueError:
            self.stage.counters.unparseable += 1
            return _refusal(400, "Bad Request: can't parse the request's body")
        if method in SENDS:
            return await self._send(request, given, photo=method == "sendphoto")
        if storm := self.stage.faults.storm_seconds("", time.monotonic()):
            return self._too_many("storm", storm)
        if method == "getupdates":
            return await self._get_updates(request, given)
        return self._other(method, given)

    def order(self, key: str, value: list[Json]) -> None:
        """Take the orders that only Telegram knows.

        Updates for getUpdates to return or to be brought, or the bots behind the webhook's address.
        """
        match key:
            case "updates":
                new = ({"update_id": next(self._numbers)} | update for update in value)
                self._updates.extend(new)
                self._wake()
            case "behind_proxy":
                self.hook.behind_proxy = [str(each) for each in value]
            case _:
                raise ValueError(f"there is no order {key!r} here")

    def cut(self) -> None:
        """Drop the connection of every poll."""
        self._cut_before = next(self._numbers)
        self._wake()

    async def stop(self) -> None:
        """Knock at no webhook any more."""
        await self.hook.stop()

    def _hook(self, method: str, given: Json) -> web.Response:
        try:
            result = self.hook.call(method, given)
        except RefusedWebhook as error:
            return _refusal(400, f"Bad Request: {error}")
        self._wake()
        return _result(result)

    async def _brought(self, number: int) -> None:
        self._updates = [update for update in self._updates if update["update_id"] != number]

    def _other(self, method: str, given: Json) -> web.Response:
        if method in METHODS:
            return self._hook(method, given)
        if method == "getme":
            return _result(self._me)
        if method == "getmycommands":
            return _result([])
        if method in QUIET:
            return _result(True)  # noqa: FBT003 - the Bot API's own word for "done"
        return _refusal(404, "Not Found")

    async def _send(self, request: web.BaseRequest, given: Json, *, photo: bool) -> web.Response:
        now = time.monotonic()
        self.stage.counters.second_of_sends.add(now)
        chat = str(given.get("chat_id", ""))
        if storm := self.stage.faults.storm_seconds(chat, now):
            return self._too_many("storm", storm)
        keys = {
            "paid" if given.get("allow_paid_broadcast") in (True, "true") else "overall": "",
            "private" if chat.isdecimal() else "group": chat,
        }
        if full := self.limits.full(keys, now):
            return self._too_many(*full)
        return await self.stage.send(request, lambda: self._deliver(chat, given, photo=photo))

    def _deliver(self, chat: str, given: Json, *, photo: bool) -> web.Response:
        faults, counters = self.stage.faults, self.stage.counters
        if kind := faults.refusing.get(chat):
            counters.refused[kind] += 1
            return _refusal(*REFUSALS[kind])
        if moved := faults.moved.get(chat):
            counters.refused["migrated"] += 1
            return _refusal(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                {"migrate_to_chat_id": int(moved)},
            )
        if not chat.lstrip("-").isdecimal():
            counters.refused["vanished"] += 1
            return _refusal(400, "Bad Request: chat not found")
        try:
            said = str(given.get("caption" if photo else "text", ""))
            plain, quoted = _shown(said, given.get("parse_mode") == "HTML", photo)
            picture = f'"photo":[{_picture(given)}],"caption"' if photo else '"text"'
        except RefusedText as error:
            counters.refused["text"] += 1
            return _refusal(400, f"Bad Request: {error}")
        thread = given.get("message_thread_id")
        self.stage.deliver(f"{chat}:{thread}" if thread else chat, plain)
        kind = "supergroup" if chat.startswith("-") else "private"
        return web.Response(
            text=f'{{"ok":true,"result":{{"message_id":{next(self._numbers)},'
            f'"date":{int(time.time())},"chat":{{"id":{chat},"type":"{kind}"}},{picture}:{quoted}}}}}',
            content_type="application/json",
        )

    async def _get_updates(self, request: web.BaseRequest, given: Json) -> web.Response:
        loop = asyncio.get_running_loop()
        if self.hook.url:
            return _refusal(409, CONFLICT)
        offset = int(given.get("offset") or 0)
        poll = self._newest_poll = next(self._numbers)
        self._updates = [update for update in self._updates if update["update_id"] >= offset]
        self._wake()
        ends = loop.time() + min(float(given.get("timeout") or 0), LONGEST_POLL_SECONDS)
        while not (self._updates or self.hook.url) and self._cut_before < poll == self._newest_poll:
            changed = self._changed
            try:
                async with asyncio.timeout_at(ends):
                    await changed.wait()
            except TimeoutError:
                break
        if poll < self._cut_before:
            return hung_up(request)
        if self.hook.url:
            return _refusal(409, "Conflict: terminated by setWebhook request")
        if poll != self._newest_poll:
            return _refusal(409, "Conflict: terminated by other getUpdates request")
        return _result(self._updates[: int(given.get("limit") or UPDATES_AT_ONCE)])

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def _too_many(self, kind: str, seconds: float) -> web.Response:
        self.stage.counters.limited[kind] += 1
        whole = max(1, math.ceil(seconds))
        return _refusal(429, f"Too Many Requests: retry after {whole}", {"retry_after": whole})


async def _given(request: web.BaseRequest) -> Json:
    """What a call was given; raises ValueError for a body that is not what it says."""
    content_type = request.headers.get("Content-Type", "")
    if content_type.startswith("multipart/form-data"):
        fields = (await request.post()).items()
        return {name: value if isinstance(value, str) else UPLOADED for name, value in fields}
    return _parameters(content_type, await request.read())


def _picture(given: Json) -> str:
    """The one size of a picture that was uploaded, or is shown again by the name it got then."""
    if given.get("photo") not in (UPLOADED, FILE):
        raise RefusedText("wrong file identifier/HTTP URL specified")
    return f'{{"file_id":"{FILE}","file_unique_id":"f","width":10,"height":6}}'


def _parameters(content_type: str, body: bytes) -> Json:
    """What a call was given; raises ValueError for a body that is not what it says."""
    if not body:
        return {}
    if content_type.startswith("application/json"):
        given = json.loads(body)
        if not isinstance(given, dict):
            raise ValueError("not an object")
        return given
    if content_type.startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True))
    raise ValueError("a content type that a call without files does not have")


@lru_cache(maxsize=1024)
def _shown(text: str, html: bool, caption: bool) -> tuple[str, str]:  # noqa: FBT001 - private, and cached
    """What people read of a text, and that as JSON; raises RefusedText."""
    if not html:
        text = text.replace("&", "&amp;").replace("<", "&lt;")
    plain = readable(text, caption=caption)
    return plain, json.dumps(plain)


def _result(result: object) -> web.Response:
    return _answer(200, {"ok": True, "result": result})


def _refusal(status: int, description: str, parameters: Json | None = None) -> web.Response:
    answer: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    return _answer(status, answer | ({"parameters": parameters} if parameters else {}))


def _answer(status: int, body: Json) -> web.Response:
    return web.Response(
        status=status, body=json.dumps(body).encode(), content_type="application/json"
    )
