"""The front desk: what people and platforms say reaches the stores."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.delivery.pacing import Pace
from bot.delivery.reception import FrontDesk, slow_down
from bot.model import Chat, Message
from bot.ports import NOTHING, SILENCE, Author, ChatGone, always
from bot.stores.connect import connect
from bot.stores.embedded import EmbeddedRedis
from bot.stores.forgetting import RedisForgetting
from tests.delivery.recorder import Recorder
from tests.delivery.sending import sending, titled
from tests.stores.examples import Desk, chat
from tests.stores.processes import until

ADA, BOB, CONSOLE = (Author(name, always) for name in ("1", "2", ""))

pytestmark = pytest.mark.usefixtures("quick_looks")


async def echo(asker: Chat, text: str, author: Author) -> Message | None:
    return Message(f"{asker.id} said {text}") if text.startswith("/") else None


def front_of(desk: Desk, adapter: Recorder) -> FrontDesk:
    pace = Pace(adapter.name, adapter.limits, desk.outbox)
    forgetting = RedisForgetting(desk.client)
    return FrontDesk(echo, desk.subscriptions, desk.outbox, pace, forgetting=forgetting)


async def test_commands_are_answered_and_other_words_are_not(desk: Desk, adapter: Recorder) -> None:
    front = front_of(desk, adapter)
    assert await front.answer(chat(1), "/status", ADA) == Message("1 said /status")
    assert await front.answer(chat(1), "hello", ADA) is None


async def test_who_floods_us_is_slowed_down_and_nobody_else_is(
    desk: Desk, adapter: Recorder
) -> None:
    front, group = front_of(desk, adapter), chat(-5)
    answered = Message("-5 said /status")
    for _ in range(20):
        assert await front.answer(group, "/status", ADA) == answered
    assert await front.answer(group, "/status", ADA) == slow_down()
    for place in (group, chat(1)):
        for text in ("/status", "hello"):
            assert await front.answer(place, text, ADA) == SILENCE
    assert await front.answer(group, "/status", BOB) == answered
    for _ in range(50):
        assert await front.answer(group, "/status", CONSOLE) == answered


async def test_who_is_shown_too_many_suggestions_is_shown_none_and_answered_all_the_same(
    desk: Desk, adapter: Recorder
) -> None:
    pace = Pace(adapter.name, adapter.limits, desk.outbox)
    front = FrontDesk(echo, desk.subscriptions, desk.outbox, pace, suggest=endings)

    async def shown(author: Author) -> Sequence[str]:
        return await front.suggest(chat(-5), "mute", "what", "dom", author)

    for _ in range(120):
        assert await shown(ADA) == ("domino",)
    assert await shown(ADA) == ()
    assert await shown(BOB) == ("domino",)
    assert await front.answer(chat(-5), "/status", ADA) == Message("-5 said /status")


async def endings(_chat: Chat, _command: str, _option: str, typed: str, _: Author) -> Sequence[str]:
    return (f"{typed}ino",)


async def test_replies_leave_at_the_platforms_pace(desk: Desk) -> None:
    front, loop = front_of(desk, Recorder(per_second=20.0)), asyncio.get_running_loop()
    began = loop.time()
    for _ in range(4):
        await front.turn(chat(1))
    assert loop.time() - began >= 3 / 20.0


async def test_a_chat_that_invites_us_again_hears_what_it_missed(
    desk: Desk, adapter: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "bot.delivery.reception")
    adapter.meets("1", ChatGone("kicked"))
    adapter.meets("2", ChatGone("kicked"))
    await desk.join(1, 2, 3)
    async with sending(desk, adapter):
        await desk.commit(titled("one"))
        await adapter.until(lambda: adapter.heard("3") == ["one"])
        await until(lambda: _suspended(desk, 2))
        await desk.commit(titled("two"))
        await adapter.until(lambda: adapter.heard("3") == ["one", "two"])
        assert adapter.heard("1") == adapter.heard("2") == []
        await front_of(desk, adapter).invited([chat(1), chat(3), chat(2), chat(99)])
        await adapter.until(lambda: len(adapter.sent) == 6)
    assert adapter.posted("1") == adapter.posted("2") == [("one", "two")]
    assert caplog.messages == ["a chat on telegram hears us again: kicked"] * 2


async def _suspended(desk: Desk, number: int) -> bool:
    return len(await desk.client.fields("{nf}:telegram:suspended")) == number


async def test_what_is_stored_for_a_chat_follows_it_to_its_new_id(
    desk: Desk, adapter: Recorder
) -> None:
    await desk.join(1, 2)
    await desk.commit(titled("one"))
    await front_of(desk, adapter).moved(chat(1), chat(-100))
    assert await desk.subscriptions.topics(chat(-100)) == {"dominance"}
    async with sending(desk, adapter):
        await adapter.until(lambda: len(adapter.sent) == 2)
        await desk.commit(titled("two"))
        await adapter.until(lambda: len(adapter.sent) == 4)
    assert adapter.heard("-100") == adapter.heard("2") == ["one", "two"]
    assert adapter.heard("1") == []


async def test_a_chat_that_puts_us_out_leaves_nothing_behind(
    desk: Desk, adapter: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "bot.delivery.reception")
    await desk.join(1, 2)
    await desk.commit(titled("one"))
    await front_of(desk, adapter).left([chat(1), chat(99)])
    assert caplog.messages == ["a chat on telegram put us out and is forgotten"]
    assert await RedisForgetting(desk.client).belongings(chat(1)) == NOTHING
    async with sending(desk, adapter):
        await adapter.until(lambda: adapter.heard("2") == ["one"])
    assert adapter.heard("1") == []


async def test_while_redis_is_away_none_of_it_is_noted_and_nothing_breaks(
    tmp_path: Path, adapter: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    async with EmbeddedRedis(tmp_path) as server, connect(server.url) as client:
        desk = Desk(client)
        front = front_of(desk, adapter)
        await desk.join(1)
        await server.__aexit__(None, None, None)
        await front.invited([chat(1)])
        await front.moved(chat(1), chat(2))
        await front.left([chat(1)])
        async with asyncio.timeout(5):
            await front.turn(chat(1))
        away, invitation, move, farewell = caplog.messages
        assert away.startswith("everything waits for the store: Redis cannot be reached")
        assert invitation.startswith("an invitation was not noted: Redis cannot be reached")
        assert move.startswith("a chat's move was not noted: Redis cannot be reached")
        assert farewell.startswith("a chat that put us out was not forgotten: Redis cannot be")
        async with EmbeddedRedis(tmp_path):
            assert await desk.subscriptions.topics(chat(1)) == {"dominance"}
