"""Who polls, and what waits for whom: read by whoever looks after the bot."""

from bot.ports import Leader, Queue
from bot.stores import keys, milliseconds
from bot.stores.connect import Client
from bot.stores.dead_letters import DEAD_KEPT
from bot.stores.jobs import Lifetimes
from bot.stores.keys import Lane

KNOWN_MS = milliseconds.of_span(Lifetimes().known)


class RedisSigns:
    """Costs the same however much waits."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def leader(self) -> Leader | None:
        """Who polls; None while nobody does."""
        holder, left_ms = await self._client.run("leader", [keys.LEAD_POLLER])
        return Leader(str(holder), max(0, left_ms) / 1000) if holder else None

    async def queue(self, platform: str) -> Queue:
        """What is on its way on a platform."""
        lane = Lane(platform)
        found = await self._client.run(
            "queue",
            [lane.ready, lane.line, lane.due, lane.lead],
            [lane.prefix, milliseconds.of_span(DEAD_KEPT), KNOWN_MS],
        )
        jobs, chats, due, held, suspended, dead, waited_ms, audience, listened = map(int, found)
        return Queue(
            jobs, chats, due, held, suspended, dead, waited_ms / 1000, audience, bool(listened)
        )
