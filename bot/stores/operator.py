"""What the operator's chat was told, and which processes have which roles."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.model import Chat, Message
from bot.ports import POLLS, Roles, Telling, Told
from bot.stores import codec, keys, milliseconds
from bot.stores.codec import Codec
from bot.stores.connect import Client
from bot.stores.keys import Lane

TOLD = Codec(Told)
NOTHING = Told()
TOLD_FOR = timedelta(days=3)
"""A message that could not be delivered for so long says nothing of now."""
MOST_ENDED = 100
"""So many of the last processes that ended in order are remembered."""


class RedisOperatorDesk:
    """One text that says what was told; it changes in the step that puts a message on its way."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def told(self) -> Told:
        """How things stood when it was told of them last."""
        text = await self._client.run("operator_told", [keys.OPERATOR])
        return TOLD.load(text, "note of what the operator was told") if text else NOTHING

    async def roles(self, platforms: Sequence[str]) -> Roles:
        """Who polls, who listens to these platforms, and who ended in order."""
        leases = {POLLS: keys.LEAD_POLLER, **{name: Lane(name).lead for name in platforms}}
        holders, ended = await self._client.run("roles", [keys.ENDED, *leases.values()])
        at = [datetime.fromtimestamp(float(ms) / 1000, UTC) for ms in ended[1::2]]
        return Roles(
            dict(zip(leases, holders, strict=True)), dict(zip(ended[::2], at, strict=True))
        )

    async def tell(
        self, chat: Chat, before: Told, after: Told, message: Message | None, now: datetime
    ) -> Telling:
        """Note what is told, and put the message on its way, in one atomic step.

        Nothing happens where something else than `before` is noted.
        """
        lane = Lane(chat.platform)
        body = "" if message is None else codec.MESSAGE.dump(message)
        expected = "" if before == NOTHING else TOLD.dump(before)
        arguments: list[str | int] = [lane.prefix, keys.TAG, chat.platform, chat.member]
        arguments += [expected, TOLD.dump(after), body]
        arguments += [milliseconds.of_instant(now), milliseconds.of_span(TOLD_FOR)]
        found = [keys.OPERATOR, keys.SEQ]
        outcome = await self._client.run("operator_tell", found, arguments)
        return Telling(outcome)

    async def ends(self, holder: str, now: datetime) -> None:
        """Note that a process ends in order."""
        arguments: list[str | int] = [holder, milliseconds.of_instant(now), MOST_ENDED]
        await self._client.run("ends", [keys.ENDED], arguments)
