"""Chat platforms: how they are spoken to, and the whole vocabulary of what can go wrong."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from bot.language import N_
from bot.model import Chart, Chat, Message


@dataclass(frozen=True, slots=True)
class Option:
    """One of a command's options, as a platform with typed options shows it."""

    name: str
    summary: str
    choices: tuple[str, ...] = ()
    suggests: bool = False
    """What is typed can be completed: see `Reception.suggest`."""


MESSAGES_PER_MINUTE = 3
"""An alert, what it brings about, and one more come at once; from then on a person whose phone goes
off reads one message sooner than five."""

Changes = Callable[[Sequence[str]], bool]
"""Whether a command with these words behind it changes what the chat hears or stores."""


def never_changes(_arguments: Sequence[str]) -> bool:
    """Of a command that only asks."""
    return False


def always_changes(_arguments: Sequence[str]) -> bool:
    """Of a command that changes something whatever stands behind it."""
    return True


def changes_if_more_is_said(arguments: Sequence[str]) -> bool:
    """Of a command that alone only asks."""
    return bool(arguments)


@dataclass(frozen=True, slots=True)
class CommandCard:
    """What a platform needs to know of a command to list it in its own menu."""

    name: str
    summary: str
    options: tuple[Option, ...] = ()
    """What is typed follows in their order."""
    changes: Changes = never_changes
    """What it changes, in company not everyone may; answers that change nothing are for whoever
    asked alone, where a platform can keep them apart."""


class CannotTell(Exception):
    """Whether somebody may change a chat's settings cannot be found out just now."""


async def always() -> bool:
    """The `may_change` of whoever speaks where everyone may: in private, or at the console."""
    return True


@dataclass(frozen=True, slots=True)
class Author:
    """Whoever said something to us."""

    id: str
    """Theirs on their platform, or that of the chat in whose name they write; empty for one who is
    never slowed down."""
    may_change: Callable[[], Awaitable[bool]]
    """Whether they may change what the chat hears and stores; raises CannotTell.

    It may cost a question to the platform, and so is called only when it matters.
    """
    who_may: str = N_("those who run this chat")
    """Who may instead, as in "Only the admins of this group change what I tell here": English, and
    marked for those who translate."""
    language: str = ""
    """What the platform says of the language they, or all in the chat, read: "de", "pt-BR"."""


NO_PICTURES: Mapping[Chart, bytes] = MappingProxyType({})

SILENCE = Message("")
"""The reply that is not sent: nothing is to be said, not even that something was no command."""


class DeliveryError(Exception):
    """A message did not arrive as far as we know; the subclass says what to do about it."""


class RetryLater(DeliveryError):
    """The platform or the network is busy or down: the same message may pass after `seconds`.

    `counts` is False where the platform only asked us to wait: nothing went wrong. `everything` is
    True where the wait concerns the whole platform, and not just this chat; `ours` is True where it
    concerns this process alone, say for its token. `too_many` is True where the platform said that
    it gets too many messages (HTTP 429).
    """

    def __init__(
        self,
        seconds: float,
        reason: str,
        *,
        counts: bool = True,
        everything: bool = False,
        ours: bool = False,
        too_many: bool = False,
    ) -> None:
        super().__init__(reason)
        self.seconds = seconds
        self.counts = counts
        self.everything = everything
        self.ours = ours
        self.too_many = too_many


class Unconfirmed(DeliveryError):
    """It left us, and nobody said whether it arrived: another try may be another copy."""


class UnknownRefusal(DeliveryError):
    """The platform refused it in words we do not know: a few more tries, then a dead letter."""


class ChatMoved(DeliveryError):
    """The chat has another id now; everything stored for it must follow."""

    def __init__(self, to: Chat) -> None:
        super().__init__(f"the chat moved to {to.id}")
        self.to = to


class Departure(StrEnum):
    """Why a chat cannot be reached any more."""

    BLOCKED = "blocked"
    """A person wants no messages from us."""
    REMOVED = "removed"
    """We were put out of a group or server, or never were in it."""
    CLOSED = "closed"
    """The chat, or the person's account, is there no more, or nobody may write in it."""
    FORBIDDEN = "forbidden"
    """We lack the right to write there."""
    OTHER = "other"


