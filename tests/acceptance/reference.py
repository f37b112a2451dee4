"""Where each preset fires, read from its table alone and worked out with lists and loops.

Nothing here knows the project's own rules, so that two readings of one table meet in the tests.
A row is a day and its final value; what comes out is what is told, in order, with the day of the
value that decided it.
"""

import math
import statistics
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from itertools import pairwise

Rows = list[tuple[date, float]]
Told = list[tuple[str, date]]
Test = Callable[[float], bool]

DAY = timedelta(days=1)
BILLION = 1e9


def band(rows: Rows, fires: Test, resolves: Test, confirmations: int = 1) -> Told:
    """An edge with a dead band. What already holds at the first value is nothing new."""
    told: Told = []
    hits = 0
    firing = fires(rows[0][1])
    for index, (day, value) in enumerate(rows):
        hits = hits + 1 if fires(value) else 0
        if firing and resolves(value):
            firing = False
            told.append(("resolved", day))
        elif not firing and index > 0 and hits >= confirmations:
            firing = True
            told.append(("fired", day))
    return told


def fired(told: Told) -> list[date]:
    return [day for kind, day in told if kind == "fired"]


def russell_breakout(closes: Rows) -> Told:
    """Two closes above the record that stood when the rule armed, until a fall of a tenth.

    The rule begins armed, at the first close it sees. The record always follows every close; a fall
    of a tenth from it ends the episode and arms the rule at that record, also when it was armed
    before and one close alone had raised the record.
    """
    told: Told = []
    record = armed_at = closes[0][1]
    floor = regain = math.nan
    above = below = back = 0
    for day, close in closes:
        above = above + 1 if close > armed_at else 0
        below = below + 1 if close < floor * 0.97 else 0
        back = back + 1 if close > regain else 0
        record = max(record, close)
        if above == 2:
            told.append(("fired", day))
            floor, armed_at, regain = armed_at, math.nan, math.nan
        elif below == 2:
            told.append(("invalidated", day))
            floor, regain = math.nan, record
        elif back == 2:
            told.append(("reclaimed", day))
            floor, regain = regain, math.nan
        if close <= record * 0.90:
            armed_at, floor, regain = record, math.nan, math.nan
    return told


def breakout_follow_up(closes: Rows) -> Told:
    """What became of a breakout, 130 days after it fired."""
    return [("fired", day + 130 * DAY) for day in fired(russell_breakout(closes))]


def change_pct(rows: Rows, steps: int) -> Rows:
    """Percent change against the value so many rows earlier."""
    earlier = rows[:-steps]
    return [
        (day, 100 * (value / before - 1))
        for (day, value), (_, before) in zip(rows[steps:], earlier, strict=True)
    ]


def common(left: Rows, right: Rows) -> list[tuple[date, float, float]]:
    other = dict(right)
    return [(day, value, other[day]) for day, value in left if day in other]


def smallcap_streak(small: Rows, large: Rows) -> Told:
    """The tenth session in a row on which small caps gained more percent than large caps."""
    sessions = common(small, large)
    lengths: Rows = []
    length = 0
    for (_, small_before, large_before), (day, small_now, large_now) in pairwise(sessions):
        ahead = small_now / small_before > large_now / large_before
        length = length + 1 if ahead else 0
        lengths.append((day, length))
    return band(lengths, lambda run: run >= 10, lambda run: run == 0)


def smallcap_rally(small: Rows) -> Told:
    return band(change_pct(small, 15), lambda change: change >= 9, lambda change: change < 4)


def dominance(rows: Rows, level: float) -> Told:
    return band(rows, lambda pct: pct < level, lambda pct: pct > level + 1, confirmations=2)


def altseason(rows: Rows) -> Told:
    return band(rows, lambda score: score >= 75, lambda score: score < 60, confirmations=2)


def bitcoin_season(rows: Rows) -> Told:
    return band(rows, lambda score: score < 25, lambda score: score > 35, confirmations=2)


def etf_regimes(flows: Rows, sessions: Iterable[date]) -> Rows:
    """+1 and -1 for the last regime known, by session; a zero is a flow nobody has told yet."""
    flow = {day: usd for day, usd in flows if usd != 0}
    calendar = list(sessions)
    regimes: Rows = []
    for end in range(20, len(calendar) + 1):
        window = calendar[end - 20 : end]
        if any(day not in flow for day in window):
            continue
        total = sum(flow[day] for day in window)
        if abs(total) > BILLION:
            regimes.append((window[-1], math.copysign(1, total)))
    return regimes


def etf_inflow(flows: Rows, sessions: Iterable[date]) -> Told:
    return band(etf_regimes(flows, sessions), lambda side: side > 0, lambda side: side < 0)


