"""Discord's side of the wire (https://discord.com/developers/docs/reference)."""

import itertools
import json
import math
import time
from collections import OrderedDict
from typing import Any

from aiohttp import web

from tests.adapters.fake_discord import APPLICATION_ID, BOT, PERSON, shown
from tests.platforms.faults import Json
from tests.platforms.gateway import PATH as GATEWAY_PATH
from tests.platforms.gateway import Gateway
from tests.platforms.limits import Bucket, Limits, SlidingWindow, Usual
from tests.platforms.stage import Stage

ROOT = "/api/v10"
LIMITS: dict[str, Usual] = {"global": (SlidingWindow, 50, 1.0), "channel": (Bucket, 5, 5.0)}
"""https://discord.com/developers/docs/topics/rate-limits; the channel's is what is seen of it."""

REFUSALS = {
    "blocked": (403, 50007, "Cannot send messages to this user"),
    "vanished": (404, 10003, "Unknown Channel"),
    "no_access": (403, 50001, "Missing Access"),
    "no_permission": (403, 50013, "Missing Permissions"),
    "odd": (400, 999999, "Oddly shaped channel"),
}
"""The last is one that nobody has heard of."""

APPLICATION: Json = {
    "id": APPLICATION_ID,
    "name": "altseason",
    "description": "",
    "icon": None,
    "bot_public": True,
    "bot_require_code_grant": False,
    "owner": PERSON,
    "verify_key": "00",
    "flags": 0,
}

NONCE_SECONDS = 300.0
NONCE_CHARACTERS = 25
CONTENT, EMBEDS, EMBED_TOTAL = 2000, 10, 6000
TITLE, DESCRIPTION, FOOTER = 256, 4096, 2048
VIA = {"Via": "1.1 google"}
"""Without it a 429 is taken for one of the shield before Discord."""


class Discord:
    """One bot's Discord."""

    def __init__(self, stage: Stage, token: str, *, limited: bool, shards: int = 1) -> None:
        self.stage = stage
        self.limits = Limits(LIMITS, on=limited)
        self.gateway = Gateway(token)
        self._authorization = f"Bot {token}"
        self._shards = shards
        self._ids = itertools.count(5_000_000_000_000_000_000)
        self._nonces: OrderedDict[tuple[str, str], tuple[float, int]] = OrderedDict()
        """When a message was sent under a nonce in a channel, and its id; oldest first."""

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Serve one request to the REST interface or the gateway."""
        path = request.raw_path.partition("?")[0]
        if path.rstrip("/") == GATEWAY_PATH:
            return await self.gateway.serve(request)
        if request.headers.get("Authorization") != self._authorization:
            return _refusal(401, 0, "401: Unauthorized")
        parts = path.removeprefix(ROOT).split("/")
        match parts:
            case ["", "channels", channel, "messages"] if request.method == "POST":
                return await self._post(request, channel)
        now = time.monotonic()
        if storm := self.stage.faults.storm_seconds("", now):
            return self._too_many("storm", storm, everywhere=True)
        if full := self.limits.full({"global": ""}, now):
            return self._too_many(*full, everywhere=True)
        return await self._other(request, parts[1:])

    def order(self, key: str, value: object) -> None:
        """Refuse every order: Discord knows none of its own."""
        raise ValueError(f"there is no order {key!r} here, with {value!r} or otherwise")

    def cut(self) -> None:
        """Drop all connections to the gateway."""
        self.gateway.cut()

    async def stop(self) -> None:
        """Nothing goes on here that was not asked for."""

    async def _other(self, request: web.BaseRequest, parts: list[str]) -> web.Response:
        """Whatever else discord.py asks on its way to the gateway and there."""
        match parts:
            case ["users", "@me"]:
                return _answer(BOT)
            case ["oauth2", "applications", "@me"] | ["applications", "@me"]:
                return _answer(APPLICATION)
            case ["gateway", *_]:
                return _answer(self._welcome(request))
            case ["applications", _, "commands"]:
                given = json.loads(await request.read()) if request.method == "PUT" else []
                return _answer([self._command(each) for each in given])
        return _refusal(404, 0, "404: Not Found")

    def _welcome(self, request: web.BaseRequest) -> Json:
        """Where the gateway is, and how to come."""
        return {
            "url": f"ws://{request.host}{GATEWAY_PATH}",
            "shards": self._shards,
            "session_start_limit": {
                "total": 1000,
                "remaining": 999,
                "reset_after": 14_400_000,
                "max_concurrency": 1,
            },
        }

    async def _post(self, request: web.BaseRequest, channel: str) -> web.Response:
        try:
            given = json.loads(await _body(request))
            if not isinstance(given, dict):
                raise TypeError("not an object")  # noqa: TRY301 - one answer to both
        except (ValueError, TypeError):
            self.stage.counters.unparseable += 1
            return _refusal(400, 50109, "The request body contains invalid JSON.")
        now = time.monotonic()
        self.stage.counters.second_of_sends.add(now)
        faults = self.stage.faults
        if storm := faults.storm_seconds(channel, now):
            everywhere = faults.storm_seconds("", now) is not None
            return self._too_many("storm", storm, everywhere=everywhere)
        if full := self.limits.full({"global": "", "channel": channel}, now):
            refusal = self._too_many(*full, everywhere=full[0] == "global")
        else:
            refusal = await self.stage.send(request, lambda: self._deliver(channel, given))
        refusal.headers.update(self._bucket_headers(channel))
        return refusal

    def _deliver(self, channel: str, given: Json) -> web.Response:
        counters = self.stage.counters
        if kind := self.stage.faults.refusing.get(channel):
            counters.refused[kind] += 1
            return _refusal(*REFUSALS[kind])
        nonce, embeds = str(given.get("nonce") or ""), given.get("embeds") or []
        if not _fits(str(given.get("content") or ""), embeds, nonce):
            counters.refused["text"] += 1
            return _refusal(400, 50035, "Invalid Form Body")
        key = (channel, nonce) if nonce and given.get("enforce_nonce") else None
        if key and (earlier := self._earlier(key)):
            counters.repeats += 1
            return _answer(_message(earlier, channel, given))
        content = given.get("content") or ""
        self.stage.deliver(channel, "\n".join(part for part in (content, shown(embeds)) if part))
        number = next(self._ids)
        if key:
            self._nonces[key] = (time.monotonic(), number)
        return _answer(_message(number, channel, given))

    def _earlier(self, key: tuple[str, str]) -> int | None:
        """The message of the last minutes that has this nonce."""
        expired = time.monotonic() - NONCE_SECONDS
        while self._nonces and next(iter(self._nonces.values()))[0] < expired:
            self._nonces.popitem(last=False)
        earlier = self._nonces.get(key)
        return earlier[1] if earlier else None

    def _bucket_headers(self, channel: str) -> dict[str, str]:
        """What a client learns about the channel's limit, with every answer."""
        bucket = self.limits.window("channel")
        if not isinstance(bucket, Bucket):
            return {}
        now = time.monotonic()
        remaining, reset = bucket.remaining(channel, now), bucket.reset_seconds(channel, now)
        return {
            "X-RateLimit-Limit": str(bucket.count),
            "X-RateLimit-Remaining": str(remaining),
            "X-RateLimit-Reset": f"{time.time() + reset:.3f}",
            "X-RateLimit-Reset-After": f"{reset:.3f}",
            "X-RateLimit-Bucket": "80c17d2f203122d936070c88c8d10f33",
        }

    def _too_many(self, kind: str, seconds: float, *, everywhere: bool) -> web.Response:
        self.stage.counters.limited[kind] += 1
        body = {
            "message": "You are being rate limited.",
            "retry_after": round(seconds, 3),
            "global": everywhere,
        }
        headers = {"Retry-After": str(math.ceil(seconds))}
        if everywhere:
            headers["X-RateLimit-Global"] = "true"
        headers["X-RateLimit-Scope"] = "global" if everywhere else "user"
        return _raw(json.dumps(body).encode(), 429, headers)

    def _command(self, given: Json) -> Json:
        return given | {
            "id": str(next(self._ids)),
            "application_id": APPLICATION_ID,
            "version": str(next(self._ids)),
        }


