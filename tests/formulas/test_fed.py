from datetime import date, timedelta

import pytest

from bot.formulas import fed
from bot.model import Measure
from tests.formulas.fictional import by_day, notes, on

WEDNESDAY = date(2025, 12, 3)
LATER = WEDNESDAY + timedelta(weeks=13)


def test_the_change_is_against_thirteen_weeks_earlier() -> None:
    assets = on({WEDNESDAY: 6.5e12, LATER - timedelta(weeks=1): 6.7e12, LATER: 6.6e12})
    assert fed.change(assets) == [Measure(LATER, 1e11)]


def test_the_wednesday_thirteen_weeks_earlier_must_be_there() -> None:
    assets = on({WEDNESDAY - timedelta(weeks=1): 6.5e12, LATER: 6.6e12})
    assert fed.change(assets) == []
    assert fed.pace(assets) == []


@pytest.mark.parametrize(
    ("now", "pace", "word"),
    [(6.37e12, 43.48, "shrinking"), (6.63e12, -43.48, "growing"), (6.5e12, 0.0, "unchanged")],
)
def test_the_pace_is_positive_while_the_balance_sheet_shrinks(
    now: float, pace: float, word: str
) -> None:
    # 130 bn USD in 13 weeks are 10 a week, and 4.348 weeks make a month.
    found = fed.pace(on({WEDNESDAY: 6.5e12, LATER: now}))
    assert by_day(found) == {LATER: pytest.approx(pace)}
    assert notes(found) == [word]
