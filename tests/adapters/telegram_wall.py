"""What hangs in a fake Telegram's chats: texts and pictures, their buttons, and how they change."""

import hashlib
import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

Json = dict[str, object]
Keyboard = tuple[tuple[tuple[str, str], ...], ...]
"""Rows of buttons, each with its label and its data."""

MESSAGE_UNITS = 4096
CAPTION_UNITS = 1024
ALERT_CHARACTERS = 200
MOST_BUTTONS = 100
MOST_IN_A_ROW = 8
DATA_BYTES = 64
DATE = 1_780_000_000


class RefusedText(Exception):
    """What was to be shown is not what Telegram would take."""


@dataclass(slots=True)
class Hung:
    """A message as it hangs there now."""

    chat_id: str
    number: int
    thread: str = ""
    text: str = ""
    """With its markup; of a picture, its caption."""
    plain: str = ""
    photo: str = ""
    """The name of its picture."""
    keyboard: Keyboard = ()
    pinned: bool = False

    @property
    def buttons(self) -> dict[str, str]:
        """The data of each button by its label."""
        return {label: data for row in self.keyboard for label, data in row}

    def told(self, kind: str) -> Json:
        """As the Bot API tells of it, see https://core.telegram.org/bots/api#message."""
        said: Json = {"message_id": self.number, "date": DATE, "chat": chat(self.chat_id, kind)}
        if self.thread:
            said |= {"message_thread_id": int(self.thread), "is_topic_message": True}
        if self.keyboard:
            said["reply_markup"] = {
                "inline_keyboard": [
                    [{"text": label, "callback_data": data} for label, data in row]
                    for row in self.keyboard
                ]
            }
        if not self.photo:
            return said | {"text": self.plain}
        sizes = [
            {"file_id": name, "file_unique_id": name, "width": 10, "height": 6}
            for name in (f"small-{self.photo}", self.photo)
        ]
        return said | {"photo": sizes, "caption": self.plain}


class Wall:
    """All messages that a bot has sent, as they are now."""

    def __init__(self) -> None:
        self.messages: dict[tuple[str, int], Hung] = {}
        self.files: dict[str, bytes] = {}
        """The pictures that Telegram has, by the names it gave them."""
        self.unknown_file = "wrong file identifier/HTTP URL specified"
        """What is said of a name that no picture has."""
        self.uploads = 0

    def hang(self, number: int, form: Mapping[str, str], uploaded: bytes | None) -> Hung:
        """Send a text or a picture; raises RefusedText."""
        photo = self._photo(form["photo"], uploaded) if "photo" in form else ""
        said, most = (form.get("caption", ""), CAPTION_UNITS) if photo else (form["text"], None)
        hung = Hung(form["chat_id"], number, form.get("message_thread_id", ""), photo=photo)
        self._write(hung, said, form.get("parse_mode", ""), form, caption=most is not None)
        self.messages[hung.chat_id, number] = hung
        return hung

    def edit(self, method: str, form: Mapping[str, str], uploaded: bytes | None) -> Hung:
        """Edit a message as the three methods do; raises RefusedText."""
        hung = self._found(form)
        before = (hung.text, hung.photo, hung.keyboard)
        if method == "editMessageMedia":
            media = json.loads(form["media"])
            name = "" if media["media"].startswith("attach://") else media["media"]
            hung.photo = self._photo(name, uploaded)
            self._write(hung, media.get("caption", ""), media["parse_mode"], form, caption=True)
        else:
            caption = method == "editMessageCaption"
            if caption != bool(hung.photo):
                kind = "caption" if caption else "text"
                raise RefusedText(f"there is no {kind} in the message to edit")
            said = form["caption" if caption else "text"]
            self._write(hung, said, form.get("parse_mode", ""), form, caption=caption)
        if before == (hung.text, hung.photo, hung.keyboard):
            raise RefusedText(
                "message is not modified: specified new message content and reply markup are "
                "exactly the same as a current content and reply markup of the message"
            )
        return hung

    def pin(self, form: Mapping[str, str]) -> None:
        """Pin a message; raises RefusedText."""
        self._found(form).pinned = True

    def _found(self, form: Mapping[str, str]) -> Hung:
        hung = self.messages.get((form["chat_id"], int(form["message_id"])))
        if hung is None:
            raise RefusedText("message to edit not found")
        return hung

    def _photo(self, name: str, uploaded: bytes | None) -> str:
        if uploaded is not None:
            if not uploaded.startswith(b"\x89PNG"):
                raise RefusedText("IMAGE_PROCESS_FAILED")
            self.uploads += 1
            name = f"file-{self.uploads}-{hashlib.sha256(uploaded).hexdigest()[:8]}"
            self.files[name] = uploaded
        if name not in self.files:
            raise RefusedText(self.unknown_file)
        return name

    def _write(
        self, hung: Hung, said: str, mode: str, form: Mapping[str, str], *, caption: bool
    ) -> None:
        keyboard = _keyboard(json.loads(form.get("reply_markup", "{}")))
        plain = readable(said, caption=caption) if mode == "HTML" else said
        hung.text, hung.plain, hung.keyboard = said, plain, keyboard


def readable(text: str, *, caption: bool = False) -> str:
    """What people read of a text in Telegram's HTML; raises RefusedText as the Bot API would."""
    stack: list[str] = []
    plain: list[str] = []
    for piece in re.split(r"(<[^>]*>?)", text):
        if not piece.startswith("<"):
            plain.append(_unescaped(piece))
        elif tag := re.fullmatch(r"<(b|i)>", piece):
            stack.append(tag[1])
        elif not stack or piece != f"</{stack.pop()}>":
            raise RefusedText(f'can\'t parse entities: unexpected tag "{piece}"')
    if stack:
        raise RefusedText("can't parse entities: can't find end tag")
    read = "".join(plain)
    if not read.strip() and not caption:
        raise RefusedText("message text is empty")
    if len(read.encode("utf-16-le")) // 2 > (CAPTION_UNITS if caption else MESSAGE_UNITS):
        raise RefusedText(f"message {'caption ' if caption else ''}is too long")
    return read


def _unescaped(text: str) -> str:
    if re.search(r"&(?!(?:amp|lt|gt|quot|#\d+|#x[0-9a-fA-F]+);)", text):
        raise RefusedText("can't parse entities: a bare ampersand")
    return html.unescape(text)


def _keyboard(markup: Mapping[str, list[list[Mapping[str, str]]]]) -> Keyboard:
    rows = tuple(
        tuple((button["text"], button["callback_data"]) for button in row)
        for row in markup.get("inline_keyboard", [])
    )
    for row in rows:
        if not 1 <= len(row) <= MOST_IN_A_ROW:
            raise RefusedText("BUTTONS_ROW_INVALID")
        for label, data in row:
            if not label.strip() or not 1 <= len(data.encode()) <= DATA_BYTES:
                raise RefusedText("BUTTON_DATA_INVALID")
    if sum(map(len, rows)) > MOST_BUTTONS:
        raise RefusedText("reply markup is too long")
    return rows


def chat(chat_id: int | str, kind: str) -> Json:
    """A chat as the Bot API names it."""
    name = {"first_name": "Ada"} if kind == "private" else {"title": "Traders"}
    return {"id": int(chat_id), "type": kind} | name
