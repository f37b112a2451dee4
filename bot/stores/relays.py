"""What waits for linked chats that cannot be reached, and gets into the lines of others."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from bot.linking import FAILING
from bot.model import DEFAULT_PREFERENCES, Chat, Message, Preferences
from bot.ports import Failing, Stranded
from bot.stores import codec, keys, milliseconds
from bot.stores.connect import Client, Reply
from bot.stores.keys import Lane
from bot.stores.preferences import load_preferences

log = logging.getLogger(__name__)

AT_ONCE = 100
"""About so many linked chats are looked at in one call."""
MOST_LETTERS = 20
"""Of one chat in one look; the next look finds the others."""


class RedisRelays:
    """Copies of jobs, known by the ids of the originals and of who hears them."""

    def __init__(self, client: Client, *, after: timedelta = FAILING) -> None:
        """`after` is for how long a chat has to be failing."""
        self._client = client
        self._after_ms = milliseconds.of_span(after)

    async def any_link(self, platform: str) -> bool:
        """Whether any chat of the platform is linked with one of another."""
        return await self._client.exists(Lane(platform).links)

    async def failing(
        self, platform: str, place: str, *, down_seconds: float | None = None
    ) -> tuple[Sequence[Failing], str]:
        """Some linked chats that have not been reached for long, and where to go on from.

        `down_seconds` is for how long the platform as a whole has given no sign of life.
        """
        lane = Lane(platform)
        down_ms = "" if down_seconds is None else milliseconds.of_seconds(down_seconds)
        following, found = await self._client.run(
            "relay_look",
            [lane.links],
            [lane.prefix, place, AT_ONCE, self._after_ms, down_ms, MOST_LETTERS],
        )
        return [_failing(platform, each) for each in found], following

    async def relay(self, failing: Failing, messages: Mapping[str, Message]) -> int:
        """Let the other chat hear messages, by the jobs that they stand for; each once.

        Returns how many are new.
        """
        chat, other = failing.chat, failing.other
        arguments = [Lane(chat.platform).prefix, chat.member, other.platform, other.member]
        for job, message in messages.items():
            arguments += [job, codec.MESSAGE.dump(message)]
        return int(await self._client.run("relay_write", [keys.SEQ], arguments))


def _failing(platform: str, found: Reply) -> Failing:
    member, other_platform, other_member, since_ms, text, other_text, *letters = found
    chat = Chat.from_member(platform, member)
    other = Chat.from_member(other_platform, other_member)
    return Failing(
        chat,
        other,
        datetime.fromtimestamp(float(since_ms) / 1000, UTC),
        _preferences(chat, text),
        _preferences(other, other_text),
        tuple(_letters(letters)),
    )


def _preferences(chat: Chat, text: str) -> Preferences:
    try:
        return load_preferences(chat, text)
    except codec.DamagedValue as error:
        log.warning("%s", error)
        return DEFAULT_PREFERENCES


def _letters(found: Sequence[str]) -> Iterator[Stranded]:
    for job, topic, body in zip(found[::3], found[1::3], found[2::3], strict=True):
        try:
            yield Stranded(job, topic, codec.MESSAGE.load(body, f"message of job {job}"))
        except codec.DamagedValue as error:
            log.warning("%s", error)
