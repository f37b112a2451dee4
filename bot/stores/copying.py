"""Fills an empty store with all that another one holds, and proves that both are the same.

By kinds of keys and not by DUMP, since servers of different makes cannot read each other's dumps.
What was cut off is begun again and finds done what was done. `{nf}:schema` keeps bots away from a
store that is half filled.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.stores import keys, schema
from bot.stores.connect import Client, Reply
from bot.stores.every_key import NOTHING, Look, Piece, looks_at, names_of, pieces_of, ranks_of
from bot.stores.migrations import FIRST_VERSION
from bot.stores.schema import COPYING, LEASE_SECONDS, Turn

PASSES_WITHIN_MS = 3_600_000
"""What ends so soon is copied, but may end while it is compared and counted."""
KINDS = ("hash", "set", "string", "zset")
AT_ONCE = 4
"""Journeys of keys under way: one server reads while the other writes, and no more is in memory."""
RENEWED_EVERY_SECONDS = LEASE_SECONDS / 5
"""Calls are many and short: none takes so long that the lease could end before the next."""

Progress = Callable[[str, int, int], None]
"""Told what is done, how many keys of how many have been gone through."""


class CannotCopy(Exception):
    """Nothing can be copied there, or from there; the text is one sentence."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is of a kind."""

    keys: int
    entries: int


@dataclass(frozen=True, slots=True)
class Copied:
    """What became of a copy."""

    resumed: bool
    """It went on with one that was cut off."""
    source: Mapping[str, Size]
    target: Mapping[str, Size]
    """What there is of each kind."""
    different: Sequence[str]
    """Keys that are not the same in both, or in one alone."""

    @property
    def same(self) -> bool:
        """Whether both stores hold the same."""
        return not self.different and self.source == self.target


async def copy(source: Client, target: Client, newest: int, progress: Progress) -> Copied:
    """Copy between two clients that do not decode; nobody may write to `source` meanwhile.

    `newest` is the newest version of the layout that this bot knows. Raises CannotCopy where the
    target is not empty, UnknownLayout where the source cannot be used, StoreInUse.
    """
    version = await _schema(source) or str(FIRST_VERSION)
    schema.read(version, newest)
    async with schema.keeping(target) as turn:
        found = await _schema(target)
        if found != COPYING and await _is_in_use(target):
            raise CannotCopy(
                "The server at REDIS_URL holds a bot's data already; name an empty one, or remove "
                f"its keys that begin with {keys.TAG}: if nobody needs them."
            )
        await turn.write(found, COPYING)
        copied = await _Copy(source, target, turn, progress).run(resumed=bool(found))
        if copied.same:
            await turn.write(COPYING, version)
    return copied


async def _schema(client: Client) -> str:
    stored: object = await client.text(keys.SCHEMA)
    return stored.decode(errors="replace") if isinstance(stored, bytes) else ""


async def _is_in_use(target: Client) -> bool:
    """Whether a bot stored more than a version, or works there now."""
    async for names, _ in names_of(target, besides=keys.VERSION):
        if names:
            return True
    return False


