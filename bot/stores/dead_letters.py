"""What was given up, until somebody sends it again."""

import json
import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.model import Chat
from bot.ports import Backlog, DeadLetter
from bot.stores import keys, milliseconds
from bot.stores.connect import Client
from bot.stores.keys import Lane

log = logging.getLogger(__name__)

DEAD_KEPT = timedelta(days=30)
MOST_DEAD = 10_000
"""Dead letters of one platform: the oldest go first."""
MOST_AT_ONCE = 200
"""Letters sent again in one call, which takes Redis about five milliseconds."""


class RedisDeadLetters:
    """One field a letter, which holds why and when; whoever looks forgets the old ones first."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def backlog(self, platform: str) -> Backlog:
        """How much there is of everything."""
        lane = Lane(platform)
        found = [lane.ready, lane.line, lane.suspended, lane.dead]
        sizes = await self._client.run("backlog", found, [lane.prefix, *_bounds()])
        return Backlog(*map(int, sizes))

    async def listed(self, platform: str, limit: int) -> Sequence[DeadLetter]:
        """The newest ones."""
        lane = Lane(platform)
        found = await self._client.run(
            "dead_newest", [lane.dead, lane.dead_at], [lane.prefix, *_bounds(), limit]
        )
        return [_letter(platform, place, text) for place, text in found]

    async def redrive(self, platform: str) -> int:
        """Put all of them on their way again; returns of how many that is true."""
        lane = Lane(platform)
        sent = lost = 0
        # Those that are given up again meanwhile wait for the next time.
        places = await self._client.field_names(lane.dead)
        for start in range(0, len(places), MOST_AT_ONCE):
            some = places[start : start + MOST_AT_ONCE]
            counts = await self._client.run_once(
                "redrive", [lane.dead, lane.dead_at], [lane.prefix, keys.TAG, platform, *some]
            )
            sent, lost = sent + int(counts[0]), lost + int(counts[1])
        if lost:
            log.warning(
                "%d dead letters of %s were let go: their alert is forgotten, or their chat "
                "hears it no more",
                lost, platform,
            )  # fmt: skip
        return sent


def _bounds() -> list[str | int]:
    return [milliseconds.of_span(DEAD_KEPT), MOST_DEAD]


def _letter(platform: str, place: str, text: str) -> DeadLetter:
    job, _, member = place.partition("|")
    record = json.loads(text)
    at = datetime.fromtimestamp(record["at"] / 1000, UTC)
    return DeadLetter(job, Chat.from_member(platform, member), record["reason"], at)
