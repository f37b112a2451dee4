"""From the outbox to one platform's chats: at least once, in order, no chat stops another."""

import asyncio
import base64
import hashlib
import logging
from weakref import WeakValueDictionary

from bot.delivery.order import Order
from bot.delivery.pacing import Pace
from bot.ports import (
    Adapter,
    ChatGone,
    ChatMoved,
    Outbox,
    Parcel,
    Rejected,
    RetryLater,
    StoreUnavailable,
)

log = logging.getLogger(__name__)

IN_FLIGHT = 16
"""Twice rate x latency at Telegram's free limit; more would only wait."""
SEND_SECONDS = 40.0
BEGIN_WITHIN_SECONDS = 10.0
"""Together with SEND_SECONDS shorter than a parcel's lease of 60 s, so that no other sender takes
it while it is being sent."""
LONGEST_RETRY_SECONDS = 300.0
STORE_PAUSE_SECONDS = 1.0
ACKNOWLEDGE_TRIES = 5


class Sender:
    """Delivers one platform's parcels until told to stop."""

    def __init__(self, outbox: Outbox, adapter: Adapter, pace: Pace) -> None:
        """Take where parcels come from, who carries them, and how fast."""
        self._outbox = outbox
        self._adapter = adapter
        self._pace = pace
        self._chats: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._order = Order()
        self._store_lost = False

    async def run(self, stopping: asyncio.Event) -> None:
        """Take and deliver until `stopping` is set; then finish what is in flight."""
        running: set[asyncio.Task[None]] = set()
        async with asyncio.TaskGroup() as tasks:
            while not stopping.is_set():
                if len(running) == IN_FLIGHT:
                    await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for parcel in await self._take(IN_FLIGHT - len(running)):
                    # Locks are queued for in hand-out order, which keeps a chat's alerts in order.
                    lock = self._chats.setdefault(parcel.chat.member, asyncio.Lock())
                    task = tasks.create_task(self._deliver(parcel, lock))
                    running.add(task)
                    task.add_done_callback(running.discard)

    async def _take(self, limit: int) -> list[Parcel]:
        try:
            parcels = await self._outbox.take(self._adapter.name, limit)
            if not parcels:
                await self._outbox.wait(self._adapter.name)
        except StoreUnavailable as error:
            if not self._store_lost:
                log.warning("delivery to %s waits for Redis: %s", self._adapter.name, error)
            self._store_lost = True
            await asyncio.sleep(STORE_PAUSE_SECONDS)
            return []
        if self._store_lost:
            log.info("delivery to %s goes on", self._adapter.name)
        self._store_lost = False
        return list(parcels)

    async def _deliver(self, parcel: Parcel, lock: asyncio.Lock) -> None:
        begin_by = _monotonic() + BEGIN_WITHIN_SECONDS
        try:
            async with lock:
                if wait := self._order.wait_seconds(parcel.chat.member, parcel.job, _monotonic()):
                    await self._outbox.postpone(parcel, wait, counts=False)
                    return
                await self._pace.slot()
                if _monotonic() < begin_by:
                    await self._send(parcel)
                else:
                    await self._postpone(parcel, 0.0, counts=False)
        except StoreUnavailable as error:
            # The lease runs out and the parcel comes back: at least once, not at most once.
            log.warning("%s may reach a chat twice: %s", parcel.job, error)

    async def _postpone(self, parcel: Parcel, seconds: float, *, counts: bool) -> None:
        """Let a parcel wait, and with it all that come after it to the same chat."""
        self._order.put_first(parcel.chat.member, parcel.job, _monotonic() + seconds)
        await self._outbox.postpone(parcel, seconds, counts=counts)

    async def _send(self, parcel: Parcel) -> None:
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._adapter.send(parcel.chat, parcel.message, delivery_key(parcel))
        except RetryLater as error:
            wait = max(error.seconds, _backoff_seconds(parcel.attempts) if error.counts else 0.0)
            log.info("%s waits %.0f s on %s: %s", parcel.job, wait, self._adapter.name, error)
            await self._postpone(parcel, wait, counts=error.counts)
        except TimeoutError:
            wait = _backoff_seconds(parcel.attempts)
            log.info("%s: no answer from %s", parcel.job, self._adapter.name)
            await self._postpone(parcel, wait, counts=True)
        except ChatMoved as error:
            await self._outbox.move(parcel, error.to)
        except ChatGone as error:
            log.info("a chat on %s is suspended: %s", self._adapter.name, error)
            await self._outbox.suspend(parcel, str(error))
        except Rejected as error:
            # Our bug: the chat did nothing wrong and stays subscribed.
            log.error(  # noqa: TRY400 - a traceback adds nothing to the platform's words.
                "%s was refused by %s: %s; message %r",
                parcel.job, self._adapter.name, error, parcel.message,
            )  # fmt: skip
            await self._outbox.drop(parcel, str(error))
        else:
            await self._acknowledge(parcel)

    async def _acknowledge(self, parcel: Parcel) -> None:
        for attempt in range(ACKNOWLEDGE_TRIES):
            try:
                await self._outbox.acknowledge(parcel)
            except StoreUnavailable:
                if attempt == ACKNOWLEDGE_TRIES - 1:
                    raise
                await asyncio.sleep(STORE_PAUSE_SECONDS)
            else:
                return


def delivery_key(parcel: Parcel) -> str:
    """A name for one delivery, the same on every try, of 25 characters: Discord's nonce limit."""
    digest = hashlib.sha256(f"{parcel.job}|{parcel.chat.member}".encode()).digest()
    return base64.b32encode(digest).decode()[:25]


def _backoff_seconds(attempts: int) -> float:
    return float(min(2.0 ** min(attempts + 1, 10), LONGEST_RETRY_SECONDS))


def _monotonic() -> float:
    return asyncio.get_running_loop().time()
