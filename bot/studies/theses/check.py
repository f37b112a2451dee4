"""A claim of the article as a test: what it says today, by which number, and what would change it.

The lines that the claims name, such as 57 %, are the claims' own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.language import N_, _, counted
from bot.model import Point, Reading
from bot.studies.episodes import FEW, Episode
from bot.studies.followed import Season, Tally
from bot.wording import figure, moment_text, number, percent

PERCENT = 100.0


class Answer(StrEnum):
    """Whether a claim holds today."""

    TRUE = N_("true")
    FALSE = N_("false")
    UNKNOWN = N_("cannot be told")


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
                why = self.missing.get(key) or ": ".join((key, _("no value yet")))
                reasons.append(f"{why.rstrip('.')}.")
            elif reading.late:
                old = _("{title}: {value} is old, a newer one is overdue.")
                reasons.append(old.format(title=_(reading.title), value=value(reading)))
        return " ".join(reasons)

    @property
    def altseason(self) -> Season:
        """When the altseason rule was on."""
        points = self.past.get("altcoin_season_index", ())
        return Season.of(points, self.found.get("altseason", ()))


def unknown(claim: str, why: str) -> Check:
    """A claim of which nothing can be said for want of data."""
    return Check(claim, Answer.UNKNOWN, why, _("Values that are in time."))


def value(reading: Reading) -> str:
    """A reading's value with its source: 58.90 % (CoinMarketCap, 2026-02-04 12:00 UTC)."""
    return f"{number(reading.value, reading.unit)} {source(reading)}"


def source(reading: Reading) -> str:
    """Vendor and time in brackets."""
    told = f"{reading.vendor}, {moment_text(reading.as_of)}"
    if not reading.final:
        told = _("{source}, provisional").format(source=told)
    return f"({told})"


def is_true(holds: bool) -> Answer:  # noqa: FBT001 - the truth itself is what it takes.
    """A test's outcome as an answer."""
    return Answer.TRUE if holds else Answer.FALSE


def followed_by_altseason(past: str, cases: Tally, base: Tally, span: str) -> str:
    """How many of the cases were followed, beside how many of all days.

    `past` names the cases in whole, as "3 past crossings"; both texts are in the language spoken.
    """
    if base.share is None:
        return _("My history of the season index is shorter than {span}.").format(span=span)
    few, during = "", ""
    if 0 < cases.n < FEW:
        stories = _("n = {count}: stories, not a rate").format(count=cases.n)
        few = f" ({stories})"
    if cases.during:
        more = counted("{count} more came during one", "{count} more came during one", cases.during)
        during = f", {more.format(count=cases.during)}"
    return _(
        "Followed by altseason within {span}: {hits} of {past}{few}{during}; and {share} of "
        "{count} days outside altseason."
    ).format(
        span=span,
        hits=cases.hits,
        past=past,
        few=few,
        during=during,
        share=percent(PERCENT * base.share, ".0f"),
        count=figure(base.n, ","),
    )
