"""Buttons that remember nothing: each carries its command, and a tag that binds it to its chat.

The limits are those of discord.com/developers/docs/components/reference.
"""

import base64
import hmac
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import discord

from bot.adapters.discord.embeds import shortened
from bot.messages.sound import sound
from bot.model import Button, Chat
from bot.ports import Part, Photo

MOST, IN_A_ROW = 25, 5
LABEL, CUSTOM_ID = 80, 100
TAG = 8
"""Characters of six bits each: a guess takes 2^48 presses, of which few a minute are heard."""
PLACE = b"\x00"
"""Where a chat's tag is to stand in a body that is the same for all; JSON never holds this byte."""

_MODES = {False: "+", True: "="}
"""Whether the answer takes the place of the message on which the button stands."""
_PRESSED = re.compile(r"([A-Za-z0-9_-]{8})([+=])(/.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Press:
    """What a button said that was pressed; nothing is proven of its tag."""

    tag: str
    replaces: bool
    command: str


class Seal:
    """Binds buttons to chats with a key of the bot's own, so that they outlive every restart."""

    def __init__(self, token: str) -> None:
        """Take the bot's token, from which the key is derived; nothing of it can be told back."""
        self._key = hmac.digest(token.encode(errors="replace"), b"buttons", "sha256")

    def tag(self, chat: Chat) -> str:
        """What stands before the command on all buttons in a chat."""
        proof = hmac.digest(self._key, chat.member.encode(errors="replace"), "sha256")
        return base64.urlsafe_b64encode(proof)[:TAG].decode()

    def fits(self, press: Press, chat: Chat) -> bool:
        """Whether a button was made for the chat in which it is pressed."""
        return hmac.compare_digest(press.tag, self.tag(chat))

    def filled(self, part: Part, chat: Chat) -> Part:
        """A part with the chat's tag on all of its buttons."""
        if isinstance(part, Photo):
            return replace(part, body=self._with_tag(part.body, chat))
        return self._with_tag(part, chat)

    def _with_tag(self, body: bytes, chat: Chat) -> bytes:
        return body.replace(PLACE, self.tag(chat).encode()) if PLACE in body else body


def press(custom_id: str) -> Press | None:
    """What a component of ours says; None for one that is none."""
    found = _PRESSED.fullmatch(custom_id)
    return None if found is None else Press(found[1], found[2] == _MODES[True], found[3])


def rows(buttons: Sequence[Button]) -> bytes:
    """The buttons in rows, as JSON with a PLACE for each tag."""
    shown = [
        b'{"type":2,"style":2,"label":%b,"custom_id":"%b%b'
        # The text's own opening quote gives way to the one before the tag.
        % (_json(label), PLACE, _json(said).removeprefix(b'"') + b"}")
        for label, said in _shown(buttons)
    ]
    found = [shown[begin : begin + IN_A_ROW] for begin in range(0, len(shown), IN_A_ROW)]
    return b"[%b]" % b",".join(b'{"type":1,"components":[%b]}' % b",".join(row) for row in found)


def view(buttons: Sequence[Button], tag: str) -> discord.ui.View | None:
    """The same as discord.py sends them with an answer; None where there are none.

    It is stopped, so that the library does not keep it: what is pressed finds its way without.
    """
    shown = _shown(buttons)
    if not shown:
        return None
    found = discord.ui.View(timeout=None)
    for number, (label, said) in enumerate(shown):
        found.add_item(
            discord.ui.Button(label=label, custom_id=f"{tag}{said}", row=number // IN_A_ROW)
        )
    found.stop()
    return found


def _shown(buttons: Sequence[Button]) -> list[tuple[str, str]]:
    """Labels, and what follows the tag; Discord takes no message that says the same twice."""
    labels: dict[str, str] = {}
    for button in buttons:
        said = f"{_MODES[button.replaces]}{sound(button.command)}"
        label = sound(button.label).strip() or button.command
        if len(said) <= CUSTOM_ID - TAG:
            labels.setdefault(said, shortened(label, LABEL))
    return [(label, said) for said, label in labels.items()][:MOST]


def _json(text: str) -> bytes:
    return json.dumps(text).encode()