async def _body(request: web.BaseRequest) -> bytes:
    """The JSON of a request, which may come with a picture."""
    if not request.content_type.startswith("multipart/"):
        return await request.read()
    told = (await request.post()).get("payload_json", b"")
    return bytes(told) if isinstance(told, bytes | bytearray) else str(told).encode()


def _message(number: int, channel: str, given: Json) -> Json:
    return {
        "id": str(number),
        "channel_id": channel,
        "author": BOT,
        "content": given.get("content") or "",
        "timestamp": "2026-08-01T00:00:00.000000+00:00",
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": given.get("embeds") or [],
        "pinned": False,
        "type": 0,
        "flags": 0,
        "nonce": given.get("nonce"),
    }


def _fits(content: str, embeds: list[Json], nonce: str) -> bool:
    """Whether a message keeps the limits of its parts, and has any."""
    total = 0
    for embed in embeds:
        title, description = embed.get("title") or "", embed.get("description") or ""
        footer = (embed.get("footer") or {}).get("text", "")
        if len(title) > TITLE or len(description) > DESCRIPTION or len(footer) > FOOTER:
            return False
        total += len(title) + len(description) + len(footer)
    return (
        len(content) <= CONTENT
        and len(embeds) <= EMBEDS
        and total <= EMBED_TOTAL
        and len(nonce) <= NONCE_CHARACTERS
        and bool(content.strip() or total)
    )


def _refusal(status: int, code: int, message: str) -> web.Response:
    return _answer({"message": message, "code": code}, status)


def _answer(body: Any, status: int = 200) -> web.Response:
    return _raw(json.dumps(body).encode(), status)


def _raw(body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    # discord.py reads JSON only under exactly this content type, without a charset.
    return web.Response(
        body=body,
        status=status,
        content_type="application/json",
        headers=VIA | headers if headers else VIA,
    )
