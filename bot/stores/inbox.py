"""What a platform brought to any process, until the one that listens has answered it."""

from collections.abc import Sequence
from datetime import timedelta

from bot.ports import Brought
from bot.stores import milliseconds
from bot.stores.connect import Client
from bot.stores.keys import Lane

MOST_WAITING = 10_000
"""What comes beyond is left with the platform, which brings it again."""
AT_ONCE = 100
"""As many as Telegram gives whoever asks."""
KEPT = timedelta(days=1)
"""Telegram itself gives up after that."""
MOST_REMEMBERED = 100_000
"""Numbers of what was brought, so that it is not answered again when it is brought again."""


class RedisInbox:
    """A sorted set by number."""

    def __init__(self, client: Client, platform: str) -> None:
        self._client = client
        self._lane = Lane(platform)

    async def put(self, brought: Brought) -> bool:
        """Keep it; one that was brought before is not kept twice. False where too much waits."""
        kept = milliseconds.of_span(KEPT)
        return bool(
            await self._client.run(
                "inbox_put",
                [self._lane.inbox, self._lane.brought, self._lane.inbox_wake],
                [brought.number, brought.text, MOST_WAITING, kept, MOST_REMEMBERED],
            )
        )

    async def waiting(self) -> Sequence[Brought]:
        """Some of what waits, by its numbers."""
        found = await self._client.run("inbox_look", [self._lane.inbox], [AT_ONCE])
        pairs = zip(found[::2], found[1::2], strict=True)
        return [Brought(int(float(number)), text) for text, number in pairs]

    async def wait(self) -> None:
        """Return when there may be something new, or after about a second."""
        await self._client.await_token(self._lane.inbox_wake)

    async def done(self, numbers: Sequence[int]) -> None:
        """These are answered."""
        if numbers:
            await self._client.run("inbox_done", [self._lane.inbox], numbers)
