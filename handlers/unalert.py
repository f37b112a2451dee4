"""/unalert: remove rules of one's own, by their numbers or all of them."""

from collections.abc import Sequence

from bot.commands import Command, Request, Services, UserError
from bot.language import N_, _, counted
from bot.model import KeptRule, Message
from bot.own.words import text
from bot.ports import NoSuchRule, Option, changes_if_more_is_said
from bot.wishes.releasing import forget_number

ALL = ("all", "everything")
MOST_NAMED = 20
"""Of more that were removed only so many are written out."""


async def run(request: Request, services: Services) -> Message:
    """Remove what is named, and say what it was."""
    kept = await services.own.kept(request.chat)
    if not kept:
        return Message(_("You have no alerts of your own"), (_("/alert makes one."),))
    if not request.arguments:
        which = _("Which one? /unalert {number}, or /unalert all.").format(number=kept[0].number)
        raise UserError(f"{which} {_yours(kept)}")
    chosen = kept if request.arguments[0] in ALL else _named(request.arguments, kept)
    indicators = {each.key: each for each in services.indicators}
    gone = []
    for each in chosen:
        try:
            rule = await services.own.forget(request.chat, each.number)
        except NoSuchRule:  # It was told for the last time, or removed, a moment ago.
            continue
        await forget_number(each.number, request, services)
        gone.append(f"{each.number}. {text(rule, indicators)}")
    if not gone:
        return Message(_("Nothing to do"), (_("They were gone already."),))
    rows = gone[:MOST_NAMED]
    if len(gone) > MOST_NAMED:
        more = counted("and {count} more", "and {count} more", len(gone) - MOST_NAMED)
        rows.append(more.format(count=len(gone) - MOST_NAMED))
    title = counted("Removed", "Removed {count} alerts", len(gone)).format(count=len(gone))
    left = len(kept) - len(chosen)
    footer = _("None is left")
    if left:
        footer = counted("/alerts lists the {count} left", "/alerts lists the {count} left", left)
    return Message(title, tuple(rows), footer.format(count=left))


def _named(words: Sequence[str], kept: Sequence[KeptRule]) -> Sequence[KeptRule]:
    """The rules of these numbers, each once; raises UserError before anything is removed."""
    by_number = {str(each.number): each for each in kept}
    numbers = [word.lstrip("#") for word in " ".join(words).replace(",", " ").split()]
    for number in numbers:
        if number not in by_number:
            none = _("You have no alert {number}.").format(number=number[:32])
            raise UserError(f"{none} {_yours(kept)}")
    return [by_number[number] for number in dict.fromkeys(numbers)]


def _yours(kept: Sequence[KeptRule]) -> str:
    numbers = ", ".join(str(each.number) for each in kept)
    return _("Yours are {numbers}; /alerts shows them.").format(numbers=numbers)


COMMAND = Command(
    "unalert",
    N_("Remove alerts of your own"),
    run,
    usage=N_("<number… or all>"),
    options=(Option("number", N_("The alert's number, several of them, or all")),),
    changes=changes_if_more_is_said,
)
