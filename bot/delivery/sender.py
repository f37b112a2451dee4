"""From the outbox to one platform's chats: at least once, in order, no chat stops another.

A chat may get a copy where nobody said whether a message arrived: at most one for each of
`UNCONFIRMED_PAUSES_SECONDS`, then the message counts as sent. A restart counts these anew.
"""

import asyncio
import base64
import hashlib
import logging
from contextlib import suppress
from weakref import WeakValueDictionary

from bot.delivery.order import Order
from bot.delivery.pacing import Pace
from bot.delivery.tally import Tally
from bot.ports import (
    Adapter,
    ChatGone,
    ChatMoved,
    Outbox,
    Parcel,
    Rejected,
    RetryLater,
    StoreUnavailable,
    Unconfirmed,
)

log = logging.getLogger(__name__)

IN_FLIGHT = 16
"""Twice rate x latency at Telegram's free limit; more would only wait."""
SEND_SECONDS = 40.0
BEGIN_WITHIN_SECONDS = 10.0
"""Together with SEND_SECONDS shorter than a parcel's lease of 60 s, so that no other sender takes
it while it is being sent."""
LONGEST_RETRY_SECONDS = 300.0
UNCONFIRMED_PAUSES_SECONDS = (30.0, 120.0, 600.0)
"""Before another try of what may have arrived; whoever answers late gets time to recover."""
MOST_STUMBLES = 6
"""A message on which the adapter breaks so often breaks it every time."""
STORE_PAUSE_SECONDS = 1.0
GIVE_BACK_SECONDS = 1.0


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
        self._arrived: set[str] = set()
        """What is being acknowledged, by its delivery key."""
        self._unconfirmed = Tally()
        self._stumbles = Tally()

    async def run(self, stopping: asyncio.Event) -> None:
        """Take and deliver until `stopping` is set; then finish what is in flight."""
        running: set[asyncio.Task[None]] = set()
        async with asyncio.TaskGroup() as tasks:
            while not stopping.is_set():
                if len(running) == IN_FLIGHT:
                    await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                if self._store_lost and self._arrived:
                    # Their leases may be over, so that taking would hand them out once more.
                    await asyncio.wait(running, timeout=STORE_PAUSE_SECONDS)
                    continue
                for parcel in await self._take(IN_FLIGHT - len(running)):
                    if delivery_key(parcel) in self._arrived:
                        continue
                    # Locks are queued for in hand-out order, which keeps a chat's alerts in order.
                    lock = self._chats.setdefault(parcel.chat.member, asyncio.Lock())
                    task = tasks.create_task(self._deliver(parcel, lock, stopping))
                    running.add(task)
                    task.add_done_callback(running.discard)

    async def _take(self, limit: int) -> list[Parcel]:
        try:
            parcels = await self._outbox.take(self._adapter.name, limit)
            if not parcels:
                await self._outbox.wait(self._adapter.name)
        except StoreUnavailable as error:
            await self._pause_for_store(error)
            return []
        if self._store_lost:
            log.info("delivery to %s goes on", self._adapter.name)
        self._store_lost = False
        return list(parcels)

    async def _pause_for_store(self, error: StoreUnavailable) -> None:
        if not self._store_lost:
            log.warning("delivery to %s waits for Redis: %s", self._adapter.name, error)
        self._store_lost = True
        await asyncio.sleep(STORE_PAUSE_SECONDS)

    async def _deliver(self, parcel: Parcel, lock: asyncio.Lock, stopping: asyncio.Event) -> None:
        begin_by = _monotonic() + BEGIN_WITHIN_SECONDS
        try:
            async with lock:
                if wait := self._order.wait_seconds(parcel.chat.member, parcel.job, _monotonic()):
                    await self._outbox.postpone(parcel, wait, counts=False)
                    return
                await self._pace.slot()
                if _monotonic() < begin_by and not stopping.is_set():
                    await self._send(parcel)
                else:
                    await self._postpone(parcel, 0.0, counts=False)
        except asyncio.CancelledError:
            await self._give_back(parcel)
            raise
        except StoreUnavailable as error:
            # Nothing says that it arrived, so its lease may run out: then it is handed out again.
            log.info("%s comes back when Redis does: %s", parcel.job, error)

    async def _give_back(self, parcel: Parcel) -> None:
        """Let whoever sends next have it at once instead of when its lease ends."""
        with suppress(StoreUnavailable, TimeoutError):
            async with asyncio.timeout(GIVE_BACK_SECONDS):
                await self._outbox.postpone(parcel, 0.0, counts=True)

    async def _postpone(self, parcel: Parcel, seconds: float, *, counts: bool) -> None:
        """Let a parcel wait, and with it all that come after it to the same chat."""
        self._order.put_first(parcel.chat.member, parcel.job, _monotonic() + seconds)
        await self._outbox.postpone(parcel, seconds, counts=counts)

    async def _send(self, parcel: Parcel) -> None:
        try:
            await self._hand_over(parcel)
        except RetryLater as error:
            wait = max(error.seconds, _backoff_seconds(parcel.attempts) if error.counts else 0.0)
            log.info("%s waits %.0f s on %s: %s", parcel.job, wait, self._adapter.name, error)
            await self._postpone(parcel, wait, counts=error.counts)
        except Unconfirmed as error:
            await self._try_again_or_believe(parcel, str(error))
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
        except Exception as error:
            # A bug in a chat library must not end every platform's delivery.
            log.exception("%s broke the adapter of %s", parcel.job, self._adapter.name)
            await self._try_again_or_drop(parcel, error)
        else:
            await self._acknowledge(parcel)

    async def _hand_over(self, parcel: Parcel) -> None:
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._adapter.send(parcel.chat, parcel.message, delivery_key(parcel))
        except TimeoutError:
            raise Unconfirmed(f"no answer in {SEND_SECONDS:.0f} s") from None

    async def _try_again_or_believe(self, parcel: Parcel, reason: str) -> None:
        """Bound the copies of what may have arrived: after the last try it counts as sent."""
        times = self._unconfirmed.add(delivery_key(parcel), _monotonic())
        if times > len(UNCONFIRMED_PAUSES_SECONDS):
            log.warning(
                "%s counts as sent on %s after %d tries that nobody confirmed: %s",
                parcel.job, self._adapter.name, times, reason,
            )  # fmt: skip
            await self._acknowledge(parcel)
            return
        wait = UNCONFIRMED_PAUSES_SECONDS[times - 1]
        log.info(
            "%s may have reached a chat on %s and is tried again in %.0f s: %s",
            parcel.job, self._adapter.name, wait, reason,
        )  # fmt: skip
        await self._postpone(parcel, wait, counts=True)

    async def _try_again_or_drop(self, parcel: Parcel, error: Exception) -> None:
        """Give a message that breaks the adapter every time up; the chat stays subscribed."""
        if self._stumbles.add(delivery_key(parcel), _monotonic()) < MOST_STUMBLES:
            await self._postpone(parcel, _backoff_seconds(parcel.attempts), counts=True)
            return
        reason = f"the adapter broke {MOST_STUMBLES} times, last by {type(error).__name__}: {error}"
        log.error("%s is given up for a chat on %s: %s", parcel.job, self._adapter.name, reason)
        await self._outbox.drop(parcel, reason)

    async def _acknowledge(self, parcel: Parcel) -> None:
        """Note that it arrived, however long Redis is away: else the chat would hear it again."""
        key = delivery_key(parcel)
        self._arrived.add(key)
        try:
            while True:
                try:
                    await self._outbox.acknowledge(parcel)
                except StoreUnavailable as error:
                    await self._pause_for_store(error)
                else:
                    return
        except asyncio.CancelledError:
            log.warning("%s may reach a chat on %s twice", parcel.job, self._adapter.name)
            raise
        finally:
            self._arrived.discard(key)


def delivery_key(parcel: Parcel) -> str:
    """A name for one delivery, the same on every try, of 25 characters: Discord's nonce limit."""
    digest = hashlib.sha256(f"{parcel.job}|{parcel.chat.member}".encode()).digest()
    return base64.b32encode(digest).decode()[:25]


def _backoff_seconds(attempts: int) -> float:
    return float(min(2.0 ** min(attempts + 1, 10), LONGEST_RETRY_SECONDS))


def _monotonic() -> float:
    return asyncio.get_running_loop().time()
