"""Lets the chat that one is linked with hear what is urgent while that one cannot be reached.

A chat is failing once it has been suspended for 15 minutes, or every try to write to it has gone
wrong for so long; so are all chats of a platform that has given no sign of life for so long. What
is urgent, and still news, is copied into the line of the other chat, as a job without a topic and
with an id that begins with `relay:`. It was urgent where it did not arrive, so that no quiet hours
hold it. The original waits on.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.delivery.keeping import keep_looking
from bot.language import _, speaking
from bot.linking import is_urgent, platform_name
from bot.model import Message
from bot.ports import BEGINNING, Clock, Failing, Relays, Stranded
from bot.wording import moment_text

log = logging.getLogger(__name__)

LOOK_SECONDS = 20.0
ASKS = ("/why", "/chart")
"""Buttons that ask mean the same in any chat; one that changes something would change the wrong."""

Answers = Callable[[str], Awaitable[bool]]
"""Whether a platform gives a sign of life."""


class Relay:
    """Looks after the linked chats of the platforms that this process listens to."""

    def __init__(self, relays: Relays, answers: Answers, clock: Clock) -> None:
        """Take what waits, who knows whether a platform is there at all, and the time."""
        self._relays = relays
        self._answers = answers
        self._clock = clock
        self._down_from: dict[str, float] = {}
        """When a platform that gives no sign of life was first asked for one, on the loop's clock.
        """

    async def keep(self, platform: str) -> None:
        """Relay what chats of a platform do not get, until cancelled."""
        self._down_from.pop(platform, None)
        await keep_looking(
            f"relays from {platform}",
            lambda: self.look(platform),
            seconds=LOOK_SECONDS,
            again_seconds=LOOK_SECONDS,
        )

    async def look(self, platform: str) -> bool:
        """Relay what waits in vain; whether there was any. Raises StoreUnavailable."""
        if not await self._relays.any_link(platform):
            return False
        down_seconds = await self._down_seconds(platform)
        relayed, place = 0, None
        while place != BEGINNING:
            failing, place = await self._relays.failing(
                platform, place or BEGINNING, down_seconds=down_seconds
            )
            for each in failing:
                relayed += await self._relay(each)
        if relayed:
            log.info("%d letters of %s are told elsewhere", relayed, platform)
        return relayed > 0

    async def _relay(self, failing: Failing) -> int:
        now, preferences = self._clock(), failing.preferences
        urgent = [
            each for each in failing.letters if is_urgent(each.job, each.topic, preferences, now)
        ]
        if not urgent:
            return 0
        with speaking(failing.other_preferences.spoken):
            messages = {each.job: _relayed(each, failing) for each in urgent}
        return await self._relays.relay(failing, messages)

    async def _down_seconds(self, platform: str) -> float | None:
        now = asyncio.get_running_loop().time()
        if await self._answers(platform):
            self._down_from.pop(platform, None)
            return None
        return now - self._down_from.setdefault(platform, now)


def _relayed(letter: Stranded, failing: Failing) -> Message:
    said = letter.message.spoken(failing.other_preferences.spoken)
    why = _("Sent here because your {platform} chat cannot be reached since {moment}.").format(
        platform=platform_name(failing.chat.platform), moment=moment_text(failing.since)
    )
    buttons = tuple(each for each in said.buttons if each.command.startswith(ASKS))
    return replace(said, lines=(why, *said.lines), buttons=buttons)
