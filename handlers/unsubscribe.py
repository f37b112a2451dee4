"""/unsubscribe: stop hearing topics, which are shown to choose from when none is named."""

from collections.abc import Collection

from bot.commands import ALL, Command, Request, Services, chosen_topics
from bot.language import N_, _
from bot.messages.buttons import topic_toggles
from bot.model import Button, Message
from bot.ports import Option, changes_if_more_is_said
from bot.topics import TOPICS


async def run(request: Request, services: Services) -> Message:
    """Remove topics; naming none removes nothing, and shows what there is to remove."""
    topics = chosen_topics(request.arguments, services.topics)
    if not topics:
        return _picker(await services.subscriptions.topics(request.chat), services)
    gone = await services.subscriptions.unsubscribe(request.chat, topics)
    heard = await services.subscriptions.topics(request.chat)
    removed = ", ".join(topic for topic in topics if topic in gone)
    title = _("Unsubscribed: {topics}").format(topics=removed) if gone else _("Nothing to do")
    buttons = topic_toggles(services.topics, heard)
    return Message(title, (_rest(heard, services),), buttons=buttons)


def _picker(heard: Collection[str], services: Services) -> Message:
    if not heard:
        buttons = topic_toggles(services.topics, heard)
        return Message(_("Nothing to do"), (_rest(heard, services),), buttons=buttons)
    which = [topic for topic in services.topics if topic in heard]
    return Message(
        _("Which topics shall I stop?"),
        (
            _("You hear: {topics}.").format(topics=", ".join(which)),
            _("/unsubscribe {topic} stops one, /unsubscribe all stops all of them.").format(
                topic=which[0]
            ),
        ),
        _("Your own alerts stay: /unalert removes them, /stop forgets everything"),
        buttons=(
            *(Button(topic, f"/unsubscribe {topic}", replaces=True) for topic in which),
            Button(_("All of them"), f"/unsubscribe {ALL}", replaces=True),
        ),
    )


def _rest(heard: Collection[str], services: Services) -> str:
    rest = ", ".join(topic for topic in services.topics if topic in heard)
    if not rest:
        return _("You hear nothing now. /subscribe brings me back.")
    return _("You still hear: {topics}.").format(topics=rest)


COMMAND = Command(
    "unsubscribe",
    N_("Stop alerts; without a topic, choose which"),
    run,
    usage=N_("[topic… or all]"),
    options=(Option("topic", N_("What to stop; leave empty to choose"), (*TOPICS, ALL)),),
    changes=changes_if_more_is_said,
)
