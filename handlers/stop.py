"""/stop: forget the chat, once somebody has said yes to what that deletes."""

from bot.commands import Command, Request, Services, UserError
from bot.language import N_, _, counted
from bot.model import Button, Message
from bot.ports import Belongings, Option, changes_if_more_is_said

YES = "yes"


async def run(request: Request, services: Services) -> Message:
    """Say what would be deleted; after a yes, delete it."""
    if request.arguments == (YES,):
        return _forgotten(await services.forgetting.forget(request.chat))
    if request.arguments:
        raise UserError(
            _("/stop yes deletes all I store of this chat; /stop alone says what it is.")
        )
    found = await services.forgetting.belongings(request.chat)
    if not _rows(found):
        return Message(
            _("There is nothing to forget"),
            (
                _(
                    "This chat hears no topics, has set nothing and has no alerts of its own, and "
                    "none waits for it."
                ),
            ),
            _("/privacy says what I store, and for how long"),
        )
    stays = _("Other threads here are chats of their own, and stay.")
    return Message(
        _("Forget this chat?"),
        (
            _("This would be deleted, at once and for good:"),
            *(f"– {row}" for row in _rows(found)),
            *((stays,) if request.chat.thread else ()),
            _("/stop yes does it. Before that, /export gives you what would make it again."),
        ),
        _("/unsubscribe ends the topics alone, /unalert your own alerts"),
        buttons=(
            Button(_("Forget this chat"), f"/stop {YES}", replaces=True),
            Button(_("Export first"), "/export"),
        ),
    )


def _forgotten(found: Belongings) -> Message:
    if not _rows(found):
        return Message(
            _("There was nothing to forget"), (_("I know no topics or alerts of this chat."),)
        )
    return Message(
        _("Forgotten"),
        (
            _("Deleted: {what}.").format(what="; ".join(_rows(found))),
            _("An alert that is being sent at this moment may still arrive, and none after it."),
        ),
        _("/privacy says what expires by itself, /start begins anew"),
    )


def _rows(found: Belongings) -> tuple[str, ...]:
    """What there is of a chat, a row for each kind."""
    rows = (
        (
            found.topics,
            counted(
                "{count} subscription to a topic", "{count} subscriptions to topics", found.topics
            ),
        ),
        (found.own, counted("{count} alert of your own", "{count} alerts of your own", found.own)),
        (
            found.waiting,
            counted(
                "{count} alert on its way here", "{count} alerts on their way here", found.waiting
            ),
        ),
        (
            found.given_up,
            counted(
                "{count} alert that could not be sent",
                "{count} alerts that could not be sent",
                found.given_up,
            ),
        ),
        (found.settings, _("your settings and mutes")),
        (
            found.linked,
            _("the link to a chat on another platform"),
        ),
        (found.board, _("which message shows the board, which then stays as it is")),
    )
    return tuple(said.format(count=count) for count, said in rows if count)


COMMAND = Command(
    "stop",
    N_("Forget this chat: deletes all I store of it"),
    run,
    usage=N_("[yes]"),
    options=(Option("yes", N_("Type yes to delete it; leave empty to see what that is"), (YES,)),),
    resumes=False,
    changes=changes_if_more_is_said,
)
