"""/track: what came after a rule fired, beside what comes after any day at all."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from bot.commands import Command, Request, Services, never_heard_of
from bot.model import Indicator, Message, Point, Rule
from bot.ports import Option
from bot.studies import track
from bot.studies.after import Followed, count_text, firing_lines, follow, spread_text
from bot.studies.asked import asked, rule_ids, word
from bot.studies.track import Daily
from bot.wording import day_text

MEASURES = ("total3", "btc_price", "btc_dominance")
NEVER = "What followed, not what will follow: no figure here is a probability"


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
        followed = follow(rule, indicator, points, rotation, dominance)
        if followed is None:
            lines.append(f"{rule.id}: no finished day's value is stored yet.")
            continue
        if base and base != _base(followed):
            lines += base
        base = _base(followed)
        lines += firing_lines(followed)
    return [*lines, *base, _overlap(rotation or dominance), _sources(pasts)]


def _base(seen: Followed) -> list[str]:
    """The same figures for all days, rule or no rule."""
    lines = [f"All days since {day_text(seen.since)}, by the median (and the middle half):"]
    for rotation, dominance in zip(seen.rotation, seen.dominance, strict=True):
        moved, share = rotation.base, dominance.base
        counts = {0 if each is None else each.count for each in (moved, share)}
        lines.append(
            f"  {rotation.days} days: TOTAL3/BTC {spread_text(moved, '+z.0f', ' %')}, "
            f"dominance {spread_text(share, '+z.1f', ' pp')}; {count_text(counts)}"
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
    options=(Option("topic", "A topic such as breakout, or a rule such as altseason"),),
)
