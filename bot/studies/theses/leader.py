"""The breakout that leads, and the dominance that is to follow."""

from collections.abc import Sequence
from datetime import date, timedelta

from bot.language import _, counted
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
from bot.wording import day_text, days_text, figure, gap, percent

YEAR = timedelta(days=365)
HALF_YEAR = timedelta(days=180)
KILLER_PCT = 57.0
TRIGGER_PCT = 55.0
ALTSEASON = 75.0
PROVES_LITTLE = 0.8
"""Where this share of all days is followed anyway, being followed is no news."""


def breakout_leads(evidence: Evidence) -> Check:
    """Altseason follows the breakout within a year."""
    claim = _("Altseason follows the Russell breakout within a year")
    closes, season = evidence.past.get("russell_2000", ()), evidence.altseason
    fired = firings(evidence.found.get("russell_breakout", ()))
    if not fired or not season.days:
        lacks = _("No breakout lies within the stored past.")
        if fired:
            lacks = _("No season index lies within the stored past.")
        return unknown(claim, lacks)
    began = fired[-1]
    onset, ends = season.next(began, YEAR), began + YEAR
    age = (evidence.today - began).days
    count = _("Day {count} since {day} ({vendor})").format(
        count=figure(age, ","), day=day_text(began), vendor=closes[-1].vendor
    )
    count += _failed(evidence.found["russell_breakout"][-1])
    if season.is_on(began):
        count = ", ".join((count, _("when altseason was on already")))
    past = _breakout_past(evidence, fired)
    index = evidence.past["altcoin_season_index"][-1]
    told = _("({vendor}, to {day})").format(vendor=index.vendor, day=day_text(index.day))
    anew = _("The next breakout starts a new count.")
    if onset is not None:
        fact = _("{breakout}; altseason began on {day}, day {count} {source}.").format(
            breakout=count, day=day_text(onset), count=(onset - began).days, source=told
        )
        return Check(claim, Answer.TRUE, fact, anew, past)
    if season.days[0] > began or (evidence.today > ends and index.day < ends):
        why = _("{breakout}; the season index is known only since {day} {source}.").format(
            breakout=count, day=day_text(season.days[0]), source=told
        )
        return Check(claim, Answer.UNKNOWN, why, anew, past)
    fact = _("{breakout}; no altseason has begun since {source}.").format(
        breakout=count, source=told
    )
    if evidence.today > ends:
        return Check(claim, Answer.FALSE, fact, anew, past)
    change = _("An altseason by {day} makes it true; none by then makes it false.")
    return Check(claim, Answer.UNKNOWN, fact, change.format(day=day_text(ends)), past)


def dominance_kills(evidence: Evidence) -> Check:
    """Dominance above 57 % stands in the way."""
    line, altseason_line = percent(KILLER_PCT, "g"), figure(ALTSEASON, "g")
    claim = _("Bitcoin dominance above {level} stands in the way").format(level=line)
    why = _unfit(evidence, "btc_dominance", "altcoin_season_index")
    if why:
        return unknown(claim, why)
    share, index = evidence.readings["btc_dominance"], evidence.readings["altcoin_season_index"]
    above, altseason = share.value > KILLER_PCT, index.value >= ALTSEASON
    fact = _("Dominance is {share}, {distance}; the index {index}.").format(
        share=value(share), distance=_side(share, KILLER_PCT), index=value(index)
    )
    change = _("Dominance above {level} with the index below {index}.")
    if above and not altseason:
        change = _("Dominance at {level} or below, or an index of {index} in spite of it.")
    said = change.format(level=line, index=altseason_line)
    return Check(claim, is_true(above and not altseason), fact, said, _killer_past(evidence))


def dominance_triggers(evidence: Evidence) -> Check:
    """Dominance below 55 % is the trigger."""
    line = percent(TRIGGER_PCT, "g")
    claim = _("Bitcoin dominance has pulled the trigger, below {level}").format(level=line)
    why = _unfit(evidence, "btc_dominance")
    if why:
        return unknown(claim, why)
    share = evidence.readings["btc_dominance"]
    below = share.value < TRIGGER_PCT
    fact = _("Dominance is {share}, {distance}.").format(
        share=value(share), distance=_side(share, TRIGGER_PCT)
    )
    change = _("Dominance at or above {level}.") if below else _("Dominance below {level}.")
    season = evidence.altseason
    crossed = season.tally(firings(evidence.found.get("dominance_55", ())), HALF_YEAR)
    base = season.base(HALF_YEAR)
    crossings = counted("{count} past crossings", "{count} past crossings", crossed.n)
    span = days_text(HALF_YEAR.days)
    past = followed_by_altseason(crossings.format(count=crossed.n), crossed, base, span)
    return Check(claim, is_true(below), fact, change.format(level=line), past)


def _failed(breakout: Episode) -> str:
    if breakout.ended is None or not breakout.failed:
        return ""
    failed = _("which failed on {day}").format(day=day_text(breakout.ended))
    return f", {failed}"


def _breakout_past(evidence: Evidence, fired: Sequence[date]) -> str:
    season = evidence.altseason
    base = season.base(YEAR)
    cases = season.tally(fired, YEAR)
    breakouts = counted("{count} past breakouts", "{count} past breakouts", cases.n)
    past = followed_by_altseason(breakouts.format(count=cases.n), cases, base, _("a year"))
    if base.share is not None and base.share >= PROVES_LITTLE:
        little = _("Almost any day is followed by one, so a hit proves little.")
        past = f"{past} {little}"
    return past


def _unfit(evidence: Evidence, *keys: str) -> str:
    """Why these cannot be compared with their levels now; empty where they can."""
    known = [evidence.readings[key] for key in keys if key in evidence.readings]
    degraded = [each for each in known if each.degraded and not each.late]
    if degraded:
        other = degraded[0]
        return _("{title}: only {vendor} answers, whose level is another {source}.").format(
            title=_(other.title), vendor=other.vendor, source=source(other)
        )
    return evidence.why_not(*keys)


def _side(share: Reading, level: float) -> str:
    distance = share.value - level
    if not distance:
        return _("exactly at {level}").format(level=percent(level, "g"))
    said = _("{distance} above {level}") if distance > 0 else _("{distance} below {level}")
    return said.format(distance=gap(distance, share.unit), level=percent(level, "g"))


def _killer_past(evidence: Evidence) -> str:
    """Whether there ever was an altseason above the line, by days and by onsets."""
    index = evidence.past.get("altcoin_season_index", ())
    shares_by_day = {each.day: each for each in evidence.past.get("btc_dominance", ())}
    both = [(each, shares_by_day[each.day]) for each in index if each.day in shares_by_day]
    if not both:
        return _("My history of dominance and the index has no day in common.")
    high = [day for day in both if day[0].value >= ALTSEASON]
    spite = [day for day in high if day[1].value > KILLER_PCT]
    onsets = firings(evidence.found.get("altseason", ()))
    known = [day for day in onsets if day in shares_by_day]
    begun = [day for day in known if shares_by_day[day].value > KILLER_PCT]
    vendors = BOTH.join(dict.fromkeys(each.vendor for each in both[0]))
    return _(
        "The index was at {index} or more on {high} days, on {spite} of them with dominance above "
        "{level}; of {altseasons} altseasons {begun} began above it ({vendors}, since {day})."
    ).format(
        index=figure(ALTSEASON, "g"),
        high=figure(len(high), ","),
        spite=figure(len(spite), ","),
        level=percent(KILLER_PCT, "g"),
        altseasons=len(known),
        begun=len(begun),
        vendors=vendors,
        day=day_text(both[0][0].day),
    )
