"""Finds the own rules that values cross, and writes what becomes of them."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.model import Chat, Reading
from bot.ports import OwnChange, Sighting, StaleLeader, Touched
from bot.stores import codec, keys, milliseconds
from bot.stores.connect import Client, Reply
from bot.stores.jobs import NEWS, Lifetimes
from bot.stores.keys import Lane
from bot.stores.own_rules import Rewrite, load_rule, write

log = logging.getLogger(__name__)

MOST_AT_ONCE = 200
"""So many rules are found and written in one call, which takes Redis about ten milliseconds."""


class RedisOwnIndex:
    """Sorted sets of levels, one for each reading, side and platform: only what is crossed costs.

    A look is one journey, whatever the number of rules and readings.
    """

    def __init__(self, client: Client, platforms: Sequence[str], *, news: timedelta = NEWS) -> None:
        self._client = client
        self._platforms = tuple(platforms)
        self._lifetimes = Lifetimes(news)

    async def look(self, readings: Sequence[Reading], *, leader: str, now: datetime) -> Sighting:
        """The rules that these values or the time may move, a bounded number of them.

        A reading that moves no rule has been seen to the end, which is noted. Raises StaleLeader
        when `leader` does not hold the poller's lease.
        """
        arguments: list[str | int] = [leader, repr(now.timestamp()), MOST_AT_ONCE, keys.TAG]
        arguments += [len(self._platforms), *self._platforms]
        for reading in readings:
            arguments += [reading.indicator, repr(reading.value), reading.as_of.isoformat()]
        found = await self._client.run(
            "own_look", [keys.LEAD_POLLER, keys.OWN_USES, keys.OWN_SEEN], arguments
        )
        if isinstance(found, str):
            raise StaleLeader(f"{leader} no longer holds the poller's lease.")
        rules, uses, marks = found
        times = dict(zip(marks[::2], marks[1::2], strict=True))
        touched = [each for rule in rules if (each := _touched(rule)) is not None]
        return Sighting(touched, {reading: _time(times, reading) for reading in uses})

    async def commit(self, changes: Sequence[OwnChange], *, leader: str, now: datetime) -> None:
        """Write rules and what they say in one atomic step; one that was changed meanwhile stays.

        Raises StaleLeader when `leader` does not hold the poller's lease. Repeating a commit whose
        reply was lost changes nothing.
        """
        await write(
            self._client,
            [_rewrite(change) for change in changes],
            leader=leader,
            now_ms=milliseconds.of_instant(now),
            lifetimes=self._lifetimes,
        )

    async def announce(self) -> None:
        """Let those who deliver know that there is something to take, before they look again."""
        for platform in self._platforms:
            await self._client.run("wake", [Lane(platform).wake])


def _touched(rule: Reply) -> Touched | None:
    platform, member, number, text = rule
    chat = Chat.from_member(platform, member)
    try:
        asked, state = load_rule(chat, number, text)
    except codec.DamagedValue as error:
        # A rule nobody can read must not hold up the others; it costs a line until it is mended.
        log.warning("%s", error)
        return None
    return Touched(chat, int(number), asked, state, text)


def _rewrite(change: OwnChange) -> Rewrite:
    of = change.of
    return Rewrite(
        platform=of.chat.platform,
        member=of.chat.member,
        number=of.number,
        expected=of.text,
        before=(of.rule, of.state),
        after=None if change.after is None else (of.rule, change.after),
        lines=change.lines,
        job=change.job,
        body="" if change.message is None else codec.MESSAGE.dump(change.message),
    )


def _time(times: Mapping[str, str], reading: str) -> datetime | None:
    return datetime.fromisoformat(times[reading]) if reading in times else None
