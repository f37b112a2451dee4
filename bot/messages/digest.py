"""A digest on one screen: the phase, what was told, what moved, what is near, what is blind."""

from collections.abc import Sequence
from datetime import datetime

from bot.digests.contents import Digest
from bot.digests.nearness import Near, NearOwn, NearRule
from bot.digests.steps import CHANGES, Move
from bot.digests.times import zone_of
from bot.language import _, counted, spoken
from bot.messages.board import PHASES
from bot.messages.status import beyond_text
from bot.model import Alert, Button, Indicator, Message, Phase, Reading, Unit
from bot.own.words import reading_unit
from bot.own.words import text as own_text
from bot.wording import day_text, gap, level_text, number

MOST_ALERTS, MOST_BLIND = 4, 4
LONGEST_OWN = 70
"""Of an own alert so many characters are shown; /alerts shows it whole."""


def digest(told: Digest, indicators: Sequence[Indicator], zone: str) -> Message:
    """The digest in the language that is spoken, with its times in a time zone."""
    lines = (
        _phase(told),
        "",
        *_alerts(told, zone),
        "",
        *_moves(told.moves, zone),
        "",
        *_near(told.near, indicators, zone),
        *_blind(told.blind, zone),
    )
    title = (
        _("What happened since yesterday")
        if told.days == 1
        else _("What happened in the last week")
    )
    footer = _("Times in {zone}. /board shows what the phase waits for.").format(
        zone=zone_of(zone).key
    )
    return Message(title, lines, footer, buttons=(Button(_("Board"), "/board"),))


def _phase(told: Digest) -> str:
    phase, held = told.snapshot.board.phase, told.snapshot.held
    now = _("Phase: {phase}.").format(phase=_(PHASES[phase]))
    if held is None:
        return now
    since = day_text(held.since)
    if held.phase is phase:
        return _("Phase: {phase}, since {day}.").format(phase=_(PHASES[phase]), day=since)
    if phase is Phase.UNKNOWN:
        return _("Phase: unknown; the last one known was {phase}, since {day}.").format(
            phase=_(PHASES[held.phase]), day=since
        )
    return _("Phase: {phase} at this moment; until it has held, {held}, since {day}.").format(
        phase=_(PHASES[phase]), held=_(PHASES[held.phase]), day=since
    )


def _alerts(told: Digest, zone: str) -> list[str]:
    since = _moment(told.since, zone)
    if not told.alerts:
        return [_("No alert since {moment}.").format(moment=since)]
    count = len(told.alerts)
    heading = counted(
        "{count} alert since {moment}:", "{count} alerts since {moment}:", count
    ).format(count=count, moment=since)
    rows = [_alert(each, zone) for each in told.alerts[:MOST_ALERTS]]
    if count > MOST_ALERTS:
        rows.append(_("– and {count} more; /history lists them").format(count=count - MOST_ALERTS))
    return [heading, *rows]


def _alert(alert: Alert, zone: str) -> str:
    return _("– {title} ({vendor}, {moment})").format(
        title=alert.message.spoken(spoken()).title,
        vendor=alert.vendor,
        moment=_moment(alert.as_of, zone),
    )


def _moves(moves: Sequence[Move], zone: str) -> list[str]:
    if not moves:
        return [_("No number moved that I can compare with its past.")]
    heading = _(
        "Moved most, in usual steps (one is the standard deviation of a number's last {count} "
        "changes from one value to the next):"
    ).format(count=CHANGES)
    return [heading, *(_move(each, zone) for each in moves)]


def _move(move: Move, zone: str) -> str:
    reading = move.reading
    sign = "+" if move.change > 0 else "−"
    return _("– {name} {value} ({source}): {change} since {before}, {steps} steps").format(
        name=_(reading.title),
        value=number(reading.value, reading.unit),
        source=_source(reading, zone),
        change=f"{sign}{gap(move.change, reading.unit)}",
        before=_moment(move.before.as_of, zone),
        steps=_steps(move.steps),
    )


def _near(near: Sequence[Near], indicators: Sequence[Indicator], zone: str) -> list[str]:
    if not near:
        return [_("Nothing waits to fire that can be judged now.")]
    rows = [
        _near_rule(each, zone) if isinstance(each, NearRule) else _near_own(each, indicators, zone)
        for each in near
    ]
    return [_("Nearest to firing:"), *rows]


def _near_rule(near: NearRule, zone: str) -> str:
    view, reading = near.view, near.reading
    level = "" if view.level is None else level_text(view.level, reading.unit)
    named = {
        "rule": view.rule,
        "value": number(reading.value, reading.unit),
        "source": _source(reading, zone),
        "beyond": beyond_text(view).format(level=level),
    }
    if near.steps == 0:
        return _("– {rule}: {value} ({source}), which is {beyond}, and not confirmed yet").format(
            **named
        )
    return _("– {rule}: {value} ({source}); fires {beyond}, {away}").format(
        **named, away=_away(view.distance or 0.0, near, gap(view.distance or 0.0, reading.unit))
    )


def _near_own(near: NearOwn, indicators: Sequence[Indicator], zone: str) -> str:
    known, present = {each.key: each for each in indicators}, near.present
    unit = reading_unit(present.condition, known)
    typed = own_text(near.kept.rule, known)
    named = {
        "number": near.kept.number,
        "rule": typed if len(typed) <= LONGEST_OWN else f"{typed[: LONGEST_OWN - 1]}…",
        "value": number(present.value, unit),
        "source": f"{present.vendor}, {_moment(present.as_of, zone)}",
    }
    if near.steps == 0:
        return _("– your alert {number}, {rule}: {value} ({source}), which is true").format(**named)
    return _("– your alert {number}, {rule}: {value} ({source}), {away}").format(
        **named, away=_away(present.distance, near, gap(present.distance, unit))
    )


def _away(distance: float, near: Near, amount: str) -> str:
    if near.steps is None:
        return _("{amount} away").format(amount=amount)
    return _("{amount} or {steps} steps away").format(amount=amount, steps=_steps(near.steps))


def _blind(blind: Sequence[Reading], zone: str) -> list[str]:
    if not blind:
        return []
    rows = [
        _("– {name}: nothing new since {moment}; the last value is {value} ({vendor})").format(
            name=_(each.title),
            moment=_moment(each.as_of, zone),
            value=number(each.value, each.unit),
            vendor=each.vendor,
        )
        for each in blind[:MOST_BLIND]
    ]
    if len(blind) > MOST_BLIND:
        more = len(blind) - MOST_BLIND
        rows.append(_("– and {count} more; /sources lists them").format(count=more))
    return ["", _("Blind, so that its rules sleep:"), *rows]


def _steps(steps: float) -> str:
    return number(round(steps, 1), Unit.SCORE)


def _source(reading: Reading, zone: str) -> str:
    return f"{reading.vendor}, {_moment(reading.as_of, zone)}"


def _moment(moment: datetime, zone: str) -> str:
    local = moment.astimezone(zone_of(zone))
    return f"{day_text(local.date())} {local:%H:%M}"
