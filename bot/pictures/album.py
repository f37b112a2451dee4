"""Who is asked for pictures: each is drawn once, and again when its data has changed."""

import asyncio
import hashlib
import logging
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from bot.charts.sheet import write
from bot.logs.told_once import ToldOnce, warning_unless_away
from bot.model import Alert, Chart, Indicator, Point
from bot.past import StoredPast
from bot.pictures.artist import Artist, CannotDraw, NoArtist
from bot.pictures.composing import compose
from bot.ports import Records, StoreUnavailable

log = logging.getLogger(__name__)

WAIT_SECONDS = 12.0
"""The longest that anybody waits for a picture, behind others that are drawn before."""
IDLE_SECONDS = 300.0
"""Loaded, the process holds 90 MB, and it starts again in a second."""
MOST_KEPT = 64
MOST_WAITING = 32


@dataclass(frozen=True, slots=True)
class _Wish:
    chart: Chart
    picture: asyncio.Future[bytes | None]


class DrawnPictures:
    """Draws charts from what is stored, as long as `run` runs."""

    def __init__(
        self,
        past: StoredPast,
        records: Records,
        indicators: Sequence[Indicator],
        *,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        """Take the numbers' past, the alerts that were told, and what is watched.

        The process that draws ends after `idle_seconds` without a wish.
        """
        self._past = past
        self._records = records
        self._indicators = {each.key: each for each in indicators}
        self._idle_seconds = idle_seconds
        self._wishes: asyncio.Queue[_Wish] = asyncio.Queue()
        self._waiting: dict[Chart, _Wish] = {}
        self._kept: OrderedDict[bytes, bytes] = OrderedDict()
        self._runs = False
        self._trouble = ToldOnce(log)
        self.artist = Artist()

    async def drawn(self, chart: Chart) -> bytes | None:
        """The chart as a PNG; None where it cannot be drawn now.

        Who asks for what is being drawn already waits for the same picture; who stops waiting
        leaves it to the others, and to those who ask later.
        """
        wish = self._waiting.get(chart)
        if wish is None:
            if not self._runs or len(self._waiting) >= MOST_WAITING:
                return None
            wish = _Wish(chart, asyncio.get_running_loop().create_future())
            self._waiting[chart] = wish
            self._wishes.put_nowait(wish)
        await asyncio.wait((wish.picture,), timeout=WAIT_SECONDS)
        return wish.picture.result() if wish.picture.done() else None

    async def run(self) -> None:
        """Draw what is wished for until cancelled; then no process is left."""
        self._runs = True
        try:
            while True:
                wish = await self._next()
                picture = await self._picture(wish.chart)
                del self._waiting[wish.chart]
                wish.picture.set_result(picture)
        finally:
            self._runs = False
            for wish in self._waiting.values():
                wish.picture.set_result(None)
            self._waiting.clear()
            await self.artist.end()

    async def _next(self) -> _Wish:
        try:
            async with asyncio.timeout(self._idle_seconds):
                return await self._wishes.get()
        except TimeoutError:
            await self.artist.end()
        return await self._wishes.get()

    async def _picture(self, chart: Chart) -> bytes | None:
        try:
            return await self._kept_or_drawn(chart)
        except NoArtist as error:
            self._trouble.met(error, "charts are not drawn: %s", error)
        except (CannotDraw, StoreUnavailable) as error:
            level = warning_unless_away(error)
            log.log(level, "the chart of %s is not drawn: %s", chart.indicator, error)
        except Exception:  # What breaks on one chart must not end the bot, which can do without.
            log.exception("the chart of %s is not drawn", chart.indicator)
        return None

    async def _kept_or_drawn(self, chart: Chart) -> bytes | None:
        indicator = self._indicators.get(chart.indicator)
        if indicator is None:
            raise CannotDraw("nothing of that name is watched")
        alerts = await self._records.recent_alerts()
        told = [alert.decided_at for alert in alerts if alert.indicator == indicator.key]
        points = await self._past.points(indicator.key, not_before=max(told, default=None))
        body = await asyncio.to_thread(_sheet, chart, indicator, points, alerts)
        name = hashlib.sha256(body).digest()
        picture = self._kept.get(name)
        if picture is None:
            picture = self._kept[name] = await self.artist.draw(body)
            self._trouble.over("charts are drawn again")
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(name)
        return picture


def _sheet(
    chart: Chart, indicator: Indicator, points: Sequence[Point], alerts: Sequence[Alert]
) -> bytes:
    """The sheet as it is written: the same as long as the data is the same."""
    sheet = compose(chart, indicator, points, alerts)
    if sheet is None:
        raise CannotDraw("nothing is stored of its days")
    return write(sheet)
