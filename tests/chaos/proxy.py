"""The network between the bot and Redis, which can be cut, go deaf or stand still."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

CHUNK = 65_536


class Proxy:
    """Passes bytes between a port and a unix socket."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._writers: set[asyncio.StreamWriter] = set()
        self._moving = asyncio.Event()
        self._moving.set()
        self._deaf = False
        self.in_trouble_until = 0.0
        """On the monotonic clock: so long some writes of the bot may wait for Redis."""

    def trouble(self, seconds: float) -> None:
        """Note that the bot may be without Redis for so long."""
        self.in_trouble_until = max(self.in_trouble_until, time.monotonic() + seconds)

    def cut(self) -> None:
        """End every connection."""
        self.trouble(1.0)
        for writer in list(self._writers):
            writer.transport.abort()

    async def lose_replies(self, seconds: float) -> None:
        """Pass requests on, and cut the connection when the reply comes."""
        self.trouble(seconds + 1.0)
        self._deaf = True
        try:
            await asyncio.sleep(seconds)
        finally:
            self._deaf = False

    async def stand_still(self, seconds: float) -> None:
        """Pass nothing on, and lose nothing."""
        self.trouble(seconds + 1.0)
        self._moving.clear()
        try:
            await asyncio.sleep(seconds)
        finally:
            self._moving.set()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection of the bot's until either side ends it."""
        try:
            from_server, to_server = await asyncio.open_unix_connection(self._socket)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, to_server}
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._pass_on(reader, to_server))
                tasks.create_task(self._pass_on(from_server, writer, replies=True))
        finally:
            self._writers -= {writer, to_server}

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, replies: bool = False
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(CHUNK):
                await self._moving.wait()
                if replies and self._deaf:
                    break
                writer.write(data)
                await writer.drain()
        # The other direction ends with this one.
        writer.transport.abort()


@asynccontextmanager
async def proxied(socket: Path) -> AsyncIterator[tuple[Proxy, str]]:
    """The proxy, and the URL of its near end."""
    proxy = Proxy(socket)
    async with await asyncio.start_server(proxy.carry, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        try:
            yield proxy, f"redis://{host}:{port}"
        finally:
            proxy.cut()
