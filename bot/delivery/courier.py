"""Carries one parcel to its chat, and says what became of it."""

import asyncio
import logging
import math
from collections import OrderedDict
from collections.abc import Sequence

from bot.delivery.bundle import Rendered, delivery_key
from bot.delivery.outage import Outage, answers
from bot.delivery.pacing import Pace
from bot.delivery.tact import Tact
from bot.patience import Patience
from bot.ports import (
    UNMETERED,
    Adapter,
    ChatGone,
    ChatMoved,
    DeliveryError,
    Meters,
    Outbox,
    Outcome,
    Parcel,
    Part,
    Pictures,
    RetryLater,
    Settlement,
    StoreUnavailable,
    Unconfirmed,
    UnknownRefusal,
)

log = logging.getLogger(__name__)

SEND_SECONDS = 40.0
"""For all parts of one parcel; together with the wait before it shorter than a lease."""
UNSURE_PAUSES_SECONDS = (30.0, 120.0, 600.0, 1800.0)
"""Before another try of what may have arrived, or was refused for no reason that we know: so many
tries more, and it is a dead letter. While the platform gives no sign of life none is used up."""
LONGEST_BACKOFF_SECONDS = 300.0
SHORT_WAIT_SECONDS = 10.0
"""A part waits no longer for its turn: the parcel comes again, and goes on with that part."""
MOST_UNFINISHED = 1000

HandOut = tuple[str, str]
"""A chat and a lease: a process that stood still for longer than a lease may be handed the same
chat again while it still has it."""