class _Copy:
    """One copy, between the beginning and the end that `copy` gives it."""

    def __init__(self, source: Client, target: Client, turn: Turn, progress: Progress) -> None:
        self._source = source
        self._target = target
        self._turn = turn
        self._progress = progress
        self._renewed = time.monotonic()

    async def run(self, *, resumed: bool) -> Copied:
        """Copy, and compare all of it."""
        await self._walk("copying", lambda names: self._bring(names, resumed=resumed))
        if resumed:
            async for names, _ in names_of(self._target):
                await self._remove(await self._unknown(names))
        until_ms = round(time.time() * 1000) + PASSES_WITHIN_MS
        source, different = await self._compare(until_ms)
        target, unknown = await self._count_target(until_ms)
        return Copied(resumed, source, target, [*map(_shown, [*different, *unknown])])

    async def _walk(self, what: str, deal: Callable[[Sequence[bytes]], Awaitable[None]]) -> None:
        """Deal with all keys of the source, some at a time and some times at once."""
        done, room = 0, asyncio.Semaphore(AT_ONCE)

        async def one(names: Sequence[bytes], all_keys: int) -> None:
            nonlocal done
            await deal(names)
            room.release()
            done += len(names)
            self._progress(what, done, all_keys)

        try:
            async with asyncio.TaskGroup() as tasks:
                async for names, all_keys in names_of(self._source):
                    await room.acquire()
                    tasks.create_task(one(names, all_keys))
        except ExceptionGroup as group:
            raise group.exceptions[0] from None

    async def _keep_turn(self) -> None:
        if time.monotonic() - self._renewed > RENEWED_EVERY_SECONDS:
            self._renewed = time.monotonic()
            await self._turn.renew()

    async def _bring(self, names: Sequence[bytes], *, resumed: bool) -> None:
        await self._keep_turn()
        here = await looks_at(self._source, names, digested=resumed)
        for name, look in here.items():
            if look.kind not in (*KINDS, NOTHING):
                raise CannotCopy(f"{_shown(name)} is a {look.kind}, which no key of this bot is.")
        wrong: Sequence[bytes] = list(here)
        if resumed:
            there = await looks_at(self._target, names, digested=True)
            wrong = await self._differing(here, there)
            await self._remove([name for name in wrong if there[name].kind != NOTHING])
        async for pieces in pieces_of(self._source, {name: here[name] for name in wrong}):
            await self._tell("copy_write", pieces)

    async def _differing(
        self, here: Mapping[bytes, Look], there: Mapping[bytes, Look]
    ) -> Sequence[bytes]:
        """Keys of the source that are not the same in the target, by every entry."""
        differing = {name for name, look in here.items() if look != there[name]}
        unsure = {
            name: look
            for name, look in here.items()
            if name not in differing and not (look.digest and look.digest == there[name].digest)
        }
        for name in [name for name, look in unsure.items() if look.kind == "zset"]:
            if not await self._has_same_ranks(name, unsure.pop(name).entries):
                differing.add(name)
        async for pieces in pieces_of(self._source, unsure):
            answers: Reply = await self._tell("copy_same", pieces)
            pairs = zip(pieces, answers, strict=True)
            differing.update(piece.name for piece, same in pairs if not same)
        return [name for name in here if name in differing]

    async def _has_same_ranks(self, name: bytes, entries: int) -> bool:
        others = ranks_of(self._target, name, entries)
        async for digest in ranks_of(self._source, name, entries):
            await self._keep_turn()
            if digest != await anext(others):
                return False
        return True

    async def _compare(self, until_ms: int) -> tuple[Mapping[str, Size], Sequence[bytes]]:
        """What the source has of each kind, and which of its keys the target has not the same."""
        tally, different = _Tally(), list[bytes]()

        async def compare(names: Sequence[bytes]) -> None:
            await self._keep_turn()
            here = _lasting(await looks_at(self._source, names, digested=True), until_ms)
            there = await looks_at(self._target, list(here), digested=True)
            tally.add(here)
            different.extend(await self._differing(here, there))

        await self._walk("comparing", compare)
        return tally.sizes(), different

    async def _count_target(self, until_ms: int) -> tuple[Mapping[str, Size], Sequence[bytes]]:
        """What the target has of each kind, and which keys it alone has."""
        tally, unknown = _Tally(), list[bytes]()
        async for names, _ in names_of(self._target):
            await self._keep_turn()
            there = _lasting(await looks_at(self._target, names), until_ms)
            tally.add(there)
            unknown += await self._unknown(list(there))
        return tally.sizes(), unknown

    async def _unknown(self, names: Sequence[bytes]) -> Sequence[bytes]:
        """Those of the target's keys that the source has not."""
        here = await looks_at(self._source, names)
        return [name for name in names if here[name].kind == NOTHING]

    async def _remove(self, names: Sequence[bytes]) -> None:
        if names:
            await self._target.run("copy_remove", names)

    async def _tell(self, script: str, pieces: Sequence[Piece]) -> Reply:
        await self._keep_turn()  # A key may be so large that it takes longer than a lease.
        words = [word for piece in pieces for word in piece.told()]
        return await self._target.run(script, [piece.name for piece in pieces], words)


class _Tally:
    def __init__(self) -> None:
        self._keys = Counter[str]()
        self._entries = Counter[str]()

    def add(self, looks: Mapping[bytes, Look]) -> None:
        for look in looks.values():
            self._keys[look.kind] += 1
            self._entries[look.kind] += look.entries

    def sizes(self) -> Mapping[str, Size]:
        return {kind: Size(self._keys[kind], self._entries[kind]) for kind in sorted(self._keys)}


def _lasting(looks: Mapping[bytes, Look], until_ms: int) -> Mapping[bytes, Look]:
    return {name: look for name, look in looks.items() if look.lasts(until_ms)}


def _shown(name: bytes) -> str:
    return name.decode(errors="backslashreplace")
