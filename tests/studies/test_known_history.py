"""What came after the breakouts of the last cycles, against figures worked out elsewhere.

They rest on CoinMarketCap's basis, and count from the first close above the record.
"""

import csv
from collections.abc import Sequence
from datetime import date
from functools import cache

import pytest

from bot.formulas.changes import in_percent, in_units
from bot.model import Point
from bot.studies import track
from tests.handlers.past import HISTORY
from tests.studies.examples import dated

pytestmark = pytest.mark.skipif(
    not HISTORY.is_dir(), reason="the recorded history is not beside this checkout"
)


@cache
def recorded(name: str) -> Sequence[Point]:
    with (HISTORY / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        rows = csv.DictReader(file)
        return dated((date.fromisoformat(row["date"]), float(row["value"])) for row in rows)


@pytest.mark.parametrize(
    ("breakout", "rotated", "moved"),
    [
        (date(2016, 11, 14), (-16, 414, 410), (2.4, -31.3, -30.5)),
        (date(2018, 5, 16), (-53, -42, -52), (17.5, 15.6, 19.3)),
        (date(2020, 11, 13), (7, 145, 139), (-2.9, -22.5, -21.5)),
        (date(2021, 11, 2), (15, 8, 32), (-1.9, -1.3, -4.7)),
    ],
)
def test_the_rotation_and_dominance_after_a_breakout(
    breakout: date, rotated: tuple[int, ...], moved: tuple[float, ...]
) -> None:
    rotation = track.rotation(recorded("total3_cmc"), recorded("btc_price"))
    dominance = track.dominance(recorded("btc_dominance_cmc"))
    after = track.outcomes([breakout], breakout, rotation, in_percent)
    assert tuple(round(each.after[0]) for each in after[1:]) == rotated
    after = track.outcomes([breakout], breakout, dominance, in_units)
    assert tuple(round(each.after[0], 1) for each in after[1:]) == moved
