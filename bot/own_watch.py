"""The watch over chats' own rules: what was read now, and on days that were missed, moves them."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, groupby

from bot.language import in_every_language
from bot.measures import Measures
from bot.messages.buttons import with_own_buttons
from bot.model import Indicator, OwnState, Reading, Saying
from bot.own import watch
from bot.own.messages import News, own_alert
from bot.own.readings import OwnReadings, may_have_missed
from bot.ports import OwnChange, OwnIndex, Touched

log = logging.getLogger(__name__)

Place = tuple[str, str, int, str]
"""Of a rule that was looked at: platform, chat, number and text."""


@dataclass(frozen=True, slots=True)
class _Look:
    """Values to look at: those that are new, all that are known beside them, and the time."""

    new: Sequence[Reading]
    known: Mapping[str, Reading]
    at: datetime
    late: bool

    @property
    def moment(self) -> watch.Moment:
        values = {key: reading.value for key, reading in self.known.items()}
        return watch.Moment(values, self.at, late=self.late)


class OwnWatch:
    """Shows every own rule that a value crosses that value, once; the others cost nothing."""

    def __init__(self, index: OwnIndex, indicators: Sequence[Indicator], leader: str) -> None:
        """Take where the rules are found, what they may speak of, and who holds the lease."""
        self._index = index
        self._indicators = {each.key: each for each in indicators}
        self._readings = OwnReadings(indicators)
        self._leader = leader
        self._watched: Mapping[str, datetime | None] | None = None
        self._said = False

    async def see(self, measures: Measures, readings: Mapping[str, Reading], now: datetime) -> None:
        """Look at what is read now, and before that at the final values since the last look.

        Raises StaleLeader and StoreUnavailable; what was not seen to the end is seen by the next
        look, as levels remember.
        """
        if self._watched is None:
            self._watched = (await self._index.look((), leader=self._leader, now=now)).watched
        present = self._readings.fresh(self._watched, readings, measures, now)
        for each in await self._missed(present, measures, now):
            await self._settle(each, now)
        await self._settle(_Look(tuple(present.values()), present, now, late=False), now)

    async def announce(self) -> None:
        """Let those who deliver know of what was said since the last time, if anything was."""
        if self._said:
            self._said = False
            await self._index.announce()

    def forget(self) -> None:
        """Another process may have looked meanwhile."""
        self._watched = None

    async def _missed(
        self, present: Mapping[str, Reading], measures: Measures, now: datetime
    ) -> list[_Look]:
        """The values that were missed, in the order of the times they are about."""
        seen = {
            key: at
            for key, at in (self._watched or {}).items()
            if at is not None and key in present and may_have_missed(present[key], at)
        }
        if not seen:
            return []

        def work_out() -> list[Reading]:
            found = (self._readings.missed(present[k], at, measures, now) for k, at in seen.items())
            return sorted(chain.from_iterable(found), key=lambda each: each.as_of)

        looks, known = list[_Look](), dict[str, Reading]()
        # As a day ends this looks at the past of everything that is watched.
        missed = await asyncio.to_thread(work_out)
        for at, group in groupby(missed, key=lambda each: each.as_of):
            new = tuple(group)
            known.update({each.indicator: each for each in new})
            looks.append(_Look(new, dict(known), at, late=True))
        return looks

    async def _settle(self, look: _Look, now: datetime) -> None:
        """Move rules until these values move none any more."""
        moment, settled = look.moment, set[Place]()
        while True:
            sighting = await self._index.look(look.new, leader=self._leader, now=look.at)
            self._watched = sighting.watched
            touched = [each for each in sighting.touched if _place(each) not in settled]
            if not touched:
                return
            settled.update(map(_place, touched))
            changes = [self._change(each, look, moment, now) for each in touched]
            await self._index.commit(changes, leader=self._leader, now=now)
            self._said = self._said or any(change.message for change in changes)

    def _change(
        self, touched: Touched, look: _Look, moment: watch.Moment, now: datetime
    ) -> OwnChange:
        rule, before = touched.rule, touched.state
        lines = tuple(self._line(touched, index) for index in range(len(rule.conditions)))
        known = all(each.indicator in self._indicators for each in rule.conditions)
        after, saying = watch.look(rule, before, moment, lines, muted=not known)
        if saying is None:
            return OwnChange(touched, after, lines)
        news = News(
            number=touched.number,
            rule=rule,
            saying=saying,
            readings={
                each.reading: look.known[each.reading]
                for each in rule.conditions
                if each.reading in look.known
            },
            lines=lines,
            since=before.since,
            at=look.at,
            late=look.late,
        )
        told = in_every_language(lambda: own_alert(news, self._indicators, now))
        message = with_own_buttons(told, touched.number, rule)
        log.info("own rule %s of %s: %s", touched.number, touched.chat.platform, message.title)
        return OwnChange(touched, after, lines, _job(touched, news, before, moment), message)

    def _line(self, touched: Touched, index: int) -> float:
        condition = touched.rule.conditions[index]
        indicator = self._indicators.get(condition.indicator)
        # Of an indicator that is watched no more nothing is read, so nothing recovers.
        return condition.level if indicator is None else watch.rearm_line(indicator, condition)


def _place(touched: Touched) -> Place:
    return (touched.chat.platform, touched.chat.member, touched.number, touched.text)


def _job(touched: Touched, news: News, before: OwnState, moment: watch.Moment) -> str:
    """The same values always give the same id; a reminder is named for its time, not its value."""
    times = [reading.as_of for reading in news.readings.values()]
    reminds = news.saying is Saying.AGAIN and before.due is not None and moment.now >= before.due
    at = before.due if reminds and before.due is not None else max(times, default=moment.now)
    chat = touched.chat
    return f"own:{chat.platform}:{chat.member}:{touched.number}:{at.isoformat()}:{news.saying}"
