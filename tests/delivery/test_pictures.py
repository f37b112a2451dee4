"""Pictures on their way to chats: drawn once for all that hear the same, and never waited for."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import pytest

from bot.delivery import bundle
from bot.delivery.bundle import Rendered
from bot.delivery.pacing import Pace
from bot.delivery.sender import Sender
from bot.model import Chart, Message
from bot.ports import NO_PICTURES, Letter, Parcel, Part
from tests.delivery.recorder import Recorder
from tests.stores.examples import NOW, Desk, alert, chat

CHART = Chart("russell_2000", date(2025, 1, 1), date(2026, 1, 1), "It rises.")
OTHER = replace(CHART, indicator="btc_dominance")


class Easel:
    """Draws what it is asked for, as soon as it may."""

    def __init__(self) -> None:
        self.asked: list[Chart] = []
        self.may = asyncio.Event()
        self.may.set()
        self.fails = False
        self._grew = asyncio.Event()

    async def asked_for(self, count: int) -> None:
        async with asyncio.timeout(5):
            while len(self.asked) < count:
                self._grew.clear()
                await self._grew.wait()

    async def drawn(self, chart: Chart) -> bytes | None:
        self.asked.append(chart)
        self._grew.set()
        await self.may.wait()
        return None if self.fails else chart.indicator.encode()


class Framing(Recorder):
    """A recorder that notes the pictures it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[Mapping[Chart, bytes]] = []

    def render(
        self, messages: Sequence[Message], pictures: Mapping[Chart, bytes] = NO_PICTURES
    ) -> Sequence[Part]:
        self.given.append(dict(pictures))
        return super().render(messages, pictures)


def letter(name: str, chart: Chart | None = None, *, outdated: bool = False) -> Letter:
    return Letter(name, Message(name, chart=chart), NOW, outdated)


def parcel(number: int, *letters: Letter) -> Parcel:
    return Parcel(chat(number), letters, lease=str(number))


@pytest.fixture
def easel() -> Easel:
    return Easel()


@pytest.fixture
def framing() -> Framing:
    return Framing()


async def test_one_picture_serves_all_who_hear_the_same(easel: Easel, framing: Framing) -> None:
    rendered = Rendered(framing, easel)
    both = (letter("one", CHART), letter("two", OTHER), letter("three", CHART))
    easel.may.clear()
    async with asyncio.TaskGroup() as tasks:
        waiting = [tasks.create_task(rendered.parts(parcel(n, *both))) for n in range(10)]
        await easel.asked_for(20)
        easel.may.set()
    assert len({id(task.result()) for task in waiting}) == 1
    assert framing.given == [{CHART: b"russell_2000", OTHER: b"btc_dominance"}]
    await rendered.parts(parcel(11, *both))
    assert len(easel.asked) == 20


async def test_a_letter_waits_no_longer_for_its_picture_than_it_may(
    easel: Easel, framing: Framing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle, "PICTURE_SECONDS", 0.05)
    easel.may.clear()
    assert await Rendered(framing, easel).parts(parcel(1, letter("one", CHART)))
    easel.may.set()
    easel.fails = True
    assert await Rendered(framing, easel).parts(parcel(1, letter("one", CHART)))
    assert framing.given == [{}, {}]


async def test_what_is_no_news_any_more_and_what_has_no_chart_is_not_drawn(
    easel: Easel, framing: Framing
) -> None:
    rendered = Rendered(framing, easel)
    await rendered.parts(parcel(1, letter("old", CHART, outdated=True), letter("new")))
    await rendered.parts(parcel(1, letter("plain")))
    assert easel.asked == []
    await Rendered(framing).parts(parcel(1, letter("one", CHART)))
    assert framing.given == [{}, {}, {}]


async def test_a_sender_hands_on_the_pictures_of_what_it_sends(
    desk: Desk, easel: Easel, framing: Framing
) -> None:
    await desk.join(1, 2)
    fired = replace(alert(), message=Message("one", chart=CHART))
    await desk.commit(fired)
    pace = Pace(framing.name, framing.limits, desk.outbox)
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(Sender(desk.outbox, framing, pace, easel).run(stop))
        await framing.until(lambda: len(framing.sent) == 2)
        stop.set()
    assert framing.given == [{CHART: b"russell_2000"}]
