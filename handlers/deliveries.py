"""/deliveries: what is on its way to this chat, and what holds it up."""

from datetime import timedelta

from bot.commands import Command, Request, Services
from bot.language import N_, _, counted
from bot.model import Message
from bot.ports import ChatDelivery, Suspension
from bot.wording import moment_text

OPERATOR = N_("Whoever runs me sees all chats with python -m bot doctor")
A_MINUTE_SECONDS = 60.0
AN_HOUR_SECONDS = 3600.0


async def run(request: Request, services: Services) -> Message:
    """Say what waits, when the next try is, and what was given up."""
    delivery = await services.deliveries.of(request.chat)
    heard = await services.subscriptions.topics(request.chat)
    return message(delivery, heard)


def message(delivery: ChatDelivery, heard: frozenset[str]) -> Message:
    """What was found, in words; `heard` are the chat's topics."""
    lines = [*_waiting(delivery), *_held_up(delivery), *_held_back(delivery)] or [_all_well(heard)]
    return Message(_title(delivery.waiting), tuple(lines), _(OPERATOR))


def _title(waiting: int) -> str:
    if waiting == 0:
        return _("Nothing waits for this chat")
    waits = counted("An alert waits for this chat", "{count} alerts wait for this chat", waiting)
    return waits.format(count=waiting)


def _all_well(heard: frozenset[str]) -> str:
    if heard:
        sent = _("You hear {topics}; all that fired has been sent.")
        return sent.format(topics=", ".join(sorted(heard)))
    return _("You hear no topic; /subscribe starts. Alerts of your own come all the same.")


def _waiting(delivery: ChatDelivery) -> list[str]:
    if not delivery.waiting or delivery.suspended:
        return []
    lines = []
    if delivery.tries:
        tried = counted(
            "Once the sending went wrong; I go on trying.",
            "{count} times the sending went wrong; I go on trying.",
            delivery.tries,
        )
        lines.append(tried.format(count=delivery.tries))
    if delivery.being_sent:
        lines.append(_being_sent(delivery))
    elif delivery.next_in_seconds is not None:
        lines.append(_next_try(delivery.next_in_seconds))
    else:
        lines.append(_("A sender is on its way along all chats, and comes by here."))
    return lines


def _being_sent(delivery: ChatDelivery) -> str:
    if delivery.waiting == 1:
        return _("It is being sent right now.")
    some = counted(
        "One of them is being sent right now.",
        "{count} of them are being sent right now.",
        delivery.being_sent,
    )
    return some.format(count=delivery.being_sent)


def _held_up(delivery: ChatDelivery) -> list[str]:
    lines = []
    if delivery.suspended is not None:
        lines.append(_stopped(delivery.suspended))
    elif delivery.waiting and delivery.rests_seconds:
        pause = _(
            "I wrote here a moment ago, and the platform wants a pause: nothing more comes for "
            "{span}."
        )
        lines.append(pause.format(span=_span(delivery.rests_seconds)))
    if delivery.given_up:
        refused = counted(
            "An alert was given up, as the platform refused what I sent. Whoever runs me can send "
            "it again.",
            "{count} alerts were given up, as the platform refused what I sent. Whoever runs me "
            "can send it again.",
            delivery.given_up,
        )
        lines.append(refused.format(count=delivery.given_up))
    return lines


def _held_back(delivery: ChatDelivery) -> list[str]:
    if not delivery.held:
        return []
    some = counted(
        "An alert is held back until your quiet hours or a mute are over.",
        "{count} alerts are held back until your quiet hours or a mute are over.",
        delivery.held,
    )
    return [some.format(count=delivery.held)]


def _stopped(suspended: Suspension) -> str:
    if suspended.since is None:
        stopped = _(
            "I stopped writing here: {reason}. Any command brings me back, with all that you "
            "missed."
        )
        return stopped.format(reason=_(suspended.reason))
    return _(
        "I stopped writing here at {moment}: {reason}. Any command brings me back, with all that "
        "you missed."
    ).format(moment=moment_text(suspended.since), reason=_(suspended.reason))


def _next_try(seconds: float) -> str:
    if seconds < 1.0:
        return _("The next try is any moment.")
    return _("The next try is in {span}.").format(span=_span(seconds))


def _span(seconds: float) -> str:
    """A wait in words, never shorter than it is."""
    whole = timedelta(seconds=-(-seconds // 1))
    if whole < timedelta(seconds=2 * A_MINUTE_SECONDS):
        return _("{count} s").format(count=whole.seconds)
    if whole < timedelta(seconds=2 * AN_HOUR_SECONDS):
        return _("{count} min").format(count=-(-whole.seconds // 60))
    return _("{count} h").format(count=-(-int(whole.total_seconds()) // 3600))


COMMAND = Command("deliveries", N_("What is on its way to this chat"), run)
