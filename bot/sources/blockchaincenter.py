"""Blockchaincenter's page, without a key: its Altcoin Season Index of the fifty largest coins.

GET https://www.blockchaincenter.net/altcoin-season-index/, a page whose script holds the whole
history: `chartdata[90] = {"labels": {"all": [dates]}, "values": {"all": [numbers]}};`, the numbers
as text. Nothing documents it, so whatever looks different is refused.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from pydantic import BaseModel

from bot.model import Observation
from bot.ports import Every, Feed, Http, Source, SourceError
from bot.sources import SHAPE, Number, from_day, history, parse

VENDOR = "Blockchaincenter"
HOST = "www.blockchaincenter.net"
URL = f"https://{HOST}/altcoin-season-index/"

CHART = b"chartdata[90] = "
"""The index over 90 days; the page holds those over other spans too."""
CHART_END = b";"
REVISED_DAYS = 7


class _Labels(BaseModel):
    model_config = SHAPE
    all: list[date]


class _Values(BaseModel):
    model_config = SHAPE
    all: list[Number | None]
    """Of the fifty largest coins, the share in percent that beat Bitcoin over 90 days."""


class _Chart(BaseModel):
    model_config = SHAPE
    labels: _Labels
    values: _Values


def _chart(page: bytes) -> _Chart:
    """The chart in the page; raises SourceError if there is none that can be read."""
    _, found, behind = page.partition(CHART)
    script, ended, _ = behind.partition(CHART_END)
    if not (found and ended):
        raise SourceError(f"{VENDOR}'s page holds no chart of the index.")
    chart = parse(_Chart, script, VENDOR)
    days, values = len(chart.labels.all), len(chart.values.all)
    if days != values:
        raise SourceError(f"{VENDOR}'s chart has {days} days but {values} values.")
    return chart


async def _fetch(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    """Every day's value so far; today's is the one of this moment."""
    chart = _chart(await http.get(URL, expect="html"))
    today = now.date()
    rows = [
        # Of fifty coins one has always beaten Bitcoin; a 0 stands for a value that is missing.
        (day, value or None)
        for day, value in zip(chart.labels.all, chart.values.all, strict=True)
        if day <= today
    ]
    return history("altcoin_season_index", VENDOR, rows, now, from_day(since, REVISED_DAYS))


SOURCE = Source(
    name=VENDOR,
    host=HOST,
    feeds=(
        Feed(
            name="blockchaincenter/altcoin_season",
            vendor=VENDOR,
            series=("altcoin_season_index",),
            plan=(Every(timedelta(hours=2)),),
            fetch=_fetch,
            rank=1,
            has_history=True,
            standby_every=timedelta(hours=1),
        ),
    ),
    terms="A web page for personal use; no redistribution of its series.",
    min_interval_seconds=30.0,
)
