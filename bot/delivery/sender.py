"""From the outbox to one platform's chats: at least once, in order, no chat stops another."""

import asyncio
import logging
import math
import uuid
from contextlib import suppress
from typing import Any

from bot.delivery.courier import Courier, HandOut, cut_off, hand_out_of, untried
from bot.delivery.outage import Outage
from bot.delivery.pacing import Pace
from bot.delivery.settling import Settling
from bot.logs.told_once import ToldOnce
from bot.ports import (
    UNMETERED,
    Adapter,
    Meters,
    Outbox,
    Parcel,
    Pictures,
    Settlement,
    StoreUnavailable,
)

log = logging.getLogger(__name__)

BEGIN_WITHIN_SECONDS = 15.0
"""Together with the time a send may take shorter than a parcel's lease of 60 s, so that no other
sender takes it while it is being sent."""
AHEAD_SECONDS = 0.5
"""Parcels for so long are kept at hand: what is urgent waits no longer behind them."""
FEWEST_AT_HAND, MOST_AT_HAND = 8, 200
STORE_PAUSE_SECONDS = 1.0
PAUSE_SECONDS = 1.0
"""Between two looks whether a platform that wants no messages takes them again."""
GIVE_BACK_SECONDS = 1.0


class Sender:
    """Delivers one platform's parcels until told to stop."""

    def __init__(
        self,
        outbox: Outbox,
        adapter: Adapter,
        pace: Pace,
        pictures: Pictures | None = None,
        *,
        meters: Meters = UNMETERED,
    ) -> None:
        """Take where parcels come from, who carries them, how fast, and who draws their charts."""
        self._outbox = outbox
        self._adapter = adapter
        self._pace = pace
        self._outage = Outage(adapter)
        self._courier = Courier(outbox, adapter, pace, self._outage, pictures, meters=meters)
        self._settling = Settling(outbox, adapter.name)
        self._name = uuid.uuid4().hex
        self._wishes = 0
        self._wish: str | None = None
        """The one that is not answered yet: asked again, it gets the same parcels."""
        self._begin_by = 0.0
        """On the loop's clock, for what that wish gets: its leases may be as old as the wish."""
        self._at_hand: asyncio.Queue[tuple[Parcel, float] | None] = asyncio.Queue()
        self._out: dict[HandOut, Parcel] = {}
        """What is being sent, by its chat and lease: a process that stood still for longer than a
        lease may be handed the same chat again while it still has it."""
        self._room = asyncio.Event()
        self._no_store = ToldOnce(log)
        rate = adapter.limits.sends_per_second
        wanted = MOST_AT_HAND if math.isinf(rate) else round(rate * AHEAD_SECONDS)
        self._most_at_hand = min(max(wanted, FEWEST_AT_HAND), MOST_AT_HAND)

    async def run(self, stopping: asyncio.Event) -> None:
        """Take and deliver until `stopping` is set; then finish what is in flight."""
        try:
            async with asyncio.TaskGroup() as tasks:
                telling = tasks.create_task(self._settling.run())
                watching = tasks.create_task(self._outage.watch())
                couriers = [
                    tasks.create_task(self._carry()) for _ in range(self._adapter.limits.at_once)
                ]
                await self._take_until(stopping)
                await self._put_back_the_last_wish()
                self._put_back_at_hand()
                for _ in couriers:
                    self._at_hand.put_nowait(None)
                await asyncio.wait(couriers)
                await self._settling.all_told()
                telling.cancel()
                watching.cancel()
        except asyncio.CancelledError:
            # Let whoever sends next have the rest at once, and not when its leases end.
            await self._put_back_the_last_wish()
            for hand_out, parcel in self._out.items():
                begun = hand_out in self._courier.posting
                self._settling.add(cut_off(parcel) if begun else untried(parcel))
            self._put_back_at_hand()
            await self._settling.give_up(GIVE_BACK_SECONDS)
            raise

    async def _take_until(self, stopping: asyncio.Event) -> None:
        stop = asyncio.create_task(stopping.wait())
        try:
            while not stopping.is_set():
                await self._take_before(stop)
        finally:
            stop.cancel()

    async def _take_before(self, stop: asyncio.Task[Any]) -> None:
        taking = asyncio.create_task(self._take())
        try:
            await asyncio.wait((stop, taking), return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not taking.done():
                taking.cancel()
                await asyncio.wait((taking,))
        if not taking.cancelled():
            taking.result()

    async def _take(self) -> None:
        """Fill what is at hand, or wait for a reason to."""
        if self._settling.lost:
            # Leases may be over, so that taking would hand out once more what has arrived.
            await self._settling.all_told()
        if self._outage.goes_on or self._pace.paused_seconds > PAUSE_SECONDS:
            self._put_back_at_hand()
            await asyncio.sleep(PAUSE_SECONDS)
            return
        wanted = self._most_at_hand - self._at_hand.qsize()
        if wanted <= self._most_at_hand // 2:
            self._room.clear()
            await self._room.wait()
            return
        try:
            parcels = await self._parcels(wanted)
            if not parcels:
                await self._outbox.wait(self._adapter.name)
        except StoreUnavailable as error:
            await self._pause_for_store(error)
            return
        self._no_store.over("delivery to %s goes on", self._adapter.name)
        for parcel in parcels:
            self._at_hand.put_nowait((parcel, self._begin_by))

    async def _parcels(self, wanted: int) -> list[Parcel]:
        if self._wish is None:
            self._wishes += 1
            self._wish = f"{self._name}:{self._wishes}"
            self._begin_by = asyncio.get_running_loop().time() + BEGIN_WITHIN_SECONDS
        parcels = await self._outbox.take(self._adapter.name, wanted, self._wish)
        self._wish = None
        return list(parcels)

    async def _pause_for_store(self, error: StoreUnavailable) -> None:
        self._no_store.met(error, "delivery to %s waits: %s", self._adapter.name, error)
        await asyncio.sleep(STORE_PAUSE_SECONDS)

    async def _carry(self) -> None:
        """Deliver one parcel after the other until there is word that no more come."""
        while (given := await self._next()) is not None:
            parcel, begin_by = given
            hand_out = hand_out_of(parcel)
            self._out[hand_out] = parcel
            try:
                self._settling.add(await self._one(parcel, begin_by))
                del self._out[hand_out]
            except StoreUnavailable as error:
                # Nothing says that it arrived, so its lease may run out: then it comes again.
                del self._out[hand_out]
                log.debug("a parcel comes back when the store does: %s", error)

    async def _next(self) -> tuple[Parcel, float] | None:
        given = await self._at_hand.get()
        if self._at_hand.qsize() <= self._most_at_hand // 2:
            self._room.set()
        return given

    async def _one(self, parcel: Parcel, begin_by: float) -> Settlement:
        if asyncio.get_running_loop().time() > begin_by:
            return untried(parcel)
        return await self._courier.deliver(parcel, begin_by)

    async def _put_back_the_last_wish(self) -> None:
        """A wish that was cut off may have been answered: it must not wait for its leases."""
        if self._wish is None:
            return
        with suppress(StoreUnavailable, TimeoutError):
            async with asyncio.timeout(GIVE_BACK_SECONDS):
                for parcel in await self._outbox.take(self._adapter.name, 1, self._wish):
                    self._settling.add(untried(parcel))

    def _put_back_at_hand(self) -> None:
        while not self._at_hand.empty():
            given = self._at_hand.get_nowait()
            if given is not None:
                self._settling.add(untried(given[0]))
