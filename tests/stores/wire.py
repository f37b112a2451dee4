"""A TCP wire to a server that loses replies, as a network does."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

READS = (
    b"HELLO",
    b"AUTH",
    b"CLIENT",
    b"SELECT",
    b"PING",
    b"INFO",
    b"HGET",
    b"HGETALL",
    b"HKEYS",
    b"HMGET",
    b"SMEMBERS",
    b"ZREVRANGE",
)

Hook = Callable[[bytes], Awaitable[None]]


class Wire:
    """Passes requests on; what was done can be answered by a cut connection instead.

    With `lossy`, the first success of every distinct write is lost, and only its repeat is heard.
    `before` is called with each write on its way to the server, `after_loss` with each that was
    done and not answered, before the connection is cut.
    """

    def __init__(self, socket: Path) -> None:
        self.lossy = False
        self.lost: list[bytes] = []
        self.before: Hook | None = None
        self.after_loss: Hook | None = None
        self._socket = socket

    def lost_scripts(self) -> int:
        """How many runs of scripts were not answered at first."""
        return sum(_name(request) in (b"EVAL", b"EVALSHA") for request in self.lost)

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until either side is gone or a reply is lost."""
        from_server, to_server = await asyncio.open_unix_connection(self._socket)
        try:
            while request := await read_value(reader):
                is_write = _name(request) not in READS
                if is_write and self.before is not None:
                    await self.before(request)
                to_server.write(request)
                reply = await read_value(from_server)
                succeeded = not reply.startswith(b"-")
                if self.lossy and is_write and succeeded and request not in self.lost:
                    self.lost.append(request)
                    if self.after_loss is not None:
                        await self.after_loss(request)
                    return
                writer.write(reply)
                await writer.drain()
        except ConnectionError:
            return
        finally:
            to_server.close()
            writer.close()


async def read_value(reader: asyncio.StreamReader) -> bytes:
    """One request or reply of RESP2, as it stands on the wire; empty at its end.

    https://redis.io/docs/latest/develop/reference/protocol-spec/
    """
    try:
        line = await reader.readuntil(b"\r\n")
        size = int(line[1:]) if line[:1] in (b"$", b"*") else -1
        if size < 0:
            return line
        if line[:1] == b"$":
            return line + await reader.readexactly(size + 2)
        return line + b"".join([await read_value(reader) for _ in range(size)])
    except asyncio.IncompleteReadError:
        return b""


def _name(request: bytes) -> bytes:
    return request.split(b"\r\n", 3)[2].upper()


@asynccontextmanager
async def wire_to(socket: Path) -> AsyncIterator[tuple[Wire, str]]:
    """The wire, and the URL of its near end."""
    wire = Wire(socket)
    async with await asyncio.start_server(wire.carry, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        yield wire, f"redis://{host}:{port}"
