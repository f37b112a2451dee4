"""Every key of a store as bytes, whatever it means: what it is, and its entries."""

import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.stores import keys
from bot.stores.connect import Client, Reply, Word

A_JOURNEY = 500
"""Keys looked at in one call, and entries read of a key."""
MOST_ENTRIES = 5_000
"""Entries of all keys in one call, which take a server some milliseconds."""
MOST_DIGESTED = 30
"""Entries of a key that a call for many looks at; of a chat's keys there are a million."""
NEVER = -1
NOTHING = "none"


@dataclass(frozen=True, slots=True)
class Look:
    """What a key is, seen from outside."""

    kind: str
    """`none` where there is no such key."""
    ends_ms: int
    """When it expires, as a Unix time; NEVER if it does not."""
    entries: int
    digest: bytes = field(default=b"", compare=False)
    """The same of the same entries; the locale of a server has a say in it. Empty where there are
    many of them, or nobody asked."""

    def lasts(self, until_ms: int) -> bool:
        """Whether it will still be there then."""
        return self.kind != NOTHING and (self.ends_ms == NEVER or self.ends_ms > until_ms)


@dataclass(frozen=True, slots=True)
class Piece:
    """Some entries of a key."""

    name: bytes
    look: Look
    words: Sequence[bytes]
    """Names with values or scores; or the one value."""

    def told(self) -> list[Word | int]:
        """As scripts are told."""
        return [self.look.kind, self.look.ends_ms, len(self.words), *self.words]


async def names_of(
    client: Client, besides: re.Pattern[bytes] = keys.PASSING
) -> AsyncIterator[tuple[Sequence[bytes], int]]:
    """All keys but some, a few at a time, each time with how many keys the server has."""
    place: Word = "0"
    while True:
        place, found, server_keys = await client.run(
            "copy_names", [keys.SCHEMA], [place, A_JOURNEY, f"{keys.TAG}:*"]
        )
        yield [name for name in found if not besides.match(name)], server_keys
        if place == b"0":
            return


async def looks_at(
    client: Client, names: Sequence[bytes], *, digested: bool = False
) -> Mapping[bytes, Look]:
    """What some keys are."""
    if not names:
        return {}
    found: Reply = await client.run("copy_look", names, [MOST_DIGESTED if digested else 0])
    return {
        name: Look(kind.decode(), ends, entries, digest)
        for name, (kind, ends, entries, digest) in zip(names, found, strict=True)
    }


async def ranks_of(client: Client, name: bytes, entries: int) -> AsyncIterator[bytes]:
    """Digests of a sorted set in its order, so many entries at a time as a call may read."""
    for first in range(0, entries, MOST_ENTRIES):
        yield await client.run("copy_ranks", [name], [first, first + MOST_ENTRIES - 1])


async def pieces_of(client: Client, looks: Mapping[bytes, Look]) -> AsyncIterator[Sequence[Piece]]:
    """All entries of some keys, so many at a time as a call may carry."""
    for names in _shared_out(looks):
        places: dict[bytes, Word] = dict.fromkeys(names, "0")
        while places:
            kinds = [looks[name].kind for name in places]
            words = [A_JOURNEY, *places.values(), *kinds]
            found: Reply = await client.run("copy_read", list(places), words)
            pairs = list(zip(places, found, strict=True))
            full = [
                Piece(name, looks[name], entries)
                for name, (_, entries) in pairs
                if entries and entries != [None]
            ]
            if full:
                yield full
            places = {name: place for name, (place, _) in pairs if place != b"0"}


def _shared_out(looks: Mapping[bytes, Look]) -> Iterator[Sequence[bytes]]:
    """Keys in groups of which a call reads no more than `MOST_ENTRIES`."""
    group, entries = list[bytes](), 0
    for name, look in looks.items():
        read = min(look.entries, A_JOURNEY)
        if group and entries + read > MOST_ENTRIES:
            yield group
            group, entries = [], 0
        group.append(name)
        entries += read
    if group:
        yield group
