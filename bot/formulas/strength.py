"""Small caps against large caps: sessions in a row, and relative strength."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise

from bot.formulas.changes import in_percent
from bot.formulas.runs import Pair, common, runs
from bot.formulas.words import day_text
from bot.model import Measure, Point

NO_DIFFERENCE = 1e-12
"""Of two returns: what rounding can make of equal ones."""


def _streaks(pairs: Sequence[Pair]) -> Iterator[tuple[date, int, date]]:
    """Each session with the streak that stands after it, and the first session of that streak."""
    for run in runs(pairs):
        sessions, since = 0, run[0].day
        for then, now in pairwise(run):
            # Cross-multiplied; equal returns must not beat each other by a float's last digit.
            ours, theirs = now.first * then.second, now.second * then.first
            if ours > theirs * (1 + NO_DIFFERENCE):
                since = now.day if sessions == 0 else since
                sessions += 1
            else:
                sessions = 0
            yield now.day, sessions, since


def streak(ahead: Sequence[Point], behind: Sequence[Point]) -> list[Measure]:
    """For how many common sessions in a row `ahead` has returned more than `behind`.

    Returns are percent of the session before; equal ones break the streak. A session without one
    just before it, at the start or after a gap of more than ten days, has no measure.
    """
    measures, since, note = [], date.min, ""
    for day, sessions, began in _streaks(common(ahead, behind)):
        if began != since:
            since, note = began, f"since {day_text(began)}"
        measures.append(Measure(day, float(sessions), note if sessions else ""))
    return measures


def longest_streak(ahead: Sequence[Point], behind: Sequence[Point]) -> list[Measure]:
    """The longest streak up to each session; of equally long ones the first."""
    pairs = common(ahead, behind)
    if not pairs:
        return []
    known = f"closes since {day_text(pairs[0].day)}"
    measures, longest, ended = [], 0, known
    for day, sessions, since in _streaks(pairs):
        note = ended
        if sessions > longest:
            longest, ended = sessions, f"ended {day_text(day)}; {known}"
            note = f"running since {day_text(since)}; {known}"
        measures.append(Measure(day, float(longest), note))
    return measures


def relative_strength(
    ahead: Sequence[Point], behind: Sequence[Point], sessions: int
) -> list[Measure]:
    """The percent change of the ratio of the two over so many common sessions."""
    return [
        Measure(now.day, in_percent(now.first / now.second, then.first / then.second))
        for run in runs(common(ahead, behind))
        for then, now in zip(run, run[sessions:], strict=False)
    ]
