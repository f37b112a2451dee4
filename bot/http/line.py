"""One connection to a chat platform, and one exchange at a time over it.

A whole HTTP client costs more than everything else that a message costs; here the parser is
httptools', and the rest is what it takes to post and to hear an answer.
"""

import asyncio
import ssl
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import cast

import httptools

MOST_HEADERS = 200
FRAME_BYTES = 65_536
"""What an answer may be longer than its body: its head, and the marks between pieces of a body."""


class NotSent(Exception):
    """No connection could be had, so nothing left us; the text says why, without any address."""


class NoAnswer(Exception):
    """The request left us, and no whole answer came back: it may have been carried out."""


class Headers(Mapping[str, str]):
    """An answer's headers, by names in any case; of those that come twice, the last."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, str]) -> None:
        """Take them by their names in lower case."""
        self._values = values

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


@dataclass(frozen=True, slots=True)
class WireAnswer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    """Names in any case."""
    body: bytes

    @property
    def succeeded(self) -> bool:
        """Whether the status says so."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES


class Line(asyncio.Protocol):
    """A connection; what begins with `on_` is called by the parser."""

    def __init__(self, longest_body_bytes: int) -> None:
        """Take how long an answer may be."""
        self._longest_body_bytes = longest_body_bytes
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._beneath: asyncio.Transport | None = None
        """What carries TLS; only this one tells how much of a request waits to be sent."""
        self._heard: asyncio.Future[WireAnswer] | None = None
        self._kept = True
        self._answer_bytes = 0
        self._begin()
        self.free_since = 0.0
        """On the loop's clock."""

    @property
    def usable(self) -> bool:
        """Whether another request may go over it, and not behind the rest of the one before."""
        transport = self._transport
        if not self._kept or transport is None or transport.is_closing():
            return False
        beneath = self._beneath or transport
        return transport.get_write_buffer_size() == beneath.get_write_buffer_size() == 0

    async def secure(self, context: ssl.SSLContext, host: str) -> None:
        """Speak TLS from now on; raises OSError where the other side does not, or is another."""
        beneath = self._transport
        if beneath is None or beneath.is_closing():
            raise ConnectionResetError
        loop = asyncio.get_running_loop()
        self._transport = await loop.start_tls(beneath, self, context, server_hostname=host)
        self._beneath = beneath

    async def exchange(self, request: bytes) -> WireAnswer:
        """Say something and hear the answer; raises NoAnswer. Who is cancelled drops the line."""
        if self._transport is None:
            raise NoAnswer("the connection is closed")
        heard: asyncio.Future[WireAnswer] = asyncio.get_running_loop().create_future()
        self._heard = heard
        self._answer_bytes = 0
        try:
            self._transport.write(request)
            return await heard
        finally:
            self._heard = None
            if not heard.done() or heard.cancelled():
                self.drop()

    def drop(self) -> None:
        """Close it at once."""
        self._kept = False
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is open."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Hear a piece of an answer, or what nobody asked for: it must not pass for the next."""
        if self._heard is None:
            self.drop()
            return
        self._answer_bytes += len(data)
        if self._answer_bytes > self._longest_body_bytes + FRAME_BYTES:
            self._fail("an answer too long to be one")
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._fail("an answer nobody can read")

    def eof_received(self) -> None:
        """The other side says no more; an answer without a length ends so."""
        if self._in_body and not self._has_length:
            self.on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is closed."""
        name = type(exc).__name__ if exc is not None else "the connection was closed"
        self._fail(name)

    def on_message_begin(self) -> None:
        """Go on with the line only if the answer asked for is still to come."""
        if self._heard is None or self._heard.done():
            self.drop()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Note a header."""
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")
        if len(self._headers) > MOST_HEADERS:
            self._fail("an answer with too many headers")

    def on_headers_complete(self) -> None:
        """The body begins."""
        self._kept = self._kept and self._parser.should_keep_alive()
        self._in_body = True
        self._has_length = not self._headers.keys().isdisjoint(
            ("content-length", "transfer-encoding")
        )

    def on_body(self, body: bytes) -> None:
        """Note a piece of the body."""
        self._pieces.append(body)
        self._length += len(body)
        if self._length > self._longest_body_bytes:
            self._fail("an answer too long to be one")

    def on_message_complete(self) -> None:
        """Hand the answer over; one that says that another follows is none."""
        status = self._parser.get_status_code()
        answer = WireAnswer(status, Headers(self._headers), b"".join(self._pieces))
        self._begin()
        if status >= HTTPStatus.OK and self._heard is not None and not self._heard.done():
            self._heard.set_result(answer)

    def _begin(self) -> None:
        self._headers: dict[str, str] = {}
        self._pieces: list[bytes] = []
        self._length = 0
        self._in_body = self._has_length = False

    def _fail(self, reason: str) -> None:
        self.drop()
        if self._heard is not None:
            with suppress(asyncio.InvalidStateError):
                self._heard.set_exception(NoAnswer(reason))
