"""Keeps sends at a platform's pace instead of being told off for exceeding it.

Platforms count within windows and from when a request arrives. So turns are evenly spaced over all
processes that send, a little wider than the limit, and whoever comes late to a turn leaves it: two
sends that were meant to be a spacing apart must not arrive together.
"""

import asyncio
import math
from collections import deque

from bot.delivery.clock import StoreClock
from bot.ports import Limits, Outbox, StoreUnavailable

MARGIN = 1.02
"""By so much turns are wider apart than the limit says: in a window of a second, 20 ms."""
LATE_SECONDS = 0.008
"""A turn that was missed by more is left; of what the margin leaves between two windows the larger
part is for the way to the platform, as being told off costs more than a turn."""
MOST_MISSED = 3
"""In a row: who is always late takes the next one all the same, and sends slowly, not never."""
AHEAD_SECONDS = 0.1
"""So far ahead turns are reserved: a reply waits no longer than this for its own."""
AGAIN_SECONDS = 0.01
"""So long before the last of them more are asked for: at a thousand turns a second, waiting for
Redis after it would cost a hundredth of them."""
LONGEST_LEAD_SECONDS = 1.0
LONGEST_REPLY_WAIT_SECONDS = 10.0


class Pace:
    """Turns to send on one platform; all times are on the loop's clock."""

    def __init__(self, platform: str, limits: Limits, outbox: Outbox) -> None:
        """Take what the platform permits; turns are shared through the outbox."""
        self._platform = platform
        self._outbox = outbox
        self._free = math.isinf(limits.sends_per_second)
        self._spacing_seconds = MARGIN / limits.sends_per_second
        self._at_a_time = max(1, round(AHEAD_SECONDS / max(self._spacing_seconds, 1e-9)))
        self._few = round(AGAIN_SECONDS / max(self._spacing_seconds, 1e-9))
        self._turns: deque[float] = deque()
        self._clock = StoreClock()
        self._one_by_one = asyncio.Lock()
        self._paused_until = -math.inf
        self._alone_next = -math.inf

    @property
    def paused_seconds(self) -> float:
        """For how long nothing may be sent at all; 0 when nothing stands in the way."""
        return max(0.0, self._paused_until - _now())

    async def turn(self, before: float = math.inf) -> bool:
        """Wait for the next turn; False when there will be none before a time.

        Whoever is given a turn sends at once.
        """
        if self._free:
            return True
        async with self._one_by_one:
            missed = 0
            while True:
                if max(_now(), self._paused_until) >= before:
                    # To reserve turns only to leave them would put off everybody's next ones.
                    return False
                if len(self._turns) <= self._few:
                    await self._reserve(self._at_a_time)
                if self._turns[0] >= before:
                    self._paused_until = max(self._paused_until, self._turns[0])
                    self._turns.clear()
                    return False
                if await self._came(self._turns.popleft(), however_late=missed == MOST_MISSED):
                    return True
                missed += 1

    async def reply_turn(self) -> None:
        """Wait for a turn that no alert is waiting for."""
        if self._free:
            return
        turns = await self._asked_for(1)
        # While the platform pauses, a person is better told off by it than left without a word.
        await asyncio.sleep(min(turns[0] - _now(), LONGEST_REPLY_WAIT_SECONDS))

    async def pause(self, seconds: float, *, shared: bool = True) -> None:
        """Send nothing for so long, and if it is shared in no process: the platform told us off."""
        self._turns.clear()
        self._paused_until = max(self._paused_until, _now() + seconds)
        if not shared:
            return
        try:
            await self._outbox.pause(self._platform, seconds)
        except StoreUnavailable:
            self._alone_next = max(self._alone_next, self._paused_until)

    async def _came(self, turn: float, *, however_late: bool) -> bool:
        """Wait for a turn; False when it was missed, or a pause began meanwhile."""
        await asyncio.sleep(turn - _now())
        now = _now()
        return (however_late or now - turn <= LATE_SECONDS) and now >= self._paused_until

    async def _reserve(self, wanted: int) -> None:
        self._turns.extend(await self._asked_for(wanted))

    async def _asked_for(self, wanted: int) -> list[float]:
        spacing, asked_at = self._spacing_seconds, _now()
        # Turns that are over when the answer comes would be lost, on a long way every one of them.
        lead = min(2 * self._clock.journey_seconds, LONGEST_LEAD_SECONDS)
        try:
            turns = await self._outbox.turns(self._platform, wanted, spacing, lead)
        except StoreUnavailable:
            # Each process goes on at its own pace then, and none of them takes anything new.
            first = max(_now(), self._alone_next)
        else:
            self._clock.answered(asked_at, _now(), turns.now)
            first = self._clock.ours(turns.first)
        self._alone_next = first + wanted * spacing
        return [first + spacing * index for index in range(wanted)]


def _now() -> float:
    return asyncio.get_running_loop().time()
