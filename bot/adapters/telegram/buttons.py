"""Our buttons as an inline keyboard, and what a press of one says.

See https://core.telegram.org/bots/api#inlinekeyboardmarkup and #inlinekeyboardbutton.
"""

import base64
import hmac
import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from bot.adapters.telegram.markup import units
from bot.messages.sound import sound
from bot.model import Button, Chat, Message

log = logging.getLogger(__name__)

MOST_BUTTONS = 100
"""On one message, as Telegram takes them."""
IN_A_ROW = ((10, 3), (17, 2))
"""A label of so many UTF-16 units can still be read on a phone with so many buttons in a row."""

DATA_BYTES = 64
"""The most that a button carries."""
SEAL_CHARACTERS = 8
NEW, INSTEAD = "+", "="
"""Where the answer goes: into a message of its own, or in the place of the button's."""
UNSEALED = b"\x00"
"""Stands where a chat's seal goes; no JSON holds this byte as it is."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a button says."""

    command: str
    replaces: bool


class Seal:
    """Binds what a button says to the chat that it was sent to.

    Somebody may send us any data they like as that of a button, also data they saw elsewhere.
    """

    def __init__(self, token: str) -> None:
        """Take the bot's token: who has another one cannot make our seals."""
        self._key = hmac.digest(token.encode(), b"altseason-bot: buttons", "sha256")

    def of(self, chat: Chat) -> bytes:
        """The chat's own, the same in all processes."""
        digest = hmac.digest(self._key, chat.member.encode(), "sha256")
        return base64.urlsafe_b64encode(digest)[:SEAL_CHARACTERS]

    def sealed(self, part: bytes, chat: Chat) -> bytes:
        """A part as it goes to one chat."""
        return part.replace(UNSEALED, self.of(chat)) if UNSEALED in part else part

    def opened(self, data: str, chat: Chat) -> Order | None:
        """What a button of this chat says; None for data that no button of this chat has."""
        seal, rest = data[:SEAL_CHARACTERS], data[SEAL_CHARACTERS:]
        if not hmac.compare_digest(seal.encode(errors="replace"), self.of(chat)):
            return None
        return Order(rest[1:], replaces=rest[:1] == INSTEAD)


def keyboard(messages: Sequence[Message]) -> bytes:
    """An inline keyboard as JSON, to be sealed for a chat; empty where there are no buttons.

    Where several messages stand above it, nobody could tell whose "Why" it is: so a message's
    buttons are shown only if no newer one has a button of the same name.
    """
    rows = [row for buttons in _unmistakable(messages) for row in _rows(buttons)]
    if not rows:
        return b""
    written = b",".join(b"[%b]" % b",".join(map(_written, row)) for row in rows)
    return b'{"inline_keyboard":[%b]}' % written


def _unmistakable(messages: Sequence[Message]) -> list[list[Button]]:
    """The buttons of each message that can be told apart, in the order of the messages."""
    shown: list[list[Button]] = []
    labels: set[str] = set()
    left = MOST_BUTTONS
    for message in reversed(messages):
        buttons = [button for button in message.buttons if _can_be_shown(button)][:left]
        own = {button.label for button in buttons}
        if own.isdisjoint(labels):
            shown.insert(0, buttons)
            labels |= own
            left -= len(buttons)
    return shown


def _can_be_shown(button: Button) -> bool:
    if len(_data(button)) > DATA_BYTES - SEAL_CHARACTERS:
        log.error("A button's command is too long for Telegram: %s", button.command)
        return False
    return bool(sound(button.label).strip())


def _rows(buttons: Sequence[Button]) -> Iterator[Sequence[Button]]:
    """Rows as even as can be, none with more than its labels leave room for.

    A long label has a row to itself, and does not make the others stand alone, too.
    """
    for _, run in groupby(buttons, lambda button: units(button.label) > IN_A_ROW[-1][0]):
        yield from _even([*run])


def _even(buttons: Sequence[Button]) -> Iterator[Sequence[Button]]:
    longest = max(units(button.label) for button in buttons)
    fitting = next((count for most, count in IN_A_ROW if longest <= most), 1)
    rows = -(-len(buttons) // fitting)
    ends = [len(buttons) * row // rows for row in range(rows + 1)]
    for begin, end in pairwise(ends):
        yield buttons[begin:end]


def _data(button: Button) -> bytes:
    """All of its data but the seal."""
    return f"{INSTEAD if button.replaces else NEW}{button.command}".encode(errors="replace")


def _written(button: Button) -> bytes:
    label = json.dumps(sound(button.label), ensure_ascii=False)
    data = json.dumps(_data(button).decode(), ensure_ascii=False)
    return b'{"text":%b,"callback_data":"%b%b}' % (label.encode(), UNSEALED, data[1:].encode())
