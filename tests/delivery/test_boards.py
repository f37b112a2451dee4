"""The boards that stand pinned in chats: edited when they say something else, and left in peace."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.delivery import boards as module
from bot.delivery import platforms as platforms_module
from bot.delivery.boards import BoardKeeper
from bot.delivery.pacing import Pace
from bot.delivery.platforms import Platforms
from bot.delivery.reception import FrontDesk
from bot.model import Board, Chat, Gate, GateState, Message, Phase, Snapshot, Unit
from bot.ports import (
    Author,
    ChatGone,
    ChatMoved,
    MessageGone,
    Rejected,
    RetryLater,
    Unconfirmed,
    UnknownRefusal,
)
from bot.stores.boards import RedisBoards
from bot.stores.connect import Client, connect
from bot.stores.embedded import EmbeddedRedis
from bot.stores.forgetting import RedisForgetting
from bot.stores.keys import Lane
from bot.stores.lease import RedisLease
from bot.stores.preferences import RedisPreferences
from tests.delivery.recorder import Recorder
from tests.stores.examples import Desk, chat
from tests.stores.processes import until

BEGIN = datetime(2026, 11, 25, 12, tzinfo=UTC)
BOARDS = "{nf}:telegram:boards"


class Wall:
    """A wall with a clock and the board: what is known, and how late it is."""

    def __init__(self, client: Client) -> None:
        self.now = BEGIN
        self.dominance = 58.0
        self.boards = RedisBoards(client)
        self.keeper = BoardKeeper(self.boards, self, RedisPreferences(client), lambda: self.now)

    async def snapshot(self, now: datetime) -> Snapshot:
        gate = Gate(
            "dominance", "Bitcoin dominance", GateState.OFF, self.dominance, 55.0,
            55.0 - self.dominance, Unit.PCT, "CoinMarketCap", BEGIN, "needs below 55",
        )  # fmt: skip
        return Snapshot(Board(Phase.WAITING, (gate,), now), ())

    async def look(self, adapter: Recorder, minutes: float = 1.0) -> list[tuple[str, str]]:
        """What is edited when the keeper looks again after a while."""
        self.now += timedelta(minutes=minutes)
        before = len(adapter.edits)
        desk = Desk(self.boards._client)
        await self.keeper.look(adapter, Pace(adapter.name, adapter.limits, desk.outbox))
        return [(where, message) for where, message, _ in adapter.edits[before:]]


@pytest.fixture
def wall(store_client: Client) -> Wall:
    return Wall(store_client)


async def test_a_board_is_edited_when_it_says_something_else(wall: Wall, adapter: Recorder) -> None:
    assert await wall.look(adapter) == []
    await wall.boards.pin(chat(1), "70")
    assert await wall.look(adapter) == [("1", "70")]
    assert await wall.look(adapter) == []
    wall.dominance = 54.9
    assert await wall.look(adapter) == [("1", "70")]
    assert "54.90 %" in adapter.edits[-1][2]
    assert await wall.look(adapter) == []


async def test_for_the_ages_of_numbers_alone_it_is_edited_every_ten_minutes(
    wall: Wall, adapter: Recorder
) -> None:
    await wall.boards.pin(chat(1), "70")
    edits = [await wall.look(adapter) for _ in range(31)]
    assert [len(each) for each in edits] == [1, *([0] * 9)] * 3 + [1]
    ages = [text.partition("CoinMarketCap, ")[2].partition(" old")[0] for *_, text in adapter.edits]
    assert ages == ["1 min", "11 min", "21 min", "31 min"]


async def test_a_chat_has_one_and_what_was_edited_is_known_after_a_restart(
    wall: Wall, adapter: Recorder, store_client: Client
) -> None:
    await wall.boards.pin(chat(1), "70")
    await wall.boards.pin(chat(1), "71")
    await wall.boards.pin(Chat("telegram", "1", "5"), "72")
    await wall.boards.pin(chat(1, "discord"), "73")
    assert sorted(await wall.look(adapter)) == [("1", "71"), ("1", "72")]
    another = Wall(store_client)
    another.now = wall.now
    assert await another.look(adapter) == []


@pytest.mark.parametrize(
    "reason",
    [MessageGone("message to edit not found"), ChatGone("kicked"), ChatMoved(chat(-100))],
)
async def test_what_is_not_there_any_more_is_forgotten(
    wall: Wall, adapter: Recorder, redis: Redis, reason: Exception
) -> None:
    await wall.boards.pin(chat(1), "70")
    adapter.meets("1", reason)
    assert await wall.look(adapter) == []
    assert not await redis.exists(BOARDS)


@pytest.mark.parametrize("reason", [Rejected("too long"), UnknownRefusal("what?")])
async def test_a_text_that_is_refused_is_not_tried_again_and_the_next_one_is(
    wall: Wall, adapter: Recorder, caplog: pytest.LogCaptureFixture, reason: Exception
) -> None:
    await wall.boards.pin(chat(1), "70")
    adapter.meets("1", reason)
    assert await wall.look(adapter) == await wall.look(adapter) == []
    assert len(adapter.edits_tried) == 1
    assert caplog.messages == [f"a board pinned on telegram was not edited: {reason}"]
    wall.dominance = 54.0
    assert await wall.look(adapter) == [("1", "70")]


@pytest.mark.parametrize("trouble", [RetryLater(5, "slow down"), Unconfirmed("cut off")])
async def test_trouble_in_one_chat_holds_up_no_other_and_passes(
    wall: Wall, adapter: Recorder, trouble: Exception
) -> None:
    for number in (1, 2):
        await wall.boards.pin(chat(number), "70")
    adapter.meets("1", trouble)
    assert await wall.look(adapter) == [("2", "70")]
    assert await wall.look(adapter) == [("1", "70")]


async def test_while_the_platform_is_down_nothing_is_tried_in_vain(
    wall: Wall, adapter: Recorder
) -> None:
    for number in range(5):
        await wall.boards.pin(chat(number), "70")
    adapter.down = RetryLater(5, "down", everything=True)
    assert await wall.look(adapter) == []
    assert len(adapter.edits_tried) == 1
    adapter.down = None
    assert len(await wall.look(adapter)) == 5


async def test_an_edit_that_never_ends_is_left(
    wall: Wall, adapter: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "EDIT_SECONDS", 0.05)
    for number in (1, 2):
        await wall.boards.pin(chat(number), "70")
    adapter.meets("1", asyncio.Event())
    assert await wall.look(adapter) == [("2", "70")]
    assert await wall.look(adapter) == [("1", "70")]


async def test_of_very_many_each_has_its_turn(
    wall: Wall, adapter: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_A_LOOK", 2)
    for number in range(5):
        await wall.boards.pin(chat(number), "70")
    seen = []
    for minute in range(10):
        wall.dominance = 50.0 + minute
        seen += await wall.look(adapter)
    assert len(seen) == 20
    assert min(Counter(seen).values()) >= 3
    assert len(Counter(seen)) == 5


@pytest.mark.parametrize("then", ["unpinned", "pinned anew"])
async def test_what_changes_during_an_edit_stays_changed(
    wall: Wall, adapter: Recorder, then: str
) -> None:
    await wall.boards.pin(chat(1), "70")
    passes = asyncio.Event()
    adapter.meets("1", passes)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(wall.look(adapter))
        await adapter.until(lambda: bool(adapter.edits_tried))
        if then == "unpinned":
            assert await wall.boards.unpin(chat(1))
        else:
            await wall.boards.pin(chat(1), "71")
        passes.set()
    expected = [] if then == "unpinned" else [("1", "71")]
    assert await wall.look(adapter) == expected


async def test_what_cannot_be_read_is_dropped_and_holds_up_nobody(
    wall: Wall, adapter: Recorder, redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    await redis.hset(BOARDS, mapping={"1": "nonsense"})
    await redis.hset("{nf}:telegram:preferences", mapping={"2": "nonsense"})
    for number in (2, 3):
        await wall.boards.pin(chat(number), "70")
    assert sorted(await wall.look(adapter)) == [("2", "70"), ("3", "70")]
    assert sorted(await redis.hkeys(BOARDS)) == ["2", "3"]
    assert len(caplog.messages) == 2


async def test_who_leaves_or_moves_leaves_no_board(
    wall: Wall, redis: Redis, store_client: Client
) -> None:
    for number in (1, 2, 3):
        await wall.boards.pin(chat(number), "70")
    await RedisForgetting(store_client).forget(chat(1))
    await Desk(store_client).outbox.move(chat(2), chat(-200))
    assert await redis.hkeys(BOARDS) == ["3"]
    assert await wall.boards.unpin(chat(3))
    assert not await wall.boards.unpin(chat(3))
    assert not await redis.exists(BOARDS)


# --- Who is told where it stands, and who keeps it ------------------------------------------------


async def no_answer(_: Chat, __: str, ___: Author) -> Message | None:
    return None


async def test_where_a_pinned_answer_stands_is_noted(
    wall: Wall, adapter: Recorder, desk: Desk
) -> None:
    pace = Pace(adapter.name, adapter.limits, desk.outbox)
    front = FrontDesk(no_answer, desk.subscriptions, desk.outbox, pace, boards=wall.boards)
    await front.pinned(chat(1), "70")
    assert await wall.look(adapter) == [("1", "70")]


async def test_an_outage_of_redis_is_survived(
    tmp_path: Path,
    adapter: Recorder,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.05)
    async with EmbeddedRedis(tmp_path) as server, connect(server.url) as client:
        desk, wall = Desk(client), Wall(client)
        pace = Pace(adapter.name, adapter.limits, desk.outbox)
        front = FrontDesk(no_answer, desk.subscriptions, desk.outbox, pace, boards=wall.boards)
        await wall.boards.pin(chat(1), "70")
        keeping = asyncio.create_task(wall.keeper.keep(adapter, pace))
        await adapter.until(lambda: len(adapter.edits) == 1)
        await server.__aexit__(None, None, None)
        await until(lambda: _said_something(caplog))
        await front.pinned(chat(1), "71")
        first, second = caplog.messages
        assert first.startswith("everything waits for the store: ")
        assert second.startswith("a pinned board will not be kept up to date: ")
        wall.dominance = 54.0
        async with EmbeddedRedis(tmp_path):
            await adapter.until(lambda: len(adapter.edits) == 2)
            keeping.cancel()
            await asyncio.wait([keeping])
        assert keeping.cancelled()


async def _said_something(caplog: pytest.LogCaptureFixture) -> bool:
    return bool(caplog.messages)


@asynccontextmanager
async def listening(desk: Desk, wall: Wall, adapter: Recorder, holder: str) -> AsyncIterator[None]:
    """A process that listens as soon as it may."""
    platforms = Platforms(
        [adapter],
        answer=no_answer,
        subscriptions=desk.subscriptions,
        outbox=desk.outbox,
        boards=wall.boards,
        keepers=[wall.keeper.keep],
        leases=partial(lease_of, desk.client),
        holder=holder,
        stopping=asyncio.Event(),
    )
    task = asyncio.create_task(platforms.listen(adapter))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


def lease_of(client: Client, platform: str) -> RedisLease:
    return RedisLease(client, Lane(platform).lead, seconds=0.7)


async def test_only_who_listens_edits_and_another_goes_on(
    wall: Wall, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.03)
    monkeypatch.setattr(platforms_module, "RENEW_SECONDS", 0.1)
    first, second = Recorder(), Recorder()
    await wall.boards.pin(chat(1), "70")
    async with listening(desk, wall, first, "one"):
        await first.until(lambda: len(first.edits) == 1)
        async with listening(desk, wall, second, "two"):
            wall.dominance = 54.0
            await first.until(lambda: len(first.edits) == 2)
            assert second.edits_tried == []
    async with listening(desk, wall, second, "two"):
        wall.dominance = 53.0
        await second.until(lambda: len(second.edits) == 1)
    assert len(first.edits) == 2
