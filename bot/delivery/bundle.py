"""What a parcel says: the letters of one chat as the messages that it hears together."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence

from bot.language import speaking
from bot.messages.catch_up import catch_up
from bot.messages.held import held_back
from bot.model import Chart, Message
from bot.ports import NO_PICTURES, Adapter, Parcel, Part, Pictures

MOST_KEPT = 64
PICTURE_SECONDS = 3.0
"""A letter waits no longer for its pictures: it says all without them."""
LONGEST_KEY = 25
"""Characters, as Discord takes them; half as many bits as a hash has would do."""


class Rendered:
    """Each bundle as its platform writes it, made once for all chats that hear the same."""

    def __init__(self, adapter: Adapter, pictures: Pictures | None = None) -> None:
        """Take who renders and who draws; without `pictures` no chart is drawn."""
        self._adapter = adapter
        self._pictures = pictures
        self._kept: OrderedDict[tuple[object, ...], Sequence[Part]] = OrderedDict()

    async def parts(self, parcel: Parcel) -> Sequence[Part]:
        """What goes over the wire; raises Rejected when there is nothing to send."""
        name = _name(parcel)
        if name not in self._kept:
            said = messages(parcel)
            drawn = await self._drawn([each.chart for each in said if each.chart])
            # Of all that waited for the same pictures one renders for the others.
            if name not in self._kept:
                self._kept[name] = self._adapter.render(said, drawn)
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return self._kept[name]

    async def _drawn(self, charts: Sequence[Chart]) -> Mapping[Chart, bytes]:
        """Those of the pictures that are there in time."""
        if self._pictures is None or not charts:
            return NO_PICTURES
        async with asyncio.TaskGroup() as tasks:
            drawing = {
                chart: tasks.create_task(_in_time(self._pictures, chart))
                for chart in dict.fromkeys(charts)
            }
        found = {chart: task.result() for chart, task in drawing.items()}
        return {chart: picture for chart, picture in found.items() if picture is not None}


async def _in_time(pictures: Pictures, chart: Chart) -> bytes | None:
    try:
        async with asyncio.timeout(PICTURE_SECONDS):
            return await pictures.drawn(chart)
    except TimeoutError:
        return None


def _name(parcel: Parcel) -> tuple[object, ...]:
    """The same for all chats that hear the same."""
    letters = tuple([(letter.job, letter.outdated, letter.held) for letter in parcel.letters])
    zone = parcel.preferences.zone if any(letter.held for letter in parcel.letters) else ""
    return letters, parcel.preferences.spoken, zone


def messages(parcel: Parcel) -> Sequence[Message]:
    """What the chat hears, in its language.

    The news come as they are, after one message for all that is no news any more, and one for all
    that was held back.
    """
    language, zone = parcel.preferences.spoken, parcel.preferences.zone
    told = [(letter, letter.message.spoken(language)) for letter in parcel.letters]
    held = [(letter.fired_at, letter.held, message) for letter, message in told if letter.held]
    missed = [
        (letter.fired_at, message)
        for letter, message in told
        if letter.outdated and not letter.held
    ]
    news = [message for letter, message in told if not (letter.held or letter.outdated)]
    with speaking(language):
        late = [catch_up(missed)] if missed else []
        kept = [held_back(held, zone)] if held else []
    return [*late, *kept, *news]


def delivery_key(parcel: Parcel, part: int = 0) -> str:
    """A name for one part of a delivery, the same on every try, within Discord's limit."""
    jobs = "|".join([letter.job for letter in parcel.letters])
    named = hashlib.sha256(f"{jobs}|{parcel.chat.member}|{part}".encode())
    return named.hexdigest()[:LONGEST_KEY]
