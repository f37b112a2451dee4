"""What a platform's wire plays on: the faults ordered, the counters, the ledger."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web

from tests.platforms.counters import Counters
from tests.platforms.faults import AFTER, BEFORE, Faults
from tests.platforms.ledger import Ledger

SERVER_ERRORS = (500, 502, 503, 504)


@dataclass(slots=True)
class Stage:
    """One platform's."""

    faults: Faults
    ledger: Ledger
    counters: Counters = field(default_factory=Counters)

    def deliver(self, chat: str, text: str) -> None:
        """The message is in the chat now; whether anybody hears of that is another matter."""
        self.counters.delivered += 1
        self.counters.second_of_deliveries.add(time.monotonic())
        self.ledger.write(chat, text, time.time())

    async def send(
        self, request: web.BaseRequest, deliver: Callable[[], web.Response]
    ) -> web.Response:
        """Answer a send that the limits let through, or let a fault have it."""
        faults = self.faults
        fault = faults.drawn()
        if fault in BEFORE:
            return await self._spoil(request, fault)
        response = deliver()
        if faults.latency_seconds:
            await asyncio.sleep(faults.latency_seconds)
        if fault in AFTER and response.status == 200:
            return await self._spoil(request, fault)
        return response

    async def _spoil(self, request: web.BaseRequest, fault: str) -> web.Response:
        self.counters.faults[fault] += 1
        if fault == "5xx":
            return server_error(self.faults.chance.choice(SERVER_ERRORS))
        if fault.startswith("hang"):
            await asyncio.sleep(self.faults.hang_seconds)
        return hung_up(request)


class NoAnswer(web.Response):
    """Stands where an answer would, on a connection that is gone."""


def hung_up(request: web.BaseRequest) -> web.Response:
    """Drop the connection without a word."""
    if request.transport is not None:
        request.transport.abort()
    return NoAnswer()


def server_error(status: int) -> web.Response:
    """What the proxies before both platforms say: a page for people."""
    return web.Response(
        status=status, body=b"<html><h1>Server Error</h1></html>", content_type="text/html"
    )
