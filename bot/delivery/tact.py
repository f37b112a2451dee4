"""What becomes of a parcel that is not to be sent just now: held back, or let others join it."""

import asyncio

from bot.delivery.bursts import Bursts
from bot.manners import ended, held_back
from bot.ports import Outbox, Outcome, Parcel, Settlement


class Tact:
    """Knows what each chat of one platform wants, and how much it has heard a moment ago."""

    def __init__(self, outbox: Outbox, messages_per_minute: float) -> None:
        """Take where mutes are lifted, and how many messages a chat may get in a minute."""
        self._outbox = outbox
        self._bursts = Bursts(messages_per_minute)

    async def instead(self, parcel: Parcel) -> Settlement | None:
        """How it is settled unsent; None where it is to be sent. Raises StoreUnavailable."""
        if parcel.preferences.quiet or parcel.preferences.mutes:
            kept = await self._kept(parcel)
            if kept is not None:
                return kept
        # What was tried goes as it was tried: the platform may know it by its name.
        wait = self._bursts.wait_seconds(parcel.chat.member, _now())
        return again(parcel, wait) if wait and not parcel.attempts else None

    def sent(self, parcel: Parcel) -> None:
        """Note that it arrived."""
        self._bursts.sent(parcel.chat.member, _now())

    async def _kept(self, parcel: Parcel) -> Settlement | None:
        letters = [(letter.job, letter.topic) for letter in parcel.letters]
        over = ended(parcel.preferences.mutes, letters, parcel.at)
        if over:
            # What the mutes held comes before what ends them, and so does go with it.
            await self._outbox.lift(parcel.chat, over)
            return again(parcel)
        holds = held_back(letters, parcel.preferences, parcel.at)
        if not holds:
            return None
        return Settlement(
            parcel, Outcome.HELD, attempts=parcel.attempts, unsure=parcel.unsure, holds=holds
        )


def again(parcel: Parcel, seconds: float = 0.0) -> Settlement:
    """It goes back as if it had not been handed out, so that more can join it."""
    return Settlement(
        parcel, Outcome.AGAIN, seconds, attempts=parcel.attempts, unsure=parcel.unsure
    )


def _now() -> float:
    return asyncio.get_running_loop().time()
