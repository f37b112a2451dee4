"""A way to one chat platform: connections kept open, bytes posted, and two ways to fail.

Beside the client for providers, which retries and paces by itself: here the sender decides.
"""

import os
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

import aiohttp

CONNECT_SECONDS = 10.0
LONGEST_ANSWER_BYTES = 1_048_576
KEEP_ALIVE_SECONDS = 30.0


class NotSent(Exception):
    """No connection could be had, so nothing left us; the text says why, without any address."""


class NoAnswer(Exception):
    """The request left us, and no whole answer came back: it may have been carried out."""


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
        self._root = root
        self._headers = dict(headers or {})
        self._connections = connections
        self._longest_answer_bytes = longest_answer_bytes
        # The time for a connection ends first, so that the other end is always after it was had.
        # One timer in all: another for every read would cost a tenth of what a request costs.
        self._timeout = aiohttp.ClientTimeout(
            total=answer_seconds, connect=min(CONNECT_SECONDS, answer_seconds / 2)
        )
        self._session: aiohttp.ClientSession | None = None

    async def post(
        self, path: str, body: bytes, *, content_type: str = "application/json"
    ) -> WireAnswer:
        """Post a body; raises NotSent or NoAnswer."""
        return await self._request("POST", path, body, {"Content-Type": content_type})

    async def get(self, path: str) -> WireAnswer:
        """Get a path; raises NotSent or NoAnswer."""
        return await self._request("GET", path, None, {})

    async def close(self) -> None:
        """Let go of the connections; safe to call more than once. A request opens new ones."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _request(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> WireAnswer:
        session = self._opened()
        try:
            async with session.request(
                method, self._root + path, data=body, headers=headers, allow_redirects=False
            ) as answer:
                whole = await _whole(answer, self._longest_answer_bytes)
                return WireAnswer(answer.status, answer.headers, whole)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotSent(_reason(error)) from None
        except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError, UnicodeError):
            raise NotSent("the address cannot be used") from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise NoAnswer(_reason(error)) from None

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._connections, keepalive_timeout=KEEP_ALIVE_SECONDS
                ),
                headers=self._headers,
                timeout=self._timeout,
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session


async def _whole(answer: aiohttp.ClientResponse, longest_bytes: int) -> bytes:
    """The body; raises NoAnswer once it is too long, whatever length it claims."""
    pieces: list[bytes] = []
    length = 0
    while not pieces or not answer.content.at_eof():
        pieces.append(await answer.content.readany())
        length += len(pieces[-1])
        if length > longest_bytes:
            raise NoAnswer("an answer too long to be one")
    return b"".join(pieces)


def _reason(error: Exception) -> str:
    """The kind of error and the system's words for it: the library's quote the address."""
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return "no connection in time"
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    if isinstance(cause, TimeoutError):
        return "no answer in time"
    name = type(error).__name__
    if not isinstance(cause, OSError) or cause.errno is None:
        return name
    if isinstance(cause, ssl.SSLError | socket.gaierror):
        # Their numbers are not the system's, and their words name no address.
        return f"{name}: {cause.strerror}"
    return f"{name}: {os.strerror(cause.errno)}"
