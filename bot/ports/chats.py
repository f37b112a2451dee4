"""Chat platforms: how they are spoken to, and the whole vocabulary of what can go wrong."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from bot.model import Chat, Message


@dataclass(frozen=True, slots=True)
class Option:
    """A command's only option, as a platform with typed options shows it."""

    name: str
    summary: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CommandCard:
    """What a platform needs to know of a command to list it in its own menu."""

    name: str
    summary: str
    option: Option | None = None


Answer = Callable[[Chat, str], Awaitable[Message | None]]
"""(chat, "/subscribe dominance") -> the reply; None when the text is no command."""


class DeliveryError(Exception):
    """A message did not arrive as far as we know; the subclass says what to do about it."""


class RetryLater(DeliveryError):
    """The platform or the network is busy or down: the same message may pass after `seconds`.

    `counts` is False where the platform only asked us to wait: no attempt was used up.
    """

    def __init__(self, seconds: float, reason: str, *, counts: bool = True) -> None:
        super().__init__(reason)
        self.seconds = seconds
        self.counts = counts


class Unconfirmed(DeliveryError):
    """It left us, and nobody said whether it arrived: another try may be another copy."""


class ChatMoved(DeliveryError):
    """The chat has another id now; everything stored for it must follow."""

    def __init__(self, to: Chat) -> None:
        super().__init__(f"the chat moved to {to.id}")
        self.to = to


class ChatGone(DeliveryError):
    """The chat cannot be reached any more: suspended until it gives us any command again."""


class Rejected(DeliveryError):
    """The platform refused this message as malformed: our bug, and never the chat's fault."""


class PlatformRefused(Exception):
    """The platform will not have us at all, say for a wrong token; waiting does not help.

    Only said of a token that never worked: a refusal later on may be the platform's own trouble.
    """


class Adapter(Protocol):
    """A chat platform, connected."""

    name: str
    sends_per_second: float
    """The pace that the platform permits a bot overall."""

    async def listen(self, answer: Answer) -> None:
        """Answer commands until cancelled; survives outages of the platform.

        Raises PlatformRefused when the platform refuses the token. May be called again after any
        other error.
        """

    async def send(self, chat: Chat, message: Message, key: str) -> None:
        """Deliver one message; raises a DeliveryError.

        `key` names the delivery, for platforms that swallow a repeat of it; it has at most 25
        characters of [A-Za-z0-9_-].
        """

    async def close(self) -> None:
        """Let go of connections; safe to call more than once and before `listen`."""
