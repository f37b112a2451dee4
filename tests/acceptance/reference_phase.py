"""Which phase each UTC day was in, and the days on which a change of it is told.

Read from the board's table alone, like the presets beside it.
"""

from datetime import date, timedelta
from itertools import pairwise, takewhile

from tests.acceptance.reference import Rows, Told, altseason, bitcoin_season, russell_breakout

YOUNG_DAYS = 270


def _firing(told: Told, day: date, *, at_first: bool) -> bool:
    past = [kind for kind, when in takewhile(lambda each: each[1] <= day, told)]
    return past[-1] == "fired" if past else at_first


def _small_caps(breakouts: Told, day: date) -> bool:
    """A breakout fired, has not failed since, and is younger than 270 days."""
    past = list(takewhile(lambda each: each[1] <= day, breakouts))
    births = [when for kind, when in past if kind == "fired"]
    if not births or past[-1][0] == "invalidated":
        return False
    return (day - births[-1]).days < YOUNG_DAYS


def phase_by_day(closes: Rows, dominance: Rows, scores: Rows) -> list[tuple[date, str]]:
    """The phase of every day on which all that decides it is known."""
    breakouts, high, low = russell_breakout(closes), altseason(scores), bitcoin_season(scores)
    score, pct = dict(scores), dict(dominance)
    began_high, began_low = scores[0][1] >= 75, scores[0][1] < 25
    span = (max(score) - min(score)).days
    phases: list[tuple[date, str]] = []
    for day in (min(score) + timedelta(days=ahead) for ahead in range(span + 1)):
        leader = _small_caps(breakouts, day)
        if day not in score:
            continue
        if _firing(high, day, at_first=began_high):
            phases.append((day, "altseason"))
        elif leader:
            if day in pct:
                phases.append((day, "rotation" if pct[day] < 55 else "warming_up"))
        elif _firing(low, day, at_first=began_low):
            phases.append((day, "bitcoin_season"))
        else:
            phases.append((day, "waiting"))
    return phases


def phase_changes(closes: Rows, dominance: Rows, scores: Rows) -> list[tuple[str, date]]:
    """Each new phase with the second known day in a row on which it held; the first is silent."""
    days = phase_by_day(closes, dominance, scores)
    told: list[tuple[str, date]] = []
    current = days[0][1]
    for (_, before), (day, now) in pairwise(days):
        if now != current and now == before:
            current = now
            told.append((now, day))
    return told
