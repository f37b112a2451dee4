"""How closely two series move together: Pearson's correlation over a moving window.

The days are joined first and the returns taken after, so a Monday's return spans the weekend on
both sides. The interval is Fisher's: tanh(atanh r ± 1.96 / √(n - 3)).
"""

from collections.abc import Sequence
from itertools import pairwise
from math import atanh, isqrt, log, sqrt, tanh

from bot.formulas.exact import spread, sums, whole
from bot.formulas.runs import Pair, common, runs
from bot.model import Measure, Point

WINDOW_SESSIONS = 90
LEAST_SESSIONS = 60
"""Fewer pairs than this say nothing."""
Z_95 = 1.96


def of_returns(first: Sequence[Point], second: Sequence[Point]) -> list[Measure]:
    """The correlation of daily log returns over the last 90 common sessions."""
    measures = []
    for run in runs(common(first, second)):
        returns = [
            Pair(now.day, log(now.first / then.first), log(now.second / then.second))
            for then, now in pairwise(run)
        ]
        measures += _moving(returns)
    return measures


def of_levels(first: Sequence[Point], second: Sequence[Point]) -> list[Measure]:
    """The correlation of the values themselves over the last 90 common sessions.

    A trend that both share inflates it, and its interval takes no account of that.
    """
    return [measure for run in runs(common(first, second)) for measure in _moving(run)]


def _moving(pairs: Sequence[Pair]) -> list[Measure]:
    found = pearson(
        [pair.first for pair in pairs],
        [pair.second for pair in pairs],
        window=WINDOW_SESSIONS,
        least=LEAST_SESSIONS,
    )
    measures = []
    for end, (pair, r) in enumerate(zip(pairs, found, strict=True), start=1):
        if r is not None:
            measures.append(Measure(pair.day, r, _note(r, min(end, WINDOW_SESSIONS))))
    return measures


def _note(r: float, sessions: int) -> str:
    low, high = interval(r, sessions)
    return f"95 % interval {low:.2f} to {high:.2f} (Fisher z), {sessions} sessions"


def interval(r: float, count: int) -> tuple[float, float]:
    """Where the true correlation lies in 95 samples of 100, given r from `count` > 3 pairs."""
    if abs(r) >= 1.0:
        return r, r
    middle, reach = atanh(r), Z_95 / sqrt(count - 3)
    return tanh(middle - reach), tanh(middle + reach)


def pearson(
    first: Sequence[float], second: Sequence[float], *, window: int, least: int
) -> list[float | None]:
    """The correlation of the last `window` pairs at each pair.

    None where there are fewer than `least` of them, or where one side does not move at all.
    """
    xs, ys = [whole(x) for x in first], [whole(y) for y in second]
    moments = [
        sums(xs),
        sums(ys),
        sums(x * x for x in xs),
        sums(y * y for y in ys),
        sums(x * y for x, y in zip(xs, ys, strict=True)),
    ]
    found: list[float | None] = []
    for end in range(1, len(xs) + 1):
        count = min(end, window)
        x, y, xx, yy, xy = (moment[end] - moment[end - count] for moment in moments)
        spreads = spread(count, x, xx) * spread(count, y, yy)
        # The whole numbers keep |r| <= 1: an integer below a root is below the root's floor.
        known = count >= least and spreads > 0
        found.append((count * xy - x * y) / isqrt(spreads) if known else None)
    return found
