"""Ends TLS before a server: not every server is built with it.

A process of its own, since a server for many tests outlives the event loop of each:
`python -m tests.stores.veil <port> <server's port> <certificate> <key>`.
"""

import asyncio
import ssl
import sys
from contextlib import suppress
from functools import partial

LOCAL = "127.0.0.1"


async def main(port: int, server_port: int, certificate: str, key: str) -> None:
    """Serve until killed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    carry = partial(_carry, server_port)
    async with await asyncio.start_server(carry, LOCAL, port, ssl=context) as veil:
        await veil.serve_forever()


async def _carry(port: int, near: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
    far, server = await asyncio.open_connection(LOCAL, port)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_pour(near, server))
        tasks.create_task(_pour(far, client))


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while piece := await reader.read(1 << 16):
            writer.write(piece)
            await writer.drain()
    writer.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:]))
