"""/track: what came after a rule fired, beside what comes after any day at all."""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta

from bot.commands import Command, Request, Services, never_heard_of
from bot.language import N_, _, counted
from bot.model import Indicator, Message, Point, Rule
from bot.ports import Option
from bot.studies import track
from bot.studies.after import (
    ROTATION,
    SHARE,
    Followed,
    firing_lines,
    follow,
    horizon_line,
    spread_text,
)
from bot.studies.asked import asked, rule_ids, word
from bot.studies.track import Daily
from bot.wording import day_text

MEASURES = ("total3", "btc_price", "btc_dominance")
NEVER = N_("What followed, not what will follow: no figure here is a probability")


async def run(request: Request, services: Services) -> Message:
    """Follow the firings of a topic's rules, or of one rule."""
    name, rules = word(request.arguments), rule_ids(services.indicators)
    if not name:
        topics = _("Topics: {topics}.").format(topics=", ".join(services.topics))
        listed = (topics, _("Rules: {rules}.").format(rules=", ".join(rules)))
        return Message(_("Track what?"), listed, _("/track breakout, or /track altseason"))
    chosen = asked(name, services.indicators)
    if chosen is None:
        known = [*services.topics, *rules]
        raise never_heard_of(_("topic or rule"), name, known, listed_by="/track")
    rests_on = tuple(_(each.rests_on) for each in chosen.composed)
    if not chosen.rules:
        return Message(_("{name} cannot be followed").format(name=name), rests_on)
    pasts = {key: await services.past.points(key) for key in MEASURES}
    by_key = {each.key: each for each in services.indicators}
    of_rules = [
        (rule, by_key[rule.indicator], await services.past.points(rule.indicator))
        for rule in chosen.rules
    ]
    lines = await asyncio.to_thread(_lines, of_rules, pasts)
    return Message(_("What came after {name}").format(name=name), (*lines, *rests_on), _(NEVER))


def _lines(
    of_rules: Sequence[tuple[Rule, Indicator, Sequence[Point]]],
    pasts: dict[str, Sequence[Point]],
) -> list[str]:
    total3, btc_price, shares = (pasts[key] for key in MEASURES)
    rotation, dominance = track.rotation(total3, btc_price), track.dominance(shares)
    if rotation is None and dominance is None:
        return [_("Neither TOTAL3 and the Bitcoin price nor dominance has a stored past yet.")]
    lines: list[str] = []
    base: list[str] = []
    for rule, indicator, points in of_rules:
        followed = follow(rule, indicator, points, rotation, dominance)
        if followed is None:
            lines.append(_("{rule}: no finished day's value is stored yet.").format(rule=rule.id))
            continue
        if base and base != _base(followed):
            lines += base
        base = _base(followed)
        lines += firing_lines(followed)
    return [*lines, *base, _overlap(rotation or dominance), _sources(pasts)]


def _base(seen: Followed) -> list[str]:
    """The same figures for all days, rule or no rule."""
    title = _("All days since {day}, by the median (and the middle half):")
    lines = [title.format(day=day_text(seen.since))]
    for rotation, dominance in zip(seen.rotation, seen.dominance, strict=True):
        moved, share = rotation.base, dominance.base
        counts = {0 if each is None else each.count for each in (moved, share)}
        texts = spread_text(moved, ROTATION), spread_text(share, SHARE)
        lines.append(horizon_line(rotation.days, *texts, counts))
    return lines


def _overlap(measure: Daily | None) -> str:
    if measure is None:
        return ""
    longest = timedelta(days=track.HORIZONS_DAYS[-1])
    apart = (measure.last - measure.first) // longest
    return counted(
        "Neighbouring days share most of their window, so n of days is not n of independent cases: "
        "all of them hold {count} separate spans of {days} days.",
        "Neighbouring days share most of their window, so n of days is not n of independent cases: "
        "all of them hold {count} separate spans of {days} days.",
        apart,
    ).format(count=apart, days=longest.days)


def _sources(pasts: dict[str, Sequence[Point]]) -> str:
    names = ("TOTAL3", _("Bitcoin price"), _("dominance"))
    told = [(name, past[-1]) for name, past in zip(names, pasts.values(), strict=True) if past]
    last = max(point.day for _, point in told)
    sources = (_source(name, point, last) for name, point in told)
    said = _("Sources, to {day}: {sources}.")
    return said.format(day=day_text(last), sources=", ".join(sources))


def _source(name: str, point: Point, last: date) -> str:
    """Who told a measure, and until when, if others were told longer."""
    if point.day == last:
        return f"{name} {point.vendor}"
    told = _("{name} {vendor} (to {day})")
    return told.format(name=name, vendor=point.vendor, day=day_text(point.day))


COMMAND = Command(
    "track",
    N_("What came after a topic's alerts, beside any day"),
    run,
    usage=N_("<topic or rule>"),
    options=(Option("topic", N_("A topic such as breakout, or a rule such as altseason")),),
)
