"""Where the money goes: into the funds, out of the Federal Reserve, into which coins."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, timedelta

from bot.language import _
from bot.model import Point, Reading
from bot.studies.episodes import firings
from bot.studies.theses.check import Answer, Check, Evidence, is_true, source, unknown, value
from bot.wording import day_text, figure, number, percent

YEAR = timedelta(days=365)
BREAKOUTS_SHOWN = 3
STALE = timedelta(days=10)
"""An older balance sheet says nothing of a day."""
MOST = 50.0
CORRELATED = 0.75


def institutions_hold(evidence: Evidence) -> Check:
    """Institutions hold the money in Bitcoin."""
    claim = _("Institutions keep buying Bitcoin, and hold the money there")
    why = evidence.why_not("btc_etf_flow_20")
    if why:
        return unknown(claim, why)
    total, year = evidence.readings["btc_etf_flow_20"], evidence.readings.get("btc_etf_flow_year")
    fact = _("The net flow into the funds over 20 sessions is {value}").format(value=value(total))
    if year is not None:
        note = f", {year.note}" if year.note else ""
        so_far = _("this year {value} ({source})")
        flow = number(year.value, year.unit)
        fact += f"; {so_far.format(value=flow, source=f'{year.vendor}{note}')}"
    change = _("A 20-session sum above zero.")
    if total.value > 0:
        change = _("A 20-session sum at or below zero.")
    limit = _("These are the American spot funds, net; what stays out of altcoins nobody counts.")
    return Check(claim, is_true(total.value > 0), f"{fact}.", change, limit)


def no_easing(evidence: Evidence) -> Check:
    """Without QE the result is another."""
    claim = _("There is no QE this time, hence another result")
    why = evidence.why_not("fed_assets_change_13w")
    if why:
        return unknown(claim, why)
    change = evidence.readings["fed_assets_change_13w"]
    pace = evidence.readings.get("fed_assets_pace")
    fact = _("The premise: Fed assets moved by {change} over 13 weeks {source}").format(
        change=_signed(change), source=source(change)
    )
    if pace is not None:
        monthly = number(-pace.value, pace.unit)  # A pace above zero is one of shrinking.
        fact += f", {monthly}"
    turn = _("A balance sheet that does not grow over 13 weeks.")
    if change.value <= 0:
        turn = _("A balance sheet that grows over 13 weeks.")
    return Check(claim, is_true(change.value <= 0), f"{fact}.", turn, _easing_past(evidence))


def blue_chips_only(evidence: Evidence) -> Check:
    """Liquidity flows into blue chips only."""
    claim = _("Liquidity flows to blue-chip altcoins only")
    why = evidence.why_not("own_season_blue_chips", "own_season_long_tail")
    if why:
        return unknown(claim, why)
    blue = evidence.readings["own_season_blue_chips"]
    tail = evidence.readings["own_season_long_tail"]
    fact = _(
        "Bitcoin was beaten over 90 days by {blue} of ranks 1 to 10 and by {tail} of ranks 51 to "
        "100 {source}."
    ).format(blue=percent(blue.value, ".0f"), tail=percent(tail.value, ".0f"), source=source(tail))
    ahead = blue.value > tail.value
    if ahead and blue.value < MOST:
        fact = " ".join((fact, _("Most of both lag Bitcoin.")))
    change = (
        _("The long tail catching up with the blue chips.")
        if ahead
        else _("A larger share of blue chips than of the long tail ahead of Bitcoin.")
    )
    return Check(claim, is_true(ahead), fact, change)


def correlation_high(evidence: Evidence) -> Check:
    """The correlation is above 0.75, by levels and by returns."""
    line = figure(CORRELATED, "g")
    claim = _("Small caps and altcoins correlate above {level}").format(level=line)
    told = []
    answers = []
    by_levels, by_returns = _("By levels {answer}: {fact}"), _("By daily returns {answer}: {fact}")
    for key, how in (("correlation_levels", by_levels), ("correlation", by_returns)):
        why = evidence.why_not(key)
        answers.append(Answer.UNKNOWN if why else is_true(_above(evidence.readings[key])))
        said = why or _correlation(evidence.readings[key])
        told.append(how.format(answer=_(answers[-1]), fact=said.rstrip(".")))
    levels, returns = answers
    answer = levels if levels is returns else Answer.UNKNOWN
    if answer is Answer.UNKNOWN and Answer.UNKNOWN not in answers:
        told.append(_("The two definitions disagree"))
    change = {
        Answer.TRUE: _("Either at {level} or below over 90 sessions."),
        Answer.FALSE: _("Either above {level} over 90 sessions."),
        Answer.UNKNOWN: _("Both on one side of {level} over 90 sessions."),
    }[answer]
    note = _("Two rising lines correlate by their levels whatever they are; returns are the test.")
    return Check(claim, answer, f"{'. '.join(told)}.", change.format(level=line), note)


def _above(reading: Reading) -> bool:
    return reading.value > CORRELATED


def _correlation(reading: Reading) -> str:
    note = f", {reading.note}" if reading.note else ""
    return f"{value(reading)}{note}"


def _signed(reading: Reading) -> str:
    return _signed_number(reading.value, reading)


def _signed_number(amount: float, reading: Reading) -> str:
    return f"{'+' if amount > 0 else ''}{number(amount, reading.unit)}"


def _easing_past(evidence: Evidence) -> str:
    """What the balance sheet did in the year after each of the last breakouts."""
    assets, season = evidence.past.get("fed_assets", ()), evidence.altseason
    fired = firings(evidence.found.get("russell_breakout", ()))
    over = [day for day in fired if assets and day + YEAR <= assets[-1].day]
    told = []
    for day in over[-BREAKOUTS_SHOWN:]:
        before, after = _on(assets, day), _on(assets, day + YEAR)
        if before is None or after is None:
            continue
        if not season.reaches(day, day + YEAR):
            result = _("my history of the index does not reach so far")
        else:
            began = season.next(day, YEAR)
            result = _("no altseason")
            if began is not None:
                result = _("altseason from {day}").format(day=day_text(began))
        moved = _signed_number(after - before, evidence.readings["fed_assets_change_13w"])
        told.append(f"{day_text(day)} {moved} ({result})")
    if not told:
        return _("My history of the balance sheet does not reach back to a breakout.")
    said = _("Fed assets in the year after a breakout, {vendor}: {cases}.")
    return said.format(vendor=assets[-1].vendor, cases="; ".join(told))


def _on(points: Sequence[Point], day: date) -> float | None:
    """The newest value up to a day, unless it is stale."""
    place = bisect_right(points, day, key=lambda each: each.day)
    last = points[place - 1] if place else None
    return last.value if last is not None and day - last.day <= STALE else None
