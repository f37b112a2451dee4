"""The pictures that Telegram has already: each is uploaded once, and then shown by its name."""

import asyncio
import json
import secrets
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from bot.adapters.telegram.errors import (
    NETWORK_PAUSE_SECONDS,
    file_id,
    file_is_gone,
    picture_is_bad,
    succeeded,
)
from bot.http.wire import WireAnswer
from bot.model import Chart
from bot.ports import Photo, RetryLater

MOST_KNOWN = 256
UPLOAD_WAIT_SECONDS = 10.0
"""For another chat's upload of the same picture: what is to be said can wait its turn again."""
REFUSED = ""
"""In the place of a name: Telegram shows this picture to nobody."""

_BOUNDARY = secrets.token_hex(16)
FORM = f"multipart/form-data; boundary={_BOUNDARY}"

Name = tuple[Chart, int]
"""A chart, and the hash of how it looked."""
Ask = Callable[[str | None], Awaitable[WireAnswer]]
"""Shows a picture by the name that Telegram gave it, or by uploading it where there is None."""


class Photos:
    """The names that Telegram gave to our pictures; of the many, the last ones used."""

    def __init__(self, *, most_known: int = MOST_KNOWN) -> None:
        self._known: OrderedDict[Name, str] = OrderedDict()
        self._most_known = most_known
        self._uploads: WeakValueDictionary[Name, asyncio.Lock] = WeakValueDictionary()

    async def show(self, photo: Photo, ask: Ask) -> WireAnswer | None:
        """Telegram's answer to a picture, or None if it has said before that it shows it to nobody.

        Raises RetryLater where another upload of it takes too long, and what `ask` raises.
        """
        # The hash is counted once for all chats, as bytes remember theirs.
        name = photo.chart, hash(photo.png)
        if (known := self._known.get(name)) is not None:
            answer = await self._by_name(name, known, ask)
            if answer is None or not file_is_gone(answer):
                return answer
            if self._known.get(name) == known:
                del self._known[name]
        async with self._turn(name):
            if (known := self._known.get(name)) is not None:
                return await self._by_name(name, known, ask)
            answer = await ask(None)
            self._learn(name, answer)
            return answer

    async def _by_name(self, name: Name, known: str, ask: Ask) -> WireAnswer | None:
        self._known.move_to_end(name)
        return None if known == REFUSED else await ask(known)

    def _learn(self, name: Name, answer: WireAnswer) -> None:
        if succeeded(answer):
            given = file_id(answer)
            if not given:
                return
        elif picture_is_bad(answer):
            given = REFUSED
        else:
            return
        self._known[name] = given
        while len(self._known) > self._most_known:
            self._known.popitem(last=False)

    @asynccontextmanager
    async def _turn(self, name: Name) -> AsyncIterator[None]:
        """Be the only one who uploads a picture; raises RetryLater."""
        lock = self._uploads.setdefault(name, asyncio.Lock())
        try:
            async with asyncio.timeout(UPLOAD_WAIT_SECONDS):
                await lock.acquire()
        except TimeoutError:
            reason = "its picture is still on its way to Telegram"
            raise RetryLater(NETWORK_PAUSE_SECONDS, reason, counts=False) from None
        try:
            yield
        finally:
            lock.release()


def form(body: bytes, png: bytes) -> bytes:
    """A JSON object and a picture called `photo` as multipart/form-data (RFC 7578), see `FORM`."""
    fields = json.loads(body)
    written = [
        _field(f'name="{name}"', value if isinstance(value, str) else json.dumps(value))
        for name, value in fields.items()
    ]
    head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="photo"; filename="chart.png"'
    picture = f"{head}\r\nContent-Type: image/png\r\n\r\n".encode() + png
    return b"".join([*written, picture, f"\r\n--{_BOUNDARY}--\r\n".encode()])


def _field(name: str, value: str) -> bytes:
    disposition = f"Content-Disposition: form-data; {name}"
    return f"--{_BOUNDARY}\r\n{disposition}\r\n\r\n{value}\r\n".encode()
