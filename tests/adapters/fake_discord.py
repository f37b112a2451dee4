"""A Discord to test against: its REST interface and gateway over real sockets on loopback.

It keeps Discord's rules where they matter to a bot: tokens, limits of embeds and commands, error
codes, the nonce that makes a repeated message one message, a channel's bucket, one answer to an
interaction, what a component says, and shards.
"""

import asyncio
import contextlib
import itertools
import json
import math
import re
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import WSMsgType, web

Json = dict[str, Any]

TOKEN = "fake-discord-token"
APPLICATION_ID = "4000000000000000001"
BOT: Json = {
    "id": "4000000000000000001",
    "username": "altseason",
    "discriminator": "0",
    "global_name": None,
    "avatar": None,
    "bot": True,
    "flags": 0,
}
PERSON: Json = {**BOT, "id": "4000000000000000002", "username": "reader", "bot": False}
GUILD_ID = "4000000000000000003"
EVERYTHING = 2_147_483_647
"""Permissions of somebody who may do all, administrator included."""
NOTHING: Mapping[str, Any] = {}
_TIME = "2026-08-01T00:00:00.000000+00:00"


@dataclass(frozen=True, slots=True)
class Fault:
    """What one request gets instead of Discord's usual answer.

    `drop` closes the connection without an answer; with `stored` the message was accepted before.
    """

    status: int = 500
    code: int = 0
    text: str = "no"
    headers: Mapping[str, str] = field(default_factory=lambda: {"Via": "1.1 google"})
    body: Json | None = None
    content_type: str = "application/json"
    drop: bool = False
    stored: bool = False

    @classmethod
    def rate_limit(
        cls, retry_after: float, *, via: bool = True, scope: str = "user", everywhere: bool = False
    ) -> "Fault":
        """A 429; one without `Via` comes from the shield before Discord."""
        body = {"message": "You are being rate limited.", "retry_after": retry_after}
        headers = {
            "Retry-After": str(math.ceil(retry_after)),
            "X-RateLimit-Scope": scope,
            **({"Via": "1.1 google"} if via else {}),
        }
        return cls(429, headers=headers, body={**body, "global": everywhere})


@dataclass(frozen=True, slots=True)
class Posted:
    """A message in a channel, or an attempt at one."""

    channel: str
    nonce: str
    embeds: Sequence[Json]
    payload: Json
    agent: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)
    id: str = ""

    @property
    def buttons(self) -> list[Json]:
        """All buttons, row by row."""
        return pressable(self.payload)

    @property
    def text(self) -> str:
        """Everything a reader sees."""
        return shown(self.embeds)


@dataclass(frozen=True, slots=True)
class Reply:
    """One request that answers an interaction: `callback`, `edit`, `followup` or `delete`."""

    interaction: str
    kind: str
    payload: Json
    files: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def ephemeral(self) -> bool:
        """Whether it is for whoever asked alone, as far as this request says it."""
        return bool(self.payload.get("flags", self.payload.get("data", {}).get("flags", 0)) & 64)

    @property
    def buttons(self) -> list[Json]:
        """All buttons, row by row."""
        return pressable(self.payload)

    @property
    def text(self) -> str:
        """Everything a reader sees."""
        return shown(self.payload.get("embeds") or ())


def pressable(payload: Json) -> list[Json]:
    """The buttons of a message, row by row."""
    return [button for row in payload.get("components") or () for button in row["components"]]


def shown(embeds: Sequence[Json]) -> str:
    """The texts of embeds, a line each."""
    return "\n".join(text for embed in embeds for text in _texts(embed) if text)


def _texts(embed: Json) -> tuple[str, str, str]:
    footer = (embed.get("footer") or {}).get("text", "")
    return embed.get("title") or "", embed.get("description") or "", footer


