"""/unmute: tell again what was muted, and what was held back meanwhile."""

from collections.abc import Sequence

from bot.commands import Command, Request, Services, UserError, nearest
from bot.language import N_, _
from bot.model import Message, Mute, Tone
from bot.ports import Option, always_changes
from bot.wishes.buttons import pick, undo
from bot.wishes.mute_words import end_said, name_said
from bot.wishes.mutes import EVERYTHING, in_force, typed, what_of, without
from bot.wishes.releasing import let_go

ALL = "all"


async def run(request: Request, services: Services) -> Message:
    """Lift what is named, or the only mute there is; of several, ask which."""
    stored = await services.preferences.of(request.chat)
    mutes = in_force(stored, request.now)
    if not mutes:
        # Whoever was cut off between lifting a mute and letting go asks again.
        came = await let_go(request, services)
        return Message(_("Nothing is muted"), (_("/mute holds alerts back for a while."), *came))
    if not request.arguments and len(mutes) > 1:
        return _which(mutes, request, services)
    lifted = _named(request.arguments or (ALL,), mutes)
    names = [what_of(each) for each in lifted]
    await services.preferences.change(
        request.chat, lambda before: without(before, names, request.now)
    )
    return _answer(lifted, await let_go(request, services))


def _named(words: Sequence[str], mutes: Sequence[Mute]) -> list[Mute]:
    """The mutes of these, each once; raises UserError for a word that none is of."""
    if tuple(words) == (ALL,):
        return [*mutes]
    by_name = {what_of(each): each for each in mutes}
    chosen: dict[str, Mute] = {}
    for word in " ".join(words).replace(",", " ").split():
        name = word.lstrip("#").replace("-", "_")
        if name not in by_name:
            meant = nearest(name, list(by_name))
            hint = _(" Did you mean {meant}?").format(meant=meant) if meant else ""
            said = _("{what} is not muted.").format(what=word[:32])
            known = _("Muted: {names}.").format(names=", ".join(by_name))
            raise UserError(f"{said}{hint} {known}")
        chosen[name] = by_name[name]
    return [*chosen.values()]


def _which(mutes: Sequence[Mute], request: Request, services: Services) -> Message:
    zone = request.preferences.zone
    rows = (
        f"– {name_said(each)}, {end_said(each, zone, services.indicators, request.now)}"
        for each in mutes
    )
    each = (pick(name_said(mute), f"/unmute {what_of(mute)}") for mute in mutes)
    return Message(
        _("Which shall I unmute?"),
        tuple(rows),
        _("/unmute {what}, say, or /unmute all").format(what=what_of(mutes[0])),
        buttons=(*each, pick(_("All"), f"/unmute {ALL}")),
    )


def _answer(lifted: Sequence[Mute], came: Sequence[str]) -> Message:
    lines = [_("What is news from now on is told again.")]
    if any(each.until is None and not each.condition for each in lifted):
        lines.append(_("What came while it was muted without an end was left out."))
    return Message(
        _("Unmuted: {what}").format(what=", ".join(map(name_said, lifted))),
        (*lines, *came),
        tone=Tone.GOOD,
        buttons=undo(f"/mute {typed(lifted[0])}") if len(lifted) == 1 else (),
    )


async def _suggest(_option: str, request: Request, _services: Services) -> Sequence[str]:
    mutes = in_force(request.preferences, request.now)
    return (ALL, *map(what_of, mutes)) if mutes else (EVERYTHING,)


COMMAND = Command(
    "unmute",
    N_("Tell again what was muted, with what was held back"),
    run,
    usage=N_("[what]"),
    options=(Option("what", N_("What is muted, or all"), suggests=True),),
    changes=always_changes,
    suggest=_suggest,
)
