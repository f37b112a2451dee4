"""Keeps the boards up to date that stand pinned in chats, by editing them in place.

A board is edited within a minute when it says something else, and every ten minutes for the ages of
its numbers. A lost connection, a platform that is down or a killed process delays that; nothing is
told by it that is not also told as an alert.
"""

import asyncio
import hashlib
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.commands import Outlook
from bot.delivery.pacing import Pace
from bot.language import ENGLISH, speaking
from bot.logs.told_once import ToldOnce, warning_unless_away
from bot.messages import board_screen
from bot.messages.buttons import board_buttons
from bot.model import Chat, Message, Snapshot
from bot.ports import (
    Adapter,
    Boards,
    ChatGone,
    ChatMoved,
    Clock,
    DeliveryError,
    MessageGone,
    Part,
    PinnedBoard,
    PreferenceStore,
    Rejected,
    RetryLater,
    StoreUnavailable,
    UnknownRefusal,
)

log = logging.getLogger(__name__)

LOOK_SECONDS = 60.0
AGES_EVERY = timedelta(minutes=10)
EDIT_SECONDS = 30.0
"""An edit that takes longer is left to the next look."""
MOST_A_LOOK = 500
"""Edits; the boards that were edited longest ago come first, so that each has its turn."""
LONG_AGO = datetime.min.replace(tzinfo=UTC)


class BoardKeeper:
    """Looks every minute at which boards of one platform say what is not so any more."""

    def __init__(
        self, boards: Boards, outlook: Outlook, preferences: PreferenceStore, clock: Clock
    ) -> None:
        """Take where boards stand, what they show, in which languages, and the time."""
        self._boards = boards
        self._outlook = outlook
        self._preferences = preferences
        self._clock = clock

    async def keep(self, adapter: Adapter, pace: Pace) -> None:
        """Edit until cancelled; survives outages of Redis and of the platform."""
        outage = ToldOnce(log)
        while True:
            try:
                await self.look(adapter, pace)
                outage.over("the boards pinned on %s go on", adapter.name)
            except StoreUnavailable as error:
                outage.met(error, "the boards pinned on %s wait: %s", adapter.name, error)
            except Exception:  # A bug here must not end listening, under whose lease this runs.
                log.exception("the boards pinned on %s were not looked at", adapter.name)
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self, adapter: Adapter, pace: Pace) -> None:
        """Edit once what is to be edited now; raises StoreUnavailable."""
        pinned = await self._boards.pinned(adapter.name)
        if not pinned:
            return
        snapshot = await self._outlook.snapshot(self._clock())
        said = _said(snapshot)
        outdated = [each for each in pinned if self._is_outdated(each[1], said)]
        outdated.sort(key=lambda each: each[1].edited_at or LONG_AGO)
        parts: dict[str, Part] = {}
        for chat, board in outdated[:MOST_A_LOOK]:
            language = await self._language(chat)
            if language not in parts:
                parts[language] = adapter.render([_screen(snapshot, language)])[0]
            await pace.reply_turn()
            try:
                await self._edit(chat, board, parts[language], said, adapter)
            except RetryLater as trouble:
                if trouble.everything or trouble.ours:
                    log.info("the boards pinned on %s wait: %s", adapter.name, trouble)
                    return

    def _is_outdated(self, board: PinnedBoard, said: str) -> bool:
        if board.edited_at is None or board.said != said:
            return True
        return self._clock() - board.edited_at >= AGES_EVERY

    async def _language(self, chat: Chat) -> str:
        try:
            return (await self._preferences.of(chat)).spoken
        except StoreUnavailable as error:
            # What one chat has set may be damaged, which must not hold up the boards of all others.
            level = warning_unless_away(error)
            log.log(level, "a board pinned on %s is in English: %s", chat.platform, error)
            return ENGLISH

    async def _edit(
        self, chat: Chat, board: PinnedBoard, part: Part, said: str, adapter: Adapter
    ) -> None:
        """Edit one, and note what it says then; raises RetryLater."""
        after: PinnedBoard | None = replace(board, said=said, edited_at=self._clock())
        try:
            async with asyncio.timeout(EDIT_SECONDS):
                await adapter.edit(chat, board.message, part)
        except (MessageGone, ChatGone, ChatMoved) as reason:
            log.info("a board pinned on %s is kept up to date no more: %s", chat.platform, reason)
            after = None
        except (Rejected, UnknownRefusal) as error:
            # The same text would be refused once more: the next one may pass.
            log.warning("a board pinned on %s was not edited: %s", chat.platform, error)
        except RetryLater:
            raise
        except (DeliveryError, TimeoutError) as error:
            log.info("a board pinned on %s is edited later: %s", chat.platform, error)
            return
        await self._boards.note(chat, board, after)


def _screen(snapshot: Snapshot, language: str) -> Message:
    with speaking(language):
        return replace(board_screen(snapshot), buttons=board_buttons())


def _said(snapshot: Snapshot) -> str:
    """A name for what the board says, ages of numbers and the time in its footer aside."""
    board = snapshot.board
    gates = tuple(replace(gate, as_of=gate.as_of and board.as_of) for gate in board.gates)
    with speaking(ENGLISH):
        ageless = board_screen(replace(snapshot, board=replace(board, gates=gates)))
    text = "\n".join((ageless.title, *ageless.lines))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
