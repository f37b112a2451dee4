"""Ends mutes that wait for a number, or for an alert of one's own, once that says so."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.commands import Outlook
from bot.logs.told_once import ToldOnce
from bot.manners import RECOVERS
from bot.model import Chat, Condition, Indicator, Mute, Point, Preferences, Reading
from bot.own.distance import presents
from bot.own.grammar import parse
from bot.own.mistakes import NotUnderstood
from bot.ports import Clock, Outbox, OwnRules, Past, StoreUnavailable, Waiting

log = logging.getLogger(__name__)

LOOK_SECONDS = 30.0
LONGEST_LOOK_SECONDS = 300.0
"""A look that takes longer is given up, and the next one begins anew."""


class Conditions:
    """Looks every so often at what chats wait for; a condition costs once, however many do."""

    def __init__(
        self,
        *,
        waiting: Waiting,
        outbox: Outbox,
        own: OwnRules,
        outlook: Outlook,
        past: Past,
        indicators: Sequence[Indicator],
        clock: Clock,
    ) -> None:
        """Take who waits, who lets go, what can be waited for, and the time."""
        self._waiting = waiting
        self._outbox = outbox
        self._own = own
        self._outlook = outlook
        self._past = past
        self._indicators = {each.key: each for each in indicators}
        self._clock = clock

    async def keep(self, platform: str) -> None:
        """Look at the chats of a platform until cancelled."""
        trouble = ToldOnce(log)
        while True:
            try:
                async with asyncio.timeout(LONGEST_LOOK_SECONDS):
                    await self.look(platform)
                trouble.over("mutes on %s are looked at again", platform)
            except (StoreUnavailable, TimeoutError) as error:
                reason = str(error) or "a look took too long"
                trouble.met(error, "mutes on %s that wait are not looked at: %s", platform, reason)
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self, platform: str) -> None:
        """End what is over by now."""
        waiting = await self._waiting.waiting(platform)
        true = await self._true_of([each for _chat, each in waiting])
        for chat, preferences in waiting:
            over = [mute for mute in preferences.mutes if mute.condition in true]
            over += await self._recovered(chat, preferences)
            if over:
                let_go = await self._outbox.lift(chat, over)
                log.info("a mute on %s is over, which held %d letters", platform, let_go)

    async def _true_of(self, preferences: Sequence[Preferences]) -> frozenset[str]:
        """Those of the conditions in mutes that are true."""
        texts = {mute.condition for each in preferences for mute in each.mutes}
        texts -= {"", RECOVERS}
        if not texts:
            return frozenset()
        now = self._clock()
        readings = (await self._outlook.snapshot(now)).readings
        return frozenset([text for text in texts if await self._is_true(text, readings, now)])

    async def _is_true(self, text: str, readings: Sequence[Reading], now: datetime) -> bool:
        """Whether what was typed holds; what cannot be understood any more mutes nothing."""
        try:
            conditions = parse(text, tuple(self._indicators.values()), now.date()).rule.conditions
        except NotUnderstood as error:
            log.warning("a mute waits for %r, which is no condition any more: %s", text, error)
            return True
        known = {each.indicator: each for each in readings}
        found = presents(conditions, self._indicators, known, await self._pasts(conditions))
        return all(present is not None and present.holds for present in found.values())

    async def _pasts(self, conditions: Sequence[Condition]) -> Mapping[str, Sequence[Point]]:
        """What changes are worked out from."""
        changes = {each.indicator for each in conditions if each.window is not None}
        return {key: await self._past.points(key) for key in changes}

    async def _recovered(self, chat: Chat, preferences: Preferences) -> list[Mute]:
        """The mutes of alerts of the chat's own that are not true any more, or are gone."""
        mutes = [
            each
            for each in preferences.mutes
            if each.condition == RECOVERS and each.rule.isdecimal()
        ]
        if not mutes:
            return []
        firing = {str(each.number) for each in await self._own.kept(chat) if each.firing}
        return [each for each in mutes if each.rule not in firing]
