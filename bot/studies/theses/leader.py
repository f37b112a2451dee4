"""The breakout that leads, and the dominance that is to follow."""

from collections.abc import Sequence
from datetime import date, timedelta

from bot.model import BOTH, Reading
from bot.studies.episodes import Episode, firings
from bot.studies.theses.check import (
    Answer,
    Check,
    Evidence,
    followed_by_altseason,
    is_true,
    source,
    unknown,
    value,
)
from bot.wording import day_text, gap

YEAR = timedelta(days=365)
HALF_YEAR = timedelta(days=180)
KILLER_PCT = 57.0
TRIGGER_PCT = 55.0
ALTSEASON = 75.0
PROVES_LITTLE = 0.8
"""Where this share of all days is followed anyway, being followed is no news."""


def breakout_leads(evidence: Evidence) -> Check:
    """Altseason follows the breakout within a year."""
    claim = "Altseason follows the Russell breakout within a year"
    closes, season = evidence.past.get("russell_2000", ()), evidence.altseason
    fired = firings(evidence.found.get("russell_breakout", ()))
    if not fired or not season.days:
        lacks = "season index" if fired else "breakout"
        return unknown(claim, f"No {lacks} lies within the stored past.")
    began = fired[-1]
    onset, ends = season.next(began, YEAR), began + YEAR
    age = (evidence.today - began).days
    count = f"Day {age:,} since {day_text(began)} ({closes[-1].vendor})"
    count += _failed(evidence.found["russell_breakout"][-1])
    count += ", when altseason was on already" if season.is_on(began) else ""
    past = _breakout_past(evidence, fired)
    index = evidence.past["altcoin_season_index"][-1]
    told = f"({index.vendor}, to {day_text(index.day)})"
    if onset is not None:
        fact = f"{count}; altseason began on {day_text(onset)}, day {(onset - began).days} {told}."
        return Check(claim, Answer.TRUE, fact, "The next breakout starts a new count.", past)
    if season.days[0] > began or (evidence.today > ends and index.day < ends):
        why = f"{count}; the season index is known only since {day_text(season.days[0])} {told}."
        return Check(claim, Answer.UNKNOWN, why, "The next breakout starts a new count.", past)
    fact = f"{count}; no altseason has begun since {told}."
    if evidence.today > ends:
        return Check(claim, Answer.FALSE, fact, "The next breakout starts a new count.", past)
    change = f"An altseason by {day_text(ends)} makes it true; none by then makes it false."
    return Check(claim, Answer.UNKNOWN, fact, change, past)


def dominance_kills(evidence: Evidence) -> Check:
    """Dominance above 57 % stands in the way."""
    claim = f"Bitcoin dominance above {KILLER_PCT:g} % stands in the way"
    why = _unfit(evidence, "btc_dominance", "altcoin_season_index")
    if why:
        return unknown(claim, why)
    share, index = evidence.readings["btc_dominance"], evidence.readings["altcoin_season_index"]
    above, altseason = share.value > KILLER_PCT, index.value >= ALTSEASON
    fact = f"Dominance is {value(share)}, {_side(share, KILLER_PCT)}; the index {value(index)}."
    change = (
        f"Dominance at {KILLER_PCT:g} % or below, or an index of {ALTSEASON:g} in spite of it."
        if above and not altseason
        else f"Dominance above {KILLER_PCT:g} % with the index below {ALTSEASON:g}."
    )
    answer = is_true(above and not altseason)
    return Check(claim, answer, fact, change, _killer_past(evidence))


def dominance_triggers(evidence: Evidence) -> Check:
    """Dominance below 55 % is the trigger."""
    claim = f"Bitcoin dominance has pulled the trigger, below {TRIGGER_PCT:g} %"
    why = _unfit(evidence, "btc_dominance")
    if why:
        return unknown(claim, why)
    share = evidence.readings["btc_dominance"]
    below = share.value < TRIGGER_PCT
    fact = f"Dominance is {value(share)}, {_side(share, TRIGGER_PCT)}."
    change = f"Dominance {'at or above' if below else 'below'} {TRIGGER_PCT:g} %."
    season = evidence.altseason
    crossed = season.tally(firings(evidence.found.get("dominance_55", ())), HALF_YEAR)
    base = season.base(HALF_YEAR)
    past = followed_by_altseason("crossings", crossed, base, f"{HALF_YEAR.days} days")
    return Check(claim, is_true(below), fact, change, past)


def _failed(breakout: Episode) -> str:
    if breakout.ended is None or not breakout.failed:
        return ""
    return f", which failed on {day_text(breakout.ended)}"


def _breakout_past(evidence: Evidence, fired: Sequence[date]) -> str:
    season = evidence.altseason
    base = season.base(YEAR)
    past = followed_by_altseason("breakouts", season.tally(fired, YEAR), base, "a year")
    if base.share is not None and base.share >= PROVES_LITTLE:
        past += " Almost any day is followed by one, so a hit proves little."
    return past


def _unfit(evidence: Evidence, *keys: str) -> str:
    """Why these cannot be compared with their levels now; empty where they can."""
    known = [evidence.readings[key] for key in keys if key in evidence.readings]
    degraded = [each for each in known if each.degraded and not each.late]
    if degraded:
        other = degraded[0]
        return (
            f"{other.title}: only {other.vendor} answers, whose level is another {source(other)}."
        )
    return evidence.why_not(*keys)


def _side(share: Reading, level: float) -> str:
    distance = share.value - level
    if not distance:
        return f"exactly at {level:g} %"
    return f"{gap(distance, share.unit)} {'above' if distance > 0 else 'below'} {level:g} %"


def _killer_past(evidence: Evidence) -> str:
    """Whether there ever was an altseason above the line, by days and by onsets."""
    index = evidence.past.get("altcoin_season_index", ())
    shares_by_day = {each.day: each for each in evidence.past.get("btc_dominance", ())}
    both = [(each, shares_by_day[each.day]) for each in index if each.day in shares_by_day]
    if not both:
        return "My history of dominance and the index has no day in common."
    high = [day for day in both if day[0].value >= ALTSEASON]
    spite = [day for day in high if day[1].value > KILLER_PCT]
    onsets = firings(evidence.found.get("altseason", ()))
    known = [day for day in onsets if day in shares_by_day]
    begun = [day for day in known if shares_by_day[day].value > KILLER_PCT]
    vendors = BOTH.join(dict.fromkeys(each.vendor for each in both[0]))
    return (
        f"The index was at {ALTSEASON:g} or more on {len(high):,} days, on {len(spite):,} of them "
        f"with dominance above {KILLER_PCT:g} %; of {len(known)} altseasons {len(begun)} began "
        f"above it ({vendors}, since {day_text(both[0][0].day)})."
    )
