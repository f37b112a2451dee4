"""Alerts on their way to chats: leased to a sender, and back again unless settled."""

import json
import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta

from bot.model import Chat, Message
from bot.ports import Parcel
from bot.stores import codec, keys
from bot.stores.connect import Client
from bot.stores.journal import TOMBSTONE
from bot.stores.keys import Lane
from bot.stores.own_rules import move_rules

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
"""Longer than one chunk takes to send, shorter than Discord remembers a nonce."""
DROPPED_KEPT = 1000


class RedisOutbox:
    """Jobs with a cursor over their subscribers: enqueueing costs the same for any number."""

    def __init__(self, client: Client, *, lease: timedelta = LEASE) -> None:
        self._client = client
        self._lease_ms = round(lease.total_seconds() * 1000)

    async def take(self, platform: str, limit: int) -> Sequence[Parcel]:
        """Lease up to `limit` parcels: first those due again, then new recipients."""
        if limit <= 0:
            return ()
        lane = Lane(platform)
        handed, bodies = await self._client.run(
            "take",
            [lane.ready, lane.fly, lane.attempts, lane.suspended],
            [lane.prefix, limit, self._lease_ms],
        )
        messages = _messages(dict(zip(bodies[::2], bodies[1::2], strict=True)))
        parcels = []
        for job, member, attempts in handed:
            chat = Chat.from_member(platform, member)
            message = messages[job]
            if isinstance(message, Message):
                parcels.append(Parcel(job, chat, message, attempts))
            else:
                # A message nobody can read must not hold up those behind it for ever.
                log.error("%s", message)
                await self.drop(Parcel(job, chat, Message(""), attempts), str(message))
        return parcels

    async def acknowledge(self, parcel: Parcel) -> None:
        """It arrived."""
        await self._settle(parcel, "sent")

    async def postpone(self, parcel: Parcel, seconds: float, *, counts: bool) -> None:
        """Hand it out again after `seconds`; `counts` uses up an attempt."""
        lane, name = _address(parcel)
        used = parcel.attempts if counts else parcel.attempts - 1
        wait = max(0, round(seconds * 1000))
        await self._client.run("postpone", [lane.fly, lane.attempts], [name, wait, used])

    async def drop(self, parcel: Parcel, reason: str) -> None:
        """Give this one up, and remember why; the chat stays subscribed."""
        chat = parcel.chat.member
        note = json.dumps({"job": parcel.job, "chat": chat, "reason": reason})
        await self._settle(parcel, "dropped", note)

    async def suspend(self, parcel: Parcel, reason: str) -> None:
        """Stop sending to the chat until it speaks to us; its subscriptions stay."""
        await self._settle(parcel, "suspended", reason)

    async def _settle(self, parcel: Parcel, outcome: str, note: str = "") -> None:
        lane, name = _address(parcel)
        await self._client.run(
            "settle",
            [lane.fly, lane.attempts, lane.job(parcel.job), lane.dropped, lane.suspended],
            [name, outcome, parcel.chat.member, note, DROPPED_KEPT],
        )

    async def move(self, parcel: Parcel, to: Chat) -> None:
        """The chat has a new id: its subscriptions, its rules and this parcel follow."""
        lane, name = _address(parcel)
        old, new = parcel.chat.member, to.member
        if old == new:
            await self.postpone(parcel, 0, counts=True)
            return
        chats = [lane.chat(old), lane.chat(new), lane.moved(old), lane.moved(new)]
        await move_rules(self._client, parcel.chat, to)
        kept = round(TOMBSTONE.total_seconds() * 1000)
        renamed = keys.parcel(parcel.job, new)
        await self._client.run(
            "move",
            [lane.fly, lane.attempts, lane.suspended, *chats],
            [lane.prefix, old, new, name, renamed, kept, parcel.attempts - 1],
        )

    async def reclaim(self, platforms: Sequence[str]) -> None:
        """Make parcels that are away due at once: for whoever knows that their senders died."""
        for platform in platforms:
            await self._client.run("reclaim", [Lane(platform).fly])

    async def wait(self, platform: str) -> None:
        """Return when there may be something to take, within about a second."""
        await self._client.await_token(Lane(platform).wake)


def _address(parcel: Parcel) -> tuple[Lane, str]:
    return Lane(parcel.chat.platform), keys.parcel(parcel.job, parcel.chat.member)


def _messages(bodies: Mapping[str, str]) -> Mapping[str, Message | codec.DamagedValue]:
    messages: dict[str, Message | codec.DamagedValue] = {}
    for job, body in bodies.items():
        try:
            messages[job] = codec.MESSAGE.load(body, f"message of job {job}")
        except codec.DamagedValue as error:
            messages[job] = error
    return messages
