"""/mute: leave alerts for later, or out: all, a topic, a rule, or one of a chat's own."""

from collections.abc import Sequence

from bot.commands import Command, Request, Services, UserError
from bot.language import N_, _
from bot.manners import RECOVERS
from bot.model import Button, Message, Mute, Tone
from bot.own.distance import presents
from bot.own.grammar import parse
from bot.own.report import now_line
from bot.own.words import reading_title
from bot.ports import Option
from bot.wishes.buttons import pick, undo
from bot.wishes.mute_words import condition_said, end_said, meanwhile_said, name_said
from bot.wishes.mutes import (
    EVERYTHING,
    Mutable,
    in_force,
    mutable,
    muted,
    named_mute,
    says_how_long,
    typed,
    wanted,
    what_of,
)
from bot.wishes.releasing import let_go

LENGTHS = (("1h", N_("1 hour")), ("1d", N_("1 day")), ("1w", N_("1 week")))
ENDS = ("always", f"until {RECOVERS}", "until 08:00")


async def run(request: Request, services: Services) -> Message:
    """Show what is muted, ask for how long, or mute."""
    stored = await services.preferences.of(request.chat)
    in_place = in_force(stored, request.now)
    if not request.arguments:
        return _listed(in_place, request, services) if in_place else _explained(services)
    known = await mutable(request, services)
    asked = wanted(request.arguments, known, request)
    if asked.mute is None:
        return _how_long(asked.what, known)
    mute = asked.mute
    stands = await _stands(mute, request, services)
    await services.preferences.change(request.chat, lambda before: muted(before, mute, request.now))
    replaced = [each for each in in_place if what_of(each) == what_of(mute) and each != mute]
    came = await let_go(request, services) if replaced else ()
    return _answer(mute, replaced, (*stands, *came), request, services)


def _explained(services: Services) -> Message:
    return Message(
        _("Nothing is muted"),
        (
            _("/mute 1h holds everything back for an hour, /mute dominance 1d one topic for a day"),
            _("/mute dominance_55 until recovers: a rule, until it is over"),
            _("/mute 3 until 08:00: your alert 3, until the next morning"),
            _("/mute until btc_dominance below 55: everything, until that is true"),
            _("/mute etf always: for good, and what comes is never told"),
            _mutable_line(services),
        ),
        _("What is held back arrives together afterwards"),
        buttons=_lengths(EVERYTHING),
    )


def _mutable_line(services: Services) -> str:
    topics = ", ".join(services.topics)
    return _(
        "Topics: {topics}, and own for all alerts of your own. /status names the rules, /alerts "
        "your alerts."
    ).format(topics=topics)


def _listed(mutes: Sequence[Mute], request: Request, services: Services) -> Message:
    return Message(
        _("Muted now"),
        (*(f"– {_row(each, request, services)}" for each in mutes), _mutable_line(services)),
        _("/unmute dominance, say, lifts one, /unmute all lifts them all"),
        buttons=tuple(
            pick(_("Unmute {what}").format(what=name_said(each)), f"/unmute {what_of(each)}")
            for each in mutes
        ),
    )


def _row(mute: Mute, request: Request, services: Services) -> str:
    zone = request.preferences.zone
    end = end_said(mute, zone, services.indicators, request.now)
    return f"{name_said(mute)}, {end}"


def _how_long(what: str, known: Mutable) -> Message:
    """What there is to choose for something that is to be muted."""
    recovers = known.may_recover(what)
    last = [pick(_("Until it recovers"), f"/mute {what} until {RECOVERS}")] if recovers else []
    if not recovers or what in known.topics:
        last.append(pick(_("Until I lift it"), f"/mute {what} always"))
    named = name_said(named_mute(what, known))
    return Message(
        _("For how long shall I mute {what}?").format(what=named),
        (
            _("What comes meanwhile arrives together afterwards; without an end it is left out."),
            _("Or write it, such as /mute {what} 3d, or /mute {what} until 08:00.").format(
                what=what
            ),
        ),
        buttons=(*_lengths(what), *last),
    )


def _lengths(what: str) -> tuple[Button, ...]:
    return tuple(pick(_(label), f"/mute {what} {span}") for span, label in LENGTHS)


async def _stands(mute: Mute, request: Request, services: Services) -> tuple[str, ...]:
    """Where the number is that ends the mute; raises UserError if it has ended it already."""
    if mute.condition in ("", RECOVERS):
        return ()
    condition = parse(mute.condition, services.indicators, request.now.date()).rule.conditions[0]
    indicators = {each.key: each for each in services.indicators}
    snapshot = await services.outlook.snapshot(request.now)
    readings = {each.indicator: each for each in snapshot.readings}
    key = condition.indicator
    pasts = {key: await services.past.points(key)} if condition.window else {}
    present = presents([condition], indicators, readings, pasts)[condition]
    if present is None:
        title = reading_title(condition, indicators)
        return (
            _("There is no value of {title} right now; I look as soon as there is one.").format(
                title=title
            ),
        )
    line = now_line(condition, present, indicators)
    if present.holds:
        said = condition_said(mute.condition, services.indicators, request.now)
        why = _("That is true already, so there is nothing to wait for: {condition}.")
        raise UserError(f"{why.format(condition=said)} {line}")
    return (line,)


def _answer(
    mute: Mute,
    replaced: Sequence[Mute],
    notes: Sequence[str],
    request: Request,
    services: Services,
) -> Message:
    """What is muted now, until when, and the way back."""
    zone = request.preferences.zone
    end = end_said(mute, zone, services.indicators, request.now)
    before = [
        _("It takes the place of the mute {end}.").format(
            end=end_said(each, zone, services.indicators, request.now)
        )
        for each in replaced
    ]
    back = f"/mute {typed(replaced[0])}" if replaced else f"/unmute {what_of(mute)}"
    return Message(
        _("Muted: {what}").format(what=name_said(mute)),
        (f"{end[:1].upper()}{end[1:]}.", *meanwhile_said(mute, request.now), *before, *notes),
        _("/mute lists what is muted, /unmute lifts it"),
        Tone.GOOD,
        buttons=undo(back),
    )


async def _suggest(option: str, request: Request, services: Services) -> Sequence[str]:
    """What can be muted, and for how long."""
    lengths = (*(span for span, label in LENGTHS), *ENDS)
    if option == "what":
        return (*(await mutable(request, services)).words, *lengths)
    return lengths


COMMAND = Command(
    "mute",
    N_("Hold alerts back for a while, or leave them out"),
    run,
    usage=N_("[what] [how long]"),
    options=(
        Option("what", N_("A topic, a rule, the number of your alert; or everything"),
               suggests=True),
        Option("length", N_("Such as 1h, 1d, 1w, always, until recovers, until 08:00"),
               suggests=True),
    ),
    changes=says_how_long,
    suggest=_suggest,
)  # fmt: skip
