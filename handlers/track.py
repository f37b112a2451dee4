"""/track: what came after a rule fired, beside what comes after any day at all."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.commands import Command, Request, Services, never_heard_of
from bot.formulas.changes import in_percent, in_units
from bot.model import Indicator, Message, Point, Rule
from bot.ports import Option
from bot.studies import track
from bot.studies.asked import asked, rule_ids, word
from bot.studies.episodes import FEW, episodes, firings
from bot.studies.track import Daily, Outcome, Spread
from bot.wording import day_text

LISTED = 4
"""Up to so many changes are named one by one instead of by their median."""
MEASURES = ("total3", "btc_price", "btc_dominance")
NEVER = "What followed, not what will follow: no figure here is a probability"


@dataclass(frozen=True, slots=True)
class _Followed:
    """One rule's firings and what came after."""

    rule: str
    vendor: str
    """Whose values it fired by."""
    fired: tuple[date, ...]
    since: date
    """The first day on which the rule and what came after are known."""
    rotation: tuple[Outcome, ...]
    dominance: tuple[Outcome, ...]

    @property
    def n(self) -> int:
        """For how many firings at least one window is over."""
        return max(len(each.after) for each in (*self.rotation, *self.dominance))


async def run(request: Request, services: Services) -> Message:
    """Follow the firings of a topic's rules, or of one rule."""
    name, rules = word(request.arguments), rule_ids(services.indicators)
    if not name:
        listed = (f"Topics: {', '.join(services.topics)}.", f"Rules: {', '.join(rules)}.")
        return Message("Track what?", listed, "/track breakout, or /track altseason")
    chosen = asked(name, services.indicators)
    if chosen is None:
        raise never_heard_of("topic or rule", name, [*services.topics, *rules], listed_by="/track")
    rests_on = tuple(each.rests_on for each in chosen.composed)
    if not chosen.rules:
        return Message(f"{name} cannot be followed", rests_on)
    pasts = {key: await services.past.points(key) for key in MEASURES}
    by_key = {each.key: each for each in services.indicators}
    of_rules = [
        (rule, by_key[rule.indicator], await services.past.points(rule.indicator))
        for rule in chosen.rules
    ]
    lines = await asyncio.to_thread(_lines, of_rules, pasts)
    return Message(f"What came after {name}", (*lines, *rests_on), NEVER)


def _lines(
    of_rules: Sequence[tuple[Rule, Indicator, Sequence[Point]]],
    pasts: dict[str, Sequence[Point]],
) -> list[str]:
    total3, btc_price, shares = (pasts[key] for key in MEASURES)
    rotation, dominance = track.rotation(total3, btc_price), track.dominance(shares)
    if rotation is None and dominance is None:
        return ["Neither TOTAL3 and the Bitcoin price nor dominance has a stored past yet."]
    lines: list[str] = []
    base: list[str] = []
    for rule, indicator, points in of_rules:
        followed = _follow(rule, indicator, points, rotation, dominance)
        if followed is None:
            lines.append(f"{rule.id}: no finished day's value is stored yet.")
            continue
        if base and base != _base(followed):
            lines += base
        base = _base(followed)
        lines += _firings(followed)
    return [*lines, *base, _overlap(rotation or dominance), _sources(pasts)]


def _follow(
    rule: Rule,
    indicator: Indicator,
    points: Sequence[Point],
    rotation: Daily | None,
    dominance: Daily | None,
) -> _Followed | None:
    if not points:
        return None
    fired = tuple(track.told_on(indicator, day) for day in firings(episodes(rule, points)))
    first = points[0].day
    starts = [each.first for each in (rotation, dominance) if each is not None]
    return _Followed(
        rule.id,
        points[-1].vendor,
        fired,
        max(first, min(starts)),
        track.outcomes(fired, first, rotation, in_percent),
        track.outcomes(fired, first, dominance, in_units),
    )


def _firings(seen: _Followed) -> list[str]:
    days = [day for day in seen.fired if day >= seen.since]
    told = f"{seen.rule} ({seen.vendor}): n = {seen.n} of {len(seen.fired)} firings"
    if len(days) < len(seen.fired):
        told += f", {len(seen.fired) - len(days)} of them before {day_text(seen.since)}"
    if seen.n == 0:
        return [f"{told}: there is nothing to follow."]
    if seen.n < FEW:
        told += f". Fewer than {FEW} are stories, not a rate"
    if len(days) <= LISTED:
        told += f". Told on {', '.join(map(day_text, days))}"
    return [f"{told}.", *map(_after, seen.rotation, seen.dominance)]


def _after(rotation: Outcome, dominance: Outcome) -> str:
    counts = {len(rotation.after), len(dominance.after)}
    waiting = max(rotation.not_over, dominance.not_over)
    wait = f", {waiting} not over yet" if waiting else ""
    return (
        f"  {rotation.days} days: TOTAL3/BTC {_values(rotation.after, '+z.0f', ' %')}, "
        f"dominance {_values(dominance.after, '+z.1f', ' pp')}; {_n(counts)}{wait}"
    )


def _values(changes: Sequence[float], form: str, unit: str) -> str:
    """Each change where they are few, else their median and the middle half."""
    if not changes:
        return "unknown"
    found = track.spread(changes)
    if found is None or len(changes) <= LISTED:
        return f"{', '.join(format(each, form) for each in changes)}{unit}"
    return _spread(found, form, unit)


def _spread(found: Spread | None, form: str, unit: str) -> str:
    if found is None:
        return "unknown"
    low, middle, high = (format(each, form) for each in (found.low, found.median, found.high))
    return f"{middle}{unit} ({low} to {high})"


def _n(counts: set[int]) -> str:
    return f"n {' to '.join(f'{count:,}' for count in sorted(counts))}"


def _base(seen: _Followed) -> list[str]:
    """The same figures for all days, rule or no rule."""
    lines = [f"All days since {day_text(seen.since)}, by the median (and the middle half):"]
    for rotation, dominance in zip(seen.rotation, seen.dominance, strict=True):
        moved, share = rotation.base, dominance.base
        counts = {0 if each is None else each.count for each in (moved, share)}
        lines.append(
            f"  {rotation.days} days: TOTAL3/BTC {_spread(moved, '+z.0f', ' %')}, "
            f"dominance {_spread(share, '+z.1f', ' pp')}; {_n(counts)}"
        )
    return lines


def _overlap(measure: Daily | None) -> str:
    if measure is None:
        return ""
    longest = timedelta(days=track.HORIZONS_DAYS[-1])
    apart = (measure.last - measure.first) // longest
    return (
        "Neighbouring days share most of their window, so n of days is not n of independent "
        f"cases: all of them hold {apart} separate spans of {longest.days} days."
    )


def _sources(pasts: dict[str, Sequence[Point]]) -> str:
    names = ("TOTAL3", "Bitcoin price", "dominance")
    told = [(name, past[-1]) for name, past in zip(names, pasts.values(), strict=True) if past]
    last = max(point.day for _, point in told)
    sources = (
        f"{name} {point.vendor}{'' if point.day == last else f' (to {day_text(point.day)})'}"
        for name, point in told
    )
    return f"Sources, to {day_text(last)}: {', '.join(sources)}."


COMMAND = Command(
    "track",
    "What came after a topic's alerts, beside any day",
    run,
    usage="<topic or rule>",
    option=Option("topic", "A topic such as breakout, or a rule such as altseason"),
)
