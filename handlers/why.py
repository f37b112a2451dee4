"""/why: everything behind an alert that was told."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot import explained, recorded
from bot.commands import Command, Request, Services, UserError, never_heard_of
from bot.language import N_, _, spoken
from bot.messages.status import state_text
from bot.model import Alert, Indicator, Kind, Message, Point, Rule, RuleState, RuleView
from bot.ports import Option
from bot.recorded import Numbered
from bot.studies import track
from bot.studies.after import firing_lines, follow
from bot.studies.around import Around, around
from bot.studies.asked import rule_ids, word
from bot.wording import day_text

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
        *explained.what(alert, services.indicators),
        *explained.since(alert, every),
        *found,
        "",
        *explained.again(alert, services.indicators),
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
    found = explained.rule_of(alert, services.indicators)
    if found is None:
        return None
    indicator, rule = found
    points = await services.past.points(indicator.key, not_before=alert.decided_at)
    market = {key: await services.past.points(key) for key in MARKET}
    return _Watched(rule, indicator, points, market)


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


COMMAND = Command(
    "why",
    N_("What is behind an alert"),
    run,
    usage=N_("[alert]"),
    options=(Option("alert", N_("Its number in /history, its id or a rule; empty: your last")),),
)
