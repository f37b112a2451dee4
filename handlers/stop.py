"""/stop: forget the chat, once somebody has said yes to what that deletes."""

from bot.commands import Command, Request, Services, UserError
from bot.model import Message
from bot.ports import Belongings, Option, changes_if_more_is_said

YES = "yes"


async def run(request: Request, services: Services) -> Message:
    """Say what would be deleted; after a yes, delete it."""
    if request.arguments == (YES,):
        return _forgotten(await services.forgetting.forget(request.chat))
    if request.arguments:
        raise UserError("/stop yes deletes all I store of this chat; /stop alone says what it is.")
    found = await services.forgetting.belongings(request.chat)
    if not _rows(found):
        return Message(
            "There is nothing to forget",
            ("This chat hears no topics and has no alerts of its own, and none waits for it.",),
            "/privacy says what I store, and for how long",
        )
    whose = ("Other threads here are chats of their own, and stay.",) if request.chat.thread else ()
    return Message(
        "Forget this chat?",
        (
            "This would be deleted, at once and for good:",
            *(f"– {row}" for row in _rows(found)),
            *whose,
            "/stop yes does it. Before that, /export gives you what would make it again.",
        ),
        "/unsubscribe ends the topics alone, /unalert your own alerts",
    )


def _forgotten(found: Belongings) -> Message:
    if not _rows(found):
        return Message("There was nothing to forget", ("I know no topics or alerts of this chat.",))
    return Message(
        "Forgotten",
        (
            f"Deleted: {'; '.join(_rows(found))}.",
            "An alert that is being sent at this moment may still arrive, and none after it.",
        ),
        "/privacy says what expires by itself, /start begins anew",
    )


def _rows(found: Belongings) -> tuple[str, ...]:
    """What there is of a chat, a row for each kind."""
    rows = (
        (found.topics, "subscription to a topic", "subscriptions to topics"),
        (found.own, "alert of your own", "alerts of your own"),
        (found.waiting, "alert on its way here", "alerts on their way here"),
        (found.given_up, "alert that could not be sent", "alerts that could not be sent"),
        (found.linked, "link to a chat on another platform", "links to chats on other platforms"),
    )
    return tuple(f"{count} {one if count == 1 else more}" for count, one, more in rows if count)


COMMAND = Command(
    "stop",
    "Forget this chat: deletes all I store of it",
    run,
    usage="[yes]",
    options=(Option("yes", "Type yes to delete it; leave empty to see what that is", (YES,)),),
    resumes=False,
    changes=changes_if_more_is_said,
)
