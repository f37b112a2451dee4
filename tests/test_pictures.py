"""Charts drawn from a real store by a real process, which hangs, dies and is left behind."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.model import Alert, Chart, Kind, Message, Point, Unit
from bot.parts import find_indicators
from bot.past import FRESH
from bot.pictures import DrawnPictures, album, artist
from bot.pictures.composing import compose
from bot.stores.connect import Client
from tests.e2e.process import ROOT
from tests.handlers.past import NOW, PARTS, Desk, values
from tests.studies.examples import points

TODAY = NOW.date()
LAST = TODAY - timedelta(days=1)
SHOWN = Chart("btc_dominance", TODAY - timedelta(days=60), TODAY, "Bitcoin dominance falls.")
INDICATORS = {each.key: each for each in find_indicators()}
PATIENCE_SECONDS = 20.0


def day(back: int) -> date:
    return LAST - timedelta(days=back)


def alert(kind: Kind = Kind.FIRED, back: int = 0) -> Alert:
    as_of = NOW - timedelta(days=back)
    return Alert(
        f"dominance_57:{day(back)}:{kind}", "dominance_57", "dominance", kind, "btc_dominance",
        56.5, 57.0, Unit.PCT, "CoinMarketCap", as_of, day(back), NOW, Message("It fired"),
    )  # fmt: skip


@pytest.fixture
async def desk(store_client: Client) -> Desk:
    """A store with a hundred days of dominance, the last of them yesterday's."""
    desk = Desk(store_client)
    await desk.store(values("btc_dominance", [(day(99 - n), 60.0 - n / 20) for n in range(100)]))
    return desk


@asynccontextmanager
async def drawing(desk: Desk, *, idle_seconds: float = 300.0) -> AsyncIterator[DrawnPictures]:
    pictures = DrawnPictures(desk.past, desk.journal, PARTS.indicators, idle_seconds=idle_seconds)
    task = asyncio.create_task(pictures.run())
    await asyncio.sleep(0)
    try:
        yield pictures
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def lives(pid: int) -> bool:
    """Whether the process runs; one that only waits for its parent to look does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


async def gone(pid: int) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while lives(pid):  # noqa: ASYNC110 - another process tells nobody of its end.
            await asyncio.sleep(0.01)


async def test_a_chart_is_drawn_once_until_its_data_changes(desk: Desk) -> None:
    async with drawing(desk) as pictures:
        assert pictures.artist.pid is None, "Nothing runs before the first wish."
        one, *others = await asyncio.gather(*(pictures.drawn(SHOWN) for _ in range(5)))
        assert one is not None
        assert one.startswith(b"\x89PNG")
        assert all(each is one for each in others)
        told_otherwise = replace(SHOWN, alternative="In other words.")
        assert await pictures.drawn(told_otherwise) is one
        desk.now += FRESH
        assert await pictures.drawn(SHOWN) is one, "The past was read anew, and is the same."
        await desk.tell(alert())
        marked = await pictures.drawn(SHOWN)
        assert marked not in (None, one), "An alert that was told since is marked."
        assert await pictures.drawn(SHOWN) is marked
        assert await pictures.drawn(replace(SHOWN, until=day(30))) not in (None, one, marked)
    assert await pictures.drawn(SHOWN) is None, "After its end nobody waits."


async def test_the_value_that_decided_an_alert_is_shown_though_the_past_was_read_before(
    desk: Desk,
) -> None:
    before = await desk.past.points("btc_dominance")
    desk.now += timedelta(minutes=1)
    async with drawing(desk) as pictures:
        await desk.store(values("btc_dominance", [(day(50), 10.0)]))
        assert await desk.past.points("btc_dominance") is before
        await desk.tell(replace(alert(), decided_at=desk.now))
        assert await pictures.drawn(SHOWN)
    assert 10.0 in {point.value for point in await desk.past.points("btc_dominance")}


async def test_a_process_that_hangs_is_killed_and_another_one_draws(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with drawing(desk) as pictures:
        assert await pictures.drawn(SHOWN)
        first = pictures.artist.pid
        assert first is not None
        os.kill(first, signal.SIGSTOP)
        monkeypatch.setattr(artist, "DRAW_SECONDS", 0.3)
        older = replace(SHOWN, until=day(10))
        assert await pictures.drawn(older) is None
        (line,) = caplog.records
        assert line.getMessage() == "charts are not drawn: no picture within 0 s"
        await gone(first)
        monkeypatch.undo()
        assert await pictures.drawn(older)
        second = pictures.artist.pid
        assert second not in (None, first)
    assert second is not None
    await gone(second)


async def test_a_process_that_died_is_replaced_unseen_and_one_that_idles_ends(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    async with drawing(desk, idle_seconds=0.2) as pictures:
        assert await pictures.drawn(SHOWN)
        first = pictures.artist.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        assert await pictures.drawn(replace(SHOWN, until=day(10)))
        second = pictures.artist.pid
        assert second not in (None, first)
        assert second is not None
        await gone(second)
        assert await pictures.drawn(SHOWN), "What is kept needs nobody to draw it."
        assert pictures.artist.pid is None
    assert not caplog.records


async def test_whoever_stops_waiting_leaves_the_picture_to_those_who_ask_later(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with drawing(desk) as pictures:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await pictures.drawn(SHOWN)
        monkeypatch.setattr(album, "MOST_WAITING", 1)
        assert await pictures.drawn(replace(SHOWN, until=day(10))) is None, "Too many wait."
        assert await pictures.drawn(SHOWN)


async def test_what_cannot_be_drawn_is_none_and_a_line_in_the_log(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    async with drawing(desk) as pictures:
        for chart, why in (
            (replace(SHOWN, indicator="no_such"), "nothing of that name is watched"),
            (replace(SHOWN, indicator="fear_greed"), "nothing is stored of its days"),
            (replace(SHOWN, until=day(90)), "nothing is stored of its days"),
        ):
            caplog.clear()
            assert await pictures.drawn(chart) is None
            assert [each.getMessage() for each in caplog.records] == [
                f"the chart of {chart.indicator} is not drawn: {why}"
            ]
        assert pictures.artist.pid is None
        with pytest.raises(artist.CannotDraw, match=r"^ValueError: 8 bytes are no sheet$"):
            await pictures.artist.draw(b"no sheet")


BOT = """
import asyncio, sys
from datetime import date
from bot import app
from bot.model import Chart
from bot.settings import Settings

