"""/why: everything behind an alert that was told."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import takewhile

from bot import recorded
from bot.catalogue import SERIES
from bot.commands import Command, Request, Services, UserError, never_heard_of
from bot.language import N_, _, counted, spoken
from bot.messages import meaning_text, rule_text
from bot.messages.board import PHASE_LINE
from bot.messages.record import fact_text
from bot.messages.status import state_text
from bot.model import Alert, Indicator, Kind, Message, Point, Rule, RuleState, RuleView
from bot.ports import Option
from bot.recorded import Numbered
from bot.studies import track
from bot.studies.after import firing_lines, follow
from bot.studies.around import Around, around
from bot.studies.asked import COMPOSED, rule_ids, word
from bot.studies.reproduced import needed, replayed_on
from bot.wording import all_of, day_text, moment_text, number

MARKET = ("total3", "btc_price", "btc_dominance")
"""The numbers that say what came after a firing."""


@dataclass(frozen=True, slots=True)
class _Watched:
    """The rule of an alert, with the number it watches and that number's stored past."""

    rule: Rule
    indicator: Indicator
    points: Sequence[Point]
    market: Mapping[str, Sequence[Point]]


async def run(request: Request, services: Services) -> Message:
    """Explain the last alert that this chat could have heard, or the one that is named."""
    every = recorded.numbered(await services.records.recent_alerts())
    if not every:
        line = _("An alert is recorded when a rule fires, resolves or goes blind while I watch.")
        return Message(_("There is no alert to explain yet"), (line,))
    chosen = await _chosen(request, services, every)
    alert = chosen.alert
    snapshot = await services.outlook.snapshot(request.now)
    views = {view.rule: view for group in snapshot.rules.values() for view in group}
    watched = await _watched(alert, services)
    found: list[str] = []
    if watched is not None and alert.kind is not Kind.CORRECTED:
        found = await asyncio.to_thread(_from_the_past, alert, watched, views.get(alert.rule))
    lines = [
        *_what(alert, services, watched),
        *_since(alert, every),
        *found,
        "",
        *_again(alert, services.indicators),
    ]
    footer = _("{alert}; /history lists the others").format(alert=alert.id)
    title = _("Why: {title}").format(title=alert.message.spoken(spoken()).title)
    return Message(title, tuple(lines), footer, alert.message.tone)


async def _chosen(request: Request, services: Services, every: Sequence[Numbered]) -> Numbered:
    typed, name = " ".join(request.arguments), word(request.arguments)
    if not typed:
        heard = await services.subscriptions.topics(request.chat)
        mine = recorded.of_topics(every, heard)
        if mine:
            return mine[0]
        topics = ", ".join(topic for topic in services.topics if topic in heard)
        none = _("There was no alert on {topics}. /history lists all, /why 1 explains one.")
        if not heard:
            none = _(
                "There was no alert that this chat could have heard: it hears no topic. /history "
                "lists all, /why 1 explains one."
            )
        raise UserError(none.format(topics=topics))
    found = recorded.find(every, typed)
    if found is not None:
        return found
    if typed.removeprefix("#").isdecimal():
        known_ones = _("There are alerts 1 to {count}; /history lists them.")
        raise UserError(known_ones.format(count=len(every)))
    named = recorded.of_rule_or_topic(every, name)
    if named:
        return named[0]
    known = [*services.topics, *rule_ids(services.indicators)]
    if name in known:
        none = _("There was no alert of {name} yet. /preview {name} looks further back.")
        raise UserError(none.format(name=name))
    raise never_heard_of(_("alert"), typed, known, listed_by="/history")


async def _watched(alert: Alert, services: Services) -> _Watched | None:
    """What the rule watches; None for a rule that judges no daily values, or that is gone."""
    pairs = ((each, rule) for each in services.indicators for rule in each.rules)
    for indicator, rule in pairs:
        if rule.id == alert.rule:
            key, decided_at = indicator.key, alert.decided_at
            points = await services.past.points(key, not_before=decided_at)
            market = {key: await services.past.points(key) for key in MARKET}
            return _Watched(rule, indicator, points, market)
    return None


def _what(alert: Alert, services: Services, watched: _Watched | None) -> list[str]:
    """What was decided, when, by which values and which rule, and what it means."""
    decided = _("{what} by the value of {day}; decided at {moment}.")
    if recorded.found_late(alert):
        decided = _(
            "{what} by the value of {day}; decided at {moment}, as it was found after a pause."
        )
    lines = [
        decided.format(
            what=f"{alert.rule} {alert.kind}",
            day=day_text(alert.day),
            moment=moment_text(alert.decided_at),
        ),
        _("Value: {fact}.").format(fact=fact_text(alert, _title(alert, services))),
    ]
    inputs = [f"{day_text(day)} {number(value, alert.unit)}" for day, value in alert.decided_by]
    if len(inputs) > 1:
        values = _("Values that decided it: {values} ({vendor}).")
        lines.append(values.format(values=", ".join(inputs), vendor=alert.vendor))
    rule = _("Rule: {rule}")
    if watched is not None:
        lines.append(rule.format(rule=rule_text(watched.rule, watched.indicator)))
    else:
        composed = [_(each.rests_on) for each in COMPOSED if each.id == alert.rule]
        lines += [rule.format(rule=each) for each in composed]
    meaning = meaning_text(watched.rule, alert.kind) if watched is not None else ""
    if meaning:
        return [*lines, _("It means: {meaning}").format(meaning=meaning)]
    board_begins = PHASE_LINE.partition("{")[0]
    english = list(takewhile(lambda line: not line.startswith(board_begins), alert.message.lines))
    told = alert.message.spoken(spoken()).lines[: len(english)]
    return [*lines, _("It said:"), *(f"  {line}" for line in told)]


