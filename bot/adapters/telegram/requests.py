"""python-telegram-bot's requests over our own wire.

Its own way, over httpx, costs several times as much, and more with every request at the same time.
"""

import json
from http import HTTPStatus

from telegram.error import NetworkError, TelegramError
from telegram.request import BaseRequest, RequestData

from bot.adapters.telegram.errors import flood_seconds
from bot.http.wire import NoAnswer, NotSent, Wire

FORM = "application/x-www-form-urlencoded"


class Flood(TelegramError):
    """Telegram asks us to wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"asked to wait {seconds:g} s")
        self.seconds = seconds


class Requests(BaseRequest):
    """Requests to the Bot API, with the wire's time-outs and not the library's.

    A 429 is read here, as the library's RetryAfter cannot be made without a deprecation warning.
    """

    updates: tuple[int, ...] = ()
    """The ids in the last answer to getUpdates, which the library does not tell when it fails."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    @property
    def read_timeout(self) -> float | None:
        """None: the wire has its own."""
        return None

    async def initialize(self) -> None:
        """Nothing to do: the wire opens itself."""

    async def shutdown(self) -> None:
        """Let go of the connections."""
        await self._wire.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        *timeouts: object,
        **named_timeouts: object,
    ) -> tuple[int, bytes]:
        """Status and body of one request; raises Flood or NetworkError."""
        form = request_data.url_encoded_parameters() if request_data else ""
        path = "/" + url.rpartition("/")[2]
        try:
            answer = await self._wire.post(path, form.encode(), content_type=FORM)
        except (NotSent, NoAnswer) as error:
            raise NetworkError(str(error)) from None
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
            raise Flood(flood_seconds(answer.body))
        self.updates = _update_ids(answer.body)
        return answer.status, answer.body


def _update_ids(body: bytes) -> tuple[int, ...]:
    try:
        return tuple(int(update["update_id"]) for update in json.loads(body)["result"])
    except (KeyError, OverflowError, RecursionError, TypeError, ValueError):
        return ()
