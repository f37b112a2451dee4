"""Redis may go away and come back: nothing arrives twice that a sender knows of, none is lost."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot.delivery import sender, settling
from bot.model import Chat
from bot.ports import ChatMoved, Outcome, Part
from bot.stores.connect import connect
from bot.stores.embedded import EmbeddedRedis
from tests.delivery.recorder import Recorder
from tests.delivery.sending import Noting, sending, titled
from tests.stores.examples import Desk, chat
from tests.stores.processes import until

pytestmark = pytest.mark.usefixtures("quick_looks")

LEASE_SECONDS = 0.2
"""Over long before Redis is back."""


@dataclass(frozen=True, slots=True)
class Store:
    """A server that can be stopped, and what is kept there."""

    folder: Path
    server: EmbeddedRedis
    outbox: Noting
    desk: Desk

    async def go_away(self) -> None:
        await self.server.__aexit__(None, None, None)

    def back(self) -> EmbeddedRedis:
        """The same data again."""
        return EmbeddedRedis(self.folder)


@asynccontextmanager
async def store(folder: Path) -> AsyncIterator[Store]:
    async with EmbeddedRedis(folder) as server, connect(server.url) as client:
        outbox = Noting(client, lease=timedelta(seconds=LEASE_SECONDS))
        yield Store(folder, server, outbox, Desk(client, outbox))


async def says(caplog: pytest.LogCaptureFixture, words: str) -> None:
    """Wait for a piece of the log."""

    async def said() -> bool:
        return words in caplog.text

    await until(said)


async def test_delivery_waits_for_redis_and_goes_on(
    tmp_path: Path, adapter: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    async with store(tmp_path) as place:
        await place.desk.join(1, 2)
        async with sending(place.desk, adapter):
            await place.desk.commit(titled("one"))
            await adapter.until(lambda: len(adapter.sent) == 2)
            await place.go_away()
            await says(caplog, "everything waits for the store")
            async with place.back():
                await place.desk.commit(titled("two"))
                await adapter.until(
                    lambda: adapter.heard("1") == adapter.heard("2") == ["one", "two"]
                )
                await says(caplog, "the store answers again")
    warnings = [each for each in caplog.records if each.levelno >= logging.WARNING]
    assert len(warnings) == 1, "One line tells it for all who wait."


async def test_what_arrived_while_redis_was_away_does_not_arrive_again(
    tmp_path: Path,
    adapter: Recorder,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG", "bot.delivery")
    # When Redis is back, there is much time to take before anything is told.
    monkeypatch.setattr(settling, "PAUSE_SECONDS", 1.0)
    monkeypatch.setattr(sender, "STORE_PAUSE_SECONDS", 0.02)
    arrived, members = asyncio.Event(), "123456"
    for member in members:
        adapter.meets(member, arrived)
    async with store(tmp_path) as place:
        await place.desk.join(*members)
        async with sending(place.desk, adapter):
            await place.desk.commit(titled("one"))
            await adapter.until(lambda: len(adapter.tried) == len(members))
            await place.go_away()
            arrived.set()
            await says(caplog, "telegram took is not noted")
            # A take that began before may still succeed: leases are long enough for that.
            await until(lambda: _takes_nothing(place))
            async with place.back():
                await place.desk.commit(titled("two"))
                await adapter.until(lambda: len(adapter.sent) >= 2 * len(members))
                assert await place.outbox.take("telegram", 9, "another:1") == [], "All is told."
    for member in members:
        assert adapter.heard(member) == ["one", "two"]
        assert set(place.outbox.outcomes(member)) == {Outcome.SENT}


async def _takes_nothing(place: Store) -> bool:
    return not place.outbox.taking


async def test_a_move_that_could_not_be_noted_is_told_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "bot.delivery")
    is_away = asyncio.Event()

    class Moving(Recorder):
        async def post(self, chat: Chat, part: Part, key: str) -> float:
            if chat.id == "1":
                await is_away.wait()
                raise ChatMoved(Chat("telegram", "2"))
            return await Recorder.post(self, chat, part, key)

    adapter = Moving()
    async with store(tmp_path) as place:
        await place.desk.join(1)
        async with sending(place.desk, adapter):
            await place.desk.commit(titled("one"))
            await until(lambda: _is_out(place, "1"))
            await place.go_away()
            is_away.set()
            await says(caplog, "a parcel comes back when the store does")
            async with place.back():
                await adapter.until(lambda: adapter.sent == [("2", "one")])
                assert await place.desk.subscriptions.topics(chat(2)) == {"dominance"}


async def _is_out(place: Store, member: str) -> bool:
    text = await place.desk.client.field("{nf}:telegram:line", member)
    return text is not None and "lease" in json.loads(text)


async def test_stopping_while_redis_is_away_ends_in_time(
    tmp_path: Path, adapter: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "bot.delivery")
    arrived = asyncio.Event()
    adapter.meets("1", arrived)
    loop = asyncio.get_running_loop()
    async with store(tmp_path) as place:
        await place.desk.join(1)
        async with sending(place.desk, adapter) as (_, task):
            await place.desk.commit(titled("one"))
            await adapter.until(lambda: len(adapter.tried) == 1)
            await place.go_away()
            arrived.set()
            await says(caplog, "telegram took is not noted")
            cancelled_at = loop.time()
            task.cancel()
            await asyncio.wait((task,))
            assert task.cancelled()
            assert loop.time() - cancelled_at < 2.5
            async with place.back():
                taken = await place.outbox.take("telegram", 9, "heir:1")
                assert [parcel.chat.id for parcel in taken] == ["1"], "It comes again: not told."
