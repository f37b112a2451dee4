"""A TCP wire to the server's socket that loses replies, as a network does."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

READS = (
    b"HELLO",
    b"CLIENT",
    b"SELECT",
    b"PING",
    b"INFO",
    b"HGETALL",
    b"HKEYS",
    b"HMGET",
    b"SMEMBERS",
)

Hook = Callable[[bytes], Awaitable[None]]


class Wire:
    """Passes requests on; what was done can be answered by a cut connection instead.

    With `lossy`, the first success of every distinct write is lost, and only its repeat is heard.
    `before` is called with each write on its way to the server.
    """

    def __init__(self, socket: Path) -> None:
        self.lossy = False
        self.lost: list[bytes] = []
        self.before: Hook | None = None
        self._socket = socket

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until either side is gone or a reply is lost."""
        from_server, to_server = await asyncio.open_unix_connection(self._socket)
        try:
            while request := await reader.read(1 << 20):
                is_write = not request.split(b"\r\n")[2].upper().startswith(READS)
                if is_write and self.before is not None:
                    await self.before(request)
                to_server.write(request)
                reply = await from_server.read(1 << 20)
                succeeded = not reply.startswith(b"-")
                if self.lossy and is_write and succeeded and request not in self.lost:
                    self.lost.append(request)
                    return
                writer.write(reply)
                await writer.drain()
        except ConnectionError:
            return
        finally:
            to_server.close()
            writer.close()


@asynccontextmanager
async def wire_to(socket: Path) -> AsyncIterator[tuple[Wire, str]]:
    """The wire, and the URL of its near end."""
    wire = Wire(socket)
    async with await asyncio.start_server(wire.carry, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        yield wire, f"redis://{host}:{port}"