class ChatGone(DeliveryError):
    """The chat cannot be reached any more: suspended until it gives us any command again."""

    def __init__(self, reason: str, departure: Departure = Departure.OTHER) -> None:
        super().__init__(reason)
        self.departure = departure


class Rejected(DeliveryError):
    """The platform refused this message as malformed: our bug, and never the chat's fault."""


class MessageGone(DeliveryError):
    """The message that was to be edited is not there any more, or not ours to edit."""


class PlatformRefused(Exception):
    """The platform will not have us at all, say for a wrong token; waiting does not help.

    Only said of a token that never worked: a refusal later on may be the platform's own trouble.
    """


@dataclass(frozen=True, slots=True)
class Photo:
    """A part that shows a picture."""

    body: bytes
    chart: Chart
    png: bytes


Part = bytes | Photo
"""What goes over the wire at once, as its adapter writes it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a platform permits one bot."""

    sends_per_second: float
    """Overall, in any second; all processes that send share it."""
    at_once: int
    """How many sends are worth having in flight: twice the rate times the usual latency."""
    messages_per_minute: float = MESSAGES_PER_MINUTE
    """So many messages with alerts one chat hears in a minute; what else there is goes together."""


class Reception(Protocol):
    """Who takes what people and platforms say to us.

    Who presses a button says its command.
    """

    async def answer(self, chat: Chat, text: str, author: Author) -> Message | None:
        """The reply to "/subscribe dominance"; None when the text is no command.

        SILENCE is for nobody's ears.
        """

    async def suggest(
        self, chat: Chat, command: str, option: str, typed: str, author: Author
    ) -> Sequence[str]:
        """What may stand in a command's option and has to do with what is typed so far."""

    async def drawn(self, chart: Chart) -> bytes | None:
        """The chart as a PNG; None where it cannot be drawn now, which is no reason to wait."""

    async def turn(self, chat: Chat) -> None:
        """Wait until a reply may be sent to the chat; replies go before alerts."""

    async def pinned(self, chat: Chat, message: str) -> None:
        """A `pinned` answer stands in the chat, under the platform's own id."""

    async def invited(self, chats: Sequence[Chat]) -> None:
        """Somebody let us into these chats, perhaps again: those that were suspended resume."""

    async def left(self, chats: Sequence[Chat]) -> None:
        """Somebody put us out of these chats for good: all that is stored of them goes."""

    async def moved(self, old: Chat, new: Chat) -> None:
        """The platform gave a chat another id: everything stored for it follows."""


class Adapter(Protocol):
    """A chat platform, connected."""

    name: str
    limits: Limits

    async def listen(self, reception: Reception) -> None:
        """Answer commands until cancelled; survives outages of the platform.

        Raises PlatformRefused when the platform refuses the token. May be called again after any
        other error.
        """

    def render(
        self, messages: Sequence[Message], pictures: Mapping[Chart, bytes] = NO_PICTURES
    ) -> Sequence[Part]:
        """What goes over the wire for messages that a chat hears together, in few parts.

        The parts are the same for every chat, so that they are made once for all; a chart is shown
        if it is among the `pictures`. Raises Rejected when there is nothing to send.
        """

    async def edit(self, chat: Chat, message: str, part: Part) -> None:
        """Put a part in the place of a message of ours, known by the platform's id.

        Nothing happens where it says that already. Raises MessageGone, or another DeliveryError.
        """

    async def post(self, chat: Chat, part: Part, key: str) -> float:
        """Deliver one part; returns for how many seconds the chat is then to be left alone.

        `key` names the delivery of this part, for platforms that swallow a repeat of it; it has at
        most 25 characters of [A-Za-z0-9_-]. Raises a DeliveryError.
        """

    async def check(self) -> None:
        """Ask for a harmless sign of life; raises a DeliveryError when the platform gives none.

        Raises PlatformRefused when the platform refuses a token that never worked.
        """

    async def close(self) -> None:
        """Let go of connections; safe to call more than once and before `listen`."""