class Courier:
    """Delivers parcels on one platform, each without harm to any other chat."""

    def __init__(
        self,
        outbox: Outbox,
        adapter: Adapter,
        pace: Pace,
        outage: Outage,
        pictures: Pictures | None = None,
        *,
        meters: Meters = UNMETERED,
    ) -> None:
        """Take who carries, how fast, who knows whether the platform is there, and who draws."""
        self._meters = meters
        self._outbox = outbox
        self._adapter = adapter
        self._pace = pace
        self._outage = outage
        self._rendered = Rendered(adapter, pictures)
        self._tact = Tact(outbox, adapter.limits.messages_per_minute)
        self._patience = Patience(SEND_SECONDS)
        self._arrived: OrderedDict[str, tuple[int, int]] = OrderedDict()
        """Of messages in several parts, of how many how many arrived before one did not: a try that
        follows in this process begins there."""
        self._refused_already: set[str] = set()
        """Every chat that it is sent to refuses a malformed message; it is told once."""
        self.posting: set[HandOut] = set()
        """What is on the wire now, and may arrive whatever becomes of us."""

    async def deliver(self, parcel: Parcel, begin_by: float) -> Settlement:
        """Try once, if that can begin in time and the chat wants it now.

        Raises StoreUnavailable where a chat's move, or the end of a mute, cannot be written down.
        `begin_by` is on the loop's clock. Who is cancelled leaves in `posting` what was begun.
        """
        try:
            begun = self._is_begun(parcel)
            instead = None if begun else await self._tact.instead(parcel)
            settlement = instead or await self._deliver(parcel, begin_by)
            if instead is None and _was_tried(settlement):
                self._meters.sent(self._adapter.name, settlement.outcome)
        except StoreUnavailable:
            self.posting.discard(hand_out_of(parcel))
            raise
        self.posting.discard(hand_out_of(parcel))
        return settlement

    async def _deliver(self, parcel: Parcel, begin_by: float) -> Settlement:
        if self._outage.goes_on or (parcel.unsure and not await answers(self._adapter)):
            return untried(parcel, _backoff_seconds(0))
        try:
            parts = await self._rendered.parts(parcel)
            if not await self._pace.turn(begin_by):
                return untried(parcel)
            with self._patience.wait():
                rest = await self._post_all(parcel, parts)
        except TimeoutError:
            return await self._failed(parcel, Unconfirmed(f"no answer in {SEND_SECONDS:.0f} s"))
        except DeliveryError as error:
            return await self._failed(parcel, error)
        except Exception as error:
            # A bug in a chat library must not end every platform's delivery.
            log.exception("%s broke the adapter of %s", _name(parcel), self._adapter.name)
            return self._doubtful(parcel, f"the adapter broke: {type(error).__name__}: {error}")
        self._outage.worked()
        self._tact.sent(parcel)
        return Settlement(parcel, Outcome.SENT, rest)

    def _is_begun(self, parcel: Parcel) -> bool:
        """Whether it may have arrived, or has in part: then it is brought to its end."""
        return bool(parcel.unsure or (self._arrived and delivery_key(parcel) in self._arrived))

    async def _post_all(self, parcel: Parcel, parts: Sequence[Part]) -> float:
        """Post what did not arrive at the last try, the first part on the turn that is had."""
        name = delivery_key(parcel) if len(parts) > 1 else ""
        of, done = self._arrived.pop(name, (0, 0))
        done = done if of == len(parts) else 0
        self.posting.add(hand_out_of(parcel))
        rest = 0.0
        for index in range(done, len(parts)):
            self._note_arrived(name, len(parts), index)
            if index > done:
                await asyncio.sleep(rest)
                if not await self._pace.turn(_now() + SHORT_WAIT_SECONDS):
                    raise RetryLater(0.0, "its other parts wait for a turn", counts=False)
            rest = await self._adapter.post(parcel.chat, parts[index], delivery_key(parcel, index))
        self._arrived.pop(name, None)
        return rest

    def _note_arrived(self, name: str, parts: int, arrived: int) -> None:
        if arrived:
            self._arrived[name] = (parts, arrived)
            if len(self._arrived) > MOST_UNFINISHED:
                self._arrived.popitem(last=False)

    async def _failed(self, parcel: Parcel, error: DeliveryError) -> Settlement:
        reason = str(error)
        match error:
            case RetryLater():
                return await self._told_to_wait(parcel, error)
            case Unconfirmed() | UnknownRefusal():
                if isinstance(error, Unconfirmed):
                    self._outage.failed(parcel.chat, reason)
                return self._doubtful(parcel, reason)
            case ChatMoved():
                await self._outbox.move(parcel.chat, error.to)
                return untried(parcel)
            case ChatGone():
                log.info("a chat on %s is suspended: %s", self._adapter.name, reason)
                self._meters.departed(self._adapter.name, error.departure)
                return Settlement(parcel, Outcome.SUSPENDED, reason=reason)
        return self._refused(parcel, reason)

    def _refused(self, parcel: Parcel, reason: str) -> Settlement:
        """Our bug: the chat did nothing wrong and stays subscribed."""
        if len(parcel.letters) > 1:
            return Settlement(parcel, Outcome.ALONE, reason=reason)
        name = _name(parcel)
        if name not in self._refused_already:
            messages = [letter.message.spoken("en") for letter in parcel.letters]
            log.error(
                "%s was refused by %s: %s; message %r", name, self._adapter.name, reason, messages
            )
            if len(self._refused_already) > MOST_UNFINISHED:
                self._refused_already.clear()
            self._refused_already.add(name)
        return Settlement(parcel, Outcome.DEAD, reason=reason)

    async def _told_to_wait(self, parcel: Parcel, error: RetryLater) -> Settlement:
        if error.too_many:
            self._meters.slowed_down(self._adapter.name)
        if error.everything:
            log.warning("%s pauses for %.0f s: %s", self._adapter.name, error.seconds, error)
            await self._pace.pause(error.seconds, shared=not error.ours)
        if not error.counts:
            return untried(parcel, error.seconds)
        self._outage.failed(parcel.chat, str(error))
        wait = max(error.seconds, _backoff_seconds(parcel.attempts))
        log.debug("%s waits %.0f s on %s: %s", _name(parcel), wait, self._adapter.name, error)
        attempts = parcel.attempts + 1
        return Settlement(
            parcel, Outcome.LATER, wait, str(error), attempts=attempts, unsure=parcel.unsure
        )

    def _doubtful(self, parcel: Parcel, reason: str) -> Settlement:
        """Bound the tries that nobody can make sense of."""
        tries = parcel.unsure + 1
        if tries > len(UNSURE_PAUSES_SECONDS):
            reason = f"after {tries} tries: {reason}"
            log.error("%s is given up on %s %s", _name(parcel), self._adapter.name, reason)
            return Settlement(parcel, Outcome.DEAD, reason=reason)
        wait = UNSURE_PAUSES_SECONDS[tries - 1]
        log.info(
            "%s is tried again on %s in %.0f s: %s", _name(parcel), self._adapter.name, wait, reason
        )
        return Settlement(
            parcel, Outcome.LATER, wait, reason, attempts=parcel.attempts, unsure=tries
        )


def hand_out_of(parcel: Parcel) -> HandOut:
    """What names it among all hand-outs."""
    return parcel.chat.member, parcel.lease


def cut_off(parcel: Parcel) -> Settlement:
    """It was on the wire when we had to end: it may have arrived."""
    wait = UNSURE_PAUSES_SECONDS[min(parcel.unsure, len(UNSURE_PAUSES_SECONDS) - 1)]
    return Settlement(
        parcel, Outcome.LATER, wait, attempts=parcel.attempts, unsure=parcel.unsure + 1
    )


def untried(parcel: Parcel, seconds: float = 0.0) -> Settlement:
    """The parcel goes back as it came; nothing went wrong with it."""
    return Settlement(
        parcel, Outcome.LATER, seconds, attempts=parcel.attempts, unsure=parcel.unsure
    )


def _was_tried(settlement: Settlement) -> bool:
    """Whether anything came of it: what only waits for its turn comes back as it was."""
    before = settlement.parcel
    same = (settlement.attempts, settlement.unsure) == (before.attempts, before.unsure)
    return settlement.outcome is not Outcome.LATER or not same


def _now() -> float:
    return asyncio.get_running_loop().time()


def _name(parcel: Parcel) -> str:
    first, *more = (letter.job for letter in parcel.letters)
    return f"{first} and {len(more)} more" if more else first


def _backoff_seconds(attempts: int) -> float:
    return float(min(math.ldexp(2.0, min(attempts, 10)), LONGEST_BACKOFF_SECONDS))
