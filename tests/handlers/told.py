"""Alerts as a small recorded market made them, told and stored."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bot import replay
from bot.catalogue import SERIES
from bot.model import Alert
from bot.stores.connect import Client
from tests.handlers.past import FIRST, PARTS, Desk

START = date(2023, 1, 2)
NOW = datetime(2023, 8, 1, 12, tzinfo=UTC)


def market() -> dict[str, list[tuple[date, float]]]:
    """Two hundred days: dominance falls twice, the season follows, small caps break out once."""
    days = [START + timedelta(days=n) for n in range(200)]
    dominance = [60.0 if n < 40 else 56.5 if n < 60 else 59.0 if n < 90 else 54.0
                 for n in range(200)]  # fmt: skip
    season = [40.0 if n < 120 else 80.0 for n in range(200)]
    sessions = [day for day in days if day.weekday() < 5]
    closes = [100.0, 85.0, *([95.0] * 20), *([101.0] * len(sessions))][: len(sessions)]
    return {
        "btc_dominance": list(zip(days, dominance, strict=True)),
        "altcoin_season_index": list(zip(days, season, strict=True)),
        "russell_2000": list(zip(sessions, closes, strict=True)),
        "btc_price": [(day, 20_000.0) for day in days],
        "total3": [(day, 3e11 + 1e9 * n) for n, day in enumerate(days)],
    }


def recording(folder: Path) -> replay.Recording:
    """The market as files that `replay` reads."""
    for series, told in market().items():
        rows = [f"{day},{value}" for day, value in told]
        (folder / f"{series}.csv").write_text("\n".join(["date,value", *rows]), encoding="utf-8")
    return replay.read(folder)


def alerts(folder: Path) -> Sequence[Alert]:
    """What it made people hear, by the names of the first vendors, oldest first."""
    found = replay.replay(recording(folder), PARTS.indicators, date(2023, 7, 20))
    vendors = {each.key: FIRST.get(each.series[0], "") for each in PARTS.indicators}
    vendors |= {key: FIRST.get(key, "") for key in SERIES}
    return [replace(each, vendor=vendors[each.indicator]) for each in found]


async def desk_with(client: Client, folder: Path) -> Desk:
    """A chat's desk over a store that holds the market and its alerts."""
    desk = Desk(client, NOW)
    told = recording(folder).observations
    await desk.store([replace(each, vendor=FIRST[each.series]) for each in told])
    await desk.tell(*alerts(folder))
    return desk
