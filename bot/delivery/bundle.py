"""What a parcel says: the letters of one chat as the messages that it hears together."""

import hashlib
from collections import OrderedDict
from collections.abc import Sequence

from bot.messages.catch_up import catch_up
from bot.model import Message
from bot.ports import Adapter, Letter, Parcel, Part

MOST_KEPT = 64
LONGEST_KEY = 25
"""Characters, as Discord takes them; half as many bits as a hash has would do."""


class Rendered:
    """Each bundle as its platform writes it, made once for all chats that hear the same."""

    def __init__(self, adapter: Adapter) -> None:
        """Take who renders."""
        self._adapter = adapter
        self._kept: OrderedDict[tuple[object, ...], Sequence[Part]] = OrderedDict()

    def parts(self, parcel: Parcel) -> Sequence[Part]:
        """What goes over the wire; raises Rejected when there is nothing to send."""
        name = tuple([(letter.job, letter.outdated) for letter in parcel.letters])
        parts = self._kept.get(name)
        if parts is None:
            parts = self._kept[name] = self._adapter.render(messages(parcel.letters))
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return parts


def messages(letters: Sequence[Letter]) -> Sequence[Message]:
    """The news as they are, after one message for all that is no news any more."""
    missed = [(each.fired_at, each.message) for each in letters if each.outdated]
    news = [each.message for each in letters if not each.outdated]
    return [catch_up(missed), *news] if missed else news


def delivery_key(parcel: Parcel, part: int = 0) -> str:
    """A name for one part of a delivery, the same on every try, within Discord's limit."""
    jobs = "|".join([letter.job for letter in parcel.letters])
    named = hashlib.sha256(f"{jobs}|{parcel.chat.member}|{part}".encode())
    return named.hexdigest()[:LONGEST_KEY]
