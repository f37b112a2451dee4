"""What is on its way to one chat, for the chat itself; `dead_letters` is the operator's view."""

import json
from contextlib import suppress
from datetime import UTC, datetime

from bot.model import Chat
from bot.ports import ChatDelivery, Suspension
from bot.stores.connect import Client
from bot.stores.keys import Lane


class RedisDeliveries:
    """Reads the chat's line, the walks that still come to it, its rest and its suspension."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def of(self, chat: Chat) -> ChatDelivery:
        """The chat's share of what is on its way; raises StoreUnavailable."""
        lane, member = Lane(chat.platform), chat.member
        found = await self._client.run(
            "delivery",
            [lane.suspended, lane.due],
            [lane.prefix, member],
        )
        now_ms, waiting, out, leased, tries = map(int, found[:5])
        due, rest, suspended = map(str, found[5:8])
        # A score below the time is a number in the queue: as soon as a sender comes by.
        due_seconds = max(0.0, (float(due) - now_ms) / 1000) if due else None
        being_sent = bool(leased) and bool(due_seconds)
        return ChatDelivery(
            waiting=waiting,
            being_sent=out if being_sent else 0,
            tries=tries,
            next_in_seconds=None if being_sent else due_seconds,
            rests_seconds=max(0.0, (float(rest) - now_ms) / 1000) if rest else 0.0,
            suspended=_suspension(suspended) if suspended else None,
            given_up=await self._given_up(lane, member),
            held=int(found[8]),
        )

    async def _given_up(self, lane: Lane, member: str) -> int:
        count = 0
        async for place in self._client.each_field(lane.dead):
            _, _, whose = place.partition("|")
            count += whose == member
        return count


def _suspension(text: str) -> Suspension:
    """As `lua/settle.lua` writes it, or the bare reason that an earlier version did."""
    with suppress(ValueError, TypeError, KeyError):
        record = json.loads(text)
        return Suspension(record["reason"], datetime.fromtimestamp(record["at"] / 1000, UTC))
    return Suspension(text, None)
