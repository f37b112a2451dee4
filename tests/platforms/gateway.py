"""Discord's gateway, enough to log in and idle there.

See https://discord.com/developers/docs/events/gateway.
"""

import asyncio
import itertools
import json

from aiohttp import WSMsgType, web

from tests.adapters.fake_discord import APPLICATION_ID, BOT
from tests.platforms.faults import Json

PATH = "/gateway-socket"
HEARTBEAT_MS = 41_250
DISPATCH, HELLO, HEARD = 0, 10, 11
TOKEN_REFUSED = 4004


class Gateway:
    """Greets bots, takes their heartbeats, and has nothing to tell them."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._transports: set[asyncio.Transport] = set()
        self._sequence = itertools.count(1)
        self.logins = 0
        """How often a bot became READY or resumed."""

    async def serve(self, request: web.BaseRequest) -> web.WebSocketResponse:
        """Keep one connection until either side ends it."""
        socket = web.WebSocketResponse(timeout=0.5)
        await socket.prepare(request)
        transport = request.transport
        if transport is None:
            return socket
        self._transports.add(transport)
        try:
            await socket.send_json({"op": HELLO, "d": {"heartbeat_interval": HEARTBEAT_MS}})
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    await self._hear(socket, request, json.loads(frame.data))
        except ConnectionError:
            pass
        finally:
            self._transports.discard(transport)
        return socket

    def cut(self) -> None:
        """Drop every connection without a word."""
        for transport in self._transports:
            transport.abort()

    async def _hear(
        self, socket: web.WebSocketResponse, request: web.BaseRequest, event: Json
    ) -> None:
        match event["op"]:
            case 1:
                await socket.send_json({"op": HEARD})
            case 2 | 6 if event["d"]["token"] != self._token:
                await socket.close(code=TOKEN_REFUSED)
            case 2:
                await self._tell(socket, "READY", self._ready(request, event["d"]))
            case 6:
                await self._tell(socket, "RESUMED", {})

    async def _tell(self, socket: web.WebSocketResponse, event: str, data: Json) -> None:
        self.logins += 1
        sequence = next(self._sequence)
        await socket.send_json({"op": DISPATCH, "t": event, "s": sequence, "d": data})

    def _ready(self, request: web.BaseRequest, identity: Json) -> Json:
        return {
            "v": 10,
            "user": BOT,
            "guilds": [],
            "session_id": f"session-{next(self._sequence)}",
            "resume_gateway_url": f"ws://{request.host}{PATH}",
            "application": {"id": APPLICATION_ID, "flags": 0},
            "shard": identity.get("shard", [0, 1]),
        }
