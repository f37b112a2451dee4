"""A way to one chat platform: connections kept open, bytes posted, and two ways to fail.

Beside the client for providers, which retries and paces by itself: here the sender decides.
"""

import asyncio
import functools
import os
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.http.line import Line, NoAnswer, NotSent, WireAnswer
from bot.patience import Patience

__all__ = ["NoAnswer", "NotSent", "Wire", "WireAnswer"]

CONNECT_SECONDS = 10.0
NEXT_ADDRESS_SECONDS = 0.25
"""How long one address of a host may keep us waiting before the next is tried beside it (RFC 8305):
of the two ways into the internet, one is often dead."""
LONGEST_ANSWER_BYTES = 1_048_576
KEEP_ALIVE_SECONDS = 30.0
"""No server that matters closes a connection sooner; over one that it closed, a post is lost."""
PORTS = {"http": 80, "https": 443}
NO_ADDRESS = "the address cannot be used"


@dataclass(frozen=True, slots=True)
class Place:
    """Where requests go."""

    host: str
    port: int
    secure: bool
    netloc: str
    path: str
    """What every target begins with."""


class Wire:
    """Requests below one root address."""

    def __init__(
        self,
        root: str,
        *,
        headers: Mapping[str, str] | None = None,
        connections: int = 16,
        answer_seconds: float = 20.0,
        longest_answer_bytes: int = LONGEST_ANSWER_BYTES,
    ) -> None:
        """Prepare; nothing is opened before the first request.

        `answer_seconds` is how long a request may take in all; getting a connection for it may take
        half of that, and at most ten seconds.
        """
        self._place = _place(root)
        self._headers = dict(headers or {})
        self._longest_answer_bytes = longest_answer_bytes
        # The time for a connection ends first, so that the other end is always after it was had.
        self._connect_seconds = min(CONNECT_SECONDS, answer_seconds / 2)
        self._patience = Patience(answer_seconds)
        self._room = asyncio.Semaphore(connections)
        self._free: list[Line] = []
        """The last one used is the next."""
        self._written_headers: dict[str, bytes] = {}
        """By the kind of content."""

    async def post(
        self, path: str, body: bytes, *, content_type: str = "application/json"
    ) -> WireAnswer:
        """Post a body; raises NotSent or NoAnswer."""
        return await self._request("POST", path, body, content_type)

    async def patch(
        self, path: str, body: bytes, *, content_type: str = "application/json"
    ) -> WireAnswer:
        """Change what is at a path; raises NotSent or NoAnswer."""
        return await self._request("PATCH", path, body, content_type)

    async def get(self, path: str) -> WireAnswer:
        """Get a path; raises NotSent or NoAnswer."""
        return await self._request("GET", path, b"", "")

    async def close(self) -> None:
        """Let go of the connections; safe to call more than once. A request opens new ones."""
        while self._free:
            self._free.pop().drop()
        # Then the loop has seen them off.
        await asyncio.sleep(0)

    async def _request(self, method: str, path: str, body: bytes, content_type: str) -> WireAnswer:
        head = self._head(method, path, content_type)
        request = b"%bContent-Length: %d\r\n\r\n%b" % (head, len(body), body)
        try:
            with self._patience.wait():
                line = await self._had()
                try:
                    return await line.exchange(request)
                finally:
                    self._let_go(line)
        except TimeoutError:
            raise NoAnswer("no answer in time") from None

    async def _had(self) -> Line:
        """A line to say something on; raises NotSent."""
        if self._room.locked():
            await self._in_time_for_room()
        else:
            await self._room.acquire()
        now = asyncio.get_running_loop().time()
        while self._free:
            line = self._free.pop()
            if line.usable and now - line.free_since < KEEP_ALIVE_SECONDS:
                return line
            line.drop()
        try:
            return await self._opened()
        except BaseException:
            self._room.release()
            raise

    async def _in_time_for_room(self) -> None:
        try:
            async with asyncio.timeout(self._connect_seconds):
                await self._room.acquire()
        except TimeoutError:
            raise NotSent("no connection in time") from None

    async def _opened(self) -> Line:
        place = self._place
        if place is None:
            raise NotSent(NO_ADDRESS)
        try:
            async with asyncio.timeout(self._connect_seconds):
                certificates = await asyncio.to_thread(_certificates) if place.secure else None
                _, line = await asyncio.get_running_loop().create_connection(
                    lambda: Line(self._longest_answer_bytes),
                    place.host,
                    place.port,
                    happy_eyeballs_delay=NEXT_ADDRESS_SECONDS,
                )
                if certificates is not None:
                    await line.secure(certificates, place.host)
        except TimeoutError:
            raise NotSent("no connection in time") from None
        except UnicodeError:
            raise NotSent(NO_ADDRESS) from None
        except OSError as error:
            raise NotSent(_reason(error)) from None
        return line

    def _let_go(self, line: Line) -> None:
        line.free_since = asyncio.get_running_loop().time()
        if line.usable:
            self._free.append(line)
        else:
            line.drop()
        self._room.release()

    def _head(self, method: str, path: str, content_type: str) -> bytes:
        """The beginning of a request, all but its length; raises NotSent."""
        if self._place is None:
            raise NotSent(NO_ADDRESS)
        target = self._place.path + path
        if " " in target or not _can_be_written(target):
            raise NotSent(NO_ADDRESS)
        headers = self._written_headers.get(content_type)
        if headers is None:
            headers = _headers(self._place.netloc, self._headers, content_type)
            self._written_headers[content_type] = headers
        return f"{method} {target} HTTP/1.1\r\n".encode() + headers


def _headers(netloc: str, others: Mapping[str, str], content_type: str) -> bytes:
    """The headers that many requests share; raises NotSent."""
    headers = {"Host": netloc, **others, **({"Content-Type": content_type} if content_type else {})}
    lines = [f"{name}: {value}" for name, value in headers.items()]
    if not all(map(_can_be_written, lines)):
        raise NotSent(NO_ADDRESS)
    return "\r\n".join([*lines, ""]).encode()


def _can_be_written(line: str) -> bool:
    return line.isascii() and line.isprintable()


def _place(root: str) -> Place | None:
    """The place at a root address; None for one that no request can be made of."""
    try:
        parts = urlsplit(root)
        port = parts.port or PORTS[parts.scheme]
    except (ValueError, KeyError):
        return None
    if not parts.hostname:
        return None
    netloc = parts.netloc.rpartition("@")[2]
    return Place(parts.hostname, port, parts.scheme == "https", netloc, parts.path)


@functools.cache
def _certificates() -> ssl.SSLContext:
    """What proves that a platform is what it says; reading it takes tens of milliseconds."""
    return ssl.create_default_context()


def _reason(error: OSError) -> str:
    """The kind of error and the system's words for it: others may quote the address."""
    name = type(error).__name__
    if isinstance(error, ssl.SSLError | socket.gaierror):
        # Their numbers are not the system's, and their words name no address.
        return f"{name}: {error.strerror}"
    return name if error.errno is None else f"{name}: {os.strerror(error.errno)}"