class Asking:
    def __init__(self, adapter):
        self.name, self.limits, self.close = adapter.name, adapter.limits, adapter.close
    async def check(self): pass
    async def listen(self, reception):
        chart = Chart("btc_dominance", date(2024, 11, 1), date(2025, 1, 1), "")
        picture = None
        while picture is None:
            picture = await reception.drawn(chart)
        print(len(picture), "matplotlib" in sys.modules, flush=True)
        await asyncio.Event().wait()

settings = Settings(_env_file=None, redis_url=sys.argv[1], telegram_bot_token="123:" + 35 * "a")
asyncio.run(app.run(settings, app.Roles(polls=False), wrap=Asking))
"""


async def test_the_bot_itself_never_loads_what_draws_and_leaves_no_process_when_killed(
    desk: Desk, redis_url: str
) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", BOT, redis_url, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            size, loaded = (await process.stdout.readline()).split()
        assert int(size) > 10_000
        assert loaded == b"False"
        (worker,) = children(process.pid)
        assert lives(worker)
    finally:
        process.kill()
        await process.wait()
    await gone(worker)


def children(pid: int) -> list[int]:
    """The processes that a process has started and that run."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            about = path.read_text(encoding="utf-8").rpartition(")")[2].split()
            if int(about[1]) == pid:
                found.append(int(path.parent.name))
    return found


def test_a_chart_shows_what_there_was_on_its_last_day() -> None:
    indicator = INDICATORS["btc_dominance"]
    past = tuple(points([60.0] * 10 + [56.0] * 5 + [60.0] * 5))
    first = past[0].day
    chart = Chart("btc_dominance", first + timedelta(days=5), first + timedelta(days=13), "")
    told = [
        replace(alert(kind), day=first + timedelta(days=n))
        for n, kind in ((15, Kind.RESOLVED), (11, Kind.FIRED), (10, Kind.STALE), (2, Kind.FIRED))
    ]
    sheet = compose(chart, indicator, past, told)
    assert sheet is not None
    assert (sheet.days[0], sheet.days[-1]) == (chart.since, chart.until)
    assert [(each.rule, each.level, each.recovery) for each in sheet.watched] == [
        ("dominance_57", 57.0, 58.0), ("dominance_55", 55.0, 56.0),
    ]  # fmt: skip
    (stretch,) = sheet.stretches
    assert stretch.rule == "dominance_57"
    assert stretch.ended is None, "On the chart's last day it was not over."
    assert [(mark.kind, mark.day) for mark in sheet.marks] == [(Kind.FIRED, told[1].day)]


def test_a_record_is_counted_from_the_beginning_of_the_past() -> None:
    past: tuple[Point, ...] = tuple(points([9.0, 5.0, 6.0, 7.0, 10.0]))
    since = past[1].day
    chart = Chart("russell_2000", since, past[4].day, "")
    sheet = compose(chart, INDICATORS["russell_2000"], past, ())
    assert sheet is not None
    assert sheet.records == (9.0, 9.0, 9.0, 10.0)
