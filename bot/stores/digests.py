"""When digests are due, and how they get into their chats' lines."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.digests.times import LATEST
from bot.model import DEFAULT_PREFERENCES, Chat
from bot.ports import DueDigest, MadeDigest
from bot.stores import codec, keys, milliseconds
from bot.stores.connect import Client, Reply
from bot.stores.keys import Lane
from bot.stores.preferences import load_preferences

log = logging.getLogger(__name__)

MOST_WAITING = 100
"""While something waits to be sent to so many chats, no digest joins them: three seconds on
Telegram, so that many digests at eight o'clock hold no alert up for longer."""
KNOWN = LATEST + timedelta(hours=12)
"""A digest's job expires after so long, whatever became of it."""


class RedisDigests:
    """A sorted set a platform; `lua/prefer.lua` writes into it what chats set."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def due(self, platform: str, now: datetime, limit: int) -> Sequence[DueDigest]:
        """Some of the chats whose digest is due, earliest first; none while much waits to be sent.

        What is found stays due until it is enqueued.
        """
        lane = Lane(platform)
        found: Reply = await self._client.run(
            "digest_due",
            [lane.digests, lane.preferences, lane.suspended],
            [lane.prefix, milliseconds.of_instant(now), limit, MOST_WAITING],
        )
        return [_due(platform, each) for each in found]

    async def enqueue(self, platform: str, made: Sequence[MadeDigest], now: datetime) -> None:
        """Put digests on their way, and note when the next ones are due, in one atomic step.

        One that is not due any more as it was found, as another process told it, is left out.
        """
        if not made:
            return
        lane = Lane(platform)
        arguments: list[str | int] = [lane.prefix, keys.TAG, platform, milliseconds.of_instant(now)]
        arguments += [milliseconds.of_span(LATEST), milliseconds.of_span(KNOWN)]
        for each in made:
            following = "" if each.next_due is None else milliseconds.of_instant(each.next_due)
            body = "" if each.message is None else codec.MESSAGE.dump(each.message)
            due = milliseconds.of_instant(each.of.due)
            arguments += [each.of.chat.member, due, following, body]
        await self._client.run("digest_write", [lane.digests, keys.SEQ], arguments)


def _due(platform: str, found: Reply) -> DueDigest:
    member, due_ms, text, reachable, own, *topics = found
    chat = Chat.from_member(platform, member)
    try:
        preferences = load_preferences(chat, text)
    except codec.DamagedValue as error:
        # Nobody knows when it would want the next one: what its people set next says so.
        log.warning("%s", error)
        preferences = DEFAULT_PREFERENCES
    due = datetime.fromtimestamp(float(due_ms) / 1000, UTC)
    return DueDigest(chat, due, preferences, frozenset(topics), bool(own), bool(reachable))
