"""/deliveries: what is on its way to this chat, and what holds it up."""

from datetime import timedelta

from bot.commands import Command, Request, Services
from bot.language import counted
from bot.model import Message
from bot.ports import ChatDelivery, Suspension
from bot.wording import moment_text

OPERATOR = "Whoever runs me sees all chats with python -m bot doctor"
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
    return Message(_title(delivery.waiting), tuple(lines), OPERATOR)


def _title(waiting: int) -> str:
    if waiting == 0:
        return "Nothing waits for this chat"
    if waiting == 1:
        return "An alert waits for this chat"
    return f"{waiting} alerts wait for this chat"


def _all_well(heard: frozenset[str]) -> str:
    if heard:
        return f"You hear {', '.join(sorted(heard))}; all that fired has been sent."
    return "You hear no topic; /subscribe starts. Alerts of your own come all the same."


def _waiting(delivery: ChatDelivery) -> list[str]:
    if not delivery.waiting or delivery.suspended:
        return []
    lines = []
    if delivery.tries:
        times = "Once" if delivery.tries == 1 else f"{delivery.tries} times"
        lines.append(f"{times} the sending went wrong; I go on trying.")
    if delivery.being_sent:
        lines.append(f"{_how_many(delivery)} being sent right now.")
    elif delivery.next_in_seconds is not None:
        lines.append(f"The next try is {_soon(delivery.next_in_seconds)}.")
    else:
        lines.append("A sender is on its way along all chats, and comes by here.")
    return lines


def _how_many(delivery: ChatDelivery) -> str:
    if delivery.waiting == 1:
        return "It is"
    return "One of them is" if delivery.being_sent == 1 else f"{delivery.being_sent} of them are"


def _held_up(delivery: ChatDelivery) -> list[str]:
    lines = []
    if delivery.suspended is not None:
        lines.append(_stopped(delivery.suspended))
    elif delivery.waiting and delivery.rests_seconds:
        lines.append(
            "I wrote here a moment ago, and the platform wants a pause: nothing more comes for "
            f"{_span(delivery.rests_seconds)}."
        )
    if delivery.given_up:
        some = "An alert was" if delivery.given_up == 1 else f"{delivery.given_up} alerts were"
        lines.append(
            f"{some} given up, as the platform refused what I sent. Whoever runs me can send "
            "it again."
        )
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
    since = ""
    if suspended.since is not None:
        since = f" at {moment_text(suspended.since)}"
    return (
        f"I stopped writing here{since}: {suspended.reason}. Any command brings me back, with all "
        "that you missed."
    )


def _soon(seconds: float) -> str:
    return "any moment" if seconds < 1.0 else f"in {_span(seconds)}"


def _span(seconds: float) -> str:
    """A wait in words, never shorter than it is."""
    whole = timedelta(seconds=-(-seconds // 1))
    if whole < timedelta(seconds=2 * A_MINUTE_SECONDS):
        return f"{whole.seconds} s"
    if whole < timedelta(seconds=2 * AN_HOUR_SECONDS):
        return f"{-(-whole.seconds // 60)} min"
    return f"{-(-int(whole.total_seconds()) // 3600)} h"


COMMAND = Command("deliveries", "What is on its way to this chat", run)