def etf_outflow(flows: Rows, sessions: Iterable[date]) -> Told:
    return band(etf_regimes(flows, sessions), lambda side: side < 0, lambda side: side > 0)


def return_correlation(small: Rows, altcoins: Rows) -> Rows:
    """Pearson's r of the last 90 daily log returns, taken between common sessions; 60 at least."""
    sessions = common(small, altcoins)
    returns = [
        (now[0], math.log(now[1] / before[1]), math.log(now[2] / before[2]))
        for before, now in pairwise(sessions)
    ]
    found: Rows = []
    for end in range(60, len(returns) + 1):
        window = returns[max(0, end - 90) : end]
        left, right = [each[1] for each in window], [each[2] for each in window]
        found.append((window[-1][0], statistics.correlation(left, right)))
    return found


def correlation(small: Rows, altcoins: Rows) -> Told:
    rows = return_correlation(small, altcoins)
    return band(rows, lambda r: r >= 0.50, lambda r: r < 0.40)


def against(rows: Rows, days: int) -> list[tuple[date, float, float]]:
    """Each value beside the one exactly so many days before it, where there is one."""
    values = dict(rows)
    return [
        (day, value, values[day - days * DAY]) for day, value in rows if day - days * DAY in values
    ]


def fed_liquidity_up(assets: Rows) -> Told:
    changes = [(day, now - before) for day, now, before in against(assets, 13 * 7)]
    return band(changes, lambda usd: usd > 25 * BILLION, lambda usd: usd < -25 * BILLION)


def fed_liquidity_down(assets: Rows) -> Told:
    changes = [(day, now - before) for day, now, before in against(assets, 13 * 7)]
    return band(changes, lambda usd: usd < -25 * BILLION, lambda usd: usd > 25 * BILLION)


def month_change_pct(rows: Rows) -> Rows:
    return [(day, 100 * (now / before - 1)) for day, now, before in against(rows, 30)]


def stablecoin_growth_up(supply: Rows) -> Told:
    return band(month_change_pct(supply), lambda pct: pct >= 2, lambda pct: pct < 1)


def stablecoin_growth_down(supply: Rows) -> Told:
    return band(month_change_pct(supply), lambda pct: pct <= -1, lambda pct: pct > 0)


def month_change_deviations(supply: Rows) -> Rows:
    """The 30-day change in standard deviations from its mean over the 365 days before.

    The deviation is that of a sample (n - 1), as of any stretch of days out of many.
    """
    changes = {day: now - before for day, now, before in against(supply, 30)}
    found: Rows = []
    for day, change in changes.items():
        past = [
            changes[earlier]
            for earlier in (day - back * DAY for back in range(1, 366))
            if earlier in changes
        ]
        if len(past) < 300:
            continue
        mean = sum(past) / len(past)
        variance = sum((each - mean) ** 2 for each in past) / (len(past) - 1)
        found.append((day, (change - mean) / math.sqrt(variance)))
    return found


def accumulation_up(supply: Rows) -> Told:
    return band(month_change_deviations(supply), lambda z: z > 2, lambda z: z < 1)


def accumulation_down(supply: Rows) -> Told:
    return band(month_change_deviations(supply), lambda z: z < -2, lambda z: z > -1)


def year_on_year(prices: Rows) -> Rows:
    """Percent change against the same month a year earlier, by the name of the month."""
    index = dict(prices)
    return [
        (month, 100 * (value / index[month.replace(year=month.year - 1)] - 1))
        for month, value in prices
        if month.replace(year=month.year - 1) in index
    ]


def inflation_up(prices: Rows, level: float) -> Told:
    return band(year_on_year(prices), lambda pct: pct >= level, lambda pct: pct < level - 0.2)


def inflation_down(prices: Rows, level: float) -> Told:
    return band(year_on_year(prices), lambda pct: pct < level, lambda pct: pct > level + 0.2)


def token_dilution(new_tokens: Rows) -> Told:
    """New tokens of 30 days against those of the 30 days before."""
    return band(month_change_pct(new_tokens), lambda pct: pct >= 25, lambda pct: pct < 10)


def leverage_flush(liquidated: Rows) -> Told:
    return band(liquidated, lambda usd: usd >= BILLION, lambda usd: usd < BILLION / 2)


def btc_stagnation(prices: Rows) -> Told:
    """Below the price of a year ago on two days."""
    price = dict(prices)
    changes: Rows = []
    for day, now in prices:
        leap = (day.month, day.day) == (2, 29)
        year_ago = day.replace(year=day.year - 1, day=28 if leap else day.day)
        near = [year_ago - back * DAY for back in range(4) if year_ago - back * DAY in price]
        if near:
            changes.append((day, 100 * (now / price[near[0]] - 1)))
    return band(changes, lambda pct: pct < 0, lambda pct: pct > 5, confirmations=2)