class FakeDiscord:
    """One Discord with one bot account; use it as an asynchronous context manager."""

    def __init__(self, token: str = TOKEN) -> None:
        self.token = token
        self.requests: list[tuple[str, str]] = []
        self.commands: list[Json] = []
        self.syncs = 0
        self.identifies: list[Json] = []
        self.resumes = 0
        self.attempts: list[Posted] = []
        """Every message that arrived here, accepted or not."""
        self.messages: list[Posted] = []
        """The messages readers see."""
        self.edits: list[Posted] = []
        """Messages as they were changed afterwards, by their ids."""
        self.pins: list[tuple[str, str]] = []
        self.pinning = True
        """Whether the bot may pin messages."""
        self.direct_messages: list[str] = []
        """Whom the bot opened direct messages with."""
        self.replies: list[Reply] = []
        self.greeting = True
        """Whether the gateway says HELLO; without it, it hangs up."""
        self.refusing = False
        """Whether the gateway refuses every token."""
        self.visits = 0
        """How often anyone came to the gateway."""
        self.plan: Json = {
            "shards": 1,
            "session_start_limit": {
                "total": 1000,
                "remaining": 999,
                "reset_after": 14_400_000,
                "max_concurrency": 1,
            },
        }
        """What GET /gateway/bot answers, beside the address."""
        self.identified_at: list[float] = []
        self.slow: dict[int, asyncio.Event] = {}
        """Shards whose session begins only when this is set."""
        self.bucket: tuple[int, float] | None = None
        """So many messages in so many seconds are what each channel takes; None: it is not said."""
        self._channel_faults: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self._path_faults: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self._by_nonce: dict[tuple[str, str], Json] = {}
        self._interactions: dict[str, str] = {}
        self._answered: set[str] = set()
        self._thinking: set[str] = set()
        self._deleted: set[str] = set()
        self._gateways: dict[web.WebSocketResponse, asyncio.Transport | None] = {}
        self._ready: list[web.WebSocketResponse] = []
        self._shards: dict[web.WebSocketResponse, int] = {}
        self._sessions: dict[str, int] = {}
        self._buckets: defaultdict[str, deque[float]] = defaultdict(deque)
        self._ids = itertools.count(5_000_000_000_000_000_000)
        self._sequence = itertools.count(1)
        self._changed = asyncio.Condition()
        self._runner: web.AppRunner | None = None
        self._port = 0

    # --- For tests --------------------------------------------------------------------------------

    @property
    def rest_url(self) -> str:
        """For DISCORD_API_BASE_URL."""
        return f"http://127.0.0.1:{self._port}/api/v10"

    @property
    def gateway_url(self) -> str:
        """For DISCORD_GATEWAY_URL."""
        return f"ws://127.0.0.1:{self._port}/gateway-socket"

    @property
    def connected(self) -> bool:
        """Whether a bot is at the gateway and READY."""
        return bool(self._ready)

    @property
    def shards(self) -> list[int]:
        """Which shards are at the gateway and READY."""
        return sorted(self._shards[socket] for socket in self._ready)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen, on the same port as before if there was one."""
        application = web.Application(middlewares=[self._guard])
        application.add_routes(
            [
                web.get("/gateway-socket", self._gateway),
                web.get("/gateway-socket/", self._gateway),
                web.get("/api/v10/gateway", self._gateway_address),
                web.get("/api/v10/gateway/bot", self._gateway_plan),
                web.get("/api/v10/users/@me", self._me),
                web.get("/api/v10/oauth2/applications/@me", self._application),
                web.get("/api/v10/applications/@me", self._application),
                web.get("/api/v10/applications/{app}/commands", self._get_commands),
                web.put("/api/v10/applications/{app}/commands", self._put_commands),
                web.post("/api/v10/channels/{channel}/messages", self._post_message),
                web.patch("/api/v10/channels/{channel}/messages/{message}", self._edit_message),
                web.put("/api/v10/channels/{channel}/messages/pins/{message}", self._pin),
                web.post("/api/v10/users/@me/channels", self._open_direct_messages),
                web.post("/api/v10/interactions/{id}/{token}/callback", self._callback),
                web.patch("/api/v10/webhooks/{app}/{token}/messages/@original", self._edit),
                web.delete("/api/v10/webhooks/{app}/{token}/messages/@original", self._delete),
                web.post("/api/v10/webhooks/{app}/{token}", self._followup),
            ]
        )
        self._runner = web.AppRunner(application, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Refuse connections and hang up on everyone, as a network does that is gone."""
        await self.drop_gateways()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def drop_gateways(self) -> None:
        """Cut every gateway connection without a word."""
        for transport in self._gateways.values():
            if transport is not None:
                transport.abort()
        self._ready.clear()
        await self._notify()

    def silence_gateways(self) -> None:
        """Let every gateway connection swallow all and say nothing, as a broken network does."""
        for transport in self._gateways.values():
            if transport is not None:
                transport.pause_reading()

    async def close_gateways(self, code: int) -> None:
        """Close every gateway connection with a code of Discord's."""
        sockets = list(self._gateways)
        self._ready.clear()
        for socket in sockets:
            await socket.close(code=code)
        await self._notify()

    async def send_garbage(self) -> None:
        """Send every bot at the gateway a frame that says it is compressed, and is not."""
        for socket in list(self._ready):
            await socket.send_bytes(b"garbage\x00\x00\xff\xff")

    def fail(self, channel: str | int, *faults: Fault) -> None:
        """Let the next messages to a channel meet these faults, in turn."""
        self._channel_faults[str(channel)].extend(faults)

    def fail_path(self, end: str, *faults: Fault) -> None:
        """Let the next requests whose path ends so meet these faults, in turn."""
        self._path_faults[end].extend(faults)

    async def wait_for(self, predicate: Callable[[], object], within_s: float = 5.0) -> None:
        """Return as soon as it holds; raises TimeoutError."""
        async with asyncio.timeout(within_s), self._changed:
            await self._changed.wait_for(predicate)

    async def slash(
        self,
        name: str,
        options: Mapping[str, str] | None = None,
        channel_id: str | int = "6000000000000000001",
        *,
        guild: bool = True,
        shard: int = 0,
        permissions: int = EVERYTHING,
        more: Mapping[str, Any] = NOTHING,
    ) -> str:
        """Let a person run a slash command as soon as the bot is there; returns the interaction.

        `more` is said along with it by Discord, and replaces what it says here.
        """
        given = [{"name": key, "type": 3, "value": value} for key, value in (options or {}).items()]
        data = {"id": str(next(self._ids)), "name": name, "type": 1, "options": given}
        place = _place(str(channel_id), guild=guild, permissions=permissions)
        return await self._interact(
            2, data, {**place, "channel_id": str(channel_id), **more}, shard
        )

    async def type_in(
        self, name: str, option: str, typed: str, channel_id: str = "6000000000000000001"
    ) -> str:
        """Let a person type into an option of a command; returns the interaction."""
        focused = {"name": option, "type": 3, "value": typed, "focused": True}
        data = {"id": str(next(self._ids)), "name": name, "type": 1, "options": [focused]}
        place = _place(channel_id, guild=True, permissions=EVERYTHING)
        return await self._interact(4, data, {**place, "channel_id": channel_id})

    async def offered(self, interaction: str) -> Sequence[str]:
        """What is offered to complete what was typed."""
        reply = await self.answer_to(interaction, kind="callback")
        return [choice["value"] for choice in reply.payload["data"]["choices"]]

    async def press(
        self,
        custom_id: str,
        channel_id: str | int = "6000000000000000001",
        *,
        guild: bool = True,
        permissions: int = EVERYTHING,
        ephemeral: bool = False,
        more: Mapping[str, Any] = NOTHING,
    ) -> str:
        """Let a person press a button on a message of the bot; returns the interaction."""
        message = self._message(str(channel_id), {}) | {"flags": 64 if ephemeral else 0}
        place = _place(str(channel_id), guild=guild, permissions=permissions)
        data = {"component_type": 2, "custom_id": custom_id}
        rest = {**place, "channel_id": str(channel_id), "message": message, **more}
        return await self._interact(3, data, rest)

    async def _interact(self, kind: int, data: Json, place: Json, shard: int = 0) -> str:
        await self.wait_for(lambda: shard in self.shards)
        interaction, token = str(next(self._ids)), f"interaction-token-{next(self._ids)}"
        self._interactions[token] = interaction
        payload = {
            "id": interaction,
            "application_id": APPLICATION_ID,
            "type": kind,
            "token": token,
            "version": 1,
            "locale": "en-US",
            "app_permissions": str(EVERYTHING),
            "attachment_size_limit": 10_485_760,
            "entitlements": [],
            "authorizing_integration_owners": {"0": GUILD_ID},
            "data": data,
            **place,
        }
        await self._dispatch(self._socket(shard), "INTERACTION_CREATE", payload)
        return interaction

    async def guild_appears(
        self, channels: Sequence[Json], threads: Sequence[Json] = (), *, joined: bool
    ) -> None:
        """Tell of a server: one the bot was let into, or one that is there again."""
        payload = {
            "id": GUILD_ID,
            "name": "readers",
            "owner_id": PERSON["id"],
            "member_count": 2,
            "large": False,
            "joined_at": _TIME,
            "roles": [],
            "emojis": [],
            "features": [],
            "members": [],
            "channels": list(channels),
            "threads": list(threads),
            "voice_states": [],
            "presences": [],
            **({} if joined else {"unavailable": False}),
        }
        await self._dispatch(self._socket(0), "GUILD_CREATE", payload)

    async def guild_fails(self) -> None:
        """Tell that the server is out of reach for a while."""
        await self._dispatch(self._socket(0), "GUILD_DELETE", {"id": GUILD_ID, "unavailable": True})

    async def guild_goes(self) -> None:
        """Tell that the bot was put out of the server."""
        await self._dispatch(self._socket(0), "GUILD_DELETE", {"id": GUILD_ID})

    async def channel_goes(self, channel: Json) -> None:
        """Tell that a channel of the server was deleted."""
        payload = {**channel, "guild_id": GUILD_ID}
        await self._dispatch(self._socket(0), "CHANNEL_DELETE", payload)

    async def thread_goes(self, thread: str) -> None:
        """Tell that a thread was deleted of which only its id is known."""
        payload = {"id": thread, "guild_id": GUILD_ID, "parent_id": "1", "type": 11}
        await self._dispatch(self._socket(0), "THREAD_DELETE", payload)

    async def drop_gateway(self, shard: int) -> None:
        """Cut one shard's connection without a word."""
        socket = self._socket(shard)
        self._ready.remove(socket)
        if (transport := self._gateways[socket]) is not None:
            transport.abort()
        await self._notify()

    def _socket(self, shard: int) -> web.WebSocketResponse:
        return next(each for each in reversed(self._ready) if self._shards[each] == shard)

    async def answer_to(
        self, interaction: str, within_s: float = 5.0, *, kind: str = "edit"
    ) -> Reply:
        """The message that takes the place of "is thinking", or another of its replies."""

        def found() -> list[Reply]:
            return [r for r in self.replies if r.interaction == interaction and r.kind == kind]

        await self.wait_for(found, within_s)
        return found()[0]

    def kinds(self, interaction: str) -> list[str]:
        """How an interaction was answered so far."""
        return [reply.kind for reply in self.replies if reply.interaction == interaction]

    # --- REST -------------------------------------------------------------------------------------

    @web.middleware
    async def _guard(
        self,
        request: web.Request,
        handler: Callable[[web.Request], Any],
    ) -> web.StreamResponse:
        if request.path.startswith("/gateway-socket"):
            return await handler(request)  # type: ignore[no-any-return] # aiohttp's own signature
        self.requests.append((request.method, request.path.removeprefix("/api/v10")))
        await self._notify()
        for end, faults in self._path_faults.items():
            if faults and request.path.endswith(end):
                return self._faulty(request, faults.popleft())
        open_to_all = "/interactions/" in request.path or "/webhooks/" in request.path
        if not open_to_all and request.headers.get("Authorization") != f"Bot {self.token}":
            return _answer({"message": "401: Unauthorized", "code": 0}, 401)
        response: web.StreamResponse = await handler(request)
        await self._notify()
        return response

    def _faulty(self, request: web.Request, fault: Fault) -> web.Response:
        if fault.drop and request.transport is not None:
            request.transport.abort()
        body = fault.body or {"message": fault.text, "code": fault.code}
        text = json.dumps(body) if fault.content_type == "application/json" else fault.text
        return web.Response(
            body=text.encode(),
            status=fault.status,
            headers=fault.headers,
            content_type=fault.content_type,
        )

    async def _gateway_address(self, _: web.Request) -> web.Response:
        return _answer({"url": self.gateway_url})

    async def _gateway_plan(self, _: web.Request) -> web.Response:
        return _answer({"url": self.gateway_url, **self.plan})

    async def _me(self, _: web.Request) -> web.Response:
        return _answer(BOT)

    async def _application(self, _: web.Request) -> web.Response:
        return _answer(
            {
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
        )

    async def _get_commands(self, request: web.Request) -> web.Response:
        if request.query.get("with_localizations") != "true":
            return _answer([_untranslated(command) for command in self.commands])
        return _answer(self.commands)

    async def _put_commands(self, request: web.Request) -> web.Response:
        commands = await request.json()
        if any(_bad_command(command) for command in commands):
            return _invalid_form()
        self.syncs += 1
        self.commands = [self._registered(command) for command in commands]
        return _answer(self.commands)

    def _registered(self, command: Json) -> Json:
        """The command as Discord tells it back: with ids, without what has its default."""
        options = [
            {key: value for key, value in option.items() if value not in (False, None, [], {})}
            for option in command["options"]
        ]
        rights = command.get("default_member_permissions")
        return {
            **{key: value for key, value in command.items() if key != "options"},
            "default_member_permissions": None if rights is None else str(rights),
            **({"options": options} if options else {}),
            "id": str(next(self._ids)),
            "application_id": APPLICATION_ID,
            "version": str(next(self._ids)),
            "name_localizations": None,
        }

    async def _post_message(self, request: web.Request) -> web.Response:
        channel, (payload, files) = request.match_info["channel"], await _received(request)
        posted = Posted(
            channel,
            str(payload.get("nonce", "")),
            payload.get("embeds", []),
            payload=payload,
            agent=request.headers.get("User-Agent", ""),
            files=files,
            id=str(next(self._ids)),
        )
        self.attempts.append(posted)
        faults = self._channel_faults[channel]
        fault = faults.popleft() if faults else None
        if fault is not None and not fault.stored:
            return self._faulty(request, fault)
        room = self._room(channel)
        if room is None:
            return self._faulty(request, Fault.rate_limit(1.0))
        if len(posted.nonce) > 25 or _bad_message(payload, files):
            return _invalid_form()
        key = (channel, posted.nonce)
        if not (payload.get("enforce_nonce") and key in self._by_nonce):
            self.messages.append(posted)
            self._by_nonce[key] = self._message(channel, payload) | {"id": posted.id}
        if fault is not None:
            return self._faulty(request, fault)
        return _answer(self._by_nonce[key], headers=room or {})

    async def _edit_message(self, request: web.Request) -> web.Response:
        channel, message = request.match_info["channel"], request.match_info["message"]
        payload, files = await _received(request)
        if message not in {posted.id for posted in self.messages if posted.channel == channel}:
            return _answer({"message": "Unknown Message", "code": 10008}, 404)
        if _bad_message(payload, files):
            return _invalid_form()
        embeds = payload.get("embeds", [])
        self.edits.append(Posted(channel, "", embeds, payload, files=files, id=message))
        return _answer(self._message(channel, payload) | {"id": message})

    async def _pin(self, request: web.Request) -> web.Response:
        if not self.pinning:
            return _answer({"message": "Missing Permissions", "code": 50013}, 403)
        self.pins.append((request.match_info["channel"], request.match_info["message"]))
        return web.Response(status=204)

    async def _open_direct_messages(self, request: web.Request) -> web.Response:
        person = str((await request.json())["recipient_id"])
        self.direct_messages.append(person)
        return _answer({"id": direct_messages(person), "type": 1, "recipients": [PERSON]})

    def _room(self, channel: str) -> Mapping[str, str] | None:
        """What a channel's bucket holds after one more message; None when it was empty already."""
        if self.bucket is None:
            return {}
        limit, within_s = self.bucket
        now, taken = time.monotonic(), self._buckets[channel]
        while taken and taken[0] <= now - within_s:
            taken.popleft()
        if len(taken) == limit:
            return None
        taken.append(now)
        return {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(limit - len(taken)),
            "X-RateLimit-Reset-After": f"{taken[0] + within_s - now:.3f}",
        }

    async def _callback(self, request: web.Request) -> web.Response:
        interaction = request.match_info["id"]
        if self._interactions.get(request.match_info["token"]) != interaction:
            return _answer({"message": "Unknown interaction", "code": 10062}, 404)
        if interaction in self._answered:
            return _answer({"message": "Already acknowledged.", "code": 40060}, 400)
        payload, files = await _received(request)
        choices = (payload.get("data") or {}).get("choices", ())
        if len(choices) > 25 or any(len(choice["name"]) > 100 for choice in choices):
            return _invalid_form()
        self._answered.add(interaction)
        self.replies.append(Reply(interaction, "callback", payload, files))
        if payload["type"] == 5:
            self._thinking.add(interaction)
        kind = self.replies[-1].payload["type"]
        return _answer(
            {"interaction": {"id": interaction, "type": 2, "response_message_loading": kind == 5}}
        )

    async def _edit(self, request: web.Request) -> web.Response:
        return await self._reply(request, "edit")

    async def _delete(self, request: web.Request) -> web.Response:
        interaction = self._interactions.get(request.match_info["token"])
        if interaction not in self._answered or interaction is None:
            return _answer({"message": "Unknown Webhook", "code": 10015}, 404)
        self.replies.append(Reply(interaction, "delete", {}))
        self._deleted.add(interaction)
        return web.Response(status=204)

    async def _followup(self, request: web.Request) -> web.Response:
        return await self._reply(request, "followup")

    async def _reply(self, request: web.Request, kind: str) -> web.Response:
        interaction = self._interactions.get(request.match_info["token"])
        if interaction not in self._answered or interaction is None:
            return _answer({"message": "Unknown Webhook", "code": 10015}, 404)
        payload, files = await _received(request)
        if _bad_message(payload, files):
            return _invalid_form()
        if interaction in self._thinking:
            # What follows is taken for the answer that was promised, with its eyes.
            kind = "edit"
        if kind == "edit" and interaction in self._deleted:
            return _answer({"message": "Unknown Message", "code": 10008}, 404)
        self._thinking.discard(interaction)
        self.replies.append(Reply(interaction, kind, payload, files))
        return _answer(self._message("6000000000000000001", payload))

    def _message(self, channel: str, payload: Json) -> Json:
        return {
            "id": str(next(self._ids)),
            "channel_id": channel,
            "author": BOT,
            "content": payload.get("content") or "",
            "timestamp": _TIME,
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "attachments": [],
            "embeds": payload.get("embeds") or [],
            "pinned": False,
            "type": 0,
            "flags": 0,
            "nonce": payload.get("nonce"),
        }

    # --- Gateway ----------------------------------------------------------------------------------

    async def _gateway(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(timeout=0.5)
        await socket.prepare(request)
        self.visits += 1
        if not self.greeting:
            await socket.close(code=1001)
            return socket
        self._gateways[socket] = request.transport
        try:
            await socket.send_json({"op": 10, "d": {"heartbeat_interval": 41_250}})
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    await self._receive(socket, json.loads(frame.data))
        finally:
            del self._gateways[socket]
            self._shards.pop(socket, None)
            if socket in self._ready:
                self._ready.remove(socket)
            await self._notify()
        return socket

    async def _receive(self, socket: web.WebSocketResponse, event: Json) -> None:
        if event["op"] == 1:
            await socket.send_json({"op": 11})
        elif event["op"] in (2, 6):
            if self.refusing or event["d"]["token"] != self.token:
                await socket.close(code=4004)
                return
            if event["op"] == 2:
                self.identifies.append(event["d"])
                self.identified_at.append(time.monotonic())
                ready = self._ready_event(event["d"].get("shard"))
                if (may_begin := self.slow.get(ready["shard"][0])) is not None:
                    await may_begin.wait()
                self._sessions[ready["session_id"]] = self._shards[socket] = ready["shard"][0]
                await self._dispatch(socket, "READY", ready)
            else:
                self.resumes += 1
                self._shards[socket] = self._sessions[event["d"]["session_id"]]
                await self._dispatch(socket, "RESUMED", {})
            self._ready.append(socket)
            await self._notify()

    def _ready_event(self, shard: Sequence[int] | None) -> Json:
        return {
            "v": 10,
            "shard": shard or [0, 1],
            "user": BOT,
            "guilds": [{"id": GUILD_ID, "unavailable": True}],
            "session_id": f"session-{next(self._ids)}",
            "resume_gateway_url": self.gateway_url,
            "application": {"id": APPLICATION_ID, "flags": 0},
        }

    async def _dispatch(self, socket: web.WebSocketResponse, event: str, data: Json) -> None:
        # A bot that has just gone hears nothing, as with Discord.
        with contextlib.suppress(ConnectionError):
            await socket.send_json({"op": 0, "t": event, "s": next(self._sequence), "d": data})

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()


def _answer(
    body: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    # discord.py reads JSON only under exactly this content type, without a charset.
    return web.Response(
        body=json.dumps(body).encode(),
        status=status,
        content_type="application/json",
        headers={"Via": "1.1 google", **(headers or {})},
    )


async def _received(request: web.Request) -> tuple[Json, Mapping[str, bytes]]:
    """The JSON of a request, and the files that came along with it."""
    if not request.content_type.startswith("multipart/"):
        return await request.json(), {}
    form = await request.post()
    files = {
        value.filename: value.file.read()
        for value in form.values()
        if isinstance(value, web.FileField)
    }
    body = form["payload_json"]
    assert not isinstance(body, web.FileField)
    return json.loads(body), files


def direct_messages(person: str) -> str:
    """The channel of a person's direct messages with the bot."""
    return f"7{person[1:]}"


def _untranslated(command: Json) -> Json:
    """A command as Discord tells it to whoever does not ask for its translations."""
    options = [
        {key: value for key, value in option.items() if not key.endswith("_localizations")}
        for option in command.get("options") or ()
    ]
    found = {key: value for key, value in command.items() if not key.endswith("_localizations")}
    return {**found, "options": options} if options else found


def _bad_message(payload: Json, files: Mapping[str, bytes]) -> bool:
    """Whether a message breaks Discord's rules: texts, components, and what is attached."""
    rows = payload.get("components") or []
    ids = [button["custom_id"] for button in pressable(payload)]
    named = [each["filename"] for each in payload.get("attachments") or ()]
    return (
        (_bad_embeds(payload.get("embeds") or ()) and not payload.get("content"))
        or len(rows) > 5
        or any(not 1 <= len(row["components"]) <= 5 for row in rows)
        or len(set(ids)) < len(ids)
        or any(not 1 <= len(each) <= 100 for each in ids)
        or any(not 1 <= len(button["label"]) <= 80 for button in pressable(payload))
        or named != list(files)
        or any(
            len(each.get("description") or "") > 1024 for each in payload.get("attachments") or ()
        )
    )


def _invalid_form() -> web.Response:
    return _answer({"message": "Invalid Form Body", "code": 50035}, 400)


def _place(channel: str, *, guild: bool, permissions: int) -> Json:
    if not guild:
        place = {"id": channel, "type": 1, "recipients": [PERSON], "last_message_id": None}
        return {"channel": place, "user": PERSON, "context": 1}
    member = {
        "user": PERSON,
        "roles": [],
        "joined_at": _TIME,
        "permissions": str(permissions),
        "flags": 0,
        "deaf": False,
        "mute": False,
    }
    place = {
        "id": channel,
        "type": 0,
        "name": "general",
        "position": 0,
        "guild_id": GUILD_ID,
        "permission_overwrites": [],
    }
    return {
        "channel": place,
        "guild_id": GUILD_ID,
        "guild_locale": "en-US",
        "member": member,
        "context": 0,
    }


def _bad_embeds(embeds: Sequence[Json]) -> bool:
    texts = [_texts(embed) for embed in embeds]
    return (
        not 1 <= len(embeds) <= 10
        or sum(len(text) for each in texts for text in each) > 6000
        or any(not "".join(each).strip() for each in texts)
        or any(
            len(title) > 256 or len(description) > 4096 or len(footer) > 2048
            for title, description, footer in texts
        )
    )


def _bad_command(command: Json) -> bool:
    return (
        re.fullmatch(r"[-_a-z0-9]{1,32}", command["name"]) is None
        or not 1 <= len(command["description"]) <= 100
        or len(command["options"]) > 25
        or any(
            not 1 <= len(option["description"]) <= 100 or len(option.get("choices") or ()) > 25
            for option in command["options"]
        )
    )