def _title(alert: Alert, services: Services) -> str:
    titles = {each.key: each.title for each in services.indicators}
    known = SERIES.get(alert.indicator)
    return titles.get(alert.indicator) or (known.title if known else alert.indicator)


def _since(alert: Alert, every: Sequence[Numbered]) -> list[str]:
    """What became of it when values were revised."""
    if alert.kind is Kind.CORRECTED:
        original = recorded.corrected_id(alert)
        verdict = _("This corrects {alert} and lets it stand; /why {alert} explains that one.")
        if alert.withdrawn:
            verdict = _("This corrects {alert} and takes it back; /why {alert} explains that one.")
        return [verdict.format(alert=original)]
    revised = recorded.corrections(alert, every)
    if not revised:
        return [_("Not corrected since.")]
    last = revised[-1]
    verdict = _("Withdrawn since") if last.withdrawn else _("Corrected since, and it stands")
    said = counted(
        "{verdict}: {value} by the revised values of {vendor}, told at {moment}.",
        "{verdict}: {value} by the revised values of {vendor}, told at {moment}, the last of "
        "{count} corrections.",
        len(revised),
    )
    return [
        said.format(
            verdict=verdict,
            value=number(last.value, last.unit),
            vendor=last.vendor,
            moment=moment_text(last.decided_at),
            count=len(revised),
        )
    ]


def _from_the_past(alert: Alert, watched: _Watched, now: RuleView | None) -> list[str]:
    """The states around it, and what came after the firings before it."""
    same = bool(watched.points) and watched.points[-1].vendor == alert.vendor
    found = around(watched.rule, watched.points, alert.day, alert.kind) if same else None
    return [_states(found, now), "", *_earlier(alert, watched)]


def _states(found: Around | None, now: RuleView | None) -> str:
    present = _("not known") if now is None else state_text(now.status)
    if found is None:
        hidden = _("State now: {state}. The stored values do not show the states around it.")
        return hidden.format(state=present)
    said = _("State: {before} before it, {after} after it, {state} now.")
    return said.format(before=_state(found.before), after=_state(found.after), state=present)


def _state(state: RuleState) -> str:
    if state.since is None:
        return state_text(state.status)
    said = _("{state} (since {day})")
    return said.format(state=state_text(state.status), day=day_text(state.since))


def _earlier(alert: Alert, watched: _Watched) -> list[str]:
    """What followed the firings before this episode, the number of cases first."""
    total3, btc_price, shares = (watched.market[key] for key in MARKET)
    rotation, dominance = track.rotation(total3, btc_price), track.dominance(shares)
    if rotation is None and dominance is None:
        return [_("What came after earlier firings is not known: the market's past is not stored.")]
    before = _episode(alert)
    seen = follow(
        watched.rule, watched.indicator, watched.points, rotation, dominance, before=before
    )
    if seen is None:
        return [_("What came after earlier firings is not known: its past is not stored.")]
    if not seen.fired:
        none = _("Earlier firings: none since {day}, when the stored past begins.")
        return [none.format(day=day_text(watched.points[0].day))]
    vendors = ", ".join(dict.fromkeys(past[-1].vendor for past in watched.market.values() if past))
    return [
        _("What came after the firings before {day}:").format(day=day_text(before)),
        *firing_lines(seen),
        _(
            "Market by {vendors}; /track {rule} sets it beside all days. No figure here is a "
            "probability."
        ).format(vendors=vendors, rule=alert.rule),
    ]


def _episode(alert: Alert) -> date:
    """The day that opened the episode, as the id says."""
    return date.fromisoformat(alert.id.split(":")[1])


def _again(alert: Alert, indicators: Sequence[Indicator]) -> list[str]:
    """The command that reproduces it."""
    if alert.kind is Kind.CORRECTED:
        return [_("A recording holds one value a day: a correction cannot be replayed.")]
    day = replayed_on(alert, indicators)
    command = f"python -m bot replay DIR --from {day} --to {day}"
    files = all_of([f"{series}.csv" for series in needed(alert, indicators)])
    held = _("DIR holds {files}, from well before that day, as lines of date,value.")
    said = [held.format(files=files)]
    if not alert.decided_by and alert.kind is Kind.FIRED and alert.rule not in _COMPOSED_IDS:
        said.append(_("It was decided before its day was over: a final value may say otherwise."))
    return [_("To reproduce it: {command}").format(command=command), " ".join(said)]


_COMPOSED_IDS = frozenset(each.id for each in COMPOSED)


COMMAND = Command(
    "why",
    N_("What is behind an alert"),
    run,
    usage=N_("[alert]"),
    options=(Option("alert", N_("Its number in /history, its id or a rule; empty: your last")),),
)
