"""Alerts on their way to chats: leased to a sender, and back again unless settled."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.model import DEFAULT_PREFERENCES, Chat, Message, Mute, Preferences
from bot.ports import Letter, Outcome, Parcel, Settlement, Turns
from bot.stores import codec, keys, milliseconds
from bot.stores.connect import Client, Reply
from bot.stores.dead_letters import DEAD_KEPT, MOST_DEAD
from bot.stores.holding import RedisHolding, told_hold
from bot.stores.keys import Lane
from bot.stores.own_rules import move_rules
from bot.stores.preferences import lenient

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
"""Longer than what one hand-out takes to send, shorter than Discord remembers a nonce."""
MOVES_KNOWN = timedelta(days=30)
"""As long as dead letters are kept, which go to where their chat moved."""
LONGEST_REASON = 500
MOST_SETTLED = 200
"""Settlements in one call, which takes Redis about five milliseconds where most arrived."""


class RedisOutbox:
    """Jobs that walk along their subscribers: enqueueing costs the same for any number."""

    def __init__(self, client: Client, *, lease: timedelta = LEASE) -> None:
        self._client = client
        self._holding = RedisHolding(client)
        self._lease_ms = milliseconds.of_span(lease)

    async def take(self, platform: str, limit: int, request: str) -> Sequence[Parcel]:
        """Lease up to `limit` parcels: first those due again, then new recipients.

        The same `request`, which must be new to each sender's every wish, gives the same parcels.
        """
        if limit <= 0:
            return ()
        lane = Lane(platform)
        sender = request.partition(":")[0]
        handed: Reply = ()
        more = True
        # A call that met only chats that get nothing now goes on where the one before ended.
        while more and not handed:
            handed, jobs, more, settings, now_ms = await self._client.run(
                "take",
                [lane.ready, lane.taken(sender)],
                [lane.prefix, limit, self._lease_ms, request],
            )
        letters: dict[str, Letter | codec.DamagedValue] = {job[0]: _letter(*job) for job in jobs}
        known = _known(platform, handed, settings)
        at = datetime.fromtimestamp(now_ms / 1000, UTC)
        parcels = [
            _parcel(platform, each, letters, (known[text or ""], text or "", at))
            for each, text in zip(handed, settings, strict=True)
        ]
        readable = [parcel for parcel in parcels if parcel is not None]
        if len(readable) < len(parcels):
            await self._give_up_damaged(platform, handed, letters)
        return readable

    async def _give_up_damaged(
        self, platform: str, handed: Reply, letters: dict[str, Letter | codec.DamagedValue]
    ) -> None:
        """A message nobody can read must not hold up those behind it for ever."""
        damaged = []
        for member, _, _, lease, _, *ids in handed:
            errors = [each for id_ in ids if isinstance(each := letters[id_], codec.DamagedValue)]
            if errors:
                log.error("%s", errors[0])
                parcel = Parcel(Chat.from_member(platform, member), (), lease)
                outcome = Outcome.DEAD if len(ids) == 1 else Outcome.ALONE
                damaged.append(Settlement(parcel, outcome, reason=str(errors[0])))
        await self.settle(platform, damaged)

    async def settle(self, platform: str, settlements: Sequence[Settlement]) -> None:
        """Say what became of parcels of one platform; a repeat changes nothing."""
        lane = Lane(platform)
        about: list[str | int] = [lane.prefix, keys.TAG, platform]
        about += [milliseconds.of_span(DEAD_KEPT), MOST_DEAD]
        start = 0
        while start < len(settlements):
            # One text for all: the client takes its time over every argument.
            told = json.dumps([_told(each) for each in settlements[start : start + MOST_SETTLED]])
            # Chats that are suspended cost more, so that the call may not come to all of them.
            start += await self._client.run("settle", [lane.ready, keys.SEQ], [*about, told])

    async def move(self, old: Chat, new: Chat) -> None:
        """The chat has a new id: its subscriptions, its rules and what waits for it follow."""
        if old == new:
            return
        lane = Lane(old.platform)
        await move_rules(self._client, old, new)
        chats = [lane.chat(old.member), lane.chat(new.member)]
        await self._client.run(
            "move",
            [lane.ready, lane.suspended, *chats],
            [lane.prefix, old.member, new.member, milliseconds.of_span(MOVES_KNOWN)],
        )

    async def reclaim(self, platforms: Sequence[str]) -> None:
        """Make what is away due at once: for whoever knows that all senders died."""
        for platform in platforms:
            lane, place = Lane(platform), "0"
            while True:
                place = await self._client.run("reclaim", [lane.due], [lane.prefix, place])
                if place == "0":
                    break

    async def lift(self, chat: Chat, mutes: Sequence[Mute]) -> int:
        """End mutes of a chat, and let go what nothing else holds back; returns how many those are.

        Safe to repeat: what was cut off half-way is as if it had not begun.
        """
        return await self._holding.lift(chat, mutes)

    async def turns(
        self, platform: str, wanted: int, spacing_seconds: float, lead_seconds: float = 0.0
    ) -> Turns:
        """Reserve so many turns to send, evenly spaced, none before so many seconds from now."""
        arguments = [wanted, max(1, round(spacing_seconds * 1e6)), round(lead_seconds * 1e6)]
        first_us, now_us = await self._client.run("turns", [Lane(platform).turn], arguments)
        return Turns(int(first_us) / 1e6, int(now_us) / 1e6)

    async def pause(self, platform: str, seconds: float) -> None:
        """Give out no turn before so many seconds have passed."""
        await self._client.run("pause", [Lane(platform).turn], [milliseconds.of_seconds(seconds)])

    async def wait(self, platform: str) -> None:
        """Return when there may be something to take, within about a second."""
        await self._client.await_token(Lane(platform).wake)


def _known(platform: str, handed: Reply, settings: Reply) -> Mapping[str, Preferences]:
    """What the texts say that chats have set; many of them have set the same."""
    first = {text: member for (member, *_), text in zip(handed, settings, strict=True) if text}
    read = {t: lenient(Chat.from_member(platform, member), t) for t, member in first.items()}
    return {"": DEFAULT_PREFERENCES, **read}


def _parcel(
    platform: str,
    handed: Reply,
    letters: Mapping[str, Letter | codec.DamagedValue],
    as_set: tuple[Preferences, str, datetime],
) -> Parcel | None:
    member, attempts, unsure, lease, held, *ids = handed
    found = [letter for id_ in ids if isinstance(letter := letters[id_], Letter)]
    if len(found) < len(ids):
        return None
    if held:
        why = json.loads(held)
        found = [replace(letter, held=why.get(letter.job, "")) for letter in found]
    chat = Chat.from_member(platform, member)
    return Parcel(chat, tuple(found), lease, int(attempts), int(unsure), *as_set)


def _letter(
    job: str, body: str, created_ms: str, outdated: int, topic: str
) -> Letter | codec.DamagedValue:
    try:
        message: Message = codec.MESSAGE.load(body, f"message of job {job}")
    except codec.DamagedValue as error:
        return error
    fired_at = datetime.fromtimestamp(int(created_ms) / 1000, UTC)
    return Letter(job, message, fired_at, bool(outdated), topic)


def _told(settlement: Settlement) -> list[object]:
    """A settlement as `settle` reads it; a platform's words may be long, and no text at all."""
    parcel = settlement.parcel
    reason = settlement.reason[:LONGEST_REASON].encode(errors="replace").decode()
    told: list[object] = [parcel.chat.member, parcel.lease, settlement.outcome]
    told += [milliseconds.of_seconds(settlement.seconds), settlement.attempts, settlement.unsure]
    told.append(reason)
    if settlement.outcome is Outcome.HELD:
        told += [[told_hold(each) for each in settlement.holds], parcel.settings]
    return told
