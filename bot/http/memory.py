"""Answers kept to be told "nothing new" about: conditional requests as of RFC 9110, section 13."""

import asyncio
import zlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

LARGEST_BODY_BYTES = 2 * 2**20
"""A longer body is not kept."""
ROOM_BYTES = 8 * 2**20
"""For all that is kept, compressed; the answer that was not asked for longest gives way."""
LONGEST_VALIDATOR = 256
BLOCKING_BYTES = 2**16
"""What is longer than this is compressed outside of the loop: it would take milliseconds."""
FASTEST = 1


@dataclass(frozen=True, slots=True)
class Kept:
    """A body in compressed form, and the headers that ask whether it still holds."""

    packed: bytes
    conditions: Mapping[str, str]

    async def body(self) -> bytes:
        """The body as it came."""
        if len(self.packed) > BLOCKING_BYTES:
            return await asyncio.to_thread(zlib.decompress, self.packed)
        return zlib.decompress(self.packed)


class Memory:
    """The answers kept, by whatever names a request; nothing outlives the process."""

    def __init__(self, room_bytes: int = ROOM_BYTES) -> None:
        self._room = room_bytes
        self._taken = 0
        self._kept: OrderedDict[str, Kept] = OrderedDict()

    def get(self, request: str) -> Kept | None:
        """What was last answered to this request, if it is kept."""
        kept = self._kept.get(request)
        if kept is not None:
            self._kept.move_to_end(request)
        return kept

    async def keep(self, request: str, headers: Mapping[str, str], body: bytes) -> None:
        """Keep an answer instead of the one before it, where its headers let us ask for changes."""
        conditions = _conditions(headers)
        if not conditions or len(body) > LARGEST_BODY_BYTES:
            self._drop(request)
            return
        if len(body) > BLOCKING_BYTES:
            packed = await asyncio.to_thread(zlib.compress, body, FASTEST)
        else:
            packed = zlib.compress(body, FASTEST)
        self._drop(request)
        self._kept[request] = Kept(packed, conditions)
        self._taken += _size(request, self._kept[request])
        while self._taken > self._room:
            self._drop(next(iter(self._kept)))

    def _drop(self, request: str) -> None:
        kept = self._kept.pop(request, None)
        if kept is not None:
            self._taken -= _size(request, kept)


def _conditions(headers: Mapping[str, str]) -> dict[str, str]:
    """The request headers that stand for an answer's version; one we could not repeat is none."""
    named = {
        "If-None-Match": headers.get("ETag", ""),
        "If-Modified-Since": headers.get("Last-Modified", ""),
    }
    return {
        name: value
        for name, value in named.items()
        if value and len(value) <= LONGEST_VALIDATOR and value.isascii() and value.isprintable()
    }


def _size(request: str, kept: Kept) -> int:
    return len(request) + len(kept.packed) + sum(map(len, kept.conditions.values()))
