"""What a run found whose senders all stood still for longer than a lease, each in small."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta

from redis.asyncio import Redis

from bot.delivery.pacing import Pace
from bot.delivery.sender import Sender
from bot.model import Chart, Chat, Message
from bot.ports import NO_PICTURES, Limits, Part, Reception
from bot.stores.connect import Client
from bot.stores.outbox import RedisOutbox
from tests.delivery.sending import settled
from tests.stores.examples import Desk, alert
from tests.stores.processes import until

PAID = Limits(1000.0, 256)


class Slow:
    """A platform that answers nothing until it is told to."""

    name = "telegram"
    limits = Limits(float("inf"), 4)

    def __init__(self) -> None:
        self.answers = asyncio.Event()
        self.posts = 0
        self.asked_again = asyncio.Event()

    async def listen(self, reception: Reception) -> None:
        """Nobody speaks here."""

    def render(
        self, messages: Sequence[Message], pictures: Mapping[Chart, bytes] = NO_PICTURES
    ) -> Sequence[Part]:
        return [b"text"]

    async def edit(self, chat: Chat, message: str, part: Part) -> None:
        """Nothing is edited here."""

    async def post(self, chat: Chat, part: Part, key: str) -> float:
        self.posts += 1
        if self.posts > 1:
            self.asked_again.set()
        await self.answers.wait()
        return 0.0

    async def check(self) -> None:
        """Always there."""

    async def close(self) -> None:
        """Nothing to let go of."""


async def test_turns_that_come_too_late_for_many_put_off_nobody_elses(
    store_client: Client,
) -> None:
    outbox = RedisOutbox(store_client)
    pace = Pace("telegram", PAID, outbox)
    await outbox.pause("telegram", 60.0)
    before = asyncio.get_running_loop().time() + 15.0
    assert not any(await asyncio.gather(*(pace.turn(before) for _ in range(PAID.at_once))))
    assert 59.0 < pace.paused_seconds < 60.5
    assert not await Pace("telegram", PAID, outbox).turn(before)


async def test_a_chat_that_a_sender_has_twice_does_not_end_it(
    store_client: Client, redis: Redis
) -> None:
    desk = Desk(store_client, RedisOutbox(store_client, lease=timedelta(seconds=0.2)))
    platform = Slow()
    await desk.join(1)
    stop = asyncio.Event()
    pace = Pace(platform.name, platform.limits, desk.outbox)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(Sender(desk.outbox, platform, pace).run(stop))
        await desk.commit(alert("one"))
        async with asyncio.timeout(10):
            await platform.asked_again.wait()
        platform.answers.set()
        await until(lambda: settled(redis))
        await desk.commit(alert("two"))
        await until(lambda: settled(redis))
        stop.set()
    assert platform.posts > 2
