"""What was given up, until somebody sends it again."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from bot.model import Chat
from bot.ports import Backlog, DeadLetter
from bot.stores import keys
from bot.stores.connect import Client
from bot.stores.keys import Lane

MOST_AT_ONCE = 200


class RedisDeadLetters:
    """One field a letter, which holds why and when."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def backlog(self, platform: str) -> Backlog:
        """How much there is of everything."""
        lane = Lane(platform)
        sizes = await self._client.run(
            "backlog", [lane.ready, lane.line, lane.suspended, lane.dead]
        )
        return Backlog(*map(int, sizes))

    async def listed(self, platform: str, limit: int) -> Sequence[DeadLetter]:
        """The newest ones."""
        stored = await self._client.fields(Lane(platform).dead)
        letters = [_letter(platform, place, text) for place, text in stored.items()]
        return sorted(letters, key=lambda each: each.at, reverse=True)[:limit]

    async def redrive(self, platform: str) -> int:
        """Put all of them on their way again; returns how many there were."""
        lane = Lane(platform)
        # Those that are given up again meanwhile wait for the next time.
        places = await self._client.field_names(lane.dead)
        for start in range(0, len(places), MOST_AT_ONCE):
            some = places[start : start + MOST_AT_ONCE]
            await self._client.run("redrive", [lane.dead], [lane.prefix, keys.TAG, platform, *some])
        return len(places)


def _letter(platform: str, place: str, text: str) -> DeadLetter:
    job, _, member = place.partition("|")
    record = json.loads(text)
    at = datetime.fromtimestamp(record["at"] / 1000, UTC)
    return DeadLetter(job, Chat.from_member(platform, member), record["reason"], at)
