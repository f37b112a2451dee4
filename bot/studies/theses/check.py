"""A claim of the article as a test: what it says today, by which number, and what would change it.

The lines that the claims name, such as 57 %, are the claims' own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.model import Point, Reading
from bot.studies.episodes import FEW, Episode
from bot.studies.followed import Season, Tally
from bot.wording import moment_text, number

PERCENT = 100.0


class Answer(StrEnum):
    """Whether a claim holds today."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "cannot be told"


@dataclass(frozen=True, slots=True)
class Check:
    """One claim, tested today; every text is whole sentences."""

    claim: str
    """What is tested, as a statement about today."""
    answer: Answer
    fact: str
    """The numbers that decide it, each with vendor and time."""
    change: str
    """What would change the answer."""
    past: str = ""
    """What the stored past says of the claim."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that the tests look at."""

    readings: Mapping[str, Reading]
    missing: Mapping[str, str]
    """Indicator without a reading -> its title, and why it has none."""
    past: Mapping[str, Sequence[Point]]
    """Indicator -> its final daily values."""
    found: Mapping[str, Sequence[Episode]]
    """Rule -> its episodes over these."""
    today: date

    def why_not(self, *keys: str) -> str:
        """Why these indicators say nothing usable now; empty where each does."""
        reasons = []
        for key in keys:
            reading = self.readings.get(key)
            if reading is None:
                reasons.append(f"{self.missing.get(key, f'{key}: no value yet').rstrip('.')}.")
            elif reading.late:
                reasons.append(f"{reading.title}: {value(reading)} is old, a newer one is overdue.")
        return " ".join(reasons)

    @property
    def altseason(self) -> Season:
        """When the altseason rule was on."""
        points = self.past.get("altcoin_season_index", ())
        return Season.of(points, self.found.get("altseason", ()))


def unknown(claim: str, why: str) -> Check:
    """A claim of which nothing can be said for want of data."""
    return Check(claim, Answer.UNKNOWN, why, "Values that are in time.")


def value(reading: Reading) -> str:
    """A reading's value with its source: 58.90 % (CoinMarketCap, 2026-02-04 12:00 UTC)."""
    return f"{number(reading.value, reading.unit)} {source(reading)}"


def source(reading: Reading) -> str:
    """Vendor and time in brackets."""
    unfinished = "" if reading.final else ", provisional"
    return f"({reading.vendor}, {moment_text(reading.as_of)}{unfinished})"


def is_true(holds: bool) -> Answer:  # noqa: FBT001 - the truth itself is what it takes.
    """A test's outcome as an answer."""
    return Answer.TRUE if holds else Answer.FALSE


def followed_by_altseason(what: str, cases: Tally, base: Tally, span: str) -> str:
    """How many of the cases were followed, beside how many of all days."""
    if base.share is None:
        return f"My history of the season index is shorter than {span}."
    few = f" (n = {cases.n}: stories, not a rate)" if 0 < cases.n < FEW else ""
    during = f", {cases.during} more came during one" if cases.during else ""
    return (
        f"Followed by altseason within {span}: {cases.hits} of {cases.n} past {what}{few}{during}; "
        f"and {PERCENT * base.share:.0f} % of {base.n:,} days outside altseason."
    )
